"""Where drawing happens: a stack of painted regions and one layer of ink.

Painter's algorithm. A fill covers what lies under it, ink included, and then draws its own
outline; so occlusion is right in the colours and in the line art at once. Nothing here knows a
colour: a region remembers only the *name* of its tone, and `palette` turns names into colours
later. That is what lets one geometry be coloured with any palette.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from .curves import Points

SUPERSAMPLE = 4
"""Canvas pixels along one picture pixel; the picture is the area mean of its canvas."""

OUTLINE, FINE, HAIRLINE = 0.046, 0.034, 0.026
"""Line widths in canvas units (the canvas is 2 wide): 1.5, 1.1 and 0.8 pixels in a 64² picture."""

_SHIFT = 4
"""Fractional bits of the coordinates handed to OpenCV."""


@dataclass
class Canvas:
    """Regions and ink of one picture, ``SUPERSAMPLE`` times its size. Canvas units are [-1, 1]².

    region: (S, S) uint8, which region is on top.
    ink:    (S, S) uint8, 255 where there is line art.
    tone, part, to_uv, owner: per region its tone name, its part, its (2, 3) affine map from
    canvas units to part coordinates, and the fill it belongs to.
    """

    size: int
    region: NDArray[np.uint8] = field(init=False)
    ink: NDArray[np.uint8] = field(init=False)
    tone: list[str] = field(default_factory=list)
    part: list[int] = field(default_factory=list)
    to_uv: list[NDArray[np.float64]] = field(default_factory=list)
    owner: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        side = self.size * SUPERSAMPLE
        self.region = np.zeros((side, side), np.uint8)
        self.ink = np.zeros((side, side), np.uint8)
        self.owner = np.zeros(256, np.uint8)

    def add(self, tone: str, part: int, to_uv: NDArray[np.float64], owner: int | None = None) -> int:
        """Register a region and return its number. Raises ValueError when the byte is full."""
        number = len(self.tone)
        if number > 255:
            raise ValueError("a canvas holds at most 256 regions")
        self.tone.append(tone)
        self.part.append(part)
        self.to_uv.append(to_uv)
        self.owner[number] = number if owner is None else owner
        return number

    def thickness(self, width: float) -> int:
        """The thickness to ask OpenCV for to get a line of this width in canvas units.

        It draws an odd thickness t about t + 1.7 wide, and an even one as wide as the odd one before.
        """
        wanted = width * self.region.shape[0] / 2
        return max(2, 2 * round((wanted - 2.7) / 2) + 1)


@dataclass(frozen=True)
class Plane:
    """A coordinate frame on a canvas, to draw in: a head, a body, an eye.

    place: (3, 3) affine map from the plane's units to canvas units.
    uv:    (3, 3) affine map from the plane's units to part coordinates: where a point of the plane
           would be on the canvas if the figure stood at rest, upright and in the middle.
    """

    canvas: Canvas
    place: NDArray[np.float64]
    uv: NDArray[np.float64]

    @classmethod
    def whole(cls, canvas: Canvas) -> Plane:
        """The canvas itself as a plane."""
        return cls(canvas, np.eye(3), np.eye(3))

    def inset(
        self, x: float, y: float, scale: float | tuple[float, float] = 1.0, degrees: float = 0.0
    ) -> Plane:
        """A plane at (x, y) of this one, scaled and turned clockwise."""
        sx, sy = scale if isinstance(scale, tuple) else (scale, scale)
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        local = np.array([[c * sx, -s * sy, x], [s * sx, c * sy, y], [0.0, 0.0, 1.0]])
        return Plane(self.canvas, self.place @ local, self.uv @ local)

    def resting(self, x: float, y: float, scale: tuple[float, float] = (1.0, 1.0)) -> Plane:
        """The same plane; where it lies when the figure is at rest is where it lies in part coordinates.

        Its origin rests at (x, y), its axes upright, its units ``scale`` long.
        """
        uv = np.array([[scale[0], 0.0, x], [0.0, scale[1], y], [0.0, 0.0, 1.0]])
        return Plane(self.canvas, self.place, uv)

    def fill(self, outline: Points, part: int, tone: str, width: float = OUTLINE) -> int:
        """Paint a shape over what is there and ink its outline; ``width`` 0 leaves it without ink."""
        canvas = self.canvas
        number = canvas.add(tone, part, self._to_uv)
        points = [self._fixed(outline)]
        cv2.fillPoly(canvas.region, points, number, cv2.LINE_8, _SHIFT)
        cv2.fillPoly(canvas.ink, points, 0, cv2.LINE_8, _SHIFT)
        if width:
            cv2.polylines(canvas.ink, points, True, 255, canvas.thickness(width), cv2.LINE_8, _SHIFT)
        return number

    def shade(self, shape: int, outline: Points, tone: str) -> None:
        """Give ``shape``, as far as it is still visible inside ``outline``, another tone; no ink changes."""
        canvas = self.canvas
        number = canvas.add(tone, canvas.part[shape], canvas.to_uv[shape], shape)
        view, mask = self._seen(shape, outline)
        np.copyto(view, number, where=mask)

    def veil(self, shape: int, outline: Points, suffix: str) -> None:
        """Let shadow or light fall on ``shape`` inside ``outline``, on its markings too; no ink changes.

        What is there in a plain tone takes that tone's ``suffix`` ("shade", "light").
        """
        canvas = self.canvas
        veiled = np.arange(256, dtype=np.uint8)
        numbers: dict[str, int] = {}
        for number in np.flatnonzero(canvas.owner[: len(canvas.tone)] == shape):
            tone = canvas.tone[number]
            if "." not in tone:
                if tone not in numbers:
                    part, to_uv = canvas.part[shape], canvas.to_uv[shape]
                    numbers[tone] = canvas.add(f"{tone}.{suffix}", part, to_uv, shape)
                veiled[number] = numbers[tone]
        view, mask = self._seen(shape, outline)
        np.copyto(view, np.asarray(cv2.LUT(view, veiled), np.uint8), where=mask)

    def inlay(self, shape: int, outline: Points, part: int, tone: str) -> int:
        """Paint a new part on ``shape``, as far as that is visible inside ``outline``; no ink changes."""
        number = self.canvas.add(tone, part, self._to_uv)
        view, mask = self._seen(shape, outline)
        np.copyto(view, number, where=mask)
        return number

    def _seen(self, shape: int, outline: Points) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """A window of the regions around ``outline``, and where in it ``shape`` is still on top inside."""
        canvas = self.canvas
        points = self._fixed(outline)
        side = canvas.region.shape[0]
        low = np.clip((points.min(0) >> _SHIFT) - 1, 0, side)
        high = np.clip((points.max(0) >> _SHIFT) + 2, 0, side)
        view = canvas.region[low[1] : high[1], low[0] : high[0]]
        mask = np.zeros(view.shape, np.uint8)
        if not view.size:
            return view, mask.view(np.bool_)
        cv2.fillPoly(mask, [points - (low << _SHIFT).astype(np.int32)], 1, cv2.LINE_8, _SHIFT)
        mine = (canvas.owner == shape).astype(np.uint8)
        mask &= np.asarray(cv2.LUT(view, mine), np.uint8)
        return view, mask.view(np.bool_)

    def line(self, curve: Points, width: float = FINE) -> None:
        """Ink an open curve."""
        thickness = self.canvas.thickness(width)
        cv2.polylines(self.canvas.ink, [self._fixed(curve)], False, 255, thickness, cv2.LINE_8, _SHIFT)

    def blot(self, outline: Points) -> None:
        """Ink a filled shape: a pupil, a thick eyelash."""
        cv2.fillPoly(self.canvas.ink, [self._fixed(outline)], 255, cv2.LINE_8, _SHIFT)

    @cached_property
    def _to_uv(self) -> NDArray[np.float64]:
        return (self.uv @ np.linalg.inv(self.place))[:2]

    @cached_property
    def _to_fixed(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The plane's units → OpenCV's fixed-point pixels, in which the centre of a pixel is whole."""
        half, one = self.canvas.region.shape[0] / 2, float(1 << _SHIFT)
        offset = (self.place[:2, 2] + 1.0) * half - 0.5
        return self.place[:2, :2].T * (half * one), offset * one

    def _fixed(self, points: Points) -> NDArray[np.int32]:
        matrix, offset = self._to_fixed
        return np.rint(points @ matrix + offset).astype(np.int32)
