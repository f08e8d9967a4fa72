"""Muzzle, nose, mouth and whiskers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ..curves import arcs, ellipse, smooth, symmetric
from ..planes import FINE, HAIRLINE, Plane
from .head import HEADS
from .parts import HEAD_Y, part
from .traits import Traits

MUZZLES = {
    # The right half, from the bridge of the nose to the chin.
    "puffs": [(0.06, -0.13), (0.20, -0.07), (0.29, 0.05), (0.25, 0.15), (0.12, 0.20), (0.06, 0.215)],
    "snout": [(0.08, -0.27), (0.16, -0.16), (0.26, -0.03), (0.29, 0.10), (0.22, 0.22), (0.08, 0.26)],
    "jowls": [(0.06, -0.16), (0.22, -0.13), (0.34, 0.0), (0.36, 0.14), (0.28, 0.24), (0.09, 0.24)],
    "slim": [(0.07, -0.32), (0.12, -0.18), (0.20, -0.02), (0.21, 0.12), (0.15, 0.22), (0.06, 0.25)],
    "broad": [(0.09, -0.30), (0.12, -0.12), (0.29, -0.03), (0.33, 0.10), (0.24, 0.21), (0.12, 0.27)],
    "fox": [(0.05, -0.12), (0.13, -0.06), (0.20, 0.05), (0.17, 0.16), (0.08, 0.22), (0.03, 0.235)],
}
NOSES = {
    "dog": [(0.06, -0.085), (0.125, -0.060), (0.120, 0.005), (0.045, 0.060)],
    "broad": [(0.07, -0.075), (0.140, -0.060), (0.095, 0.020), (0.030, 0.060)],
    "small": [(0.03, -0.065), (0.095, -0.055), (0.085, 0.0), (0.035, 0.055)],
}

_LIP = 0.105
"""Where the lips part below the nose."""


def draw(features: Plane, skin: int, traits: Traits) -> None:
    """The middle of the face; it stands out, so a turn moves it further than the eyes."""
    y = HEADS[traits.head].muzzle
    place = features.inset(traits.turn * 0.5, y + traits.nod * 0.5).resting(0.0, y + HEAD_Y)
    outline = smooth(symmetric(MUZZLES[traits.muzzle]))
    puffs = place.inlay(skin, outline, part("muzzle"), traits.coat.muzzle)
    place.veil(
        puffs,
        smooth([(0.16, -0.2), (0.5, -0.2), (0.5, 0.4), (0.0, 0.4), (0.18, 0.16), (0.24, 0.04)], (1, 2, 3)),
        "shade",
    )
    _draw_mouth(place, traits)
    nose = place.fill(smooth(symmetric(NOSES[traits.nose])), part("nose"), "nose", FINE)
    place.shade(nose, ellipse(-0.03, -0.035, 0.035, 0.016, count=12), "nose.light")
    if traits.whiskers:
        _draw_whiskers(place)


def _draw_mouth(place: Plane, traits: Traits) -> None:
    """The lips hang from the nose like a w; what is open or put out hangs below them."""
    if traits.mouth in _BELOW:
        _BELOW[traits.mouth](place)
    lift = {"smile": -0.03, "grumpy": 0.045}.get(traits.mouth, 0.0)
    lips = smooth([(0.0, _LIP), (0.085, _LIP + 0.045), (0.165, _LIP + lift)], closed=False)
    for side in (-1, 1):
        place.line(lips * (side, 1), FINE)
    place.line(np.array([(0.0, 0.03), (0.0, _LIP)]), FINE)


def _draw_open(place: Plane, deep: float) -> None:
    outline = smooth(symmetric([(0.0, _LIP), (0.10, _LIP + 0.03), (0.08, _LIP + deep)]))
    hole = place.fill(outline, part("mouth"), "mouth", FINE)
    place.shade(hole, ellipse(0.0, _LIP + 1.6 * deep, 0.075, 0.06), "tongue")


def _draw_panting(place: Plane) -> None:
    hole = symmetric([(0.02, _LIP), (0.15, _LIP + 0.03), (0.12, _LIP + 0.13)])
    place.fill(smooth(hole), part("mouth"), "mouth", FINE)
    tongue = symmetric([(0.075, _LIP + 0.06), (0.095, _LIP + 0.18), (0.045, _LIP + 0.25)])
    place.fill(smooth(tongue), part("mouth"), "tongue", FINE)
    place.line(np.array([(0.0, _LIP + 0.08), (0.0, _LIP + 0.15)]), HAIRLINE)


def _draw_tip_of_tongue(place: Plane) -> None:
    tip = symmetric([(0.055, _LIP), (0.055, _LIP + 0.075), (0.02, _LIP + 0.105)])
    place.fill(smooth(tip), part("mouth"), "tongue", FINE)


def _draw_fangs(place: Plane) -> None:
    for side in (-1, 1):
        fang = np.array([(0.072, _LIP + 0.03), (0.128, _LIP + 0.03), (0.10, _LIP + 0.10)]) * (side, 1)
        place.fill(fang, part("mouth"), "white", HAIRLINE)


_BELOW: dict[str, Callable[[Plane], None]] = {
    "open": partial(_draw_open, deep=0.06),
    "laugh": partial(_draw_open, deep=0.095),
    "pant": _draw_panting,
    "blep": _draw_tip_of_tongue,
    "fang": _draw_fangs,
}
"""What is seen below the lips, where it is anything."""


def _draw_whiskers(place: Plane) -> None:
    for side in (-1, 1):
        for start, end in (
            ((0.21, 0.02), (0.52, -0.06)),
            ((0.23, 0.07), (0.55, 0.06)),
            ((0.21, 0.12), (0.52, 0.17)),
        ):
            place.line(arcs([start, end], 0.06) * (side, 1), HAIRLINE)
