"""From the name of a feature net to the net: never another one in its place."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from repro.models.features import FeatureNet, FeatureNetError, read_feature_net
from repro.record import cache_folder

HOW_TO_GET = {
    "toybox": "train it again with: repro features train -o {path}",
    "vgg19": "nothing is downloaded unasked; get it once (575 MB) with: repro features fetch vgg19, "
    "or use the net that ships with the package, toybox",
}
"""Name → what to do when its weights are missing."""


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
