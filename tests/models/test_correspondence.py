"""Dense correspondence: both implementations against Eq. 3 and 4 written as loops, and each other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from repro.models.correspondence import best_match, correspond, correspond_explicit, descriptors, similarity

Warp = Callable[[Tensor, Tensor, Tensor, float], Tensor]
BOTH = pytest.mark.parametrize("warp", [correspond, correspond_explicit])


def drawn(b=2, c=8, v=3, grid=(4, 5), answer=(4, 5), dtype=torch.float32) -> tuple[Tensor, Tensor, Tensor]:
    """Random x_c, y_c and values in [0, 1]."""
    x_c = torch.randn(b, c, *grid, dtype=dtype)
    y_c = torch.randn(b, c, *answer, dtype=dtype)
    return x_c, y_c, torch.rand(b, v, *answer, dtype=dtype)


def by_loops(x_c: Tensor, y_c: Tensor, values: Tensor, alpha: float) -> np.ndarray:
    """Eq. 3 and 4 one position at a time, in float64."""
    x, y, v = (t.double().flatten(2).numpy() for t in (x_c, y_c, values))
    warped = np.empty((x.shape[0], v.shape[1], x.shape[2]))
    for b in range(x.shape[0]):
        for i in range(x.shape[2]):
            scores = np.empty(y.shape[2])
            for j in range(y.shape[2]):
                p, q = x[b, :, i] - x[b, :, i].mean(), y[b, :, j] - y[b, :, j].mean()
                scores[j] = alpha * (p @ q) / (np.sqrt(p @ p) * np.sqrt(q @ q))
            weights = np.exp(scores - scores.max())
            warped[b, :, i] = v[b] @ (weights / weights.sum())
    return warped.reshape(*v.shape[:2], *x_c.shape[2:])


@BOTH
@pytest.mark.parametrize("alpha", [0.0, 1.0, 100.0])
def test_equals_the_equations_written_as_loops(warp: Warp, alpha: float) -> None:
    x_c, y_c, values = drawn(grid=(3, 4), answer=(5, 2))
    np.testing.assert_allclose(warp(x_c, y_c, values, alpha), by_loops(x_c, y_c, values, alpha), atol=1e-5)
    wide = tuple(t.double() for t in (x_c, y_c, values))
    np.testing.assert_allclose(warp(*wide, alpha), by_loops(*wide, alpha), atol=1e-12)


@pytest.mark.parametrize("alpha", [0.0, 1.0, 100.0])
@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"grid": (16, 16), "answer": (16, 16), "c": 64},
        {"grid": (7, 13), "answer": (11, 3), "c": 5},
        {"grid": (1, 1), "answer": (9, 2)},
        {"b": 1, "c": 3, "v": 3, "grid": (32, 32), "answer": (20, 24)},
    ],
    ids=str,
)
def test_fused_and_explicit_agree(shape: dict, alpha: float) -> None:
    inputs = drawn(**shape)
    torch.testing.assert_close(
        correspond(*inputs, alpha), correspond_explicit(*inputs, alpha), atol=1e-5, rtol=0
    )


def test_fused_and_explicit_have_the_same_gradients() -> None:
    gradients = []
    inputs = drawn(grid=(6, 6), answer=(5, 7), dtype=torch.float64)
    for warp in (correspond, correspond_explicit):
        leaves = [t.clone().requires_grad_() for t in inputs]
        gradients.append(torch.autograd.grad(warp(*leaves, 20.0).square().sum(), leaves))
    for fused, explicit in zip(*gradients, strict=True):
        torch.testing.assert_close(fused, explicit)


@BOTH
@pytest.mark.parametrize("alpha", [0.0, 5.0, 100.0])
def test_a_position_is_a_convex_combination(warp: Warp, alpha: float) -> None:
    """The weights sum to 1, so a constant channel stays constant, and nothing leaves the values' range."""
    x_c, y_c, values = drawn(grid=(6, 5), answer=(4, 7))
    values[:, 0] = 0.37
    warped = warp(x_c, y_c, values, alpha)
    torch.testing.assert_close(warped[:, 0], torch.full_like(warped[:, 0], 0.37))
    assert warped.min() >= values.min() - 1e-6
    assert warped.max() <= values.max() + 1e-6


@BOTH
def test_alpha_zero_is_the_mean_of_the_exemplar(warp: Warp) -> None:
    x_c, y_c, values = drawn(answer=(3, 7))
    mean = values.mean(dim=(2, 3), keepdim=True).expand(-1, -1, 4, 5)
    torch.testing.assert_close(warp(x_c, y_c, values, 0.0), mean)


@BOTH
def test_a_large_alpha_copies_the_best_match(warp: Warp) -> None:
    x_c, y_c, values = drawn(grid=(5, 5), answer=(3, 7), dtype=torch.float64)
    nearest = best_match(x_c, y_c).flatten(1)
    copied = values.flatten(2).gather(2, nearest[:, None].expand(-1, 3, -1)).reshape(2, 3, 5, 5)
    torch.testing.assert_close(warp(x_c, y_c, values, 1e6), copied)


@BOTH
def test_moving_the_positions_moves_the_answer(warp: Warp) -> None:
    """Reordering the exemplar changes nothing; reordering the sketch reorders the result alike."""
    x_c, y_c, values = drawn(grid=(4, 4), answer=(3, 5))
    expected = warp(x_c, y_c, values, 10.0)
    p, q = torch.randperm(15), torch.randperm(16)
    y_p, v_p = (t.flatten(2)[..., p].reshape(t.shape) for t in (y_c, values))
    torch.testing.assert_close(warp(x_c, y_p, v_p, 10.0), expected)
    moved = warp(x_c.flatten(2)[..., q].reshape(x_c.shape), y_c, values, 10.0)
    torch.testing.assert_close(moved.flatten(2), expected.flatten(2)[..., q])
    assert not torch.allclose(warp(x_c, y_p, values, 10.0), expected)  # features alone: that does change it


@BOTH
def test_gradients_are_right(warp: Warp) -> None:
    leaves = [
        t.requires_grad_() for t in drawn(b=1, c=4, v=2, grid=(2, 2), answer=(2, 3), dtype=torch.float64)
    ]
    assert torch.autograd.gradcheck(lambda x, y, v: warp(x, y, v, 3.0), leaves)


def test_descriptors_are_centred_and_of_unit_length() -> None:
    found = descriptors(torch.randn(2, 6, 3, 4) * 50 + 7)
    assert found.shape == (2, 12, 6)
    torch.testing.assert_close(found.sum(-1), torch.zeros(2, 12), atol=1e-5, rtol=0)
    torch.testing.assert_close(found.norm(dim=-1), torch.ones(2, 12))


@BOTH
def test_a_constant_feature_vector_stays_finite(warp: Warp) -> None:
    """It has no direction: every exemplar position answers alike, and the gradient is finite."""
    _, y_c, values = drawn()
    flat = torch.full((2, 8, 4, 5), 0.7, requires_grad=True)
    warped = warp(flat, y_c, values, 100.0)
    torch.testing.assert_close(warped, values.mean((2, 3), keepdim=True).expand_as(warped), atol=1e-4, rtol=0)
    warped.sum().backward()
    assert flat.grad is not None
    assert flat.grad.isfinite().all()


def test_a_picture_matches_itself() -> None:
    x_c, _, _ = drawn(grid=(5, 6))
    assert torch.equal(best_match(x_c, x_c), torch.arange(30).reshape(1, 5, 6).expand(2, -1, -1))
    torch.testing.assert_close(similarity(x_c, x_c).diagonal(dim1=1, dim2=2), torch.ones(2, 30))
    assert similarity(x_c, -x_c).diagonal(dim1=1, dim2=2).max() < -0.99


@BOTH
@pytest.mark.parametrize(
    ("x_c", "y_c", "values", "message"),
    [
        ((2, 8, 4, 4), (2, 7, 4, 4), (2, 3, 4, 4), "one B and C"),
        ((2, 8, 4, 4), (1, 8, 4, 4), (1, 3, 4, 4), "one B and C"),
        ((2, 8, 16), (2, 8, 16), (2, 3, 16), "one B and C"),
        ((2, 8, 4, 4), (2, 8, 4, 4), (2, 3, 4, 5), "exemplar grid"),
        ((2, 8, 4, 4), (2, 8, 4, 4), (1, 3, 4, 4), "exemplar grid"),
        ((2, 8, 4, 4), (2, 8, 4, 4), (2, 9, 4, 4), "V must be"),
    ],
)
def test_what_does_not_belong_together_is_refused(warp: Warp, x_c, y_c, values, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        warp(torch.rand(x_c), torch.rand(y_c), torch.rand(values), 1.0)


# Memory


def unpadded(x_c: Tensor, y_c: Tensor, values: Tensor, alpha: float) -> Tensor:
    """`correspond` without its padding: a trap that it steps around."""
    q, k, v = descriptors(x_c), descriptors(y_c), values.flatten(2).transpose(1, 2)
    return attended(q.contiguous(), k.contiguous(), v.contiguous(), alpha).reshape(values.shape)


def strided(x_c: Tensor, y_c: Tensor, values: Tensor, alpha: float) -> Tensor:
    """`correspond` with the channels of a position apart in memory: the other trap."""
    v = F.pad(values.flatten(2).transpose(1, 2), (0, x_c.shape[1] - 3))
    return attended(descriptors(x_c), descriptors(y_c), v, alpha)[:, :3].reshape(values.shape)


def attended(q: Tensor, k: Tensor, v: Tensor, alpha: float) -> Tensor:
    return F.scaled_dot_product_attention(q[:, None], k[:, None], v[:, None], scale=alpha)[:, 0].transpose(
        1, 2
    )


def largest_allocation(warp: Warp, side: int) -> int:
    """Bytes of the largest single allocation in one forward and backward pass over side² positions."""
    leaves = [t.requires_grad_() for t in drawn(b=1, c=16, grid=(side, side), answer=(side, side))]
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        warp(*leaves, 100.0).sum().backward()
    events = record.profiler.kineto_results.events()  # type: ignore[union-attr]
    return max(event.nbytes() for event in events if event.name() == "[memory]")


def test_the_fused_path_never_holds_n_by_n() -> None:
    side = 64
    matrix = 4 * side**4
    assert largest_allocation(correspond, side) < matrix / 8
    assert largest_allocation(correspond_explicit, side) >= matrix  # the probe sees the matrix


@pytest.mark.parametrize("trap", [unpadded, strided])
def test_a_silent_fallback_is_caught(trap: Warp) -> None:
    """Torch takes the explicit path without a word and the result is the same: only memory tells."""
    side = 40
    inputs = drawn(b=1, c=16, grid=(side, side), answer=(side, side))
    torch.testing.assert_close(trap(*inputs, 10.0), correspond(*inputs, 10.0), atol=1e-5, rtol=0)
    assert largest_allocation(trap, side) >= 4 * side**4
