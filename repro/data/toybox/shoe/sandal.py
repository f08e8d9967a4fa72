"""Flat open shoes: a sandal with buckles, a slide with a badge."""

from __future__ import annotations

import numpy as np

from ..curves import ellipse, join, ribbon, smooth
from ..planes import FINE, HAIRLINE, Plane
from ..props import flower
from . import details, straps
from .parts import GROUND, part
from .traits import Traits

_ANKLE = ((0.22, -0.20), (0.81, -0.20))


def draw_sandal(shoe: Plane, traits: Traits) -> None:
    """A thong, a slide, two straps with buckles, or one of them and one around the ankle."""
    if traits.style < 0.25:
        _draw_bed(shoe)
        _draw_thong(shoe)
    elif traits.style < 0.5:
        _draw_bed(shoe)
        straps.band(shoe, (-0.66, 0.36), 0.66, 0.50)
        details.emblem(shoe, -0.26, 0.06, 0.15, traits.emblem)
    else:
        if traits.backed:
            straps.hoop(shoe, *_ANKLE, traits.camera, far=True)
        _draw_bed(shoe)
        for x, height in ((-0.66, 0.44),) if traits.backed else ((-0.74, 0.40), (-0.22, 0.50)):
            straps.band(shoe, (x, 0.36), 0.36, height)
            details.buckle(shoe, x + 0.23, 0.36 - height * 0.52, 0.11, 12.0)
        if traits.backed:
            straps.stay(
                shoe, [(0.86, 0.24), (0.87, 0.0), (0.84, -0.26), (0.73, -0.26), (0.64, 0.02), (0.40, 0.28)]
            )
            straps.hoop(shoe, *_ANKLE, traits.camera)


def _draw_thong(shoe: Plane) -> None:
    """The straps of a flip-flop, with a flower where they meet."""
    far = ribbon([(-0.52, 0.02), (-0.18, -0.08), (0.08, 0.0), (0.20, 0.14)], (0.08, 0.10, 0.10, 0.10))
    near = ribbon([(-0.54, 0.02), (-0.24, 0.04), (0.04, 0.14), (0.22, 0.32)], (0.08, 0.12, 0.13, 0.13))
    post = ribbon([(-0.56, 0.22), (-0.55, 0.10), (-0.52, 0.02)], (0.09, 0.09, 0.09))
    for strap, tone in ((far, "upper.shade"), (post, "upper"), (near, "upper")):
        shoe.fill(strap, part("strap"), tone, FINE)
    flower(shoe.inset(-0.50, 0.0), part("ornament"))


def _draw_bed(shoe: Plane) -> None:
    """The footbed, seen from a little above, on its sole."""
    top = smooth([(-0.92, 0.24), (-0.60, 0.30), (-0.10, 0.29), (0.40, 0.26), (0.86, 0.16)], closed=False)
    heel, toe = [(0.88, 0.08), (0.76, 0.05), (0.40, 0.11)], [(-0.60, 0.13), (-0.84, 0.13), (-0.92, 0.18)]
    far = smooth([*heel, (-0.10, 0.16), *toe], closed=False)
    bed = shoe.fill(join(top, far), part("insole"), "lining")
    shoe.shade(bed, ellipse(0.0, 0.30, 0.8, 0.07), "lining.shade")
    bottom = [(0.90, 0.30), (0.84, 0.48), (0.20, GROUND), (-0.40, GROUND), (-0.84, 0.46), (-0.95, 0.34)]
    outline = join(top, smooth(bottom, closed=False))
    sole = shoe.fill(outline, part("sole"), "sole")
    shoe.inset(0.0, 0.14).shade(sole, outline, "sole.shade")
    seam = [(-0.94, 0.335), (-0.5, 0.40), (0.0, 0.395), (0.5, 0.37), (0.89, 0.29)]
    shoe.line(smooth(np.array(seam), closed=False), HAIRLINE)
