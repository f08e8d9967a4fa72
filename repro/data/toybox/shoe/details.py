"""Laces, badges, buckles, bows and pull tabs."""

from __future__ import annotations

import numpy as np

from ..curves import Points, arcs, ellipse, ribbon, smooth
from ..planes import FINE, Plane
from ..props import bow
from .last import walk
from .parts import part


def laces(shoe: Plane, throat: Points, count: int, bow: bool) -> None:
    """``count`` laces across a ``throat`` (front to top); a bow, if there is one, is the last of them."""
    places = np.linspace(0.08, 0.94, count)
    before, spots, after = (walk(throat, np.clip(places + step, 0, 1)) for step in (-0.1, 0.0, 0.1))
    crossings = list(zip(spots, after - before, strict=True))
    for spot, direction in crossings[:-1] if bow else crossings:
        along = direction / np.hypot(*direction)
        across = np.array((along[1], -along[0]))
        ends = [spot - 0.105 * across - 0.02 * along, spot + 0.115 * across + 0.03 * along]
        shoe.fill(ribbon(ends, (0.075, 0.075)), part("laces"), "laces", FINE)
    if bow:
        _lace_bow(shoe.inset(*spots[-1]))


def _lace_bow(knot: Plane) -> None:
    for spine, widths in (
        ([(0.02, 0.0), (0.10, 0.12), (0.10, 0.24)], (0.06, 0.06, 0.06)),
        ([(0.0, 0.0), (-0.10, 0.09), (-0.15, 0.20)], (0.06, 0.06, 0.06)),
    ):
        knot.fill(ribbon(spine, widths), part("laces"), "laces", FINE)
    for outline in (
        [(0.0, 0.0), (0.10, -0.08), (0.24, -0.04), (0.25, 0.07), (0.12, 0.07)],
        [(0.0, 0.0), (-0.06, -0.12), (-0.20, -0.13), (-0.24, -0.03), (-0.12, 0.04)],
    ):
        knot.fill(smooth(outline, (0,)), part("laces"), "laces", FINE)
    knot.fill(ellipse(0.0, 0.0, 0.05, 0.05, count=12), part("laces"), "laces", FINE)


def emblem(shoe: Plane, x: float, y: float, size: float, name: str) -> None:
    """A badge of radius ``size`` around (x, y)."""
    shape = shoe.fill(_EMBLEMS[name] * size + (x, y), part("ornament"), "accessory", FINE)
    shoe.shade(shape, ellipse(x + 0.4 * size, y + 0.8 * size, size, 0.8 * size), "accessory.shade")


def buckle(shoe: Plane, x: float, y: float, size: float, degrees: float = 0.0) -> None:
    """A frame with its pin, ``size`` half its height."""
    place = shoe.inset(x, y, size, degrees)
    rounded = smooth([(-0.9, -0.8), (0.0, -1.0), (0.9, -0.8), (0.9, 0.8), (0.0, 1.0), (-0.9, 0.8)])
    place.fill(rounded, part("ornament"), "accessory", FINE)
    place.line(np.array([(-0.7, 0.0), (0.45, 0.0)]), FINE)


def tie_bow(shoe: Plane, x: float, y: float, size: float, degrees: float = 0.0) -> None:
    """A ribbon bow around (x, y), ``size`` half a unit wide."""
    bow(shoe.inset(x, y, 1.0, degrees), size, part("ornament"))


def tab(shoe: Plane, x: float, y: float, degrees: float = 0.0) -> None:
    """A pull loop that stands up from (x, y)."""
    place = shoe.inset(x, y, 1.0, degrees)
    place.fill(
        smooth([(-0.06, 0.06), (-0.065, -0.09), (0.0, -0.15), (0.065, -0.09), (0.06, 0.06)], (0, 4)),
        part("ornament"),
        "accessory",
        FINE,
    )


def _star() -> Points:
    tips, notches = (ellipse(0.0, 0.0, r, r, s, s + 360, 5) for r, s in ((1.1, -90.0), (0.55, -54.0)))
    return np.stack([tips, notches], axis=1).reshape(-1, 2)


_EMBLEMS = {
    "star": _star(),
    "heart": smooth([(0, -0.42), (0.5, -0.85), (1, -0.38), (0, 1), (-1, -0.38), (-0.5, -0.85)], (0, 3)),
    "diamond": np.array([(0.0, -1.1), (0.8, 0.0), (0.0, 1.1), (-0.8, 0.0)]),
    "dot": ellipse(0.0, 0.0, 0.85, 0.85),
    "moon": arcs([(0.55, -0.95), (0.55, 0.95)], (0.68, -0.25), closed=True),
    "bolt": np.array([(0.25, -1.1), (-0.75, 0.2), (-0.05, 0.2), (-0.3, 1.1), (0.8, -0.3), (0.1, -0.3)]),
}
