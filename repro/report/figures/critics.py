"""The figure of Eq. 15: damage a picture, and see what each of two discriminators says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repro.report.figures.inline import Array, base64_text, fill, png

TEMPLATE = Path(__file__).with_suffix(".html")
KERNEL = 4  # the page convolves with kernels of 4 × 4 and pads by 2
LEVELS = 32767  # 16 bits for a weight: what is rounded away moves no score by a hundredth


@dataclass(frozen=True)
class Critic:
    """A discriminator with its weights, what it is shown beside the picture, and what it says of others.

    title: its name. good, bad: what a high and a low score mean, as the end of a sentence.
    condition: (1 or 3, S, S) in [0, 1].
    scales: of the pair as it is, then at half its size: (weight (O, I, 4, 4), bias (O,)) of each layer,
        already normalised, I of the first 3 more than the condition has and O of the last 1.
    matched, mismatched: (n,), (m,) scores of unseen pairs that belong together, and of such as do not.
    """

    title: str
    good: str
    bad: str
    condition: Array
    scales: Sequence[Sequence[tuple[Array, Array]]]
    matched: Array
    mismatched: Array


def critics_explorer(pictures: Array, critics: Sequence[Critic], strides: Sequence[int]) -> str:
    """HTML of the figure; the networks run in the page, at every move.

    pictures: (K, P, 3, S, S) in [0, 1], number (d, p) is drawing d in palette p, and (0, 0) is undamaged.
    critics: two; each takes the picture and its own condition, in [-1, 1]; a leaky ReLU of 0.2 stands
    between layers, and a picture's score is the mean of the means of its two maps.
    strides: of the layers. Raises ValueError for parts that do not fit together.
    """
    if len(critics) != 2:
        raise ValueError(f"the figure compares two critics, not {len(critics)}")
    if pictures.ndim != 5 or pictures.shape[2] != 3 or pictures.shape[3] != pictures.shape[4]:
        raise ValueError(f"pictures must be (K, P, 3, S, S), got {pictures.shape}")
    drawings, palettes, _, side, _ = pictures.shape
    sheet = pictures.transpose(2, 0, 3, 1, 4).reshape(3, drawings * side, palettes * side)
    data = {
        "side": side,
        "drawings": drawings,
        "palettes": palettes,
        "strides": list(strides),
        "sheet": png(sheet),
        "critics": [_pack(critic, side, strides) for critic in critics],
    }
    return fill(TEMPLATE, "critics", data)


def _pack(critic: Critic, side: int, strides: Sequence[int]) -> dict[str, Any]:
    channels = len(critic.condition)
    if critic.condition.shape != (channels, side, side) or channels not in (1, 3):
        raise ValueError(
            f"{critic.title}: condition must be (1 or 3, {side}, {side}), got {critic.condition.shape}"
        )
    if len(critic.scales) != 2:
        raise ValueError(f"{critic.title}: two scales are needed, got {len(critic.scales)}")
    if not len(critic.matched) or not len(critic.mismatched):
        raise ValueError(f"{critic.title}: scores of other pairs are needed, to compare with")
    return {
        "title": critic.title,
        "good": critic.good,
        "bad": critic.bad,
        "channels": channels,
        "condition": png(critic.condition),
        "scales": [_pack_scale(critic.title, layers, channels, strides) for layers in critic.scales],
        "matched": np.sort(critic.matched).astype(float).round(4).tolist(),
        "mismatched": np.sort(critic.mismatched).astype(float).round(4).tolist(),
    }


def _pack_scale(
    title: str, layers: Sequence[tuple[Array, Array]], channels: int, strides: Sequence[int]
) -> list[dict[str, Any]]:
    """One scale's layers, the weights as 16 bits times a unit."""
    if len(layers) != len(strides):
        raise ValueError(f"{title}: {len(strides)} layers are needed, got {len(layers)}")
    inputs, packed = 3 + channels, []
    for weight, bias in layers:
        outputs = len(bias)
        if weight.shape != (outputs, inputs, KERNEL, KERNEL):
            raise ValueError(
                f"{title}: a weight must be {(outputs, inputs, KERNEL, KERNEL)}, got {weight.shape}"
            )
        unit = max(float(np.abs(weight).max()), 1e-12) / LEVELS
        packed.append(
            {
                "inputs": inputs,
                "outputs": outputs,
                "unit": unit,
                "weight": base64_text(np.round(weight / unit).astype("<i2").tobytes()),
                "bias": np.asarray(bias, float).round(6).tolist(),
            }
        )
        inputs = outputs
    if inputs != 1:
        raise ValueError(f"{title}: the last layer must give one score, not {inputs}")
    return packed
