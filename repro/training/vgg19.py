"""VGG-19 with the ImageNet weights that torchvision publishes: of 575 MB, the 80 of its convolutions."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from repro.methods.feature_nets import feature_net_path
from repro.methods.weights import save_tensors
from repro.models.features import (
    VGG19_DEPTHS,
    FeatureNet,
    FeatureNetError,
    Recipe,
    read_feature_net,
    torchvision_places,
)
from repro.training.published import State, fetch_state

if TYPE_CHECKING:  # downloading needs packages that everything else here does without
    from repro.data.fetch.transfer import Patience


@dataclass(frozen=True)
class Published:
    """A state dict on the web: its address, the sha256 it must have, and what net it is of.

    depths: convolutions in each block, laid out as torchvision's VGG has them.
    """

    url: str
    sha256: str
    recipe: Recipe
    depths: tuple[int, ...] = VGG19_DEPTHS
    about: dict[str, Any] = field(default_factory=dict)


VGG19 = Published(
    # The address of VGG19_Weights.IMAGENET1K_V1. torchvision states the first 8 digits of the hash, as
    # part of the file's name; the whole hash is what many who fetched the file have written down.
    url="https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
    sha256="dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
    recipe=Recipe("vgg19", mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)),
    about={
        "source": "torchvision, VGG19_Weights.IMAGENET1K_V1, convolutions only",
        "accuracy": {
            "ImageNet-1K, top 1": 0.72376,
            "ImageNet-1K, top 5": 0.90876,
            "stated by": "torchvision",
        },
        "licence": "BSD-3-Clause (torchvision); ImageNet's pictures are for non-commercial research",
    },
)


def fetch_vgg19(
    *,
    url: str | None = None,
    file: Path | None = None,
    published: Published = VGG19,
    patience: Patience | None = None,
) -> Path:
    """Bring the weights to where `feature_net("vgg19")` finds them; returns that place.

    Weights that are there already are left as they are. An interrupted download is gone on with by the
    next call.

    Args:
        url: another address of the very same file.
        file: the file itself, fetched by hand; then nothing is downloaded, and it is left where it is.

    Raises:
        FeatureNetError: the file is not the published one, cut short say.
        FetchError: it cannot be had.
    """
    target = feature_net_path("vgg19")
    if target.exists():
        read_feature_net(target)
        return target
    keep = partial(_keep, target, published)
    fetch_state(url or published.url, published.sha256, target, keep, file=file, patience=patience)
    return target


def _keep(target: Path, published: Published, state: State) -> None:
    """Write the convolutions of a published state dict as a feature net."""
    weights = _convolutions(state, published.depths)
    FeatureNet(published.recipe, weights)  # nothing is written that could not be read again
    card = {"recipe": asdict(published.recipe), "about": {**published.about, "sha256": published.sha256}}
    save_tensors(target, weights, card)


def _convolutions(state: dict[str, Tensor], depths: tuple[int, ...]) -> dict[str, Tensor]:
    """Our names for torchvision's: conv1_1.weight is features.0.weight, conv1_2.weight features.2.weight …"""
    places = torchvision_places(depths)
    try:
        return {
            f"{conv}.{kind}": state[f"features.{place}.{kind}"]
            for conv, place in places.items()
            for kind in ("weight", "bias")
        }
    except (KeyError, TypeError) as error:
        raise FeatureNetError(
            f"this is not a state dict of torchvision's VGG: {error!r} is missing"
        ) from error
