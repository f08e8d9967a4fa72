"""Eq. 12 beside a slow reference: faults planted in it are caught, and its memory stays linear."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from repro.losses import contextual
from repro.losses.contextual import EPSILON, contextual_loss

ONE = {"relu4_2": 1.0}
Loss = Callable[[Tensor, Tensor], Tensor]


def layer(made: Tensor, exemplar: Tensor) -> Tensor:
    return contextual_loss({"relu4_2": made}, {"relu4_2": exemplar}, ONE, bandwidth=0.2)


def reference(made: Tensor, exemplar: Tensor, h: float = 0.2) -> float:
    """One layer of Eq. 12 in float64, with the affinity written out: distances, then A, then max."""
    losses = []
    for x, y in zip(made.double().flatten(2).numpy(), exemplar.double().flatten(2).numpy(), strict=True):
        mean = y.mean(axis=1)
        x, y = x.T - mean, y.T - mean
        d = np.empty((len(x), len(y)))
        for i, j in np.ndindex(d.shape):
            d[i, j] = 1 - x[i] @ y[j] / math.sqrt((x[i] @ x[i]) * (y[j] @ y[j]))
        best = []
        for row in d:
            w = [math.exp((1 - value / (min(row) + 1e-3)) / h) for value in row]
            best.append(max(w) / sum(w))
        losses.append(-math.log(sum(best) / len(best)))
    return sum(losses) / len(losses)


def agrees(loss: Loss) -> bool:
    """Whether ``loss`` is the reference, on equal grids and unequal ones, with offsets as ReLU has."""
    draw = torch.Generator().manual_seed(12)
    answers = []
    for shape, other in (
        ((2, 4, 2, 2), (2, 4, 2, 2)),
        ((2, 4, 3, 3), (2, 4, 3, 3)),
        ((1, 6, 2, 3), (1, 6, 4, 1)),
    ):
        made = torch.randn(shape, generator=draw) + 1
        exemplar = 2 * torch.randn(other, generator=draw) + torch.arange(other[1])[:, None, None]
        answers.append(np.isclose(loss(made, exemplar).item(), reference(made, exemplar), rtol=1e-4))
    return all(answers)


def test_it_agrees_with_the_slow_reference() -> None:
    assert agrees(layer)


def log_best(rows: Tensor, columns: Tensor, bandwidth: float, *, axis: int = 2) -> Tensor:
    """The affinity written out, with a fault at will: what is normalised and searched along ``axis``."""
    distance = 1 - rows @ columns
    relative = distance / (distance.amin(axis, keepdim=True) + EPSILON)
    affinity = ((1 - relative) / bandwidth).softmax(axis)
    return affinity.amax(axis).log()


def test_the_affinity_written_out_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The frame of the faults below is right when nothing is wrong in it."""
    monkeypatch.setattr(contextual, "_log_best", log_best)
    assert agrees(layer)


def largest_affinity_of_absolute_distances(rows: Tensor, columns: Tensor, bandwidth: float) -> Tensor:
    return ((rows @ columns - 1) / bandwidth).softmax(2).amax(2).log()


ROWS: dict[str, Callable[[Tensor, Tensor, float], Tensor]] = {
    "the wrong axis": lambda r, c, h: log_best(r, c, h, axis=1),
    "not relative to the nearest": largest_affinity_of_absolute_distances,
    "no bandwidth": lambda r, c, _: log_best(r, c, 1.0),
    "not a distribution": lambda r, c, _: -(1 - r @ c).amin(2),
    "the mean affinity for the largest": lambda r, c, _: torch.full_like(r[..., 0], -math.log(c.shape[2])),
    "a similarity for the distance": lambda r, c, h: log_best(-r, c, h),
}


def centred(features: Tensor, *axes: int) -> Tensor:
    return features - features.mean(axes, keepdim=True)


DIRECTIONS: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "not centred": lambda f, *_: F.normalize(f.flatten(2)),
    "centred on its own mean": lambda f, *_: F.normalize(centred(f, 2, 3).flatten(2)),
    "centred over channels": lambda f, *_: F.normalize(centred(f, 1).flatten(2)),
    "not of unit length": lambda f, centre, _: f.flatten(2) - centre,
    "of unit length over places": lambda f, centre, _: F.normalize(f.flatten(2) - centre, dim=2),
}


@pytest.mark.parametrize("fault", ROWS)
def test_a_fault_planted_in_the_affinity_is_caught(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contextual, "_log_best", ROWS[fault])
    assert not agrees(layer)


@pytest.mark.parametrize("fault", DIRECTIONS)
def test_a_fault_planted_in_the_directions_is_caught(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contextual, "_directions", DIRECTIONS[fault])
    assert not agrees(layer)


def test_swapped_pictures_and_swapped_targets_are_caught() -> None:
    assert not agrees(lambda made, exemplar: layer(exemplar, made))
    assert not agrees(lambda made, exemplar: layer(made, exemplar.flip(0)))


def test_a_logarithm_in_the_wrong_place_is_caught() -> None:
    """−log of the mean over places is not the mean of −log, nor that of the mean over the batch."""

    def wrong(made: Tensor, exemplar: Tensor) -> Tensor:
        places = made.flatten(2).split(1, dim=2)
        return torch.stack([layer(place[..., None], exemplar) for place in places]).mean()

    assert not agrees(wrong)


def test_coarse_products_stay_in_bounds() -> None:
    """Where products are rounded as in TF32, equal directions have a cosine above 1: no sign may turn."""
    rows = F.normalize(torch.randn(1, 6, 8), dim=2)
    best = contextual._log_best(1.01 * rows, rows.mT, 0.1)
    assert best.max() <= 0
    assert best.min() >= -math.log(6)


# Blocks of rows


def with_gradients(made: Tensor, exemplar: Tensor) -> tuple[Tensor, ...]:
    a, b = made.clone().requires_grad_(), exemplar.clone().requires_grad_()
    value = layer(a, b)
    return value.detach(), *torch.autograd.grad(value, (a, b))


@pytest.mark.parametrize("entries", [1, 40, 41, 300])
def test_blocks_change_neither_value_nor_gradient(entries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made, exemplar = torch.randn(2, 4, 3, 5).double(), torch.randn(2, 4, 2, 5).double()
    whole = with_gradients(made, exemplar)
    monkeypatch.setattr(contextual, "BLOCK_ENTRIES", entries)
    for a, b in zip(with_gradients(made, exemplar), whole, strict=True):
        torch.testing.assert_close(a, b)


class Largest(TorchDispatchMode):
    """Remembers the most elements that any single tensor held, forward and backward."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for tensor in out if isinstance(out, tuple | list) else [out]:
            if isinstance(tensor, Tensor):
                self.elements = max(self.elements, tensor.numel())
        return out


def largest(loss: Loss, made: Tensor, exemplar: Tensor) -> int:
    with Largest() as seen:
        loss(made.clone().requires_grad_(), exemplar).backward()
    return seen.elements


def kept(loss: Loss, made: Tensor, exemplar: Tensor) -> int:
    """Elements of the largest tensor that waits for the backward pass."""
    sizes = []

    def remember(tensor: Tensor) -> Tensor:
        sizes.append(tensor.numel())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(remember, lambda tensor: tensor):
        loss(made.clone().requires_grad_(), exemplar)
    return max(sizes)


N, C = 24 * 24, 16


def every_difference(made: Tensor, exemplar: Tensor) -> Tensor:
    """The fault that the tests of memory must see: all pairs of places, channel by channel."""
    a, b = (F.normalize(t - exemplar.mean((2, 3), keepdim=True)).flatten(2) for t in (made, exemplar))
    distance = (a[..., :, None] - b[..., None, :]).square().sum(1) / 2
    relative = distance / (distance.amin(2, keepdim=True) + EPSILON)
    return -((1 - relative) / 0.2).softmax(2).amax(2).mean(1).log().mean()


def test_no_tensor_of_all_pairs_and_channels_exists() -> None:
    made, exemplar = torch.randn(1, C, 24, 24), torch.randn(1, C, 24, 24)
    assert every_difference(made, exemplar).item() == pytest.approx(layer(made, exemplar).item(), rel=1e-3)
    assert largest(layer, made, exemplar) == N * N
    assert largest(every_difference, made, exemplar) == N * N * C


def test_memory_grows_with_the_places_and_not_with_their_square(monkeypatch: pytest.MonkeyPatch) -> None:
    """In blocks nothing larger than one block, all pictures together, is ever made; features are kept."""
    made, exemplar = torch.randn(2, C, 24, 24), torch.randn(2, C, 24, 24)
    assert kept(layer, made, exemplar) == 2 * N * N
    monkeypatch.setattr(contextual, "BLOCK_ENTRIES", 64 * N)
    assert largest(layer, made, exemplar) == 64 * N
    assert kept(layer, made, exemplar) <= 2 * N * C
