"""Feature nets: questions, weights and recipes that are refused in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from repro.models.features import FeatureNet, FeatureNetError, Recipe

PLAIN = Recipe("plain", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
SHAPES = {"conv1_1": (4, 3), "conv1_2": (4, 4), "conv2_1": (5, 4), "conv3_1": (6, 5), "conv3_2": (6, 6)}
Weights = dict[str, Tensor]


@pytest.fixture
def weights() -> Weights:
    return {f"{conv}.weight": torch.randn(*shape, 3, 3) for conv, shape in SHAPES.items()} | {
        f"{conv}.bias": torch.randn(shape[0]) for conv, shape in SHAPES.items()
    }


@pytest.fixture
def net(weights: Weights) -> FeatureNet:
    return FeatureNet(PLAIN, weights)


@pytest.mark.parametrize(
    ("images", "layers", "message"),
    [
        (
            torch.rand(1, 3, 8, 8),
            ["relu3_3", "relu1_1"],
            "asked for relu3_3; it has relu1_1, relu1_2",
        ),
        (torch.rand(1, 3, 8, 8), ["conv1_1"], "asked for conv1_1"),
        (torch.rand(1, 3, 8, 8), [], "asked for no layer at all"),
        (torch.rand(3, 8, 8), ["relu1_1"], r"must be \(B, 3, H, W\)"),
        (torch.rand(1, 1, 8, 8), ["relu1_1"], r"not torch.float32 \[1, 1, 8, 8\]"),
        (torch.zeros(1, 3, 8, 8, dtype=torch.uint8), ["relu1_1"], "not torch.uint8"),
        (torch.rand(1, 3, 8, 3), ["relu1_1", "relu3_1"], "4 px a side at least"),
    ],
)
def test_a_wrong_question_is_answered_in_words(
    net: FeatureNet, images: Tensor, layers: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        net(images, layers)


@pytest.mark.parametrize(("padding", "least"), [("zeros", 4), ("reflect", 8)])
def test_the_smallest_picture(weights: Weights, padding: str, least: int) -> None:
    net = FeatureNet(replace(PLAIN, padding=padding), weights)
    net(torch.rand(1, 3, least, least), ["relu3_2"])
    with pytest.raises(ValueError, match=f"{least} px"):
        net(torch.rand(1, 3, least - 1, least), ["relu3_2"])


def without(*names: str) -> Callable[[Weights], Weights]:
    return lambda weights: {name: tensor for name, tensor in weights.items() if name not in names}


def changed(**named: Tensor) -> Callable[[Weights], Weights]:
    return lambda weights: weights | {name.replace("__", "."): tensor for name, tensor in named.items()}


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (without("conv2_1.bias"), "without a gap"),
        (without("conv1_1.weight", "conv1_1.bias"), "without a gap"),
        (without("conv2_1.weight", "conv2_1.bias"), "without a gap"),
        (lambda _: {}, "nothing at all instead of"),
        (changed(extra__weight=torch.zeros(1)), "extra.weight instead of"),
        (changed(conv2_1__weight=torch.zeros(5, 3, 3, 3)), r"conv2_1 has shape .* not \(C, 4, 3, 3\)"),
        (changed(conv2_1__weight=torch.zeros(5, 4, 5, 5)), "conv2_1 has shape"),
        (changed(conv2_1__weight=torch.zeros(5)), "conv2_1 has shape"),
        (changed(conv2_1__bias=torch.zeros(4)), "conv2_1 has shape"),
        (changed(conv3_2__bias=torch.full((6,), torch.nan)), "conv3_2.bias holds values"),
        (changed(conv3_2__bias=torch.zeros(6, dtype=torch.int64)), "conv3_2.bias holds values"),
    ],
)
def test_weights_of_another_shape_are_refused(
    weights: Weights, spoil: Callable[[Weights], Weights], message: str
) -> None:
    with pytest.raises(FeatureNetError, match=message):
        FeatureNet(PLAIN, spoil(weights))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"mean": (0.5, 0.5)}, "mean must be three numbers"),
        ({"mean": (0.5, 0.5, float("nan"))}, "mean must be three"),
        ({"std": (1.0, 0.0, 1.0)}, "std must be above 0"),
        ({"padding": "mirror"}, "padding must be one of zeros, reflect"),
        ({"pooling": "none"}, "pooling one of max, average"),
    ],
)
def test_a_recipe_that_cannot_be_meant_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(FeatureNetError, match=message):
        replace(PLAIN, **fields)
