"""The figure of Eq. 8 and 9: point at a sketch, see where it looks, before and after training."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from repro.report.figures.inline import Array, base64_text, fill, png

TEMPLATE = Path(__file__).with_suffix(".html")
LEVELS = 31
"""Steps of √(weight / largest weight of its row): as fine as the light that shows it, and small."""


@dataclass(frozen=True)
class Gaze:
    """Where every sketch position looks in the exemplar, by one set of weights of the network.

    All are (N, N') ≥ 0 with rows that sum to 1: sketch positions × exemplar positions.
    attention: a_ij of Eq. 8. joined: softmax(αM) of Eq. 3 and 4, of features with the context V* added.
    alone: the same without V*.
    """

    attention: Array
    joined: Array
    alone: Array


@dataclass(frozen=True)
class Scene:
    """A sketch, an exemplar, and who looks where. Grids are square, N = h² positions.

    title: name on the button.
    sketch: (1 or 3, H, W) in [0, 1]; exemplar: (3, H', W') in [0, 1]. Shown at their own resolution.
    gazes: name on the button → what those weights do; the same names in every scene of a figure.
    parts: part number of every sketch position (N,) and exemplar position (N',), names in `part_names`.
    """

    title: str
    sketch: Array
    exemplar: Array
    gazes: Mapping[str, Gaze]
    parts: tuple[Array, Array]
    part_names: Sequence[str]


def attention_explorer(scenes: Sequence[Scene], start: tuple[int, int] | None = None) -> str:
    """HTML of the figure: buttons for the scene, for the weights (the last at first), and for V* or not.

    start: (row, column) of the sketch position shown first; the middle when None.
    Raises ValueError for no scene, scenes whose gazes are named differently, or maps that are not
    weights between two square grids.
    """
    if not scenes:
        raise ValueError("the figure needs at least one scene")
    names = list(scenes[0].gazes)
    if not names or any(list(scene.gazes) != names for scene in scenes):
        raise ValueError("every scene needs gazes of the same names, in one order")
    packed = [_pack(scene) for scene in scenes]
    middle = packed[0]["side_x"] // 2
    data = {"levels": LEVELS, "gazes": names, "start": start or (middle, middle), "scenes": packed}
    return fill(TEMPLATE, "attention", data)


def _pack(scene: Scene) -> dict[str, Any]:
    n, m = (len(parts) for parts in scene.parts)
    side_x, side_y = math.isqrt(n), math.isqrt(m)
    if side_x**2 != n or side_y**2 != m:
        raise ValueError(f"the grids must be square, got {n} and {m} positions")
    return {
        "title": scene.title,
        "side_x": side_x,
        "side_y": side_y,
        "sketch": png(scene.sketch),
        "exemplar": png(scene.exemplar),
        "maps": [
            {field.name: _map(getattr(gaze, field.name), (n, m)) for field in fields(Gaze)}
            for gaze in scene.gazes.values()
        ],
        "parts": {"x": scene.parts[0].tolist(), "y": scene.parts[1].tolist()},
        "part_names": list(scene.part_names),
    }


def _map(weights: Array, shape: tuple[int, int]) -> dict[str, Any]:
    """Weights as deflated steps of light, and the best column of each row, which steps do not tell."""
    if weights.shape != shape:
        raise ValueError(f"the weights must be {shape}, got {weights.shape}")
    if weights.min() < 0 or np.abs(weights.sum(axis=1) - 1).max() > 1e-3:
        raise ValueError("weights must not be negative, and every row must sum to 1")
    light = np.sqrt(weights / weights.max(axis=1, keepdims=True))
    steps = np.round(LEVELS * light).astype(np.uint8)
    return {
        "light": base64_text(zlib.compress(steps.tobytes(), 9)),
        "best": weights.argmax(axis=1).tolist(),
    }
