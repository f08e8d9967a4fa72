"""Many pictures at once, as the bytes a cache or a data loader wants."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from .render import SketchKind, picture

Bytes = NDArray[np.uint8]


def picture_arrays(
    domain: str, split: str, count: int, size: int, workers: int | None = None, sketch: SketchKind = "own"
) -> tuple[Bytes, Bytes]:
    """Pictures 0 … count - 1: colours (count, 3, size, size) and sketches (count, 1, size, size), uint8.

    ``workers`` processes share the drawing; None or less than 2 draws here. The result does not
    depend on it. Raises ValueError as `picture` does.
    """
    draw = partial(_bytes, domain, split, size=size, kind=sketch)
    if workers is None or workers < 2 or count < 2 * workers:
        rows = [draw(index) for index in range(count)]
    else:
        # "spawn" because a fork after torch has started its threads can hang.
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            rows = list(pool.map(draw, range(count), chunksize=max(1, count // (8 * workers))))
    colors = np.empty((count, 3, size, size), np.uint8)
    sketches = np.empty((count, 1, size, size), np.uint8)
    for index, row in enumerate(rows):
        colors[index], sketches[index] = row
    return colors, sketches


def _bytes(domain: str, split: str, index: int, size: int, kind: SketchKind) -> tuple[Bytes, Bytes]:
    drawing = picture(domain, split, index, size, kind)
    return _byte(drawing.color), _byte(drawing.sketch)


def _byte(image: NDArray[np.float32]) -> Bytes:
    return np.rint(image * 255.0).astype(np.uint8)
