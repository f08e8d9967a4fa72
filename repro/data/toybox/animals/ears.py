"""Ears: upright ones stand behind the head, hanging and folded ones lie before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..curves import Points, arcs, ellipse, smooth
from ..planes import FINE, HAIRLINE, Plane
from .head import HEADS
from .parts import part
from .traits import Traits


@dataclass(frozen=True)
class Ear:
    """A right ear around its root, x pointing outwards; the left one is its mirror image.

    inner: the hollow, if it can be seen. front: whether it lies before the head.
    angle: degrees it leans outwards. tip: what is above this height is the tip.
    fur: hair that grows into the hollow from the side of the head, or stands up from the tip.
    """

    outline: Points
    inner: Points | None
    front: bool
    angle: float
    tip: float
    fur: Literal["none", "hollow", "tip"] = "none"


_FUR = {
    "hollow": arcs(
        [
            *((-0.16, 0.12), (-0.11, -0.09), (-0.02, -0.17), (-0.03, -0.06)),
            *((0.045, -0.09), (0.03, 0.00), (0.10, -0.02), (0.10, 0.12)),
        ],
        (0.0, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1, 0.0),
        closed=True,
    ),
    "tip": arcs([(0.12, -0.22), (0.09, -0.52), (0.00, -0.26)], (0.07, 0.04, 0.0), closed=True),
}

EARS = {
    "pointed": Ear(
        arcs([(0.22, 0.16), (0.05, -0.42), (-0.22, 0.10)], (0.10, 0.10, 0.0), closed=True),
        arcs([(0.13, 0.10), (0.04, -0.27), (-0.11, 0.08)], (0.08, 0.08, 0.0), closed=True),
        False,
        16.0,
        -0.14,
        fur="hollow",
    ),
    "lynx": Ear(
        arcs([(0.22, 0.16), (0.06, -0.36), (-0.22, 0.10)], (0.10, 0.10, 0.0), closed=True),
        arcs([(0.13, 0.10), (0.05, -0.22), (-0.11, 0.08)], (0.08, 0.08, 0.0), closed=True),
        False,
        16.0,
        -0.14,
        fur="tip",
    ),
    "large": Ear(
        arcs([(0.24, 0.22), (0.12, -0.46), (-0.24, 0.08)], (0.10, 0.14, 0.0), closed=True),
        arcs([(0.15, 0.14), (0.09, -0.31), (-0.12, 0.06)], (0.08, 0.12, 0.0), closed=True),
        False,
        20.0,
        -0.20,
        fur="hollow",
    ),
    "small": Ear(
        smooth([(0.22, 0.16), (0.20, -0.10), (0.06, -0.27), (-0.12, -0.16), (-0.22, 0.08)], (0, 4)),
        smooth([(0.13, 0.10), (0.11, -0.06), (0.05, -0.15), (-0.05, -0.09), (-0.11, 0.06)], (0, 4)),
        False,
        20.0,
        -0.10,
    ),
    "folded": Ear(
        smooth(
            [(-0.20, 0.03), (-0.08, -0.13), (0.10, -0.16), (0.20, -0.03), (0.17, 0.16), (0.02, 0.08)], (0, 4)
        ),
        None,
        True,
        10.0,
        0.02,
    ),
    "pricked": Ear(
        arcs([(0.20, 0.18), (0.02, -0.48), (-0.20, 0.12)], (0.12, 0.12, 0.0), closed=True),
        arcs([(0.12, 0.12), (0.01, -0.32), (-0.10, 0.10)], (0.10, 0.10, 0.0), closed=True),
        False,
        12.0,
        -0.18,
    ),
    "bat": Ear(
        smooth(
            [(0.20, 0.20), (0.22, -0.16), (0.10, -0.44), (-0.06, -0.40), (-0.17, -0.12), (-0.19, 0.12)],
            (0, 5),
        ),
        smooth(
            [(0.12, 0.14), (0.13, -0.12), (0.06, -0.30), (-0.03, -0.27), (-0.09, -0.08), (-0.10, 0.10)],
            (0, 5),
        ),
        False,
        18.0,
        -0.20,
    ),
    "disc": Ear(
        smooth(
            [(0.17, 0.18), (0.24, -0.06), (0.13, -0.24), (-0.07, -0.23), (-0.20, -0.06), (-0.18, 0.14)],
            (0, 5),
        ),
        smooth(
            [(0.10, 0.12), (0.14, -0.04), (0.07, -0.14), (-0.05, -0.13), (-0.11, -0.02), (-0.10, 0.10)],
            (0, 5),
        ),
        False,
        18.0,
        -0.08,
    ),
    "floppy": Ear(
        smooth(
            [
                (-0.16, 0.04),
                (-0.02, -0.11),
                (0.14, -0.06),
                (0.24, 0.14),
                (0.25, 0.38),
                (0.14, 0.50),
                (0.02, 0.36),
                (-0.03, 0.17),
            ],
            (0,),
        ),
        None,
        True,
        2.0,
        0.24,
    ),
    "long": Ear(
        smooth(
            [
                *((-0.14, 0.03), (0.0, -0.10), (0.14, -0.04), (0.25, 0.22), (0.29, 0.56), (0.18, 0.74)),
                *((0.05, 0.66), (0.01, 0.36), (-0.04, 0.16)),
            ],
            (0,),
        ),
        None,
        True,
        2.0,
        0.40,
    ),
    "button": Ear(
        smooth(
            [(-0.20, 0.08), (-0.08, -0.15), (0.14, -0.22), (0.27, -0.08), (0.24, 0.20), (0.06, 0.10)], (0, 4)
        ),
        None,
        True,
        4.0,
        0.02,
    ),
}


def draw_behind(head: Plane, traits: Traits) -> None:
    """The upright ears."""
    _draw_pair(head, traits, front=False)


def draw_front(head: Plane, traits: Traits) -> None:
    """The hanging and the folded ears."""
    _draw_pair(head, traits, front=True)


def _draw_pair(head: Plane, traits: Traits, front: bool) -> None:
    """Those of the two ears that lie before the head, or those behind it."""
    for side in (-1, 1):
        name = traits.ears
        if name == "cocked":
            name = "button" if side == traits.side else "pricked"
        if EARS[name].front == front:
            _draw(head, EARS[name], traits, side)


def _draw(head: Plane, ear: Ear, traits: Traits, side: int) -> None:
    shape = HEADS[traits.head]
    x, y = shape.drop if ear.front else shape.ear
    # The ear on the far side of a turned head is a little narrower.
    width = traits.ear_size * (1.0 - 1.4 * traits.turn * side)
    place = head.inset(
        x * side - traits.turn * 0.4, y, (side * width, traits.ear_size), side * (ear.angle + traits.perk)
    )
    coat = traits.coat
    tone = "marking" if coat.ears == "both" or (coat.ears == "one" and side == traits.side) else "coat"
    if ear.fur == "tip":
        place.fill(_FUR["tip"], part("ear"), tone, FINE)
    lobe = place.fill(ear.outline, part("ear"), tone)
    if coat.ears == "tips":
        place.shade(
            lobe,
            np.array([(-0.6, -0.9), (0.6, -0.9), (0.6, ear.tip), (0.04, ear.tip + 0.08), (-0.6, ear.tip)]),
            "marking",
        )
    if side > 0:
        place.veil(lobe, ellipse(0.26, 0.0, 0.20, 0.60), "shade")
    if ear.inner is not None:
        hollow = place.fill(ear.inner, part("inner_ear"), "inner_ear", HAIRLINE)
        place.shade(hollow, ellipse(0.0, 0.16, 0.30, 0.16), "inner_ear.shade")
    if ear.fur == "hollow":
        place.fill(_FUR["hollow"], part("ear"), tone, HAIRLINE)
