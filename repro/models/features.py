"""Frozen nets that say what a picture shows: the φ of Eq. 10 to 12, and of a Fréchet distance.

All are built like VGG (Simonyan and Zisserman 2015): blocks of 3×3 convolutions, each followed by a
ReLU, and a 2×2 pooling between two blocks. Layers have the names that papers use: ``relu3_2`` is the
second activation of the third block. Widths and depths are read off the weights, and how a picture is to
be normalised is read from the card beside them: the true VGG-19, a distilled one, and the small net
trained on Toybox all load alike.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

VGG19_DEPTHS = (2, 2, 4, 4, 4)
"""Convolutions in each block of VGG-19 (configuration E)."""

HEADS = "heads."
"""Prefix of what a net was trained to say; such tensors may lie in its file, but are no features."""

PADDINGS = ("zeros", "reflect")
POOLINGS = {"max": F.max_pool2d, "average": F.avg_pool2d}
_WEIGHT = re.compile(r"conv([1-9])_([1-9])\.(weight|bias)")


class FeatureNetError(ValueError):
    """Weights of a feature net that are missing, damaged, or not what their name says."""


@dataclass(frozen=True)
class Recipe:
    """How a feature net reads a picture.

    name: what it is called beside every number that rests on it.
    mean, std: of red, green and blue in [0, 1]; the picture enters as (image − mean) / std.
    padding: around each convolution, one of PADDINGS.
    pooling: between two blocks, one of POOLINGS.

    Raises FeatureNetError for values that cannot be meant.
    """

    name: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    padding: str = "zeros"
    pooling: str = "max"

    def __post_init__(self) -> None:
        for field in ("mean", "std"):
            values = getattr(self, field)
            if len(values) != 3 or not all(math.isfinite(v) for v in values):
                raise FeatureNetError(f"{field} must be three numbers, for red, green and blue: {values}")
        if min(self.std) <= 0:
            raise FeatureNetError(f"std must be above 0: {self.std}")
        if self.padding not in PADDINGS or self.pooling not in POOLINGS:
            raise FeatureNetError(
                f"padding must be one of {', '.join(PADDINGS)} and pooling one of {', '.join(POOLINGS)}, "
                f"not {self.padding!r} and {self.pooling!r}"
            )


class FeatureNet(nn.Module):
    """Activations of a frozen net, by layer name.

    The weights are buffers that no checkpoint keeps: they follow the module to a device or a precision,
    but an optimiser finds no parameter here, and the file of a method that is trained with a feature net
    does not carry it along. There is nothing in it that behaves unlike in training and in use. Gradients
    do flow back to the images.
    """

    def __init__(
        self, recipe: Recipe, weights: Mapping[str, Tensor], about: Mapping[str, Any] | None = None
    ) -> None:
        """Build the net of ``weights``: conv1_1.weight (C, 3, 3, 3), conv1_1.bias (C,), conv1_2.weight …

        ``about``: what else its card says, such as its accuracy. Raises FeatureNetError when the weights
        are no net of this shape, or not finite.
        """
        super().__init__()
        self.recipe, self.about = recipe, dict(about or {})
        self.depths = _depths(weights)
        self.widths = {layer: len(weights[f"{_conv(layer)}.bias"]) for layer in _layers(self.depths)}
        for name, tensor in weights.items():
            values = tensor.detach().clone()
            if not values.is_floating_point() or not values.float().isfinite().all():
                raise FeatureNetError(f"{name} holds values that are no finite numbers")
            self.register_buffer(name.replace(".", "_"), values.float(), persistent=False)
        place = self.get_buffer("conv1_1_bias").device
        for name in ("mean", "std"):
            channels = torch.tensor(getattr(recipe, name), device=place).reshape(1, 3, 1, 1)
            self.register_buffer(name, channels, persistent=False)

    @property
    def layers(self) -> tuple[str, ...]:
        """All layers that can be asked for, the first first."""
        return tuple(self.widths)

    def forward(self, images: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        """The activations of ``layers``, and nothing deeper is computed than they need.

        images: (B, 3, H, W) float, RGB in [0, 1]. Returns layer → (B, C, h, w) ≥ 0, in the order asked
        for; h = ⌊H / 2^(block − 1)⌋. Raises ValueError for a layer that the net has not, for images of
        another shape or kind, or smaller than the deepest layer can see.
        """
        wanted = dict.fromkeys(layers)
        self._check(images, wanted)
        found: dict[str, Tensor] = {}
        features = (images - self.get_buffer("mean")) / self.get_buffer("std")
        for layer in self.layers[: max(map(self.layers.index, wanted)) + 1]:
            if layer.endswith("_1") and layer != "relu1_1":
                features = POOLINGS[self.recipe.pooling](features, 2)
            features = F.relu(self._convolved(features, _conv(layer)))
            if layer in wanted:
                found[layer] = features
        return {layer: found[layer] for layer in wanted}

    def _convolved(self, features: Tensor, conv: str) -> Tensor:
        weight, bias = self.get_buffer(f"{conv}_weight"), self.get_buffer(f"{conv}_bias")
        if self.recipe.padding == "reflect":
            return F.conv2d(F.pad(features, (1, 1, 1, 1), mode="reflect"), weight, bias)
        return F.conv2d(features, weight, bias, padding=1)

    def _check(self, images: Tensor, wanted: Mapping[str, None]) -> None:
        missing = [layer for layer in wanted if layer not in self.widths]
        if missing or not wanted:
            asked = ", ".join(missing) or "no layer at all"
            raise ValueError(f"{self.recipe.name} was asked for {asked}; it has {', '.join(self.layers)}")
        if images.ndim != 4 or images.shape[1] != 3 or not images.is_floating_point():
            raise ValueError(
                f"images must be (B, 3, H, W), floats in [0, 1], not {images.dtype} {list(images.shape)}"
            )
        # What is mirrored at an edge lies beside the edge, so a second pixel must be there.
        least = 2 if self.recipe.padding == "reflect" else 1
        side = least * 2 ** (max(_block(layer) for layer in wanted) - 1)
        if min(images.shape[2:]) < side:
            raise ValueError(f"{', '.join(wanted)}: {side} px a side at least, not {list(images.shape[2:])}")


def read_feature_net(path: Path) -> FeatureNet:
    """The feature net in a safetensors file, float32 on the CPU.

    Its metadata hold ``card``, a JSON object: ``recipe`` has the fields of `Recipe`, ``about`` whatever
    else is to be known. Nothing in such a file can run. Raises FeatureNetError when it is missing,
    damaged or no feature net.
    """
    try:
        with safe_open(path, "pt", device="cpu") as file:
            card = json.loads((file.metadata() or {})["card"])
            names = [name for name in file.keys() if not name.startswith(HEADS)]  # noqa: SIM118
            weights = {name: file.get_tensor(name) for name in names}
        recipe = {**card["recipe"], **{k: tuple(card["recipe"][k]) for k in ("mean", "std")}}
        return FeatureNet(Recipe(**recipe), weights, card["about"])
    except FileNotFoundError as error:
        raise FeatureNetError(f"{path} does not exist") from error
    except FeatureNetError as error:
        raise FeatureNetError(f"{path}: {error}") from error
    except (
        SafetensorError,
        OSError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ) as error:
        raise FeatureNetError(f"{path} is not a feature net with its card: {error!r}") from error


def torchvision_places(depths: Sequence[int] = VGG19_DEPTHS) -> dict[str, int]:
    """Convolution → its index in ``features`` of torchvision's VGG; its activation is the next one.

    There a convolution and its ReLU take two places, and the pooling after a block takes one.
    """
    places, at = {}, 0
    for block, depth in enumerate(depths, 1):
        for number in range(1, depth + 1):
            places[f"conv{block}_{number}"] = at
            at += 2
        at += 1
    return places


def _layers(depths: Sequence[int]) -> list[str]:
    return [f"relu{block}_{i}" for block, depth in enumerate(depths, 1) for i in range(1, depth + 1)]


def _conv(layer: str) -> str:
    return layer.replace("relu", "conv")


def _block(layer: str) -> int:
    return int(layer[4])


def _depths(weights: Mapping[str, Tensor]) -> tuple[int, ...]:
    """Convolutions a block. Raises FeatureNetError unless each fits the one before, and none is missing."""
    found = [_WEIGHT.fullmatch(name) for name in weights]
    strange = [name for name, match in zip(weights, found, strict=True) if match is None]
    if strange or not found:
        raise FeatureNetError(f"{', '.join(strange[:3]) or 'nothing at all'} instead of conv1_1.weight …")
    blocks = [int(match[1]) for match in found if match and match[3] == "bias"]
    depths = tuple(blocks.count(block) for block in range(1, max(blocks, default=0) + 1))
    convs = [_conv(layer) for layer in _layers(depths)]
    if 0 in depths or set(weights) != {f"{conv}.{kind}" for conv in convs for kind in ("weight", "bias")}:
        raise FeatureNetError("its convolutions are not numbered without a gap, each with weight and bias")
    inputs = 3
    for conv in convs:
        weight, bias = weights[f"{conv}.weight"], weights[f"{conv}.bias"]
        outputs = len(weight) if weight.ndim == 4 else 0
        if not outputs or weight.shape != (outputs, inputs, 3, 3) or bias.shape != (outputs,):
            raise FeatureNetError(
                f"{conv} has shape {list(weight.shape)}, not (C, {inputs}, 3, 3) and C biases"
            )
        inputs = outputs
    return depths
