"""From an item of a listing to its colour picture and its sketch, at one size."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from repro.data.images import resize
from repro.data.readers.inspect import decode
from repro.data.readers.layouts import FOLDER, Layout
from repro.data.readers.problems import Problem, Unsound
from repro.data.readers.scan import Item

VERSION = 2  # to be raised with every change of what comes out of here: caches are made again

DRAWN_AT = 256  # px of a side at least at which lines are drawn; at 64 they would break into dots
FLAT = 8  # of 255: a picture whose brightest and darkest value differ by no more is one colour
COLOURED = 1.5  # of 255: mean of max - min over R, G, B; below, a picture counts as grey
MUCH_DARKER = 8  # of 255: by so much darker than its grey colour picture, and NOT_PAPER in the mean,
NOT_PAPER = 240  # of 255: a sketch is none
FILLED = 1 / 4  # share of the rows of a JPEG, up from the last, that may not be one colour throughout,
PALE, DEEP = 240, 15  # of 255: unless it is white paper or a black bar: neither is a sign of missing data
DARK = 64  # of 255: a sketch whose median is darker has light lines on dark ground


@dataclass(frozen=True)
class Decoded:
    """What became of an item.

    color: (3, size, size) uint8, sketch: (1, size, size) uint8, dark on white; both None with a problem.
    shape: (width, height) of the file, pixels; (0, 0) where it could not be read.
    digest: of the colour file's content; empty where it could not be read.
    """

    color: np.ndarray | None = None
    sketch: np.ndarray | None = None
    shape: tuple[int, int] = (0, 0)
    digest: bytes = b""
    problem: Problem | None = None


@dataclass(frozen=True)
class Decoder:
    """Decodes items; can be sent to another process.

    layout: of the data set. size: side of the pictures made, px; 0 makes none, and only judges.
    drawn: whether lines are drawn by xDoG even where the data set has a sketch.
    """

    layout: Layout
    size: int
    drawn: bool = False

    def __call__(self, item: Item) -> Decoded:
        """The item at ``size``. Whatever is wrong with it is its ``problem``; nothing is raised for it."""
        file = item.file
        try:
            content = _content(item.color)
            digest = hashlib.sha256(content).digest()
            picture = self._picture(content, item.color)
            shape = (picture.shape[1], picture.shape[0])
            color, sketch = self._halves(picture)
            if _flat(color):
                raise Unsound("one colour")
            if item.sketch:
                file = item.sketch_file
                sketch = self._picture(_content(item.sketch), item.sketch, sketch=True)
                if not _same_aspect(color, sketch):
                    raise Unsound("wrong aspect", "not that of its colour picture")
            if sketch is not None:
                _check_sketch(sketch, color)
        except Unsound as fault:
            return Decoded(problem=fault.of(file))
        if not self.size:
            return Decoded(shape=shape, digest=digest)
        return Decoded(*self._shrunk(color, None if self.drawn else sketch), shape, digest)

    def _picture(self, content: bytes, path: Path, *, sketch: bool = False) -> np.ndarray:
        upright = self.layout.pair in {"left", "right"}  # turned, its halves would lie on top of each other
        form = self.layout.suffixes[path.suffix.lower()]
        picture = decode(content, form, sketch=sketch, upright=upright)
        if form == "JPEG" and self.layout.name != FOLDER.name:  # there, a flat ground may be meant
            _check_filled(picture)
        return picture

    def _halves(self, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """The colour picture, (H, W, 3), and the sketch if it is in the same file."""
        height, width = picture.shape[:2]
        if self.layout.pair not in {"left", "right"}:
            return picture, None
        if width != 2 * height:
            raise Unsound("wrong aspect", f"{width} × {height} pixels: a pair is twice as wide as high")
        left, right = picture[:, :height], picture[:, height:]
        return (left, right) if self.layout.pair == "left" else (right, left)

    def _shrunk(self, color: np.ndarray, sketch: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Both at ``size``, channels first. What is not square is cut to its middle square first."""
        fit = partial(resize, size=(self.size, self.size))
        color = _square(color)
        if sketch is None:
            grey = _lines(color, self.size)
        else:
            grey = np.asarray(Image.fromarray(_square(sketch)).convert("L"))
        return fit(color).transpose(2, 0, 1), fit(grey)[None]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except PermissionError as error:
        raise Unsound("no permission") from error
    except OSError as error:  # a disk error, or gone since it was listed
        raise Unsound("damaged", error.strerror or str(error)) from error


def _square(picture: np.ndarray) -> np.ndarray:
    """The largest square in the middle, (S, S, 3)."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return np.ascontiguousarray(picture[top : top + side, left : left + side])


def _lines(color: np.ndarray, size: int) -> np.ndarray:
    """xDoG lines of a square picture (S, S, 3) uint8, (s, s) uint8 with s ≥ ``size``, to be shrunk."""
    from repro.data.tensors import to_bytes, to_tensor  # late: pairs that have sketches need no torch
    from repro.data.xdog import PHOTO

    side = max(size, DRAWN_AT)
    picture = resize(color, (side, side)).transpose(2, 0, 1)
    return to_bytes(PHOTO.scaled(side / DRAWN_AT)(to_tensor(picture)[None]))[0, 0]


def _same_aspect(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two pictures are the same one at two sizes, give or take a rounded pixel."""
    return abs(a.shape[0] * b.shape[1] - a.shape[1] * b.shape[0]) <= max(*a.shape[:2], *b.shape[:2])


def _flat(picture: np.ndarray) -> bool:
    """Whether (H, W, 3) is one colour all over. Pillow looks through it ten times as fast as numpy."""
    return bool(np.ptp(Image.fromarray(picture).getextrema(), axis=1).max() <= FLAT)


def _check_filled(picture: np.ndarray) -> None:
    """Refuse a JPEG (H, W, 3) uint8 that lost the end of its data, but not the marker behind it.

    A decoder fills what is missing with one colour, mid-grey mostly, and says nothing. So the lowest rows, a
    quarter of the picture or more, must not be exactly one colour, unless that is near white or near black.
    No photograph of AFHQ or edges2shoes that we looked at (2,056) has so much as a twentieth like that; flat
    art has, which is why this is for the published data sets alone. A smaller loss is not seen, nor is
    one in a progressive file (a blurred picture), or in one that EXIF turned.

    Raises:
        Unsound: "truncated", with the share of rows.
    """
    color = picture[-1, -1]
    if color.min() >= PALE or color.max() <= DEEP:
        return
    even = (picture == color).all(axis=(1, 2))[::-1]
    share = float(np.argmin(even)) / len(even)  # 0 too where every row is even: that is "one colour"
    if share >= FILLED:
        raise Unsound("truncated", f"the lowest {share:.0%} of its rows are one colour")


def _chroma(picture: np.ndarray) -> float:
    """Mean of max - min over R, G, B of (H, W, 3), 0…255."""
    red, green, blue = (picture[..., i] for i in range(3))
    high, low = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    return float((high - low).mean())


def _check_sketch(sketch: np.ndarray, color: np.ndarray) -> None:
    """A sketch is grey and mostly paper: less colourful than its picture, or else not much darker.

    Of the first 1,000 pairs of edges2shoes every one passes; swapped, all but one are found.
    """
    if _flat(sketch):
        raise Unsound("one colour", "the sketch is empty")
    lines, colours = sketch[::4, ::4], color[::4, ::4]
    chroma, of_color = _chroma(lines), _chroma(colours)
    darker = lines.mean() < min(colours.mean() - MUCH_DARKER, NOT_PAPER)
    if chroma > max(COLOURED, 2 * of_color) or (of_color <= COLOURED and darker):
        raise Unsound("halves swapped", "the sketch is the more colourful or the darker one")
    if np.median(lines) < DARK:
        raise Unsound("dark sketch")
