"""From the name of a feature net to the net: never another one in its place."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import torch

from repro.models.features import VGG19_DEPTHS, FeatureNet, FeatureNetError, Recipe, read_feature_net
from repro.record import cache_folder

HOW_TO_GET = {
    "toybox": "train it again with: repro features train -o {path}",
    "vgg19": "nothing is downloaded unasked; get it once (575 MB) with: repro features fetch vgg19, "
    "or use the net that ships with the package, toybox",
}
"""Name → what to do when its weights are missing."""


VGG19_WIDTHS = (64, 128, 256, 512, 512)
"""Channels of each block of VGG-19 (configuration E)."""


def feature_net_path(which: str) -> Path:
    """Where the weights of a net lie, or would lie: ``toybox``, ``vgg19``, or a .safetensors file itself.

    Raises FeatureNetError for any other name.
    """
    if which == "toybox":
        return Path(str(resources.files("repro") / "assets" / "toybox_features.safetensors"))
    if which == "vgg19":
        return cache_folder() / "features" / "vgg19.safetensors"
    if which.endswith(".safetensors"):
        return Path(which)
    raise FeatureNetError(
        f"no feature net is called {which!r}; one of {', '.join(HOW_TO_GET)}, or a .safetensors file"
    )


def inception_path() -> Path:
    """Where the weights of Inception lie, or would lie: the net behind the FID of the literature."""
    return cache_folder() / "features" / "inception.safetensors"


def feature_net(which: str) -> FeatureNet:
    """The frozen net of that name or file, float32 on the CPU.

    Nothing is downloaded here. Raises FeatureNetError when the weights are not there, saying how to get
    them, or when they are damaged or another net's.
    """
    path = feature_net_path(which)
    if not path.is_file():
        how = HOW_TO_GET.get(which, "give an existing file, or one of: " + ", ".join(HOW_TO_GET))
        raise FeatureNetError(f"the weights of {which} are not at {path}: {how.format(path=path)}")
    net = read_feature_net(path)
    if which in HOW_TO_GET and net.recipe.name != which:
        raise FeatureNetError(f"{path} holds {net.recipe.name!r} in place of {which!r}: delete it")
    return net


def feature_net_of_this_shape(which: str) -> FeatureNet:
    """The net of that name without its weights: to count what it costs, even before it was fetched.

    VGG-19 is known by heart, and full of zeros. Raises FeatureNetError as `feature_net` does for any other.
    """
    if which != "vgg19":
        return feature_net(which)
    weights, inputs = {}, 3
    for block, (depth, width) in enumerate(zip(VGG19_DEPTHS, VGG19_WIDTHS, strict=True), 1):
        for number in range(1, depth + 1):
            weights[f"conv{block}_{number}.weight"] = torch.zeros(width, inputs, 3, 3, device="cpu")
            weights[f"conv{block}_{number}.bias"] = torch.zeros(width, device="cpu")
            inputs = width
    return FeatureNet(Recipe("vgg19", mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)), weights)
