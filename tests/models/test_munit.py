"""MUNIT's networks: AdaIN, the normalisation of a whole picture, what each encoder keeps."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from repro.models.munit import (
    STYLE,
    ContentEncoder,
    Critic,
    Decoder,
    PictureNorm,
    StyleEncoder,
    adain,
    scales_for,
)


def moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over the places of every channel."""
    deviation, mean = torch.std_mean(features, dim=(2, 3), correction=0)
    return mean, deviation


def drawn(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def test_adain_gives_exactly_the_statistics_asked_for() -> None:
    features, mean, deviation = 300 * drawn(3, 4, 6, 5) + 7, drawn(3, 4), drawn(3, 4)
    made = moments(adain(features, mean, deviation))  # at this size the ε under the root is nothing
    torch.testing.assert_close(made[0], mean)
    torch.testing.assert_close(made[1], deviation.abs())


def test_adain_is_its_formula() -> None:
    """Eq. 8: γ (z − μ(z)) / σ(z) + β; a negative γ turns a channel round."""
    features, mean, deviation = drawn(2, 3, 4, 4), drawn(2, 3), drawn(2, 3)
    for b in range(2):
        for c in range(3):
            z = features[b, c]
            sigma = (z.square().mean() - z.mean() ** 2 + 1e-5).sqrt()
            expected = deviation[b, c] * (z - z.mean()) / sigma + mean[b, c]
            torch.testing.assert_close(adain(features, mean, deviation)[b, c], expected)


def test_adain_in_its_own_statistics_changes_nothing() -> None:
    features = 300 * drawn(2, 3, 5, 5)
    torch.testing.assert_close(adain(features, *moments(features)), features)


def test_a_style_reaches_every_adain_of_its_own_picture_alone() -> None:
    decoder, content, style = Decoder(2).double(), drawn(2, 8, 4, 4), drawn(2, STYLE)
    entered: list[Tensor] = []
    for block in decoder.blocks:
        block.register_forward_pre_hook(lambda _, inputs: entered.append(inputs[1]))
    first = decoder(content, style)
    asked = torch.stack(entered, dim=1)  # (B, blocks, 4, C)
    assert asked.shape == (2, 4, 4, 8)
    assert asked.flatten(1).unique().numel() == asked.numel()  # no number serves twice
    changed = decoder(content, torch.stack([style[0], style[1] + 1]))
    torch.testing.assert_close(changed[0], first[0])
    assert (changed[1] - first[1]).abs().max() > 1e-3


def test_a_picture_is_normalised_as_a_whole() -> None:
    """One mean and one deviation for all channels, the latter that of a sample, ε outside of the root."""
    norm, features = PictureNorm(3).double(), 2 + drawn(2, 3, 4, 5) * torch.tensor([1, 2, 3])[:, None, None]
    nn.init.ones_(norm.scale)
    made = norm(features)
    for before, after in zip(features, made, strict=True):
        torch.testing.assert_close(after, (before - before.mean()) / (before.std() + 1e-5))
    assert made[:, 2].std() > 2 * made[:, 0].std()


@pytest.mark.parametrize("gain", [0.5, 2.0])
def test_content_does_not_see_the_contrast_of_a_picture_and_style_does(gain: float) -> None:
    """Gain and shift of a picture are gone after the first normalisation; a style encoder has none."""
    content, style = ContentEncoder(2).double(), StyleEncoder(2).double()
    picture = 100 * drawn(1, 3, 32, 32)
    torch.testing.assert_close(content(picture), content(gain * picture + 3), atol=1e-4, rtol=1e-4)
    assert (style(picture) - style(gain * picture + 3)).abs().max() > 1e-2


def test_a_style_has_no_place() -> None:
    """Eight numbers for a picture of any shape, and the same for white paper of any size."""
    style = StyleEncoder(2)
    assert style(torch.rand(2, 3, 16, 48)).shape == style(torch.rand(2, 3, 64, 32)).shape == (2, STYLE)
    white = [style(torch.ones(1, 3, side, side)) for side in (16, 64)]
    torch.testing.assert_close(*white)


@pytest.mark.parametrize(("size", "scales"), [(16, 1), (32, 2), (48, 2), (64, 3), (96, 3), (256, 3)])
def test_as_many_scales_as_fit(size: int, scales: int) -> None:
    assert scales_for(size) == scales
    maps = Critic(1, scales)(torch.rand(1, 3, size, size))
    assert [scores.shape[2] for scores in maps] == [size >> (4 + i) for i in range(scales)]


def test_a_coarser_scale_sees_means_in_which_the_border_counts_no_zeros() -> None:
    critic = Critic(1, 2)
    fine, coarse = critic(torch.ones(1, 3, 32, 32))
    torch.testing.assert_close(coarse, critic.scales[1](torch.ones(1, 3, 16, 16)))
    torch.testing.assert_close(fine, fine[..., :1, :1].expand_as(fine))
