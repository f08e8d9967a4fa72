"""Straps over the foot, around the ankle and around the leg."""

from __future__ import annotations

import numpy as np

from ..curves import Points, ellipse, join, smooth
from ..planes import FINE, OUTLINE, Plane
from .last import Spot, span
from .parts import part


def band(shoe: Plane, foot: Spot, width: float, height: float) -> None:
    """A strap over the foot from its near end, whose front is at ``foot``; behind it the far half, inside."""
    x, y = foot
    crest, end = y - height, x + width
    near = [(x, y), (x + 0.01, y - 0.6 * height), (x + 0.14, crest)]
    rear = [(end + 0.06, crest + 0.01), (end + 0.03, y - 0.5 * height), (end, y)]
    hole = smooth([rear[0], (end + 0.20, crest + 0.06), (end + 0.25, y - 0.16), rear[1]], (0, 3))
    shoe.fill(hole, part("lining"), "lining.shade", FINE)
    strap = shoe.fill(smooth([*near, *rear], (0, 3, 5)), part("strap"), "upper")
    low = y - 0.35 * height
    shade = np.array([(x - 0.1, low), (end + 0.1, low), (end + 0.1, y), (x - 0.1, y)])
    shoe.shade(strap, shade, "upper.shade")


def hoop(shoe: Plane, front: Spot, back: Spot, camera: float, far: bool = False) -> None:
    """The near half of a strap around the ankle, or the ``far`` half, which is drawn before the shoe."""
    (x0, y0), (x1, y1) = front, back
    turn = 180.0 if far else 0.0
    arc = ellipse((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, 0.9 * camera, turn, turn + 180.0)
    half = np.array((0.0, 0.055))
    shoe.fill(join(arc - half, (arc + half)[::-1]), part("strap"), "upper.shade" if far else "upper", FINE)


def stay(shoe: Plane, spots: list[Spot]) -> None:
    """What holds a hoop at the heel: six points, up the back, across the top (2 to 3) and down again."""
    piece = shoe.fill(smooth(spots, (0, 2, 3, 5)), part("upper"), "upper")
    shoe.shade(piece, ellipse(0.74, spots[0][1], 0.4, 0.17), "upper.shade")


def belt(shoe: Plane, outline: Points, front: Spot, back: Spot, name: str, tone: str) -> None:
    """A band around the leg, from one side of the ``outline`` to the other, sagging in between."""
    half, sag = np.array((0.0, 0.08)), np.array((0.0, 0.06))
    shin = span(outline, front + half, front - half)
    calf = span(outline, back - half, back + half)
    upper = smooth([shin[-1], (shin[-1] + calf[0]) / 2 + sag, calf[0]], closed=False)
    lower = smooth([calf[-1], (shin[0] + calf[-1]) / 2 + sag, shin[0]], closed=False)
    strap = shoe.fill(join(shin, upper[1:], calf[1:], lower[1:-1]), part(name), tone, FINE)
    shoe.shade(strap, lower - (0.0, 0.01), tone + ".shade")
    for side in (shin, calf):
        shoe.line(side, OUTLINE)
