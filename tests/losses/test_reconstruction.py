"""Loss terms against cases worked by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from repro.losses.reconstruction import align_loss, coarse_loss, pseudo_loss

Loss = Callable[[Tensor, Tensor], Tensor]
EVERY = pytest.mark.parametrize("loss", [pseudo_loss, align_loss, coarse_loss])


@EVERY
def test_a_two_by_two_case_by_hand(loss: Loss) -> None:
    a = torch.tensor([[[[0.0, 1.0], [0.5, 0.25]]]])
    b = torch.tensor([[[[1.0, 1.0], [0.0, 0.75]]]])
    assert loss(a, b).item() == pytest.approx((1.0 + 0.0 + 0.5 + 0.5) / 4)
    assert loss(a, b).item() != pytest.approx((1.0 + 0.25 + 0.25) / 4)  # squares would give this


@EVERY
def test_it_is_a_mean_over_batch_channels_and_positions(loss: Loss) -> None:
    """Twice the batch or a larger grid of the same difference leaves it alone: weights stay comparable."""
    for shape in ((1, 3, 2, 2), (4, 3, 8, 8), (2, 7, 1, 3)):
        assert loss(torch.full(shape, 0.75), torch.full(shape, 0.5)).item() == pytest.approx(0.25)
        assert loss(torch.rand(shape), torch.rand(shape)).shape == ()


@EVERY
def test_equal_inputs_cost_nothing_and_order_does_not_matter(loss: Loss) -> None:
    a, b = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4)
    assert loss(a, a.clone()).item() == 0
    assert loss(a, b).item() == pytest.approx(loss(b, a).item())
    assert loss(a, b).item() > 0


@EVERY
def test_another_instance_as_target_costs_more(loss: Loss) -> None:
    """The planted fault of a batch whose targets were swapped."""
    targets = torch.rand(2, 3, 4, 4)
    made = targets + 0.01
    assert loss(made, targets.flip(0)) > 10 * loss(made, targets)


@EVERY
@pytest.mark.parametrize("shape", [(1, 3, 4, 4), (2, 1, 4, 4), (2, 3, 1, 1), (3, 4, 4)])
def test_shapes_that_would_broadcast_are_refused(loss: Loss, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shapes differ"):
        loss(torch.rand(2, 3, 4, 4), torch.rand(shape))


@EVERY
def test_gradients_are_right(loss: Loss) -> None:
    a, b = (torch.rand(1, 2, 2, 2, dtype=torch.float64, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(loss, (a, b))
