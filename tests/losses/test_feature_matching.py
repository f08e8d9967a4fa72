"""Feature matching: a case by hand, what is left out, where gradients go."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from repro.losses.feature_matching import feature_matching_loss


def side(*values: float) -> list[list[Tensor]]:
    """Two scales of two layers and a map of scores, each of one value."""
    maps = [torch.full((2, 3, 4, 4), float(value), requires_grad=True) for value in values]
    return [maps[:3], maps[3:]]


def test_layers_add_up_scales_are_averaged_and_scores_do_not_count() -> None:
    loss = feature_matching_loss(side(1, 2, 99, 3, 4, 99), side(1.5, 1, 0, 3, 2, 0))
    assert loss.item() == pytest.approx(((0.5 + 1) + (0 + 2)) / 2)


def test_the_real_side_is_a_target() -> None:
    fake, real = side(1, 2, 3, 4, 5, 6), side(2, 3, 4, 5, 6, 7)
    feature_matching_loss(fake, real).backward()
    assert fake[0][0].grad is not None
    assert real[0][0].grad is None


@pytest.mark.parametrize(
    "cut", [lambda s: s[:1], lambda s: [s[0], s[1][:2]], lambda s: [[m[:1] for m in s[0]], s[1]]]
)
def test_what_does_not_match_is_refused(cut) -> None:
    fake = side(*range(6))
    with pytest.raises(ValueError, match="cannot be matched"):
        feature_matching_loss(fake, cut(fake))
    with pytest.raises(ValueError, match="cannot be matched"):
        feature_matching_loss([], [])
