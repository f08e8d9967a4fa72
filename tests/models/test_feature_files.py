"""Feature nets on disk: there and back, and nothing strange gets in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from repro.models.features import HEADS, FeatureNetError, Recipe, read_feature_net

RECIPE = {
    "name": "own",
    "mean": [0.1, 0.2, 0.3],
    "std": [0.5, 0.6, 0.7],
    "padding": "reflect",
    "pooling": "average",
}
Keep = Callable[..., Path]


@pytest.fixture
def weights() -> dict[str, Tensor]:
    return {"conv1_1.weight": torch.randn(4, 3, 3, 3), "conv1_1.bias": torch.randn(4)}


@pytest.fixture
def keep(tmp_path: Path, weights: dict[str, Tensor]) -> Keep:
    """``keep(card)``: a file of the weights with that card, as it is where it is a text."""

    def write(card: Any, **more: Tensor) -> Path:
        path = tmp_path / "net.safetensors"
        text = card if isinstance(card, str) else json.dumps(card)
        save_file(weights | more, path, {"card": text})
        return path

    return write


def test_a_net_goes_there_and_back(keep: Keep, weights: dict[str, Tensor]) -> None:
    net = read_feature_net(keep({"recipe": RECIPE, "about": {"accuracy": 0.9}}))
    assert net.recipe == Recipe("own", (0.1, 0.2, 0.3), (0.5, 0.6, 0.7), "reflect", "average")
    assert net.about == {"accuracy": 0.9}
    assert torch.equal(net.get_buffer("conv1_1_weight"), weights["conv1_1.weight"])


def test_half_precision_becomes_float32_and_heads_are_left_out(
    keep: Keep, weights: dict[str, Tensor]
) -> None:
    halves = {name: tensor.half() for name, tensor in weights.items()}
    net = read_feature_net(
        keep({"recipe": RECIPE, "about": {}}, **halves, **{f"{HEADS}relu1_1.bias": torch.ones(2)})
    )
    assert {buffer.dtype for buffer in net.buffers()} == {torch.float32}
    assert torch.equal(net.get_buffer("conv1_1_bias"), weights["conv1_1.bias"].half().float())
    assert net.layers == ("relu1_1",)


@pytest.mark.parametrize(
    "card",
    [
        "{",
        "[" * 100_000,
        [],
        {},
        {"recipe": {}, "about": {}},
        {"recipe": RECIPE},
        {"recipe": RECIPE | {"tricks": 1}, "about": {}},
        {"recipe": RECIPE | {"mean": "abc"}, "about": {}},
        {"recipe": RECIPE | {"mean": 0.5}, "about": {}},
        {"recipe": RECIPE | {"std": [0, 0, 0]}, "about": {}},
        {"recipe": RECIPE | {"pooling": ["max"]}, "about": {}},
        {"recipe": RECIPE, "about": 3},
    ],
)
def test_a_card_that_makes_no_sense_is_refused(keep: Keep, card: Any) -> None:
    with pytest.raises(FeatureNetError, match=r"net\.safetensors"):
        read_feature_net(keep(card))


def test_other_tensors_are_refused(keep: Keep) -> None:
    with pytest.raises(FeatureNetError, match=r"net\.safetensors: nets\.a instead of conv1_1"):
        read_feature_net(keep({"recipe": RECIPE, "about": {}}, **{"nets.a": torch.ones(1)}))


@pytest.mark.parametrize("length", [0, 4, 60, -1])
def test_a_file_cut_short_is_refused(keep: Keep, length: int) -> None:
    path = keep({"recipe": RECIPE, "about": {}})
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(FeatureNetError, match=r"net\.safetensors is not a feature net"):
        read_feature_net(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FeatureNetError, match="does not exist"):
        read_feature_net(tmp_path / "none.safetensors")
    with pytest.raises(FeatureNetError, match="is not a feature net"):
        read_feature_net(tmp_path)
