"""The critic whose features are matched: layers, sizes, official count."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from repro.models.matched_critic import MatchedCritic, compare, scores


@pytest.mark.parametrize("size", [(16, 16), (32, 32), (64, 48)])
def test_every_layer_of_both_scales_answers(size: tuple[int, int]) -> None:
    critic = MatchedCritic(1, 2)
    answers = critic(torch.rand(3, 3, *size), torch.rand(3, 1, *size))
    assert [[answer.shape[1] for answer in scale] for scale in answers] == [[2, 4, 8, 16, 1]] * 2
    assert [s.shape[:2] for s in scores(answers)] == [(3, 1), (3, 1)]
    assert (answers[0][0].shape[2], answers[1][0].shape[2]) == (size[0] // 2 + 1, size[0] // 4 + 1)


def test_both_are_judged_as_each_alone() -> None:
    critic = MatchedCritic(1, 2).eval()
    fake, real, sketch = torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32), torch.rand(2, 1, 32, 32)
    together = compare(critic, fake, real, sketch)
    for side, picture in zip(together, (fake, real), strict=True):
        alone = critic(picture, sketch)
        for ours, theirs in zip(side, alone, strict=True):
            torch.testing.assert_close(ours, theirs)


def test_the_size_is_that_of_the_official_layer_list() -> None:
    """NVlabs/SPADE, models/networks/discriminator.py: 4×4 kernels, biases in the first and last alone."""
    inputs, widths = 4, (64, 128, 256, 512)
    one = inputs * 64 * 16 + 64
    one += sum(i * o * 16 for i, o in pairwise(widths))
    one += 512 * 16 + 1
    with torch.device("meta"):
        critic = MatchedCritic(1, 64)
    assert sum(p.numel() for p in critic.parameters()) == 2 * one == 5_529_730
