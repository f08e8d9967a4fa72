"""A player's step: weights in one place, a rate in closed form, gradients no longer than allowed."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from repro.config import ConfigError, OptimConfig, TrainConfig
from repro.training.devices import launch
from repro.training.players import Players, rate_factor, weighted_total


def test_weights_are_applied_in_the_total_and_nowhere_else() -> None:
    weights = {"pseudo": 3.0, "align": 0.5, "coarse": 7.0}
    terms = {"pseudo": torch.tensor(2.0), "align": torch.tensor(4.0)}
    assert float(weighted_total(terms, weights)) == 3 * 2 + 0.5 * 4
    with pytest.raises(ConfigError, match="weight above 0"):
        weighted_total({}, weights)


def test_a_long_gradient_is_clipped_and_a_short_one_left_alone() -> None:
    net = nn.Linear(3, 1, bias=False)
    fabric = launch(TrainConfig())
    method = nn.ModuleDict({"a": net})
    method.players = {"generator": ("a",)}  # type: ignore[assignment]
    for clip, expected in ((0.0, 5.0), (10.0, 5.0), (1.0, 1.0)):
        players = Players(fabric, method, OptimConfig(clip=clip))
        players.step("generator", (net.weight * torch.tensor([3.0, 4.0, 0.0])).sum(), 1.0)
        assert net.weight.grad is not None
        assert float(net.weight.grad.norm()) == pytest.approx(expected, abs=1e-4)


def test_the_rate_in_closed_form() -> None:
    constant = OptimConfig(warmup=4, decay="constant")
    assert [rate_factor(s, constant, 100) for s in (0, 1, 3, 4, 99)] == [0.25, 0.5, 1.0, 1.0, 1.0]
    cosine = OptimConfig(warmup=0, decay="cosine")
    assert rate_factor(0, cosine, 100) == 1.0
    assert rate_factor(50, cosine, 100) == pytest.approx(0.5)
    assert rate_factor(25, cosine, 100) == pytest.approx((1 + math.sqrt(0.5)) / 2)
    assert 0 < rate_factor(99, cosine, 100) < 0.0005
    half = OptimConfig(decay="half_linear")
    assert [rate_factor(s, half, 100) for s in (0, 50, 75, 99)] == pytest.approx([1.0, 1.0, 0.5, 0.02])


def test_weight_decay_pulls_towards_nought() -> None:
    """Without a gradient, Adam with an L2 penalty moves a weight by the rate, against its sign."""
    method = nn.ModuleDict({"a": nn.Linear(1, 1, bias=False)})
    method.players = {"generator": ("a",)}  # type: ignore[assignment]
    nn.init.constant_(method["a"].weight, 0.5)
    players = Players(launch(TrainConfig()), method, OptimConfig(lr=0.1, weight_decay=0.3))
    players.step("generator", (method["a"].weight * 0).sum(), 1.0)
    assert method["a"].weight.item() == pytest.approx(0.4, abs=1e-4)
