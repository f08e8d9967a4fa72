"""The generator: starts as the coarse image, gives the moments back, trains all of itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from repro.models.generator import MOMENT_SHORTCUTS, DynamicShortcut, Generator, StaticShortcut
from repro.models.layers import MOMENT_EPS, positional_moments, positional_norm

MODES = pytest.mark.parametrize("mode", MOMENT_SHORTCUTS)


@pytest.fixture
def inputs() -> tuple[Tensor, Tensor]:
    """A coarse image and a sketch that is not square."""
    return torch.rand(2, 3, 16, 24), torch.rand(2, 1, 16, 24)


@MODES
@pytest.mark.parametrize("channels", [(8,), (8, 12), (6, 8, 10, 12)])
def test_it_starts_as_the_coarse_image_itself(inputs, mode: str, channels: tuple[int, ...]) -> None:
    assert torch.equal(Generator(channels, mode)(*inputs), inputs[0])


@MODES
def test_the_picture_stays_in_range_and_needs_both_inputs(inputs, mode: str) -> None:
    generator = Generator((8, 12, 16), mode)
    torch.nn.init.normal_(generator.residual.weight)
    picture = generator(*inputs)
    assert picture.shape == inputs[0].shape
    assert picture.min() == 0
    assert picture.max() == 1
    assert not torch.allclose(picture, generator(inputs[0], 1 - inputs[1]))
    assert not torch.allclose(picture, generator(1 - inputs[0], inputs[1]))


@MODES
def test_after_one_step_gradients_reach_every_weight(inputs, mode: str) -> None:
    """The last layer starts at 0 and so blocks the rest at first; one step opens it."""
    generator, target = Generator((8, 12, 16), mode), torch.full((2, 3, 16, 24), 0.5)
    optimizer = torch.optim.Adam(generator.parameters(), lr=1e-3)
    for _ in range(2):
        optimizer.zero_grad()
        (generator(*inputs) - target).abs().mean().backward()
        optimizer.step()
    for name, weight in generator.named_parameters():
        assert weight.grad is not None, name
        # A bias right before instance normalisation is subtracted again: its gradient is 0 by design.
        if not ("decoder" in name and name.endswith("first.bias")):
            assert weight.grad.abs().max() > 0, name


@MODES
@pytest.mark.parametrize("size", [(18, 16), (16, 18)])
def test_sides_must_allow_the_halvings(mode: str, size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="multiples of 4"):
        Generator((8, 12, 16), mode)(torch.rand(1, 3, *size), torch.rand(1, 1, *size))


def test_an_unknown_shortcut_is_refused() -> None:
    with pytest.raises(KeyError):
        Generator((8, 12), "planted")


# Moments


def test_positional_moments_against_numpy() -> None:
    features = torch.randn(2, 7, 3, 4, dtype=torch.float64) * 3 + 1
    mean, std = positional_moments(features)
    array = features.numpy()
    np.testing.assert_allclose(mean, array.mean(axis=1, keepdims=True), atol=1e-12)
    np.testing.assert_allclose(std, np.sqrt(array.var(axis=1, keepdims=True) + MOMENT_EPS), atol=1e-12)
    assert (np.abs(std.numpy() - array.std(axis=1, ddof=1, keepdims=True)) > 1e-2).any()  # not n − 1


def test_positional_norm_is_undone_by_the_static_shortcut() -> None:
    """σ·x + μ with the moments that were stripped gives the features back."""
    features = torch.randn(2, 8, 3, 4)
    normed, mean, std = positional_norm(features)
    torch.testing.assert_close(normed.mean(1), torch.zeros(2, 3, 4), atol=1e-5, rtol=0)
    torch.testing.assert_close(normed.var(1, correction=0), torch.ones(2, 3, 4), atol=1e-3, rtol=0)
    torch.testing.assert_close(StaticShortcut(8)(normed, (mean, std)), features)


def test_a_constant_position_keeps_finite_gradients() -> None:
    features = torch.full((1, 4, 2, 2), 0.3, requires_grad=True)
    normed, _, std = positional_norm(features)
    assert torch.equal(normed, torch.zeros_like(normed))
    (normed + std).sum().backward()
    assert features.grad is not None
    assert features.grad.isfinite().all()


def gamma_and_beta(shortcut: DynamicShortcut, moments: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Read off what the shortcut multiplies by and adds, from its answers to 0 and 1."""
    zeros = torch.zeros(2, 6, 5, 5)
    beta = shortcut(zeros, moments)
    return shortcut(zeros + 1, moments) - beta, beta


def test_the_dynamic_shortcut_starts_near_plain_normalisation() -> None:
    with torch.no_grad():
        gamma, beta = gamma_and_beta(DynamicShortcut(6), (torch.randn(2, 1, 5, 5), torch.rand(2, 1, 5, 5)))
    assert (gamma - 1).abs().max() < 0.2
    assert beta.abs().max() < 0.2
    assert gamma.std() > 0  # it does depend on the moments


def test_gamma_may_be_negative() -> None:
    """No ReLU at its end, which would clip γ at 0 (ambiguity 36)."""
    shortcut = DynamicShortcut(6)
    with torch.no_grad():
        for weight in list(shortcut.parameters())[-2:]:
            weight.neg_()
        gamma, _ = gamma_and_beta(shortcut, (torch.randn(2, 1, 5, 5), torch.rand(2, 1, 5, 5)))
    assert gamma.max() < -0.8
