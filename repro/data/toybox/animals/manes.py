"""Manes behind the head, and locks of fur that fall over the forehead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..curves import Points, arcs, ellipse
from ..planes import FINE, HAIRLINE, Plane
from .head import HEADS
from .parts import part
from .traits import Traits


@dataclass(frozen=True)
class Mane:
    """A ring of locks around the head: ``count`` tips and as many notches, at these distances from it.

    length: how much longer the locks are that hang down. bulge: of the arcs from and to a tip.
    """

    count: int
    tip: float
    notch: float
    length: float
    bulge: tuple[float, float]

    def points(self) -> Points:
        """Tips and notches in turn, clockwise from the top, (2 count, 2)."""
        step = np.arange(2 * self.count)
        angle = np.radians(step * 180.0 / self.count - 90.0)
        radius = np.where(step % 2, self.notch, self.tip)
        radius = radius + np.maximum(np.sin(angle), 0.0) ** 2 * self.length
        return np.stack([radius * np.cos(angle), radius * np.sin(angle) + 0.02], axis=1)

    def outline(self) -> Points:
        """The whole outline."""
        return arcs(self.points(), self.bulge * self.count, closed=True)


MANES = {
    "scalloped": Mane(7, 0.84, 0.84, 0.04, (-0.17, -0.17)),
    "flames": Mane(13, 0.96, 0.70, 0.04, (-0.10, 0.12)),
    "shaggy": Mane(11, 0.90, 0.74, 0.22, (-0.12, -0.06)),
}
"""The ruffs that are manes, in the units of the head."""

ROOM = 0.84
"""A head with a mane is drawn so much smaller, so that the mane is in the picture."""


def draw_behind(head: Plane, traits: Traits) -> None:
    """The mane; ears and head lie on it."""
    if traits.ruff in MANES:
        shape, place = MANES[traits.ruff], head.inset(0.0, 0.0, (float(traits.side), 1.0))
        mane = place.fill(shape.outline(), part("mane"), "mane")
        place.shade(mane, ellipse(0.0, 0.04, 0.66, 0.64), "mane.shade")
        for notch in shape.points()[1::2]:
            place.line(np.array([notch, notch * 0.90]), HAIRLINE)


def draw_front(head: Plane, traits: Traits) -> None:
    """What falls over the forehead."""
    top = HEADS[traits.head].half[0][1]
    if traits.tuft == "fluff":
        cloud = [
            (-0.27, 0.13),
            (-0.25, -0.06),
            (0.0, -0.13),
            (0.25, -0.06),
            (0.27, 0.13),
            (0.10, 0.19),
            (-0.10, 0.19),
        ]
        fluff = head.inset(0.0, top).fill(arcs(cloud, -0.22, closed=True), part("head"), "coat", FINE)
        head.inset(0.0, top).veil(fluff, ellipse(0.27, 0.14, 0.15, 0.16), "shade")
    elif traits.tuft == "forelock":
        tips = [
            (-0.24, -0.06),
            (-0.10, -0.13),
            (0.10, -0.13),
            (0.24, -0.06),
            (0.17, 0.09),
            (0.10, 0.03),
            (0.0, 0.17),
            (-0.10, 0.03),
            (-0.17, 0.09),
        ]
        lock = head.inset(0.0, top).fill(
            arcs(tips, (-0.1, -0.1, -0.1, -0.12, 0.1, -0.12, -0.12, 0.1, -0.12), closed=True),
            part("mane"),
            "mane",
            FINE,
        )
        head.inset(0.0, top).veil(lock, ellipse(0.20, 0.0, 0.14, 0.2), "shade")
