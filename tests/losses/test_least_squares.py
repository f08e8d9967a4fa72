"""The least squares of CycleGAN and MUNIT: what a score is to be, and what a wrong one costs."""

from __future__ import annotations

import pytest
import torch

from repro.losses.adversarial import LEAST_SQUARES


def test_by_hand() -> None:
    real = [torch.tensor([[[[1.0, 0.0], [3.0, -1.0]]]]), torch.tensor([[[[1.5]]]])]  # 0, 1, 4, 4 and 0.25
    fake = [torch.tensor([[[[0.0, 2.0], [1.0, -1.0]]]]), torch.tensor([[[[0.5]]]])]  # 0, 4, 1, 1 and 0.25
    expected = (9 / 4 + 0.25) / 2 + (6 / 4 + 0.25) / 2  # scales count alike
    assert LEAST_SQUARES.discriminator(real, fake).item() == pytest.approx(expected)
    assert LEAST_SQUARES.generator(fake).item() == pytest.approx((6 / 4 + 0.25) / 2)  # 1, 1, 0, 4 and 0.25
    assert LEAST_SQUARES.discriminator(fake, real).item() != pytest.approx(expected)


def test_the_right_answers_cost_nothing_and_doubt_a_half() -> None:
    one, half = [torch.ones(2, 1, 3, 3)], [torch.full((2, 1, 3, 3), 0.5)]
    nought = [torch.zeros(2, 1, 3, 3)]
    assert LEAST_SQUARES.discriminator(one, nought).item() == 0
    assert LEAST_SQUARES.generator(one).item() == 0
    assert LEAST_SQUARES.discriminator(half, half).item() == 0.5


def test_gradients_are_right() -> None:
    maps = [torch.randn(2, 1, 2, 2, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    assert torch.autograd.gradcheck(lambda r, f: LEAST_SQUARES.discriminator([r], [f]), maps)
    assert torch.autograd.gradcheck(lambda f: LEAST_SQUARES.generator([f]), maps[:1])


def test_a_single_map_is_refused() -> None:
    single = torch.zeros(2, 1, 4, 4)
    for refused in (
        lambda: LEAST_SQUARES.discriminator(single, [single]),
        lambda: LEAST_SQUARES.generator(single),
    ):
        with pytest.raises(ValueError, match="a list of maps"):
            refused()
