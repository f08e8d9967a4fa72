"""Neck, shoulders and seven outfits. In the units of the body: 0 is the pit of the neck."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..curves import Points, arcs, ellipse, join, mirror, ribbon, smooth, symmetric
from ..planes import FINE, HAIRLINE, Plane
from ..props import bow
from .parts import part
from .traits import Traits

_TORSO = symmetric([(0.13, 0.0), (0.30, 0.07), (0.48, 0.13), (0.60, 0.30), (0.66, 0.60), (0.70, 1.2)])


def draw(body: Plane, traits: Traits) -> None:
    """Neck and outfit; the chin's shadow falls on the neck."""
    if traits.outfit == "hoodie":
        hood = smooth(symmetric([(0.16, -0.12), (0.38, -0.10), (0.50, 0.06), (0.36, 0.26), (0.1, 0.3)]))
        body.shade(
            body.fill(hood, part("clothes"), "clothes"), ellipse(0.0, 0.04, 0.32, 0.2), "clothes.shade"
        )
    neck = body.fill(
        smooth(symmetric([(0.125, -0.26), (0.125, -0.02), (0.22, 0.09), (0.20, 0.30)]), (0, 3, 4, 7)),
        part("neck"),
        "skin",
    )
    body.shade(neck, ellipse(0.0, -0.12, 0.3, 0.16), "skin.shade")
    _OUTFITS[traits.outfit](body, traits)


def _torso(body: Plane, dip: float, width: float = 0.17) -> int:
    """The torso with a neckline ``width`` wide that dips to ``dip``; arms are hinted by two lines."""
    outline = np.array(_TORSO)
    right = np.array([(width, 0.03), *outline[1:6]])
    neckline = smooth([(-width, 0.03), (0.0, dip), (width, 0.03)], closed=False)
    sides = smooth(right, closed=False)
    shape = body.fill(join(neckline[:-1], sides, mirror(sides)[:-1]), part("clothes"), "clothes")
    body.shade(
        shape, smooth([(0.34, 0.10), (0.75, 0.20), (0.75, 1.3), (0.42, 1.3), (0.46, 0.5)]), "clothes.shade"
    )
    for side in (-1, 1):
        body.line(np.array([(0.43 * side, 0.36), (0.40 * side, 0.80)]), FINE)
    return shape


def _sailor(body: Plane, _traits: Traits) -> None:
    _torso(body, 0.34, 0.20)
    flap = [
        (0.15, -0.03),
        (0.30, 0.05),
        (0.43, 0.13),
        (0.41, 0.27),
        (0.20, 0.32),
        (0.0, 0.43),
        (0.045, 0.30),
        (0.11, 0.12),
    ]
    for side in (-1, 1):
        collar = body.fill(arcs(flap, 0.0, closed=True) * (side, 1), part("trim"), "trim")
        body.shade(
            collar,
            np.array([(0.05, 0.33), (0.15, 0.12), (0.2, 0.14), (0.12, 0.38)]) * (side, 1),
            "trim.shade",
        )
        stripe = np.array([(0.375, 0.14), (0.36, 0.225), (0.19, 0.265), (0.07, 0.335)]) * (side, 1)
        body.line(stripe, HAIRLINE)
    bow(body.inset(0.0, 0.40), 0.85, part("bow"))


def _hoodie(body: Plane, _traits: Traits) -> None:
    _torso(body, 0.24, 0.21)
    rim = join(
        smooth([(-0.24, -0.02), (0.0, 0.22), (0.24, -0.02)], closed=False),
        smooth([(0.34, 0.06), (0.20, 0.26), (0.0, 0.36), (-0.20, 0.26), (-0.34, 0.06)], closed=False),
    )
    edge = body.fill(rim, part("clothes"), "clothes")
    body.shade(edge, ellipse(0.0, 0.38, 0.3, 0.08), "clothes.shade")
    for side in (-1, 1):
        cord = ribbon([(0.10 * side, 0.27), (0.115 * side, 0.40), (0.105 * side, 0.54)], (0.07, 0.06, 0.075))
        body.fill(cord, part("trim"), "trim", FINE)
    pocket = [(-0.30, 0.62), (0.30, 0.62), (0.36, 1.2), (-0.36, 1.2)]
    body.fill(np.array(pocket), part("trim"), "trim", FINE)


def _blazer(body: Plane, _traits: Traits) -> None:
    shirt = body.fill(
        np.array([(-0.2, 0.0), (0.2, 0.0), (0.2, 1.2), (-0.2, 1.2)]), part("trim"), "white", FINE
    )
    body.shade(shirt, ellipse(0.0, 0.08, 0.2, 0.1), "white.shade")
    tie = join(
        [(-0.055, 0.14), (0.055, 0.14), (0.035, 0.22)],
        [(0.085, 0.55), (0.0, 0.66), (-0.085, 0.55)],
        [(-0.035, 0.22)],
    )
    knot = body.fill(tie, part("trim"), "trim", FINE)
    body.shade(knot, np.array([(0.01, 0.2), (0.1, 0.2), (0.1, 0.7), (0.02, 0.7)]), "trim.shade")
    body.line(np.array([(-0.04, 0.225), (0.04, 0.225)]), HAIRLINE)
    for side in (-1, 1):
        body.fill(
            np.array([(0.125, -0.04), (0.20, 0.06), (0.13, 0.22), (0.02, 0.13)]) * (side, 1),
            part("trim"),
            "white",
            FINE,
        )
        right = smooth(
            [(0.17, 0.02), (0.30, 0.07), (0.48, 0.13), (0.60, 0.30), (0.66, 0.60), (0.70, 1.2)], closed=False
        )
        half = body.fill(join(right, [(0.10, 1.2), (0.05, 0.68)]) * (side, 1), part("clothes"), "clothes")
        if side > 0:
            body.shade(
                half,
                smooth([(0.36, 0.10), (0.75, 0.20), (0.75, 1.3), (0.42, 1.3), (0.46, 0.5)]),
                "clothes.shade",
            )
        body.line(np.array([(0.43 * side, 0.36), (0.40 * side, 0.80)]), FINE)
        lapel = np.array(
            [(0.17, 0.02), (0.29, 0.10), (0.33, 0.30), (0.24, 0.33), (0.27, 0.40), (0.05, 0.68)]
        ) * (side, 1)
        body.fill(lapel, part("clothes"), "clothes", FINE)


def _sweater(body: Plane, traits: Traits) -> None:
    _torso(body, 0.12, 0.2)
    for y in (0.36, 0.60) if traits.buttons else (0.42,):
        band = join(
            smooth([(-0.40, y), (0.0, y + 0.05), (0.40, y)], closed=False),
            smooth([(0.40, y + 0.11), (0.0, y + 0.16), (-0.40, y + 0.11)], closed=False),
        )
        body.fill(band, part("trim"), "trim", FINE)
    roll = smooth(
        [(-0.19, -0.09), (0.0, -0.03), (0.19, -0.09), (0.225, 0.06), (0.0, 0.16), (-0.225, 0.06)], (0, 2)
    )
    collar = body.fill(roll, part("trim"), "trim")
    body.shade(collar, ellipse(0.0, -0.05, 0.22, 0.06), "trim.shade")
    for x in (-0.12, 0.0, 0.12):
        body.line(np.array([(x, 0.0), (x * 1.1, 0.09)]), HAIRLINE)


def _kimono(body: Plane, traits: Traits) -> None:
    _torso(body, 0.40, 0.21)
    for side in (-traits.side, traits.side):
        band = arcs(
            [(0.17, -0.03), (0.27, 0.05), (-0.12, 0.70), (-0.26, 0.62)], [0.0, 0.06, 0.0, -0.06], closed=True
        )
        lapel = body.fill(band * (side, 1), part("trim"), "trim")
        body.shade(
            lapel,
            np.array([(0.22, 0.0), (0.30, 0.05), (-0.10, 0.75), (-0.17, 0.66)]) * (side, 1),
            "trim.shade",
        )
    obi = smooth([(-0.43, 0.60), (0.0, 0.64), (0.43, 0.60), (0.45, 1.2), (-0.45, 1.2)], (0, 2, 3, 4))
    body.fill(obi, part("trim"), "trim")


def _dress(body: Plane, traits: Traits) -> None:
    _torso(body, 0.16, 0.19)
    for side in (-1, 1):
        half = smooth(
            [(0.0, 0.10), (0.12, 0.05), (0.17, -0.04), (0.29, 0.04), (0.27, 0.22), (0.10, 0.28)], (0, 2)
        )
        flap = body.fill(half * (side, 1), part("trim"), "trim", FINE)
        body.shade(flap, ellipse(0.18 * side, 0.27, 0.2, 0.08), "trim.shade")
    if traits.buttons:
        for y in (0.42, 0.58):
            body.fill(ellipse(0.0, y, 0.05, 0.05, count=14), part("trim"), "trim", FINE)
    else:
        bow(body.inset(0.0, 0.20), 0.75, part("bow"))


def _tee(body: Plane, traits: Traits) -> None:
    _torso(body, 0.24, 0.22)
    rim = join(
        smooth([(-0.20, 0.00), (0.0, 0.18), (0.20, 0.00)], closed=False),
        smooth([(0.27, 0.05), (0.0, 0.28), (-0.27, 0.05)], closed=False),
    )
    body.fill(rim, part("trim"), "trim", FINE)
    body.fill(
        _star(0.0, 0.54, 0.16) if traits.buttons else _heart(0.0, 0.54, 0.15), part("trim"), "trim", FINE
    )


def _star(x: float, y: float, radius: float) -> Points:
    angle = np.radians(np.arange(10) * 36 - 90)
    reach = np.where(np.arange(10) % 2, 0.5, 1.0) * radius
    return np.stack([x + reach * np.cos(angle), y + reach * np.sin(angle)], 1)


def _heart(x: float, y: float, size: float) -> Points:
    half = smooth([(0.0, -0.45), (0.45, -0.85), (0.95, -0.45), (0.7, 0.25), (0.0, 0.95)], closed=False)
    return join(half, mirror(half)[1:-1]) * size + (x, y)


_OUTFITS: dict[str, Callable[[Plane, Traits], None]] = {
    "sailor": _sailor,
    "hoodie": _hoodie,
    "blazer": _blazer,
    "sweater": _sweater,
    "kimono": _kimono,
    "dress": _dress,
    "tee": _tee,
}
