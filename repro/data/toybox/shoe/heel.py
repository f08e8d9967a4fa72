"""Shoes on high heels: the pump and the strappy sandal."""

from __future__ import annotations

import numpy as np

from ..curves import join, ribbon, smooth
from ..planes import FINE, OUTLINE, Plane
from . import details, straps
from .last import Spot, opening, span, toe_cap, trim
from .parts import GROUND, part
from .traits import Traits

_PUMP: list[Spot] = [
    *((-0.92, 0.46), (-0.82, 0.26), (-0.62, 0.13), (-0.44, 0.03)),
    *((-0.26, 0.15), (0.02, 0.05), (0.36, -0.22), (0.68, -0.46)),
    *((0.79, -0.28), (0.78, -0.06), (0.46, 0.02), (0.14, 0.24), (-0.20, 0.43), (-0.60, 0.49)),
]
"""Outline of a pump: over the toe, along the rim (3 to 7), down the heel, back under the arch."""

_BED: list[Spot] = [(0.80, -0.10), (0.46, -0.02), (0.14, 0.20), (-0.20, 0.40), (-0.60, 0.46), (-0.92, 0.43)]
"""The footbed of a strappy sandal from heel to toe."""

_ANKLE: tuple[Spot, Spot] = ((0.22, -0.58), (0.78, -0.58))

_HEELS: dict[str, list[Spot]] = {
    "stiletto": [(0.40, 0.0), (0.61, 0.12), (0.67, GROUND), (0.78, GROUND), (0.82, -0.12)],
    "block": [(0.44, -0.05), (0.48, GROUND), (0.81, GROUND), (0.81, -0.12)],
    "kitten": [(0.40, 0.0), (0.60, 0.20), (0.56, GROUND), (0.80, GROUND), (0.76, 0.20), (0.81, -0.12)],
    "wedge": [(0.46, -0.05), (0.10, 0.20), (-0.30, 0.40), (-0.50, GROUND), (0.82, GROUND), (0.81, -0.12)],
}
_SHARP = {"stiletto": (0, 2, 3, 4), "block": (0, 1, 2, 3), "kitten": (0, 2, 3, 5), "wedge": (0, 3, 4, 5)}


def draw_pump(shoe: Plane, traits: Traits) -> None:
    """A closed shoe, cut low; some have a strap around the ankle."""
    strapped = traits.style < 0.4
    outline = smooth(_PUMP, (0, 3, 7, 9))
    if strapped:
        straps.hoop(shoe, *_ANKLE, traits.camera, far=True)
        straps.stay(
            shoe, [(0.80, -0.10), (0.84, -0.40), (0.80, -0.64), (0.69, -0.64), (0.64, -0.40), (0.60, -0.20)]
        )
    rim = span(outline, _PUMP[3], _PUMP[7])
    opening(shoe, rim, traits.camera)
    _heel(shoe, traits.heel)
    upper = shoe.fill(outline, part("upper"), "upper")
    shade = [(-0.95, 0.42), (-0.4, 0.37), (0.0, 0.22), (0.4, -0.06), (0.66, -0.2), (0.7, -0.5), (0.9, 0.3)]
    shoe.shade(upper, smooth([*shade, (-0.5, 0.6)]), "upper.shade")
    shoe.shade(upper, smooth([(-0.79, 0.32), (-0.66, 0.22), (-0.50, 0.16), (-0.62, 0.28)]), "upper.light")
    if traits.capped and not strapped:
        toe_cap(shoe, outline, [(-0.62, 0.13), (-0.55, 0.28), (-0.60, 0.49)])
    shoe.line(rim, OUTLINE)
    if strapped:
        straps.hoop(shoe, *_ANKLE, traits.camera)
        details.buckle(shoe, 0.46, -0.60 + 0.5 * traits.camera, 0.09)
    if traits.bowed:
        details.tie_bow(shoe, -0.45, 0.04, 0.78, -24.0)
    elif traits.tabbed:
        details.buckle(shoe, -0.48, 0.12, 0.11, -30.0)
    _tread(shoe, traits.heel)


def draw_strappy(shoe: Plane, traits: Traits) -> None:
    """A sandal of straps: over the toes, up the heel, around the ankle, some along the instep."""
    bed = smooth(_BED, closed=False)
    straps.hoop(shoe, *_ANKLE, traits.camera, far=True)
    _heel(shoe, traits.heel)
    shoe.fill(join(bed, np.add(bed[::-1], (0.03, -0.12))), part("insole"), "lining")
    if traits.style < 0.5:
        stem = ribbon([(-0.40, 0.20), (-0.16, 0.0), (0.08, -0.28), (0.24, -0.60)], (0.10,) * 4)
        shoe.fill(stem, part("strap"), "upper", FINE)
        straps.band(shoe, (-0.72, 0.47), 0.42, 0.38)
    else:
        for x, height in ((-0.76, 0.30), (-0.42, 0.42)):
            straps.band(shoe, (x, 0.47), 0.28, height)
    straps.stay(
        shoe, [(0.83, -0.06), (0.86, -0.36), (0.80, -0.64), (0.70, -0.64), (0.60, -0.30), (0.36, 0.04)]
    )
    straps.hoop(shoe, *_ANKLE, traits.camera)
    if traits.bowed:
        details.tie_bow(shoe, 0.44, -0.60 + 0.5 * traits.camera, 0.70)
    else:
        details.buckle(shoe, 0.48, -0.60 + 0.6 * traits.camera, 0.09)
    _tread(shoe, traits.heel)


def draw_heeled(shoe: Plane, traits: Traits) -> None:
    """A boot on a high heel, up to the ankle or to the knee, with a zip or a buckled strap."""
    top = -0.74 if traits.style < 0.5 else -1.04
    shaft = [(-0.36, -0.10), (-0.06, -0.40), (0.06, 0.9 * top), (0.06, top)]
    rim = [(0.28, top + 0.04), (0.54, top + 0.03), (0.76, top - 0.03)]
    spots: list[Spot] = [(-0.92, 0.46), (-0.84, 0.24), (-0.62, 0.07), *shaft, *rim, (0.68, -0.44), *_PUMP[9:]]
    outline = smooth(spots, (0, 6, 9, 11))
    opening(shoe, span(outline, spots[6], spots[9]), traits.camera)
    _heel(shoe, traits.heel)
    upper = shoe.fill(outline, part("upper"), "upper")
    dark = [(-0.95, 0.42), (-0.40, 0.36), (0.0, 0.20), (0.40, -0.10), (0.60, -0.40), (0.64, top - 0.1)]
    shoe.shade(upper, smooth([*dark, (1.0, top - 0.1), (1.0, 0.6), (-0.9, 0.6)], (5, 6, 7)), "upper.shade")
    shoe.shade(upper, smooth([(-0.78, 0.29), (-0.65, 0.18), (-0.46, 0.08), (-0.58, 0.22)]), "upper.light")
    if traits.tabbed:
        toe_cap(shoe, outline, [(-0.58, 0.055), (-0.50, 0.24), (-0.56, 0.49)])
    if traits.capped:
        trim(shoe, outline, spots[6], spots[9])
    if traits.side in ("stripes", "wave"):
        straps.belt(shoe, outline, (-0.06, -0.40), (0.68, -0.38), "strap", "panel")
        details.buckle(shoe, 0.34, -0.33, 0.12)
    else:
        shoe.line(smooth([(0.36, top + 0.16), (0.38, -0.5), (0.30, -0.06)], closed=False), FINE)
        details.emblem(shoe, 0.37, top + 0.26, 0.07, "dot")
    _tread(shoe, traits.heel)


def _heel(shoe: Plane, kind: str) -> None:
    """The heel under the seat of the shoe, drawn before the upper that covers its top."""
    outline = smooth(_HEELS[kind], _SHARP[kind])
    piece = shoe.fill(outline, part("heel"), "sole")
    shoe.shade(piece, outline - (0.14, 0.0), "sole.shade")


def _tread(shoe: Plane, kind: str) -> None:
    """The thin sole: under ball and arch, or under all of a wedge."""
    spine: list[Spot] = [(-0.90, 0.455), (-0.60, 0.495), (-0.22, 0.46), (0.14, 0.26), (0.46, 0.03)]
    if kind == "wedge":
        spine[2:] = [(0.0, 0.50), (0.50, 0.50), (0.84, 0.49)]
    shoe.fill(ribbon(spine, (0.05, 0.075, 0.075, 0.07, 0.06)), part("sole"), "sole", FINE)
