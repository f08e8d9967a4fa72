"""The figure of Toybox: choose a shape and a palette, see the true answer and the true correspondence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repro.report.figures.inline import Array, base64_text, fill, uint8, webp

TEMPLATE = Path(__file__).with_suffix(".html")
QUALITY = 75  # of WebP; at 80 the flat colours look no better, at 60 the lines get halos


@dataclass(frozen=True)
class Shelf:
    """K pictures of one domain, every shape in every palette.

    title: name on the button.
    sketches: (K, 1, H, W) in [0, 1]; colors: (K, K, 3, H, W) in [0, 1], number (i, j) is shape i in
        palette j, so that the pictures' own colours lie on the diagonal. H = W.
    part: (K, h, w) numbers into `part_names`, h = w; uv: (K, 2, h, w) place inside the part.
    """

    title: str
    sketches: Array
    colors: Array
    part: Array
    uv: Array
    part_names: Sequence[str]


def toybox_explorer(shelves: Sequence[Shelf], start: tuple[int, int] = (0, 1)) -> str:
    """HTML of the figure: a button per shelf; at first, shape ``start[0]`` in palette ``start[1]``.

    Raises ValueError for no shelf, or one whose arrays do not fit together.
    """
    if not shelves:
        raise ValueError("the figure needs at least one shelf")
    return fill(TEMPLATE, "toybox", {"start": start, "shelves": [_pack(shelf) for shelf in shelves]})


def _pack(shelf: Shelf) -> dict[str, Any]:
    count, _, size, _ = shelf.sketches.shape
    side = shelf.part.shape[-1]
    expected = {
        "sketches": (count, 1, size, size),
        "colors": (count, count, 3, size, size),
        "part": (count, side, side),
        "uv": (count, 2, side, side),
    }
    for name, shape in expected.items():
        if getattr(shelf, name).shape != shape:
            raise ValueError(f"{shelf.title}: {name} must be {shape}, got {getattr(shelf, name).shape}")
    if not 0 <= shelf.part.min() <= shelf.part.max() < len(shelf.part_names) <= 256:
        raise ValueError(f"{shelf.title}: part numbers must name one of {len(shelf.part_names)} parts")
    # Eight bits for a place: a step of a hundredth of the picture, where two cells are a twentieth apart.
    low, high = float(shelf.uv.min()), float(shelf.uv.max())
    places = np.round((shelf.uv - low) / max(high - low, 1e-9) * 255)
    maps = np.concatenate([shelf.part[:, None], places], axis=1).astype(np.uint8)
    return {
        "title": shelf.title,
        "count": count,
        "size": size,
        "side": side,
        "unit": (high - low) / 255,
        "maps": base64_text(maps.reshape(count, 3, -1).swapaxes(1, 2).tobytes()),
        "part_names": list(shelf.part_names),
        "sheet": webp(_sheet(shelf), QUALITY),
    }


def _sheet(shelf: Shelf) -> Array:
    """All pictures in one: a row a shape, its sketch first, then the palettes. (H', W', 3) uint8."""
    sketches = np.broadcast_to(shelf.sketches, (*shelf.sketches.shape[:1], 3, *shelf.sketches.shape[2:]))
    tiles = np.concatenate([sketches[:, None], shelf.colors], axis=1)  # (K, K + 1, 3, H, W)
    rows, columns, _, height, width = tiles.shape
    return uint8(tiles.transpose(0, 3, 1, 4, 2).reshape(rows * height, columns * width, 3))
