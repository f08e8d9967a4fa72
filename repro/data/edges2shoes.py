"""Reader of edges2shoes (Isola et al. 2017; photographs of UT-Zappos50K, Yu & Grauman 2014).

The official layout: ``DIR/train`` (49,825 files) and ``DIR/val`` (200), each file ``<number>_AB.jpg``
of 512 × 256 pixels, the edges on the left and the shoe on the right.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from PIL import Image

from repro.data.images import ImageError, read_image, resize
from repro.data.pairs import DataError, Pairs

LAYOUT = "expected DIR/train/*.jpg and DIR/val/*.jpg, edges left, shoe right"
SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
LITTER = frozenset({"Thumbs.db", "desktop.ini"})


def read_edges2shoes(root: Path, split: str, size: int, limit: int | None = None, skip: int = 0) -> Pairs:
    """The pairs of ``root/split`` at ``size`` × ``size``, in the order of their numbers.

    Where there is no ``val``, the caller holds some of ``train`` out by ``skip`` and ``limit``.

    Args:
        root: the folder that holds ``train`` and ``val``.
        split: "train" or "val".
        size: side of the pictures returned, in pixels.
        limit: read at most so many; None reads all.
        skip: leave out so many at the beginning.

    Raises:
        DataError: a missing or empty folder, a file that is not a picture, or one not twice as wide
            as high. Hidden files and the litter of file managers are passed over, nothing else.
        ValueError: for a negative ``skip``, or a ``limit`` or ``size`` below 1.
    """
    if skip < 0 or size < 1 or (limit is not None and limit < 1):
        raise ValueError(f"need skip >= 0, limit >= 1 and size >= 1, got {skip}, {limit}, {size}")
    files = _files(Path(root), split)
    chosen = files[skip:][:limit]
    if not chosen:
        raise DataError(
            f"{Path(root) / split} holds {len(files)} pairs: none is left after skipping {skip}"
            " for the test (--data.holdout)"
        )
    color = np.empty((len(chosen), 3, size, size), np.uint8)
    sketch = np.empty((len(chosen), 1, size, size), np.uint8)
    for i, path in enumerate(chosen):
        edges, shoe = _halves(path)
        color[i] = resize(shoe, (size, size)).transpose(2, 0, 1)
        sketch[i, 0] = resize(np.asarray(Image.fromarray(edges).convert("L")), (size, size))
    return Pairs(color, sketch, tuple(path.name for path in chosen))


def _files(root: Path, split: str) -> list[Path]:
    """The pictures of a split in natural order: 2_AB.jpg before 10_AB.jpg."""
    folder = root / split
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}: {_what_there_is(root)}; {LAYOUT}")
    entries = [p for p in folder.iterdir() if not p.name.startswith(".") and p.name not in LITTER]
    strangers = sorted(p.name for p in entries if p.suffix.lower() not in SUFFIXES)
    if strangers:
        raise DataError(f"{folder / strangers[0]} is not a .jpg or .png: move it out ({len(strangers)} such)")
    if not entries:
        raise DataError(f"{folder} holds no pictures; {LAYOUT}")
    return sorted(entries, key=_natural)


def _what_there_is(root: Path) -> str:
    """What a person finds at ``root`` in place of the split they asked for."""
    if not root.is_dir():
        return f"{root} is not a folder"
    folders = sorted(p.name for p in root.iterdir() if p.is_dir())
    return f"{root} has the folders {', '.join(folders)}" if folders else f"{root} has no folders"


def _natural(path: Path) -> tuple[tuple[int, int | str], ...]:
    """A sort key in which runs of digits count as numbers."""
    parts = re.findall(r"[0-9]+|[^0-9]+", path.name)
    return *((0, int(part)) if part.isdecimal() else (1, part) for part in parts), (1, path.name)


def _halves(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The left and the right half of a file, each (H, H, 3) uint8."""
    try:
        picture = read_image(path, what="pair")
    except ImageError as error:
        raise DataError(f"{error}; replace the file or remove it") from error
    height, width = picture.shape[:2]
    if width != 2 * height:
        size = f"{width} × {height} pixels (width × height)"
        raise DataError(f"{path} is {size}: a pair is twice as wide as high, 512 × 256, {LAYOUT}")
    return picture[:, :height], picture[:, height:]
