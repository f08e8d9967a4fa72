"""Shoes one slips into, and the laced one that keeps them company: loafer, oxford, ballerina, slipper."""

from __future__ import annotations

import numpy as np

from ..curves import arcs, ellipse, ribbon, smooth
from ..planes import FINE, Plane
from . import details, sole
from .last import Spot, counter, fur, opening, patch, span, toe_cap, tongue, upper
from .parts import part
from .traits import Traits

_TOE: list[Spot] = [(-0.86, 0.44), (-0.91, 0.26), (-0.78, 0.08), (-0.54, 0.0), (-0.34, -0.06)]
_BACK: list[Spot] = [(0.74, -0.30), (0.80, -0.12), (0.77, 0.10), (0.82, 0.40)]
_LOAFER: list[Spot] = [
    *_TOE,
    (-0.14, -0.20),
    (0.04, -0.34),
    (0.16, -0.20),
    (0.36, -0.15),
    (0.58, -0.19),
    *_BACK,
]
_OXFORD: list[Spot] = [
    *_TOE,
    (-0.14, -0.20),
    (0.06, -0.38),
    (0.20, -0.26),
    (0.38, -0.16),
    (0.58, -0.18),
    *_BACK,
]
_FLAT: list[Spot] = [
    *((-0.88, 0.46), (-0.92, 0.32), (-0.80, 0.18), (-0.62, 0.11), (-0.46, 0.05)),
    *((-0.30, 0.18), (0.04, 0.20), (0.42, 0.06), (0.74, -0.16)),
    *((0.82, 0.0), (0.80, 0.20), (0.84, 0.46)),
]


def draw_loafer(shoe: Plane, traits: Traits) -> None:
    """A moccasin with a saddle, tassels or a buckle."""
    outline = smooth(_LOAFER, (0, 6, 10, 13))
    opening(shoe, span(outline, _LOAFER[6], _LOAFER[10]), 0.8 * traits.camera)
    upper(shoe, outline)
    edge = span(outline, (-0.80, 0.10), (0.02, -0.33))
    inner = smooth([(0.02, -0.33), (0.0, -0.14), (-0.20, 0.04), (-0.56, 0.14), (-0.80, 0.10)], closed=False)
    apron = patch(shoe, edge, inner[1:-1], "panel", "panel")
    shoe.shade(apron, ribbon([(-0.74, 0.14), (-0.4, 0.12), (0.0, -0.1)], (0.05, 0.08, 0.08)), "panel.shade")
    saddle = ribbon([(-0.20, -0.18), (-0.06, 0.02), (-0.02, 0.22), (0.0, 0.42)], (0.19, 0.19, 0.19, 0.19))
    strap = shoe.fill(saddle, part("strap"), "upper", FINE)
    shoe.shade(strap, ellipse(0.0, 0.40, 0.2, 0.16), "upper.shade")
    sole.leather(shoe)
    if traits.style < 0.4:
        _tassels(shoe)
    elif traits.style < 0.7:
        details.buckle(shoe, -0.08, 0.0, 0.10, 60.0)
    else:
        details.emblem(shoe, -0.07, 0.0, 0.085, "dot")


def draw_oxford(shoe: Plane, traits: Traits) -> None:
    """A laced shoe of leather with a cap."""
    outline = smooth(_OXFORD, (0, 6, 10, 13))
    opening(shoe, span(outline, _OXFORD[6], _OXFORD[10]), traits.camera)
    tongue(shoe, [(-0.38, -0.05), (-0.22, -0.24), _OXFORD[6]])
    upper(shoe, outline)
    if traits.capped:
        toe_cap(shoe, outline, [(-0.54, 0.0), (-0.44, 0.16), (-0.48, 0.42)])
    if traits.backed:
        counter(shoe, outline, [(0.40, 0.42), (0.46, 0.16), (0.60, 0.02), (0.72, -0.27)])
    shoe.line(smooth([(-0.36, -0.05), (-0.18, 0.10), (0.10, 0.10), (0.24, -0.26)], closed=False), FINE)
    details.laces(shoe, span(outline, (-0.34, -0.06), (0.06, -0.38)), 4, traits.bowed)
    sole.leather(shoe)


def draw_ballerina(shoe: Plane, traits: Traits) -> None:
    """A flat shoe with a bow, or with a strap and a button."""
    outline = smooth(_FLAT, (0, 4, 8, 11))
    near = span(outline, _FLAT[4], _FLAT[8])
    strapped = traits.style < 0.5
    if strapped:
        far = ribbon([(0.08, -0.25), (-0.08, -0.22), (-0.16, 0.0)], (0.10, 0.10, 0.10))
        shoe.fill(far, part("strap"), "upper.shade", FINE)
    opening(shoe, near, traits.camera + 0.02)
    vamp = shoe.fill(outline, part("upper"), "upper")
    low = [(-0.95, 0.34), (-0.4, 0.33), (0.2, 0.32), (0.6, 0.22), (0.9, 0.1), (0.9, 0.6), (-0.9, 0.6)]
    shoe.shade(vamp, smooth(low), "upper.shade")
    shoe.shade(vamp, smooth([(-0.80, 0.26), (-0.68, 0.19), (-0.54, 0.18), (-0.64, 0.25)]), "upper.light")
    if traits.capped:
        toe_cap(shoe, outline, [(-0.64, 0.12), (-0.55, 0.26), (-0.58, 0.46)])
    sole.thin(shoe)
    if strapped:
        band = ribbon([(0.38, 0.20), (0.33, -0.02), (0.21, -0.18), (0.06, -0.25)], (0.10,) * 4)
        shoe.fill(band, part("strap"), "upper", FINE)
        details.emblem(shoe, 0.38, 0.18, 0.085, "dot")
    if traits.bowed or not strapped:
        details.tie_bow(shoe, -0.47, 0.06, 0.80, -14.0)


def draw_clog(shoe: Plane, traits: Traits) -> None:
    """A rubber clog with holes; most have a strap behind the heel."""
    spots: list[Spot] = [
        *((-0.86, 0.44), (-0.94, 0.20), (-0.78, -0.06), (-0.46, -0.18), (-0.10, -0.24)),
        *((0.10, 0.02), (0.36, 0.14), (0.64, 0.12), (0.84, 0.06), (0.84, 0.44)),
    ]
    outline = smooth(spots, (0, 4, 8, 9))
    opening(shoe, span(outline, spots[4], spots[8]), traits.camera)
    upper(shoe, outline)
    for x, y in ((-0.62, -0.02), (-0.40, -0.06), (-0.18, -0.10), (-0.52, 0.12), (-0.28, 0.08)):
        shoe.blot(ellipse(x, y, 0.045, 0.038, count=14))
    sole.cup(shoe)
    if traits.backed:
        strap = [(0.08, 0.06), (0.34, -0.06), (0.66, -0.14), (0.84, -0.10)]
        shoe.fill(ribbon(strap, (0.11,) * 4), part("strap"), "upper", FINE)
        details.emblem(shoe, 0.08, 0.05, 0.09, "dot")


def draw_slipper(shoe: Plane, traits: Traits) -> None:
    """A soft slipper with a fluffy rim: a bunny, a bear, or one with a pompon."""
    spots: list[Spot] = [
        *((-0.86, 0.44), (-0.94, 0.22), (-0.80, -0.06), (-0.52, -0.18), (-0.20, -0.20)),
        *((-0.02, 0.02), (0.30, 0.08), (0.60, 0.0), (0.76, -0.10), (0.84, 0.12), (0.84, 0.44)),
    ]
    outline = smooth(spots, (0, 4, 8, 10))
    near = span(outline, spots[4], spots[8])
    opening(shoe, near, traits.camera + 0.10)
    if traits.style >= 0.6:
        upper(shoe, outline)
        _pompon(shoe.inset(-0.46, -0.14))
    else:
        ear = (0.14, 0.32) if traits.style < 0.35 else (0.16, 0.15)
        _ear(shoe.inset(-0.28, -0.14, 1.0, 34.0), *ear)
        vamp = upper(shoe, outline)
        _ear(shoe.inset(-0.44, -0.12, 1.0, 12.0), *ear)
        _face(shoe, vamp)
    fur(shoe, near, 0.09)
    sole.thin(shoe)


def _ear(place: Plane, width: float, height: float) -> None:
    """An ear that stands up from the origin of ``place``, the numbers half its size."""
    place.fill(ellipse(0.0, -0.8 * height, width, height), part("ornament"), "upper")
    place.fill(ellipse(0.0, -0.75 * height, 0.5 * width, 0.62 * height), part("ornament"), "accessory", FINE)


def _face(shoe: Plane, upper: int) -> None:
    for x, y in ((-0.77, 0.04), (-0.52, 0.04)):
        shoe.fill(ellipse(x, y, 0.065, 0.085, count=14), part("upper"), "white", 0)
        shoe.blot(ellipse(x - 0.01, y + 0.005, 0.045, 0.06, count=14))
    shoe.shade(upper, ellipse(-0.42, 0.16, 0.09, 0.055), "upper.flush")
    shoe.fill(ellipse(-0.67, 0.15, 0.06, 0.045, count=14), part("ornament"), "accessory", FINE)


def _pompon(place: Plane) -> None:
    ball = place.fill(
        arcs(ellipse(0.0, 0.0, 0.17, 0.17, count=9), -0.3, closed=True), part("ornament"), "accessory"
    )
    place.shade(ball, ellipse(0.05, 0.16, 0.2, 0.16), "accessory.shade")


def _tassels(shoe: Plane) -> None:
    for x, degrees in ((-0.14, 24.0), (-0.02, -6.0)):
        place = shoe.inset(x, -0.04, 1.0, degrees)
        skirt = np.array([(-0.03, 0.0), (0.03, 0.0), (0.07, 0.18), (-0.07, 0.18)])
        place.fill(skirt, part("ornament"), "accessory", FINE)
    shoe.fill(ellipse(-0.08, -0.05, 0.07, 0.05), part("ornament"), "accessory", FINE)
