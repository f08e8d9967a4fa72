"""The sum over layers: which ones count, in which precision, and what is refused."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from repro.losses.contextual import contextual_loss
from repro.losses.layerwise import sum_over_layers
from repro.losses.perceptual import perceptual_loss
from repro.losses.style import style_loss

EVERY = pytest.mark.parametrize("loss", [perceptual_loss, style_loss, contextual_loss])
ONE = {"relu4_2": 1.0}


def mean_difference(_name: str, a: Tensor, b: Tensor) -> Tensor:
    return a.mean() - b.mean()


def layers(*values: float) -> dict[str, Tensor]:
    return {f"relu{i}_2": torch.full((2, 3, 4, 4), value) for i, value in enumerate(values, start=1)}


def test_each_layer_counts_with_its_weight() -> None:
    weights = {"relu1_2": 0.5, "relu3_2": 4.0, "relu2_2": 0.0}
    total = sum_over_layers(mean_difference, layers(1, 2, 3), layers(0, 7, 1), weights)
    assert total.shape == ()
    assert total.item() == pytest.approx(0.5 * 1 + 4 * 2)


def test_a_layer_without_weight_is_neither_needed_nor_looked_at() -> None:
    """A variant whose layer is off pays nothing for it."""
    seen = []

    def term(name: str, a: Tensor, b: Tensor) -> Tensor:
        seen.append(name)
        return mean_difference(name, a, b)

    made = layers(1, 2) | {"relu2_2": torch.empty(0)}
    sum_over_layers(term, made, layers(0), {"relu1_2": 1, "relu2_2": 0, "relu5_2": 0})
    assert seen == ["relu1_2"]


def test_the_name_goes_with_its_own_layer() -> None:
    seen = {}

    def term(name: str, a: Tensor, b: Tensor) -> Tensor:
        seen[name] = (a.mean().item(), b.mean().item())
        return a.mean()

    sum_over_layers(term, layers(1, 2), layers(3, 4), {"relu2_2": 1, "relu1_2": 1})
    assert seen == {"relu1_2": (1, 3), "relu2_2": (2, 4)}


@EVERY
@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({}, "no layer has a positive weight"),
        ({"relu4_2": 0.0}, "no layer has a positive weight"),
        ({"relu4_2": -1.0}, "finite and ≥ 0"),
        ({"relu4_2": float("nan")}, "finite and ≥ 0"),
        ({"relu4_2": float("inf")}, "finite and ≥ 0"),
        ({"relu4_2": 1.0, "relu9_9": 1.0}, r"relu9_9 is missing .* \['relu4_2'\]"),
    ],
)
def test_weights_that_make_no_sense_are_refused(loss, weights: dict[str, float], message: str) -> None:
    features = {"relu4_2": torch.rand(1, 2, 3, 3)}
    with pytest.raises(ValueError, match=message):
        loss(features, features, weights)


@EVERY
@pytest.mark.parametrize("shape", [(1, 4, 3, 3), (2, 1, 3, 3), (4, 3, 3), (2, 4, 0, 3), (0, 4, 3, 3)])
def test_features_that_do_not_belong_together_are_refused(loss, shape: tuple[int, ...]) -> None:
    """Broadcasting would hide that they are of another batch or another network."""
    good, bad = {"relu4_2": torch.rand(2, 4, 3, 3)}, {"relu4_2": torch.rand(shape)}
    for made, target in ((good, bad), (bad, good)):
        with pytest.raises(ValueError, match="relu4_2: "):
            loss(made, target, ONE)


@EVERY
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_features_are_summed_in_single_precision(loss, dtype: torch.dtype) -> None:
    """The value is that of the same numbers in float32, the gradient comes back in half precision."""
    made, target = ((20 * torch.rand(2, 8, 6, 6)).to(dtype).requires_grad_() for _ in range(2))
    value = loss({"relu4_2": made}, {"relu4_2": target}, ONE)
    assert value.dtype == torch.float32
    assert torch.equal(value, loss({"relu4_2": made.float()}, {"relu4_2": target.float()}, ONE))
    value.backward()
    assert made.grad is not None
    assert made.grad.dtype == dtype
    assert made.grad.isfinite().all()


@EVERY
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_autocast_changes_nothing(loss, dtype: torch.dtype) -> None:
    made, target = ({"relu4_2": torch.rand(2, 8, 6, 6)} for _ in range(2))
    outside = loss(made, target, ONE)
    with torch.autocast("cpu", dtype=dtype):
        assert torch.equal(loss(made, target, ONE), outside)


def test_without_the_guard_autocast_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault of a loss that lets autocast in: the tests above must notice."""
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: torch.enable_grad())
    made, target = ({"relu4_2": torch.rand(2, 8, 6, 6)} for _ in range(2))
    for loss in (style_loss, contextual_loss):
        outside = loss(made, target, ONE)
        with torch.amp.autocast_mode.autocast("cpu", dtype=torch.bfloat16):
            assert not torch.equal(loss(made, target, ONE), outside)


@EVERY
def test_features_of_two_precisions_may_meet(loss) -> None:
    """Under autocast the output's features are half, those of a cached target need not be."""
    half, full = torch.rand(1, 4, 3, 3).half(), torch.rand(1, 4, 3, 3)
    assert loss({"relu4_2": half}, {"relu4_2": full}, ONE).isfinite()
    assert loss({"relu4_2": half}, {"relu4_2": full.double()}, ONE).dtype == torch.float64


@EVERY
@pytest.mark.parametrize("value", [0.0, 1.0, 1e-6, 1e4])
def test_features_without_contrast_give_no_nan(loss, value: float) -> None:
    """Dead channels, an empty sheet: constant features, alone and against others."""
    constant = torch.full((1, 4, 3, 3), value)
    for other in (constant, torch.rand(1, 4, 3, 3)):
        for made, target in ((constant, other), (other, constant)):
            leaf = made.clone().requires_grad_()
            value_ = loss({"relu4_2": leaf}, {"relu4_2": target}, ONE)
            value_.backward()
            assert leaf.grad is not None
            assert value_.isfinite()
            assert leaf.grad.isfinite().all()


@EVERY
def test_one_pass_of_the_network_serves_every_loss(loss) -> None:
    """Each loss takes its own layers from one dictionary, by default those of the paper."""
    grids = {"relu1_2": 64, "relu2_2": 32, "relu3_2": 16, "relu4_2": 8, "relu5_2": 4}
    made, target = ({name: torch.rand(1, 4, side, side) for name, side in grids.items()} for _ in range(2))
    assert loss(made, target).item() > 0
