"""The figure of the common domain: point at a sketch, see how similar every place of a colour picture is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repro.report.figures.inline import Array, base64_text, fill, png, uint8

TEMPLATE = Path(__file__).with_suffix(".html")
TOLERANCE = 0.006
"""Largest error of a cosine that leaving out directions may cause; 8 bits a number add at most about 0.01."""


@dataclass(frozen=True)
class OwnPair:
    """What is to be seen. All grids are square, of one side; N positions, row by row.

    sketch: (1 or 3, H, W) in [0, 1].
    pictures: title → (3, H, W) in [0, 1]; the first is the sketch's own colour picture.
    parts: part number of every position, (N,): of the sketch, then of each picture; with `part_names`.
    """

    sketch: Array
    pictures: Mapping[str, Array]
    parts: Sequence[Array]
    part_names: Sequence[str]


@dataclass(frozen=True)
class Described:
    """One way to describe the scene by features.

    title: name on the button.
    features: (C, h, w), any length, of the sketch, then of each picture; directions are compared.
    tints: (3, h, w) in [0, 1] for each of them, the features shown as colours.
    """

    title: str
    features: Sequence[Array]
    tints: Sequence[Array]


def alignment_explorer(
    scene: OwnPair, described: Sequence[Described], chosen: int = 0, start: tuple[int, int] | None = None
) -> str:
    """HTML of the figure: a button per description, ``chosen`` at first, and one per picture.

    start: (row, column) of the sketch position shown first; the middle when None.
    Raises ValueError where the parts do not fit together.
    """
    if not 0 <= chosen < len(described):
        raise ValueError(f"description {chosen} of {len(described)} cannot be shown first")
    side = _side(scene, described)
    data = {
        "side": side,
        "start": start or (side // 2, side // 2),
        "chosen": chosen,
        "sketch": png(scene.sketch),
        "pictures": [{"title": title, "image": png(image)} for title, image in scene.pictures.items()],
        "parts": [part.tolist() for part in scene.parts],
        "part_names": list(scene.part_names),
        "described": [_pack(one) for one in described],
    }
    return fill(TEMPLATE, "align", data)


def _side(scene: OwnPair, described: Sequence[Described]) -> int:
    """Cells along a side of the grid. Raises ValueError for parts that do not fit together."""
    count, positions = 1 + len(scene.pictures), len(scene.parts[0])
    side = math.isqrt(positions)
    if side**2 != positions or count < 2:
        raise ValueError(f"a square grid and at least one picture are needed, got {positions} positions")
    found = {"parts": [part.shape for part in scene.parts]}
    wanted: dict[str, list[tuple[int, ...]]] = {"parts": [(positions,)] * count}
    for one in described:
        channels = one.features[0].shape[0]
        found |= {
            f"features of {one.title!r}": [grid.shape for grid in one.features],
            f"tints of {one.title!r}": [grid.shape for grid in one.tints],
        }
        wanted |= {
            f"features of {one.title!r}": [(channels, side, side)] * count,
            f"tints of {one.title!r}": [(3, side, side)] * count,
        }
    for name, shapes in wanted.items():
        if found[name] != shapes:
            raise ValueError(f"{name} must be {shapes}, got {found[name]}")
    return side


def _pack(one: Described) -> dict[str, Any]:
    """Coordinates of the unit features along as few common directions as `TOLERANCE` allows, in 8 bits."""
    vectors = np.concatenate([grid.reshape(len(grid), -1).T for grid in one.features])
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    _, _, directions = np.linalg.svd(vectors, full_matrices=False)
    along = vectors @ directions.T
    # What is left out is orthogonal to what is kept: no cosine is off by more than its squared length.
    left = np.cumsum((along**2)[:, ::-1], axis=1)[:, ::-1].max(axis=0)
    kept = along[:, : max(1, int((left > TOLERANCE).sum()))]
    low, step = kept.min(axis=0), np.maximum(np.ptp(kept, axis=0), 1e-9) / 255
    levels = np.round((kept - low) / step).astype(np.uint8)
    packed = np.split(levels, len(one.features))
    return {
        "title": one.title,
        "low": low.round(6).tolist(),
        "step": step.round(9).tolist(),
        "features": [base64_text(part.tobytes()) for part in packed],
        "tints": [base64_text(uint8(tint).reshape(3, -1).T.tobytes()) for tint in one.tints],
    }
