"""From a name to a feature net: the right one, or words that say how to get it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from repro.methods import feature_nets
from repro.methods.feature_nets import feature_net, feature_net_path
from repro.methods.weights import save_tensors
from repro.models.features import FeatureNetError, Recipe


def put(path: Path, name: str) -> Path:
    """A net of one convolution that is called ``name``."""
    weights = {"conv1_1.weight": torch.randn(2, 3, 3, 3), "conv1_1.bias": torch.zeros(2)}
    recipe = Recipe(name, (0.5, 0.5, 0.5), (0.2, 0.2, 0.2))
    save_tensors(path, weights, {"recipe": asdict(recipe), "about": {}})
    return path


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPRO_CACHE", str(tmp_path / "cache"))


def test_vgg19_lies_in_the_cache(tmp_path: Path) -> None:
    put(tmp_path / "cache" / "features" / "vgg19.safetensors", "vgg19")
    assert feature_net("vgg19").recipe.name == "vgg19"


def test_toybox_lies_in_the_package() -> None:
    assert feature_net_path("toybox").parts[-3:] == ("repro", "assets", "toybox_features.safetensors")


def test_ones_own_file_is_taken_by_its_path(tmp_path: Path) -> None:
    assert feature_net(str(put(tmp_path / "mine.safetensors", "mine"))).recipe.name == "mine"


def test_a_missing_vgg19_is_not_replaced_and_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FeatureNetError, match="repro features fetch vgg19") as caught:
        feature_net("vgg19")
    assert str(tmp_path / "cache") in str(caught.value)


def test_a_missing_toybox_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feature_nets, "feature_net_path", lambda _: tmp_path / "gone.safetensors")
    with pytest.raises(FeatureNetError, match=r"repro features train -o .*gone\.safetensors"):
        feature_net("toybox")


def test_a_missing_file_of_ones_own(tmp_path: Path) -> None:
    with pytest.raises(FeatureNetError, match=r"not at .*mine\.safetensors: give an existing file"):
        feature_net(str(tmp_path / "mine.safetensors"))


def test_another_net_in_its_place_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path / "cache" / "features" / "vgg19.safetensors", "toybox")
    with pytest.raises(FeatureNetError, match=r"vgg19\.safetensors holds 'toybox' in place of 'vgg19'"):
        feature_net("vgg19")
    assert path.exists()


@pytest.mark.parametrize("name", ["vgg16", "", "../vgg19", "VGG19"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(FeatureNetError, match=r"one of toybox, vgg19, or a \.safetensors file"):
        feature_net(name)
