"""Many pictures at once, as the bytes a cache or a data loader wants."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from repro.data.pool import ordered_map

from .render import SketchKind, picture

Bytes = NDArray[np.uint8]


def picture_arrays(
    domain: str, split: str, count: int, size: int, sketch: SketchKind = "own"
) -> tuple[Bytes, Bytes]:
    """Pictures 0 … count - 1: colours (count, 3, size, size) and sketches (count, 1, size, size), uint8.

    Several processes share the drawing of many. The result does not depend on their number. Raises
    ValueError as `picture` does.
    """
    draw = partial(_bytes, domain, split, size=size, kind=sketch)
    colors = np.empty((count, 3, size, size), np.uint8)
    sketches = np.empty((count, 1, size, size), np.uint8)
    for index, row in enumerate(ordered_map(draw, range(count), f"drawing {domain} {split}")):
        colors[index], sketches[index] = row
    return colors, sketches


def _bytes(domain: str, split: str, index: int, size: int, kind: SketchKind) -> tuple[Bytes, Bytes]:
    drawing = picture(domain, split, index, size, kind)
    return _byte(drawing.color), _byte(drawing.sketch)


def _byte(image: NDArray[np.float32]) -> Bytes:
    return np.rint(image * 255.0).astype(np.uint8)
