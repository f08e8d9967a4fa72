"""Things that figures of several domains wear, in the role "accessory"; ``part`` is the id of their part."""

from __future__ import annotations

import numpy as np

from .curves import ellipse, smooth
from .planes import FINE, HAIRLINE, Plane


def bow(place: Plane, size: float, part: int) -> None:
    """A ribbon bow around the origin of ``place``, about half a unit wide."""
    for side in (-1, 1):
        wing = smooth(
            np.array([(0.0, 0.0), (0.15, -0.12), (0.25, -0.11), (0.25, 0.12), (0.15, 0.12)])
            * (side * size, size),
            (0,),
        )
        loop = place.fill(wing, part, "accessory", FINE)
        place.shade(loop, ellipse(0.06 * side * size, 0.03, 0.09 * size, 0.11 * size), "accessory.shade")
    place.fill(ellipse(0.0, 0.0, 0.06 * size, 0.07 * size, count=14), part, "accessory", FINE)


def flower(place: Plane, part: int) -> None:
    """Five petals around the origin of ``place``, about a third of a unit wide."""
    for angle in np.radians(np.arange(5) * 72 - 90):
        x, y = 0.105 * np.cos(angle), 0.105 * np.sin(angle)
        petal = place.fill(ellipse(x, y, 0.082, 0.082, count=16), part, "accessory", FINE)
        place.shade(petal, ellipse(0.0, 0.0, 0.09, 0.09, count=16), "accessory.shade")
    place.fill(ellipse(0.0, 0.0, 0.055, 0.055, count=14), part, "white", FINE)


def scarf(body: Plane, side: int, part: int) -> None:
    """A scarf around the origin of ``body``, the pit of the neck; its tail hangs on ``side`` (-1 or 1)."""
    tail = np.array([(0.16, 0.12), (0.34, 0.14), (0.36, 0.62), (0.18, 0.64)]) * (side, 1)
    body.shade(
        body.fill(tail, part, "accessory"),
        tail * (0.5, 1) + (0.17 * side, 0.0),
        "accessory.shade",
    )
    for y in (0.50, 0.56):
        body.line(np.array([(0.18 * side, y), (0.35 * side, y)]), HAIRLINE)
    wrap = smooth(
        [
            (-0.30, -0.10),
            (0.0, -0.02),
            (0.30, -0.10),
            (0.36, 0.08),
            (0.22, 0.20),
            (0.0, 0.24),
            (-0.22, 0.20),
            (-0.36, 0.08),
        ],
        (0, 2),
    )
    loop = body.fill(wrap, part, "accessory")
    body.shade(loop, ellipse(0.0, -0.04, 0.36, 0.10), "accessory.shade")
    body.line(smooth([(-0.24, 0.04), (-0.05, 0.12), (0.14, 0.12)], closed=False), HAIRLINE)
