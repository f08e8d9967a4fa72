"""The figure of the moment shortcut: change what it returns, place by place, and see what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repro.report.figures.inline import Array, base64_text, fill, png

TEMPLATE = Path(__file__).with_suffix(".html")
STEPS = 63
"""Features travel in six bits, as grey levels of a picture; with eight the result looks the same."""
Conv = tuple[Array, Array]
"""Weight (O, I, 3, 3) and bias (O,) of a convolution that keeps the size, with zeros around the border."""


@dataclass(frozen=True)
class Painting:
    """A picture, and what the generator has in hand where its finest shortcut stands.

    title: name on the button.
    picture: (3, S, S) in [0, 1], the true answer; its three channels are also the features of the other view.
    coarse: (3, S, S) in [0, 1], what the generator adds its own drawing to.
    features: (C, S, S), normalised, on their way into the shortcut.
    mean, std: (S, S), the moments that the encoder hands over.
    """

    title: str
    picture: Array
    coarse: Array
    features: Array
    mean: Array
    std: Array


@dataclass(frozen=True)
class Head:
    """What follows: the net that predicts β and γ, the decoder's last convolution, and the one that draws."""

    predict: tuple[Conv, Conv]
    second: Conv
    residual: Conv


def moments_explorer(scenes: Sequence[Painting], head: Head) -> str:
    """HTML of the figure; it starts with the first scene, half of it under the moments of the second.

    Raises ValueError for fewer than two scenes, or where the parts do not fit together.
    """
    if len(scenes) < 2:
        raise ValueError("the figure needs two scenes, one to take moments from")
    channels, side, _ = scenes[0].features.shape
    _check_head(head, channels)
    layers = [*head.predict, head.second, head.residual]
    data = {
        "side": side,
        "channels": channels,
        "layers": [_pack_layer(*layer) for layer in layers],
        "scenes": [_pack(scene, channels, side) for scene in scenes],
    }
    return fill(TEMPLATE, "moments", data)


def _check_head(head: Head, channels: int) -> None:
    hidden = len(head.predict[0][0])
    wanted = {
        "predict[0]": (head.predict[0], 2, hidden),
        "predict[1]": (head.predict[1], hidden, 2 * channels),
        "second": (head.second, channels, channels),
        "residual": (head.residual, channels, 3),
    }
    for name, ((weight, bias), inputs, outputs) in wanted.items():
        if weight.shape != (outputs, inputs, 3, 3) or bias.shape != (outputs,):
            shapes = f"{weight.shape} and {bias.shape}"
            raise ValueError(f"{name} must go from {inputs} to {outputs} channels by 3 × 3, got {shapes}")


def _pack_layer(weight: Array, bias: Array) -> dict[str, Any]:
    return {"weight": _floats(weight), "bias": _floats(bias)}


def _pack(scene: Painting, channels: int, side: int) -> dict[str, Any]:
    expected = {
        "picture": (3, side, side),
        "coarse": (3, side, side),
        "features": (channels, side, side),
        "mean": (side, side),
        "std": (side, side),
    }
    for name, shape in expected.items():
        if getattr(scene, name).shape != shape:
            raise ValueError(f"{scene.title}: {name} must be {shape}, got {getattr(scene, name).shape}")
    low = scene.features.min(axis=(1, 2))
    step = np.maximum(scene.features.max(axis=(1, 2)) - low, 1e-9) / STEPS
    level = ((scene.features - low[:, None, None]) / step[:, None, None]).round()
    moments = np.stack([scene.mean, scene.std])
    ends = float(moments.min()), float(np.ptp(moments)) or 1.0
    return {
        "title": scene.title,
        "picture": png(scene.picture),
        "coarse": png(scene.coarse),
        "features": png(level.reshape(1, channels * side, side) / 255),
        "low": low.tolist(),
        "step": step.tolist(),
        "moments": base64_text(np.round((moments - ends[0]) / ends[1] * 65535).astype("<u2").tobytes()),
        "ends": ends,
    }


def _floats(array: Array) -> str:
    return base64_text(np.ascontiguousarray(array, "<f4").tobytes())
