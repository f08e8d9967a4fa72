"""Eq. 12 against cases worked by hand and a slow reference: values, invariances, gradients."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from repro.losses.contextual import CONTEXTUAL_POOLS, CONTEXTUAL_WEIGHTS, contextual_loss

ONE = {"relu4_2": 1.0}


def only(features: Tensor) -> dict[str, Tensor]:
    return {"relu4_2": features}


def layer(made: Tensor, exemplar: Tensor, bandwidth: float = 0.1) -> float:
    return contextual_loss(only(made), only(exemplar), ONE, bandwidth=bandwidth).item()


def directions(*vectors: tuple[float, ...]) -> Tensor:
    """Features of one picture, one vector a place, as a (1, C, 1, N) grid."""
    return torch.tensor(vectors, dtype=torch.float64).T[None, :, None]


def test_two_places_by_hand() -> None:
    """The exemplar's two places are opposite after centring; the output's lie on one and across.

    The first place is at distance 0 and 2: its affinity is 1, the other e^{-2/(0.1·0.001)} = 0. The
    second is at distance 1 from both: its affinities are one half.
    """
    exemplar = directions((3.0, 2.0), (1.0, 2.0))  # mean (2, 2)
    made = directions((7.0, 2.0), (2.0, 9.0))  # (5, 0) and (0, 7) from that mean
    assert layer(made, exemplar) == pytest.approx(-math.log((1 + 0.5) / 2))


def test_a_two_by_two_case_by_hand() -> None:
    """Every place of a 2×2 output at distances 0.4 and 1.6 from two places of the exemplar."""
    exemplar = directions((1.0, 0.0), (-1.0, 0.0))
    made = directions(*[(0.6, 0.8), (0.6, -0.8)] * 2).reshape(1, 2, 2, 2)
    best = 1 / (1 + math.exp((0.4 - 1.6) / (0.5 * (0.4 + 1e-3))))
    assert layer(made, exemplar, bandwidth=0.5) == pytest.approx(-math.log(best))


def test_a_picture_beside_itself_costs_next_to_nothing() -> None:
    features = torch.randn(2, 16, 5, 5)
    assert 0 <= layer(features, features.clone()) < 1e-5


def test_the_most_it_can_cost_is_log_n() -> None:
    """Places that differ from all of the exemplar alike, and features that are all the same."""
    exemplar = directions((1.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, -1.0, 0.0))
    across = directions((0.0, 0.0, 1.0), (0.0, 0.0, -4.0))
    assert layer(across, exemplar) == pytest.approx(math.log(4))
    constant = torch.full((2, 3, 4, 5), 0.7)
    assert layer(constant, constant) == pytest.approx(math.log(20))
    for _ in range(20):
        assert -1e-6 <= layer(torch.randn(2, 4, 3, 3), torch.randn(2, 4, 2, 5)) <= math.log(10) + 1e-6


def test_constants_of_the_equation_are_cocosnet_s() -> None:
    assert dict(CONTEXTUAL_WEIGHTS) == {"relu5_2": 8, "relu4_2": 4, "relu3_2": 2, "relu2_2": 1}
    assert dict(CONTEXTUAL_POOLS) == {"relu3_2": 2, "relu2_2": 4}


def test_layers_add_up_with_their_weights_and_pools() -> None:
    grids = {"relu2_2": 16, "relu3_2": 8, "relu4_2": 4, "relu5_2": 2}
    made, exemplar = ({name: torch.randn(1, 6, side, side) for name, side in grids.items()} for _ in "ab")
    parts = [
        8 * layer(made["relu5_2"], exemplar["relu5_2"]),
        4 * layer(made["relu4_2"], exemplar["relu4_2"]),
        2 * layer(F.avg_pool2d(made["relu3_2"], 2), F.avg_pool2d(exemplar["relu3_2"], 2)),
        1 * layer(F.avg_pool2d(made["relu2_2"], 4), F.avg_pool2d(exemplar["relu2_2"], 4)),
    ]
    assert contextual_loss(made, exemplar).item() == pytest.approx(sum(parts), rel=1e-5)
    whole = contextual_loss(made, exemplar, {"relu2_2": 1.0}, pools={}).item()
    assert whole == pytest.approx(layer(made["relu2_2"], exemplar["relu2_2"]), rel=1e-5)


def test_pooling_keeps_odd_edges_and_small_grids() -> None:
    """A 3×3 grid pooled by 2 has 2×2 places, the last of one value; a 2×2 grid pooled by 4 has one."""
    ramp = torch.arange(9.0).reshape(1, 1, 3, 3)
    made = torch.cat([ramp, 1 - ramp.sin()], dim=1)
    exemplar = made.flip(2)
    pooled = [torch.tensor([[2.0, 3.5], [6.5, 8.0]]), None]

    def by_hand(features: Tensor) -> Tensor:
        cells = [features[..., i : i + 2, j : j + 2].mean((2, 3)) for i in (0, 2) for j in (0, 2)]
        return torch.stack(cells, dim=2).reshape(1, -1, 2, 2)

    assert torch.equal(by_hand(ramp)[0, 0], pooled[0])
    expected = layer(by_hand(made), by_hand(exemplar))
    value = contextual_loss(only(made), only(exemplar), ONE, pools={"relu4_2": 2}).item()
    assert value == pytest.approx(expected, rel=1e-5)
    small = only(torch.rand(1, 3, 2, 2))
    assert contextual_loss(small, small, ONE, pools={"relu4_2": 4}).item() == 0  # log of one place


def test_places_of_either_picture_may_move() -> None:
    made, exemplar = torch.randn(2, 5, 3, 4), torch.randn(2, 5, 4, 2)
    value = layer(made, exemplar)
    moved = made.flatten(2)[..., torch.randperm(12)].reshape(2, 5, 2, 6)
    other = exemplar.flatten(2)[..., torch.randperm(8)].reshape(exemplar.shape)
    assert layer(moved, other) == pytest.approx(value, rel=1e-4)


def test_one_factor_and_one_shift_of_both_leave_it_alone() -> None:
    made, exemplar = torch.randn(2, 5, 3, 4).double(), torch.randn(2, 5, 4, 2).double()
    value = layer(made, exemplar)
    for factor in (1e-6, 0.1, 1e4):
        assert layer(factor * made, factor * exemplar) == pytest.approx(value, rel=1e-6)
    shift = torch.randn(2, 5, 1, 1).double()
    assert layer(made + shift, exemplar + shift) == pytest.approx(value, rel=1e-6)
    assert layer(made + shift, exemplar) != pytest.approx(value, rel=1e-3)


def test_an_output_made_of_exemplar_places_is_cheap_and_the_reverse_is_not() -> None:
    """Direction output → exemplar: what the exemplar has besides need not appear in the output."""
    exemplar = torch.randn(1, 8, 4, 4)
    corner = exemplar[..., :2, :2]
    assert layer(corner, exemplar) < 1e-4
    assert layer(exemplar, corner) > 1e-3


def test_it_prefers_the_exemplar_s_colours_to_another_s() -> None:
    """What it is for: the same places nearer to the exemplar's cost less."""
    exemplar, other = torch.randn(1, 64, 6, 6), torch.randn(1, 64, 6, 6)
    steps = [layer((1 - t) * other + t * exemplar, exemplar) for t in (0, 0.25, 0.5, 0.75, 1)]
    assert steps == sorted(steps, reverse=True)


def test_gradients_are_right() -> None:
    a = torch.randn(2, 3, 2, 2, dtype=torch.float64, requires_grad=True)
    b = torch.randn(2, 3, 2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda a, b: contextual_loss(only(a), only(b), ONE, bandwidth=0.5), (a, b)
    )


def test_gradients_are_right_through_the_pooling() -> None:
    a, b = (torch.randn(1, 3, 3, 4, dtype=torch.float64, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(
        lambda a, b: contextual_loss(only(a), only(b), ONE, pools={"relu4_2": 2}, bandwidth=0.5), (a, b)
    )


def test_going_downhill_leads_to_the_exemplar() -> None:
    """Gradient descent on the features alone: each place ends beside one of the exemplar's."""
    torch.manual_seed(0)
    made, exemplar = torch.randn(1, 4, 3, 3, requires_grad=True), torch.randn(1, 4, 3, 3)
    optimizer = torch.optim.Adam([made], lr=0.05)
    start = layer(made.detach(), exemplar)
    for _ in range(100):
        optimizer.zero_grad()
        contextual_loss(only(made), only(exemplar), ONE).backward()
        optimizer.step()
    assert layer(made.detach(), exemplar) < 0.1 * start


def test_an_empty_sheet_gives_no_gradient() -> None:
    """Rounding leaves a constant exemplar tiny differences from its mean: they are not directions."""
    made = torch.rand(1, 4, 7, 7, requires_grad=True)
    value = contextual_loss(only(made), only(torch.full((1, 4, 7, 7), 0.1)), ONE)
    value.backward()
    assert value.item() == pytest.approx(math.log(49))
    assert made.grad is not None
    assert made.grad.abs().max() == 0


@pytest.mark.parametrize("bandwidth", [0.0, -0.1, math.inf, math.nan])
def test_a_bandwidth_that_is_none_is_refused(bandwidth: float) -> None:
    with pytest.raises(ValueError, match="bandwidth"):
        layer(torch.rand(1, 2, 2, 2), torch.rand(1, 2, 2, 2), bandwidth)


def test_a_pooling_side_that_is_none_is_refused() -> None:
    features = only(torch.rand(1, 2, 2, 2))
    with pytest.raises(ValueError, match="pooling"):
        contextual_loss(features, features, ONE, pools={"relu4_2": 0})
