"""Boots: laced, slipped on, ridden in, for the rain and for the snow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..curves import Points, ellipse, join, ribbon, smooth
from ..planes import FINE, HAIRLINE, OUTLINE, Plane
from . import details, sole, straps
from .last import Spot, counter, fur, opening, patch, span, toe_cap, tongue, trim
from .parts import part
from .traits import Traits

_FOOT: list[Spot] = [(-0.84, 0.40), (-0.92, 0.20), (-0.80, -0.02), (-0.58, -0.08), (-0.36, -0.13)]
_POINTED: list[Spot] = [(-0.90, 0.40), (-0.94, 0.29), (-0.80, 0.10), (-0.56, -0.02), (-0.34, -0.12)]
_HEEL: list[Spot] = [(0.69, -0.22), (0.80, 0.08), (0.80, 0.40)]
_COUNTER: list[Spot] = [(0.46, 0.40), (0.50, 0.10), (0.62, -0.06), (0.72, -0.12)]


def _boot(shoe: Plane, shaft: list[Spot], camera: float, foot: Sequence[Spot] = _FOOT) -> tuple[int, Points]:
    """Opening and upper. ``shaft``: up the shin, then four of the rim, the first and last its corners."""
    spots = [*foot, *shaft, *_HEEL]
    front, back = len(spots) - len(_HEEL) - 4, len(spots) - len(_HEEL) - 1
    outline = smooth(spots, (0, front, back, len(spots) - 1))
    opening(shoe, span(outline, spots[front], spots[back]), camera)
    upper = shoe.fill(outline, part("upper"), "upper")
    x, y = spots[back]
    dark = [(x - 0.12, y), (x - 0.10, y / 2), (0.62, 0.0), (0.3, 0.24), (-0.4, 0.29), (-1.0, 0.30)]
    shoe.shade(upper, smooth([*dark, (-1.0, 0.5), (1.0, 0.5), (1.0, y)], (5, 6, 7)), "upper.shade")
    shoe.shade(upper, smooth([(-0.83, 0.08), (-0.70, 0.01), (-0.54, -0.01), (-0.70, 0.10)]), "upper.light")
    return upper, outline


def draw_combat(shoe: Plane, traits: Traits) -> None:
    """A laced boot with a cleated sole."""
    shaft: list[Spot] = [(-0.13, -0.34), (0.0, -0.90), (0.22, -0.86), (0.46, -0.87), (0.68, -0.93)]
    outline, edge = _laced(shoe, shaft, traits.camera)
    if traits.capped:
        toe_cap(shoe, outline, [(-0.56, -0.085), (-0.50, 0.10), (-0.52, 0.40)])
    if traits.backed:
        counter(shoe, outline, _COUNTER)
    shoe.line(smooth([(-0.18, 0.07), (0.08, -0.02), (0.20, -0.30), (0.24, -0.86)], closed=False), FINE)
    details.laces(shoe, edge, 5, traits.bowed)
    if traits.style < 0.35:
        sole.leather(shoe)
        return
    sole.lug(shoe)
    if traits.tabbed:
        details.tab(shoe, 0.66, -0.92, 6.0)


def _laced(shoe: Plane, shaft: list[Spot], camera: float) -> tuple[Points, Points]:
    """A boot with a tongue; its outline and the edge the laces cross, from the front to the top."""
    _, outline = _boot(shoe, shaft, camera)
    (x, y), (rim_x, rim_y) = shaft[1], shaft[2]
    tongue(shoe, [(-0.42, -0.11), (-0.28, -0.36), (x, y)])
    # The quarter lies over the tongue: the front of the upper once more.
    edge = span(outline, _FOOT[-1], (x, y))
    shoe.fill(join(edge, [(rim_x, rim_y), (rim_x, y / 3), (-0.18, 0.05)]), part("upper"), "upper", 0)
    shoe.line(edge, OUTLINE)
    return outline, edge


def draw_chelsea(shoe: Plane, traits: Traits) -> None:
    """An ankle boot with a gusset of elastic."""
    shaft: list[Spot] = [(-0.06, -0.30), (0.02, -0.66), (0.22, -0.61), (0.46, -0.62), (0.70, -0.70)]
    _, outline = _boot(shoe, shaft, traits.camera)
    top = span(outline, (0.22, -0.61), (0.54, -0.64))
    inner = smooth([(0.54, -0.64), (0.50, -0.30), (0.36, -0.08), (0.24, -0.30), (0.22, -0.61)], closed=False)
    gusset = patch(shoe, top, inner[1:-1], "panel", "panel")
    shoe.shade(gusset, ellipse(0.50, -0.30, 0.12, 0.5), "panel.shade")
    for x in (0.31, 0.38, 0.45):
        shoe.line(np.array([(x, -0.54), (0.37 + (x - 0.37) * 0.6, -0.24)]), HAIRLINE)
    shoe.line(smooth([(-0.44, -0.10), (-0.24, 0.10), (-0.22, 0.40)], closed=False), HAIRLINE)
    (sole.lug if traits.style < 0.4 else sole.leather)(shoe)
    details.tab(shoe, 0.68, -0.68, 4.0)


def draw_cowboy(shoe: Plane, traits: Traits) -> None:
    """A tall riding boot with a scalloped top and a badge."""
    shaft: list[Spot] = [(-0.10, -0.38), (-0.10, -1.12), (0.12, -0.96), (0.46, -0.95), (0.72, -1.12)]
    _, outline = _boot(shoe, shaft, traits.camera, _POINTED)
    trim(shoe, outline, shaft[1], shaft[4])
    if traits.capped:
        toe_cap(shoe, outline, [(-0.56, -0.02), (-0.42, 0.10), (-0.52, 0.24), (-0.46, 0.40)])
    if traits.backed:
        counter(shoe, outline, _COUNTER)
    if traits.side in ("stripes", "wave"):
        straps.belt(shoe, outline, (-0.18, -0.26), (0.73, -0.12), "strap", "panel")
        details.buckle(shoe, 0.24, -0.12, 0.12)
    details.emblem(shoe, 0.30, -0.52, 0.17, traits.emblem)
    shoe.line(
        smooth([(0.06, -0.70), (0.0, -0.40), (0.30, -0.22), (0.58, -0.40), (0.54, -0.70)], closed=False),
        HAIRLINE,
    )
    sole.leather(shoe)


def draw_rain(shoe: Plane, traits: Traits) -> None:
    """A rubber boot, plain, dotted or striped."""
    shaft: list[Spot] = [(-0.10, -0.34), (-0.06, -0.98), (0.18, -0.95), (0.46, -0.95), (0.72, -1.0)]
    upper, outline = _boot(shoe, shaft, traits.camera)
    if traits.side in ("emblem", "wave"):
        for x, y in ((0.12, -0.64), (0.36, -0.40), (0.10, -0.16), (0.54, -0.70), (-0.24, 0.12), (0.44, 0.04)):
            details.emblem(shoe, x, y, 0.10, traits.emblem if traits.style < 0.5 else "dot")
    elif traits.side == "stripes":
        for y in (-0.62, -0.35):
            straps.belt(shoe, outline, (-0.08, y), (0.72, y), "ornament", "accessory")
    else:
        straps.belt(shoe, outline, (-0.08, -0.48), (0.70, -0.48), "strap", "panel")
        details.buckle(shoe, 0.32, -0.42, 0.13)
    trim(shoe, outline, shaft[1], shaft[4])
    gloss = ribbon([(0.0, -0.74), (-0.01, -0.50), (-0.05, -0.34)], (0.05, 0.06, 0.03))
    shoe.shade(upper, gloss, "upper.light")
    sole.lug(shoe)


def draw_snow(shoe: Plane, traits: Traits) -> None:
    """A padded boot with a cuff of fur."""
    shaft: list[Spot] = [(-0.10, -0.34), (-0.05, -0.72), (0.18, -0.68), (0.46, -0.68), (0.72, -0.74)]
    outline, edge = _laced(shoe, shaft, 0.0)
    if traits.capped:
        toe_cap(shoe, outline, [(-0.50, -0.095), (-0.44, 0.10), (-0.10, 0.22), (0.02, 0.40)])
    for y in (-0.44, -0.20):
        shoe.line(smooth([(0.06, y + 0.03), (0.40, y + 0.05), (0.68, y)], closed=False), FINE)
    if traits.side != "plain":
        details.emblem(shoe, 0.36, 0.08, 0.14, traits.emblem)
    details.laces(shoe, edge[: round(0.8 * len(edge))], 3, bow=False)
    sole.lug(shoe)
    fur(shoe, smooth([(-0.10, -0.78), (0.32, -0.72), (0.76, -0.80)], closed=False), 0.15)
