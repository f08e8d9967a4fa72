"""Reading: files in the layout of edges2shoes, by our reader, by Pillow and by OpenCV."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from repro.bench.race import Contender, Race
from repro.data import toybox
from repro.data.readers.decode import Decoder
from repro.data.readers.layouts import EDGES2SHOES
from repro.data.readers.scan import list_split

SIDE = 256  # px: a file is twice as wide, the sketch on the left as in edges2shoes
SAME = 0.0  # Pillow is what we read with
ROUNDED = 0.2  # of 255: OpenCV takes area means in floating point

Bytes = NDArray[np.uint8]


def races(size: int, pictures: int) -> Iterator[Race]:
    """One race over files that lie in a temporary folder while it is held."""
    with TemporaryDirectory() as folder:
        paths = _write(Path(folder) / "train", pictures)
        decoder = Decoder(EDGES2SHOES, size)
        contenders = [
            Contender(
                "ours", "listed, hashed, checked, decoded, made small", partial(_ours, Path(folder), decoder)
            ),
            Contender(
                "Pillow", "open, crop and resize, nothing checked", partial(_loop, paths, size, _pillow), SAME
            ),
            Contender(
                "OpenCV", "imread and resize, nothing checked", partial(_loop, paths, size, _opencv), ROUNDED
            ),
        ]
        yield Race(f"to {size}²", pictures, contenders)


def _write(folder: Path, pictures: int) -> list[Path]:
    folder.mkdir()
    color, sketch = toybox.picture_arrays("anime", "train", pictures, SIDE)
    paths = [folder / f"{i}_AB.jpg" for i in range(pictures)]
    for path, right, left in zip(paths, color, sketch, strict=True):
        pair = np.concatenate([left.repeat(3, axis=0), right], axis=2).transpose(1, 2, 0)
        Image.fromarray(pair).save(path, quality=90)
    return paths


def _loop(paths: list[Path], size: int, one: Callable[[Path, int], tuple[Bytes, Bytes]]) -> Bytes:
    """(n, size, size, 4): the colour picture and its sketch."""
    return np.stack([np.dstack(one(path, size)) for path in paths])


def _ours(folder: Path, decoder: Decoder) -> Bytes:
    decoded = [decoder(item) for item in list_split(decoder.layout, folder, "train").items]
    pairs = [
        np.concatenate([d.color, d.sketch]) for d in decoded if d.color is not None and d.sketch is not None
    ]
    return np.stack(pairs).transpose(0, 2, 3, 1)


def _pillow(path: Path, size: int) -> tuple[Bytes, Bytes]:
    with Image.open(path) as file:
        pair = file.convert("RGB")
    sketch, color = pair.crop((0, 0, SIDE, SIDE)), pair.crop((SIDE, 0, 2 * SIDE, SIDE))
    smaller = (side.resize((size, size), Image.Resampling.BOX) for side in (color, sketch.convert("L")))
    color, gray = (np.asarray(side) for side in smaller)
    return color, gray


def _opencv(path: Path, size: int) -> tuple[Bytes, Bytes]:
    pair = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pair is None:
        raise ValueError(f"OpenCV cannot read {path}")
    color = cv2.resize(pair[:, SIDE:], (size, size), interpolation=cv2.INTER_AREA)
    gray = cv2.cvtColor(pair[:, :SIDE], cv2.COLOR_BGR2GRAY)
    gray = cv2.resize(gray, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(color, cv2.COLOR_BGR2RGB), np.uint8), np.asarray(gray, np.uint8)
