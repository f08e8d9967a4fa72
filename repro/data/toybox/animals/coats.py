"""Coats: which places of an animal wear which colour. All are drawn for the right side and mirrored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..curves import Points, ellipse, mirror, ribbon, smooth, symmetric
from ..planes import Plane

Where = Literal["both", "one", "other", "middle"]
Path = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Patch:
    """A patch of a tone; it takes the shape it is laid on as its limit. where: on which sides."""

    outline: Points
    tone: str
    where: Where

    def lay(self, plane: Plane, shape: int, side: int) -> None:
        """Colour ``shape``; the side called "one" is ``side``."""
        right = {"both": True, "middle": True, "one": side > 0, "other": side < 0}[self.where]
        left = {"both": True, "middle": False, "one": side < 0, "other": side > 0}[self.where]
        if right:
            plane.shade(shape, self.outline, self.tone)
        if left:
            plane.shade(shape, mirror(self.outline), self.tone)


@dataclass(frozen=True)
class Coat:
    """Where the markings are.

    face: patches on the head, in its units. body: on the body, in the units of the body.
    ears: which ears are of the second colour. muzzle: the muzzle's tone.
    """

    face: tuple[Patch, ...]
    body: tuple[Patch, ...]
    ears: Literal["none", "one", "both", "tips"]
    muzzle: str


def stripe(spine: Path, *widths: float, where: Where = "both") -> Patch:
    """A stripe of the marking along ``spine``, ``widths`` wide at each of its points."""
    return Patch(ribbon(np.array(spine), widths), "marking", where)


def area(points: Path, tone: str, where: Where = "both") -> Patch:
    """A patch with a smooth outline through ``points``."""
    return Patch(smooth(points), tone, where)


def middle(half: Path, tone: str, corners: Sequence[int] = ()) -> Patch:
    """A patch across the middle, from its right half; ``corners``: which of these points are sharp."""
    count = 2 * len(half)
    return Patch(smooth(symmetric(half), [*corners, *(count - 1 - c for c in corners)]), tone, "middle")


def spot(x: float, y: float, rx: float, ry: float, where: Where = "both", tone: str = "marking") -> Patch:
    """A spot around (x, y)."""
    return Patch(ellipse(x, y, rx, ry, count=16), tone, where)


BIB = middle([(0.20, -0.30), (0.30, 0.10), (0.24, 0.34), (0.08, 0.52)], "light")
"""A light chest."""
