"""From (domain, split, index, size) to a drawing, and to the true answer for a pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from . import anime, shoe
from .animals import cat, dog, wild
from .dice import Dice
from .difficulty import PLAIN, Difficulty, placed
from .lines import drawn_again, xdog_lines
from .palette import INK, Colour, table
from .planes import SUPERSAMPLE, Canvas, Plane
from .texture import grain

SPLITS = ("train", "val", "test")

_BEYOND = np.array([(-2.0, -2.0), (2.0, -2.0), (2.0, 2.0), (-2.0, 2.0)])
"""The backdrop reaches over every edge of the canvas."""

SketchKind = Literal["own", "drawn", "xdog"]
"""How a sketch is made: as the domain has it (`Domain.sketch`), the drawn lines, or xDoG of the picture."""

_GEOMETRY, _PALETTE, _POSE, _TEXTURE, _HAND = range(5)
"""Random streams: the same index draws them all, independently."""


@dataclass(frozen=True)
class Domain:
    """What a domain must say: its number in the random key, its names, and how it is drawn.

    parts: the first is the background. roles: one is "backdrop", which the background is painted in.
    draw: draws one figure on the plane it is given, back to front; the backdrop is there already.
    colours: role → its colour, every role of ``roles``.
    sketch: how its sketches are made unless asked otherwise: the drawn lines, or xDoG of the picture.
    """

    number: int
    parts: tuple[str, ...]
    roles: tuple[str, ...]
    draw: Callable[[Plane, Dice], None]
    colours: Callable[[Dice], dict[str, Colour]]
    sketch: Literal["drawn", "xdog"]


DOMAINS: Mapping[str, Domain] = MappingProxyType(
    {
        "cat": Domain(0, cat.PARTS, cat.ROLES, cat.draw, cat.colours, "xdog"),
        "dog": Domain(1, dog.PARTS, dog.ROLES, dog.draw, dog.colours, "xdog"),
        "wild": Domain(2, wild.PARTS, wild.ROLES, wild.draw, wild.colours, "xdog"),
        "anime": Domain(3, anime.PARTS, anime.ROLES, anime.draw, anime.colours, "drawn"),
        "shoe": Domain(4, shoe.PARTS, shoe.ROLES, shoe.draw, shoe.colours, "drawn"),
    }
)
"""The five columns; the number is the domain's place in `repro.contracts.DOMAINS`."""


@dataclass(frozen=True)
class Drawing:
    """One picture with its truth.

    color:  (3, H, W) float32 in [0, 1], RGB, line art on top.
    sketch: (1, H, W) float32 in [0, 1], the line art alone, or xDoG of the picture; paper 1, ink 0.
    part:   (H, W) int64, an index into `PARTS` of the domain; at a line, the part under the ink.
    uv:     (2, H, W) float32, position inside the part (right, down), about [-1, 1]: where the point
            would be if the figure stood upright in the middle. The pixel of the same part with the
            nearest uv in another drawing is the true correspondence.
    """

    color: NDArray[np.float32]
    sketch: NDArray[np.float32]
    part: NDArray[np.int64]
    uv: NDArray[np.float32]


def picture(
    domain: str,
    split: str,
    index: int,
    size: int,
    sketch: SketchKind = "own",
    difficulty: Difficulty = PLAIN,
) -> Drawing:
    """Picture ``index`` of a split: its own geometry in its own palette, (3, size, size).

    Raises ValueError for a domain that is not drawn, an unknown split or kind of sketch, a negative
    index or a size below 8.
    """
    return truth(domain, split, index, index, size, sketch, difficulty)


def truth(
    domain: str,
    split: str,
    geometry_index: int,
    palette_index: int,
    size: int,
    sketch: SketchKind = "own",
    difficulty: Difficulty = PLAIN,
) -> Drawing:
    """The true answer for a pair: one picture's geometry in another picture's palette.

    Everything but ``color`` equals ``picture(domain, split, geometry_index, size, sketch, difficulty)``:
    the difficulty is that picture's, and xDoG sees it in its own palette. For evaluation only: no
    training loss may see it. Raises as `picture` does.
    """
    if sketch not in get_args(SketchKind):
        raise ValueError(f"unknown kind of sketch {sketch!r}; one of: {', '.join(get_args(SketchKind))}")
    canvas = trace(domain, split, geometry_index, size, difficulty)
    key = _key(domain, split, geometry_index)
    part, uv = _chart(canvas)
    light = np.ones((size, size))
    if difficulty.texture:
        light = grain(part, uv, difficulty.texture, Dice(*key, _TEXTURE))
    color = _painted(canvas, _tones(domain, split, palette_index, canvas), light)
    lines = canvas.ink
    if (DOMAINS[domain].sketch if sketch == "own" else sketch) == "xdog":
        lines = _xdog(canvas, _tones(domain, split, geometry_index, canvas), light)
    lines = drawn_again(lines, difficulty, Dice(*key, _HAND))
    return Drawing(color, _paper(lines, size)[None], part, uv)


def trace(domain: str, split: str, index: int, size: int, difficulty: Difficulty = PLAIN) -> Canvas:
    """The geometry of a picture before it has colours. Raises as `picture` does."""
    key = _key(domain, split, index)
    if size < 8:
        raise ValueError(f"size {size} is too small for a drawing: 8 or more")
    canvas = Canvas(size)
    sheet = Plane.whole(canvas)
    sheet.fill(_BEYOND, 0, "backdrop", width=0)
    DOMAINS[domain].draw(placed(sheet, difficulty, Dice(*key, _POSE)), Dice(*key, _GEOMETRY))
    return canvas


def role_colours(domain: str, split: str, index: int) -> dict[str, Colour]:
    """The colour of every role in that picture's palette, seen there or not. Raises as `picture` does."""
    return drawn(domain).colours(Dice(*_key(domain, split, index), _PALETTE))


def drawn(domain: str) -> Domain:
    """The domain of that name. Raises ValueError that names those there are."""
    if domain not in DOMAINS:
        raise ValueError(
            f"Toybox does not draw {domain!r}, only {', '.join(DOMAINS)}; for real pictures give --data"
        )
    return DOMAINS[domain]


def _key(domain: str, split: str, index: int) -> tuple[int, int, int]:
    number = drawn(domain).number
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}; one of: {', '.join(SPLITS)}")
    if index < 0:
        raise ValueError(f"index {index} is negative; pictures are numbered from 0")
    return number, SPLITS.index(split), index


def _tones(domain: str, split: str, index: int, canvas: Canvas) -> NDArray[np.uint8]:
    """(256, 3) sRGB bytes of the canvas's regions in the palette of picture ``index``."""
    lookup = np.zeros((256, 3), np.uint8)
    lookup[: len(canvas.tone)] = table(canvas.tone, role_colours(domain, split, index))
    return lookup


def _painted(canvas: Canvas, tones: NDArray[np.uint8], light: NDArray[np.float64]) -> NDArray[np.float32]:
    """(3, S, S): the regions in their tones, dimmed by ``light`` (S, S), with the line art on top."""
    size = len(light)
    clear = _paper(canvas.ink, size)
    flat = np.stack([_shrink(cv2.LUT(canvas.region, band), size) for band in tones.T.copy()])
    return np.asarray(flat / 255.0 * light * clear + INK[:, None, None] * (1.0 - clear), np.float32)


def _xdog(canvas: Canvas, tones: NDArray[np.uint8], light: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Ink on the canvas by xDoG of the picture, taken at twice its size: lines then have soft edges."""
    twice = cv2.resize(light, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    ink = xdog_lines(_painted(canvas, tones, np.asarray(twice, np.float64)))
    return np.asarray(cv2.resize(ink, canvas.ink.shape, interpolation=cv2.INTER_NEAREST), np.uint8)


def _paper(ink: NDArray[np.uint8], size: int) -> NDArray[np.float32]:
    """(S, S) in [0, 1], what the ink leaves of the paper: 1 where there is none."""
    return _shrink(255 - ink, size).astype(np.float32) / 255.0


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
