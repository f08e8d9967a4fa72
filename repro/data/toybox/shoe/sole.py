"""What a shoe stands on. Every upper ends below y = 0.36 and is covered there by its sole."""

from __future__ import annotations

import numpy as np

from ..curves import Points, join, smooth
from ..planes import FINE, HAIRLINE, Plane
from .parts import GROUND, part

_WELT = [(0.87, 0.29), (0.50, 0.31), (0.0, 0.34), (-0.50, 0.34), (-0.93, 0.25)]
"""Where sole and upper meet, from the heel to the toe."""


def cup(shoe: Plane) -> None:
    """The even rubber sole of a plimsoll, with a stripe around it."""
    outline = smooth(
        [*_WELT, (-0.93, 0.42), (-0.80, 0.49), (-0.40, GROUND), (0.70, GROUND), (0.87, 0.47)], (0, 4)
    )
    _shaded(shoe, outline)
    stripe = smooth([(-0.92, 0.37), (-0.50, 0.435), (0.0, 0.425), (0.50, 0.41), (0.88, 0.39)], closed=False)
    shoe.line(stripe, FINE)


def swung(shoe: Plane) -> None:
    """The thick, swung sole of a running shoe."""
    top = [(0.90, 0.22), (0.60, 0.27), (0.20, 0.25), (-0.20, 0.33), (-0.60, 0.34), (-0.93, 0.22)]
    bottom = [(-0.97, 0.33), (-0.82, 0.47), (-0.40, GROUND), (0.05, 0.49), (0.60, GROUND), (0.86, 0.47)]
    outline = smooth([*top, *bottom, (0.93, 0.34)], (0, 5))
    body = _shaded(shoe, outline)
    wave = smooth([(-0.95, 0.36), (-0.45, 0.44), (0.0, 0.36), (0.40, 0.41), (0.93, 0.36)], closed=False)
    shoe.shade(body, join(wave, [(1.0, 0.6), (-1.0, 0.6)]), "sole.shade")
    shoe.line(wave, FINE)


def lug(shoe: Plane) -> None:
    """The cleated sole of a boot, with a heel."""
    studs = [(-0.93, 0.26), (-0.95, 0.38), (-0.86, 0.47)]
    for x in np.arange(-0.76, 0.05, 0.20):
        studs += [(x, GROUND), (x + 0.10, GROUND), (x + 0.12, 0.46), (x + 0.18, 0.46)]
    studs += [(0.28, 0.43), (0.33, GROUND), (0.46, GROUND), (0.48, 0.46), (0.54, 0.46), (0.56, GROUND)]
    studs += [(0.87, GROUND), (0.90, 0.28)]
    _shaded(shoe, join(studs, smooth(_WELT, closed=False)))
    seam = smooth([(-0.93, 0.335), (-0.50, 0.395), (0.0, 0.395), (0.50, 0.375), (0.89, 0.35)], closed=False)
    shoe.line(seam, HAIRLINE)


def leather(shoe: Plane) -> None:
    """A thin sole on a stacked heel."""
    seat = GROUND - 0.15
    block = np.array([(0.34, seat - 0.06), (0.40, GROUND), (0.84, GROUND), (0.86, seat - 0.06)])
    piece = shoe.fill(block, part("heel"), "sole")
    shoe.shade(piece, block - (0.30, 0.0), "sole.shade")
    top = [(0.87, seat - 0.10), (0.40, seat - 0.07), (0.0, 0.40), (-0.45, 0.425), (-0.93, 0.32)]
    bottom = [
        (-0.94, 0.41),
        (-0.82, 0.475),
        (-0.45, GROUND),
        (-0.05, 0.485),
        (0.36, seat),
        (0.88, seat - 0.01),
    ]
    shoe.fill(smooth([*top, *bottom], (0, 4, 10)), part("sole"), "sole")


def thin(shoe: Plane) -> None:
    """The flat sole of a ballerina."""
    top = [(0.86, 0.405), (0.40, 0.415), (-0.30, 0.42), (-0.70, 0.405), (-0.935, 0.34)]
    bottom = [(-0.94, 0.42), (-0.80, 0.48), (-0.40, GROUND), (0.40, GROUND), (0.86, 0.49)]
    shoe.fill(smooth([*top, *bottom], (0, 4, 9)), part("sole"), "sole")


def _shaded(shoe: Plane, outline: Points) -> int:
    shape = shoe.fill(outline, part("sole"), "sole")
    shoe.inset(0.0, 0.13).shade(shape, outline, "sole.shade")
    return shape
