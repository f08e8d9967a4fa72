"""Eq. 11 against cases worked by hand, a slow reference, and faults planted in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from repro.losses import style
from repro.losses.style import STYLE_WEIGHTS, gram, style_loss

Features = dict[str, Tensor]
Loss = Callable[..., Tensor]


def only(features: Tensor) -> Features:
    return {"relu5_2": features}


def reference(made: Tensor, exemplar: Tensor) -> float:
    """Eq. 11 entry by entry in float64."""

    def entry(features: np.ndarray, k: int, m: int) -> float:
        C, h, w = features.shape
        return sum(features[(k, *at)] * features[(m, *at)] for at in np.ndindex(h, w)) / (C * h * w)

    differences = []
    for a, b in zip(made.double().numpy(), exemplar.double().numpy(), strict=True):
        C = a.shape[0]
        differences += [abs(entry(a, k, m) - entry(b, k, m)) for k, m in np.ndindex(C, C)]
    return sum(differences) / len(differences)


def agrees(loss: Loss) -> bool:
    """Whether ``loss`` is the reference: square and other grids, as many channels as places, two sizes."""
    draw = torch.Generator().manual_seed(11)
    answers = []
    for shape, other in (((2, 4, 2, 2), (2, 4, 2, 2)), ((2, 3, 2, 4), (2, 3, 3, 1)), ((1, 1, 1, 2),) * 2):
        made, exemplar = torch.randn(shape, generator=draw), torch.randn(other, generator=draw)
        answers.append(np.isclose(loss(only(made), only(exemplar)).item(), reference(made, exemplar)))
    return all(answers)


def test_it_agrees_with_the_slow_reference() -> None:
    assert agrees(style_loss)


def test_a_two_by_two_case_by_hand() -> None:
    """Two channels on 2×2 places, so C·h·w = 8: products of channels are summed by hand."""
    made = torch.tensor([[[[0.0, 1.0], [2.0, 3.0]], [[1.0, 0.0], [2.0, 0.0]]]])
    exemplar = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 1.0]]]])
    assert torch.equal(gram(made), torch.tensor([[[14.0, 4.0], [4.0, 5.0]]]) / 8)
    assert torch.equal(gram(exemplar), torch.eye(2)[None] / 8)
    assert style_loss(only(made), only(exemplar)).item() == pytest.approx((13 + 4 + 4 + 4) / 8 / 4)


def test_the_paper_s_layer_is_the_default() -> None:
    assert dict(STYLE_WEIGHTS) == {"relu5_2": 1.0}


def test_more_layers_add_up() -> None:
    made, exemplar = ({"relu5_2": torch.rand(1, 3, 2, 2), "relu3_2": torch.rand(1, 2, 4, 4)} for _ in "ab")
    parts = [style_loss(made, exemplar, {name: 1.0}).item() for name in made]
    total = style_loss(made, exemplar, {"relu5_2": 2.0, "relu3_2": 0.5})
    assert total.item() == pytest.approx(2 * parts[0] + 0.5 * parts[1])


def test_the_gram_matrix_is_symmetric_and_has_no_negative_eigenvalue() -> None:
    matrices = gram(torch.randn(3, 6, 2, 2, dtype=torch.float64))
    assert matrices.shape == (3, 6, 6)
    assert torch.equal(matrices, matrices.mT)
    assert torch.linalg.eigvalsh(matrices).min() > -1e-12


def test_equal_pictures_cost_nothing_and_order_does_not_matter() -> None:
    a, b = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 5, 2)
    assert style_loss(only(a), only(a.clone())).item() == 0
    assert style_loss(only(a), only(b)).item() == pytest.approx(style_loss(only(b), only(a)).item())
    assert style_loss(only(a), only(b)).item() > 0


def test_places_do_not_matter_but_what_fires_together_does() -> None:
    """Moving whole features leaves it alone; moving one channel by itself does not."""
    exemplar = torch.rand(1, 3, 4, 4)
    moved = exemplar.flatten(2)[..., torch.randperm(16)].reshape(exemplar.shape)
    assert style_loss(only(moved), only(exemplar)).item() < 1e-7
    apart = exemplar.clone()
    apart[:, 0] = apart[:, 0].flip(1)
    assert style_loss(only(apart), only(exemplar)).item() > 1e-4


def test_repeating_a_picture_changes_nothing_and_scaling_is_squared() -> None:
    a, b = torch.rand(1, 3, 4, 4), torch.rand(1, 3, 4, 4)
    value = style_loss(only(a), only(b)).item()
    assert style_loss(only(a.tile(1, 1, 2, 3)), only(b)).item() == pytest.approx(value, rel=1e-5)
    assert style_loss(only(3 * a), only(3 * b)).item() == pytest.approx(9 * value, rel=1e-5)


def test_large_half_precision_features_do_not_overflow() -> None:
    """The sum of squares, 64·300², is beyond the 65,504 of float16; the result is not."""
    made, exemplar = torch.full((1, 2, 8, 8), 300.0).half(), torch.zeros(1, 2, 8, 8).half()
    assert style_loss(only(made), only(exemplar)).item() == pytest.approx(300**2 / 2)


def test_gradients_are_right() -> None:
    a = torch.rand(2, 2, 2, 2, dtype=torch.float64, requires_grad=True)
    b = torch.rand(2, 2, 3, 1, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda a, b: style_loss(only(a), only(b)), (a, b))


def places_together(features: Tensor) -> Tensor:
    """The wrong axis: places by places, which has the right shape where N = C."""
    flat = features.flatten(2)
    return flat.mT @ flat / flat[0].numel()


def per_sample(features: Tensor) -> float:
    return features[0].numel()


PLANTED: dict[str, Callable[[Tensor], Tensor]] = {
    "a wrong axis": lambda f: places_together(f) if f[0, 0].numel() == f.shape[1] else gram(f),
    "no normalisation": lambda f: gram(f) * per_sample(f),
    "not divided by C": lambda f: gram(f) * f.shape[1],
    "not divided by h·w": lambda f: gram(f) * f.shape[2] * f.shape[3],
    "divided by the batch as well": lambda f: gram(f) / f.shape[0],
    "centred, a covariance": lambda f: gram(f - f.mean((2, 3), keepdim=True)),
    "unit length first": lambda f: gram(torch.nn.functional.normalize(f)),
    "only the diagonal": lambda f: gram(f) * torch.eye(f.shape[1]),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_caught(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "gram", PLANTED[fault])
    assert not agrees(style_loss)


def test_swapped_targets_are_caught() -> None:
    assert not agrees(lambda made, exemplar: style_loss(made, only(exemplar["relu5_2"].flip(0))))
