"""From (domain, split, index, size) to a drawing, and to the true answer for a pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from . import anime
from .dice import Dice
from .palette import INK, Colour, table
from .planes import SUPERSAMPLE, Canvas

SPLITS = ("train", "val", "test")

_GEOMETRY, _PALETTE = 0, 1
"""Random streams: the same index draws both, independently."""


@dataclass(frozen=True)
class Domain:
    """What a domain must say: its number in the random key, its names, and how it is drawn."""

    number: int
    parts: tuple[str, ...]
    roles: tuple[str, ...]
    draw: Callable[[Canvas, Dice], None]
    colours: Callable[[Dice], dict[str, Colour]]


DOMAINS: Mapping[str, Domain] = MappingProxyType(
    {"anime": Domain(3, anime.PARTS, anime.ROLES, anime.draw, anime.colours)}
)
"""The domains drawn so far; the number is the domain's place in `repro.contracts.DOMAINS`."""


@dataclass(frozen=True)
class Drawing:
    """One picture with its truth.

    color:  (3, H, W) float32 in [0, 1], RGB, line art on top.
    sketch: (1, H, W) float32 in [0, 1], the line art alone; paper 1, ink 0.
    part:   (H, W) int64, an index into `PARTS` of the domain; at a line, the part under the ink.
    uv:     (2, H, W) float32, position inside the part (right, down), about [-1, 1]: where the point
            would be if the figure stood upright in the middle. The pixel of the same part with the
            nearest uv in another drawing is the true correspondence.
    """

    color: NDArray[np.float32]
    sketch: NDArray[np.float32]
    part: NDArray[np.int64]
    uv: NDArray[np.float32]


def picture(domain: str, split: str, index: int, size: int) -> Drawing:
    """Picture ``index`` of a split: its own geometry in its own palette, (3, size, size).

    Raises ValueError for a domain that is not drawn, an unknown split, a negative index or a size below 8.
    """
    return truth(domain, split, index, index, size)


def truth(domain: str, split: str, geometry_index: int, palette_index: int, size: int) -> Drawing:
    """The true answer for a pair: one picture's geometry in another picture's palette.

    Everything but ``color`` equals ``picture(domain, split, geometry_index, size)``. For evaluation
    only: no training loss may see it. Raises as `picture` does.
    """
    canvas = trace(domain, split, geometry_index, size)
    dice = Dice(*_key(domain, split, palette_index), _PALETTE)
    sketch = _shrink(255 - canvas.ink, size).astype(np.float32) / 255.0
    lookup = np.zeros((256, 3), np.uint8)
    lookup[: len(canvas.tone)] = table(canvas.tone, DOMAINS[domain].colours(dice))
    flat = np.stack([_shrink(cv2.LUT(canvas.region, band), size) for band in lookup.T.copy()])
    color = np.asarray(flat / 255.0 * sketch + INK[:, None, None] * (1.0 - sketch), np.float32)
    part, uv = _chart(canvas)
    return Drawing(color, sketch[None], part, uv)


def trace(domain: str, split: str, index: int, size: int) -> Canvas:
    """The geometry of a picture before it has colours. Raises as `picture` does."""
    key = _key(domain, split, index)
    if size < 8:
        raise ValueError(f"size {size} is too small for a drawing: 8 or more")
    canvas = Canvas(size)
    DOMAINS[domain].draw(canvas, Dice(*key, _GEOMETRY))
    return canvas


def drawn(domain: str) -> Domain:
    """The domain of that name. Raises ValueError that names the domains drawn so far."""
    if domain not in DOMAINS:
        raise ValueError(
            f"Toybox does not draw {domain!r} yet, only {', '.join(DOMAINS)}; for real pictures give --data"
        )
    return DOMAINS[domain]


def _key(domain: str, split: str, index: int) -> tuple[int, int, int]:
    number = drawn(domain).number
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}; one of: {', '.join(SPLITS)}")
    if index < 0:
        raise ValueError(f"index {index} is negative; pictures are numbered from 0")
    return number, SPLITS.index(split), index


def _shrink(image: MatLike, size: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA), np.uint8)


def _chart(canvas: Canvas) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Part and part coordinates of the region under each pixel's centre."""
    middle = SUPERSAMPLE // 2
    region = canvas.region[middle::SUPERSAMPLE, middle::SUPERSAMPLE]
    affine = np.stack(canvas.to_uv).astype(np.float32)[region]
    centre = (np.arange(canvas.size, dtype=np.float32) + 0.5) / canvas.size * 2.0 - 1.0
    uv = affine[..., 0] * centre[None, :, None] + affine[..., 1] * centre[:, None, None] + affine[..., 2]
    return np.array(canvas.part, np.int64)[region], np.ascontiguousarray(uv.transpose(2, 0, 1), np.float32)
