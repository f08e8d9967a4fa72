"""Shoes for running about: runner, plimsoll, high-top, and one with hook-and-loop straps."""

from __future__ import annotations

import numpy as np

from ..curves import Points, arcs, ellipse, join, ribbon, smooth
from ..planes import FINE, HAIRLINE, OUTLINE, Plane
from . import details, sole
from .last import Spot, counter, opening, patch, span, toe_cap, tongue, upper
from .parts import part
from .traits import Traits

_TOE: list[Spot] = [(-0.84, 0.40), (-0.91, 0.22), (-0.80, 0.03), (-0.58, -0.03), (-0.38, -0.11)]
_LOW: list[Spot] = [
    *_TOE,
    *((-0.14, -0.27), (0.06, -0.42)),
    *((0.20, -0.29), (0.38, -0.19), (0.57, -0.22), (0.73, -0.37)),
    *((0.77, -0.16), (0.81, 0.08), (0.81, 0.40)),
]
"""Outline of a low upper, from the sole over the toe, along the rim (6 to 10), down the heel."""

_HIGH: list[Spot] = [
    *_TOE,
    *((-0.14, -0.28), (0.06, -0.78)),
    *((0.24, -0.75), (0.42, -0.75), (0.56, -0.78), (0.70, -0.83)),
    *((0.675, -0.50), (0.71, -0.12), (0.80, 0.10), (0.80, 0.40)),
]
"""The same of a high-top."""


_CAP: list[Spot] = [(-0.62, -0.02), (-0.53, 0.12), (-0.52, 0.40)]
_COUNTER: list[Spot] = [(0.48, 0.40), (0.50, 0.14), (0.62, -0.02), (0.70, -0.33)]
"""Seams of toe cap and heel panel."""


def draw_runner(shoe: Plane, traits: Traits) -> None:
    """A low shoe with a thick, swung sole."""
    outline = _upper(shoe, _LOW, traits)
    if traits.capped:
        toe_cap(shoe, outline, [(-0.52, -0.045), (-0.60, 0.12), (-0.34, 0.24), (-0.20, 0.40)])
    _side(shoe, traits)
    _throat(shoe, outline, _LOW[6], traits)
    sole.swung(shoe)
    if traits.tabbed:
        details.tab(shoe, 0.745, -0.38, 18.0)


def draw_canvas(shoe: Plane, traits: Traits) -> None:
    """A low plimsoll with an even rubber sole."""
    outline = _upper(shoe, _LOW, traits)
    if traits.capped:
        toe_cap(shoe, outline, _CAP)
    _side(shoe, traits)
    _throat(shoe, outline, _LOW[6], traits)
    sole.cup(shoe)


def draw_hightop(shoe: Plane, traits: Traits) -> None:
    """A plimsoll that covers the ankle, with a badge on it."""
    outline = _upper(shoe, _HIGH, traits)
    if traits.capped:
        toe_cap(shoe, outline, _CAP)
    if traits.backed:
        strip = smooth([(0.60, -0.80), (0.56, -0.45), (0.60, -0.08), (0.64, 0.40)], closed=False)
        patch(shoe, span(outline, (0.70, -0.83), (0.80, 0.40)), strip[::-1], "panel", "panel")
    _throat(shoe, outline, _HIGH[6], traits)
    details.emblem(shoe, 0.36, -0.40, 0.15, traits.emblem)
    sole.cup(shoe)
    if traits.tabbed:
        details.tab(shoe, 0.70, -0.83, 6.0)


def draw_velcro(shoe: Plane, traits: Traits) -> None:
    """A low shoe closed by two broad straps."""
    outline = _upper(shoe, _LOW, traits)
    if traits.capped:
        toe_cap(shoe, outline, _CAP)
    if traits.side != "stripes":  # the straps would cross them
        _side(shoe, traits)
    for foot in ((-0.26, -0.17), (-0.04, -0.33)):
        front = [(-0.10, -0.08), (0.05, -0.17), (0.20, 0.04), (0.30, 0.22)]
        end = [(0.24, 0.30), (0.13, 0.30), (0.05, 0.10)]
        strap = np.add(smooth([*front, *end], (0, 1)), foot)
        band = shoe.fill(strap, part("strap"), "panel", FINE)
        shoe.shade(band, ellipse(foot[0] + 0.22, foot[1] + 0.30, 0.14, 0.10), "panel.shade")
    (sole.swung if traits.style < 0.5 else sole.cup)(shoe)


def _upper(shoe: Plane, spots: list[Spot], traits: Traits) -> Points:
    """Opening, tongue, upper, and what is sewn onto its heel; the outline of the upper."""
    outline = smooth(spots, (0, 6, 10, len(spots) - 1))
    opening(shoe, span(outline, spots[6], spots[10]), traits.camera)
    tongue(shoe, [(-0.44, -0.06), (-0.26, -0.28), spots[6]])
    upper(shoe, outline)
    if traits.backed and spots is _LOW:
        counter(shoe, outline, _COUNTER)
    return outline


def _side(shoe: Plane, traits: Traits) -> None:
    """What decorates the outer side."""
    if traits.side == "stripes":
        for x in (-0.02, 0.18):
            bar = ribbon([(x + 0.08, -0.16), (x - 0.02, 0.12), (x - 0.05, 0.36)], (0.11, 0.11, 0.11))
            shoe.fill(bar, part("ornament"), "accessory", FINE)
    elif traits.side == "emblem":
        details.emblem(shoe, 0.31, 0.05, 0.14, traits.emblem)
    elif traits.side == "wave":
        crests = [(-0.34, 0.22), (-0.16, 0.12), (0.0, 0.22), (0.16, 0.08), (0.32, 0.14), (0.46, 0.0)]
        shoe.fill(ribbon(crests, (0.04, *(0.11,) * 4, 0.04)), part("ornament"), "accessory", FINE)
    else:
        seam = smooth([(-0.20, 0.40), (0.0, 0.16), (0.24, -0.02), (0.48, -0.14)], closed=False)
        shoe.line(seam, HAIRLINE)


def _throat(shoe: Plane, outline: Points, top: Spot, traits: Traits) -> None:
    """The facing that holds the eyelets, and the laces across it."""
    edge = span(outline, _TOE[-1], top)
    inner = edge[::-1] + np.linspace((0.13, 0.04), (0.05, 0.13), len(edge))
    facing = join(inner, arcs([inner[-1], edge[0]], 0.25)[1:-1])
    shoe.fill(join(edge, facing), part("panel"), "panel", FINE)
    shoe.line(edge, OUTLINE)
    details.laces(shoe, edge, 4 if top is _LOW[6] else 5, traits.bowed)
