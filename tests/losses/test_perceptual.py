"""Eq. 10 against cases worked by hand, a slow reference, and faults planted in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from repro.losses.perceptual import PERCEPTUAL_WEIGHTS, perceptual_loss

Features = dict[str, Tensor]
Loss = Callable[..., Tensor]


def only(features: Tensor) -> Features:
    return {"relu5_2": features}


def reference(made: Features, truth: Features, weights: dict[str, float]) -> float:
    """Eq. 10 element by element in float64."""
    total = 0.0
    for name, weight in weights.items():
        a, b = made[name].double().numpy(), truth[name].double().numpy()
        differences = [abs(float(a[at]) - float(b[at])) for at in np.ndindex(a.shape)]
        total += weight * float(np.mean(differences))
    return total


def agrees(loss: Loss) -> bool:
    """Whether ``loss`` is the reference, on two layers of several sizes."""
    draw = torch.Generator().manual_seed(10)
    weights = {"relu5_2": 1.0, "relu4_2": 0.25}
    answers = []
    for shape in ((1, 2, 2, 2), (2, 5, 3, 4)):
        made, truth = ({name: 3 * torch.randn(shape, generator=draw) for name in weights} for _ in range(2))
        answers.append(np.isclose(loss(made, truth, weights).item(), reference(made, truth, weights)))
    return all(answers)


def test_it_agrees_with_the_slow_reference() -> None:
    assert agrees(perceptual_loss)


def test_a_two_by_two_case_by_hand() -> None:
    made = torch.tensor([[[[0.0, 1.0], [2.0, 3.0]]]])
    truth = torch.tensor([[[[1.0, 1.0], [0.0, 6.0]]]])
    assert perceptual_loss(only(made), only(truth)).item() == pytest.approx((1 + 0 + 2 + 3) / 4)


def test_the_paper_s_layer_is_the_default() -> None:
    assert dict(PERCEPTUAL_WEIGHTS) == {"relu5_2": 1.0}


def test_equal_pictures_cost_nothing() -> None:
    features = only(torch.rand(2, 3, 4, 4))
    assert perceptual_loss(features, features).item() == 0


def test_it_is_symmetric_and_grows_in_proportion() -> None:
    a, b = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4)
    value = perceptual_loss(only(a), only(b)).item()
    assert perceptual_loss(only(b), only(a)).item() == pytest.approx(value)
    assert perceptual_loss(only(3 * a), only(3 * b)).item() == pytest.approx(3 * value)
    assert perceptual_loss(only(a + 1), only(b + 1)).item() == pytest.approx(value, rel=1e-5)


def test_the_size_of_batch_grid_and_network_leaves_it_alone() -> None:
    for shape in ((1, 3, 2, 2), (4, 3, 8, 8), (2, 7, 1, 3)):
        value = perceptual_loss(only(torch.full(shape, 0.75)), only(torch.full(shape, 0.5)))
        assert value.item() == pytest.approx(0.25)


def test_content_counts_where_it_stands() -> None:
    """Unlike style: the same features at other places cost."""
    features = torch.rand(1, 3, 4, 4)
    assert perceptual_loss(only(features), only(features.flip(3))).item() > 0.1


def test_another_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="relu5_2: shapes differ"):
        perceptual_loss(only(torch.rand(1, 3, 4, 4)), only(torch.rand(1, 3, 1, 1)))


def test_gradients_are_right() -> None:
    a, b = (torch.rand(1, 2, 2, 2, dtype=torch.float64, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(lambda a, b: perceptual_loss(only(a), only(b)), (a, b))


PLANTED: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "squares": F.mse_loss,
    "a sum instead of the mean": lambda a, b: (a - b).abs().sum(),
    "the mean only over the batch": lambda a, b: (a - b).abs().flatten(1).sum(1).mean(),
    "a sign lost": lambda a, b: (a - b).mean(),
    "positions pooled away": lambda a, b: (a.mean((2, 3)) - b.mean((2, 3))).abs().mean(),
    "a wrong axis": lambda a, b: (a - b.mT).abs().mean() if a.shape[2] == a.shape[3] else (a - b).mean(),
    "targets swapped in the batch": lambda a, b: (a - b.flip(0)).abs().mean(),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_caught(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(F, "l1_loss", PLANTED[fault])
    assert not agrees(perceptual_loss)


def test_unweighted_layers_are_caught() -> None:
    assert not agrees(lambda made, truth, weights: perceptual_loss(made, truth, dict.fromkeys(weights, 1.0)))
