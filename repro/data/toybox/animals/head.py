"""Heads: their outlines, and where on them ears, eyes and muzzle sit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..curves import Points, arcs, join, mirror, smooth, symmetric
from ..planes import FINE, Plane
from .parts import part
from .traits import Traits

Spot = tuple[float, float]


@dataclass(frozen=True)
class Head:
    """One head, in its own units: (0, 0) is its middle, it is about 0.6 wide on either side.

    half: its right half from the crown to the chin; corners: which of these points are sharp.
    eye: the right eye. muzzle: height of the muzzle. ear: root of the right upright ear;
    drop: root of the right hanging ear.
    """

    half: tuple[Spot, ...]
    corners: tuple[int, ...]
    eye: Spot
    muzzle: float
    ear: Spot
    drop: Spot

    def outline(self) -> Points:
        """The whole outline."""
        count = 2 * len(self.half)
        corners = [*self.corners, *(count - 1 - corner for corner in self.corners)]
        return smooth(symmetric(self.half), corners)


HEADS = {
    "round": Head(
        ((0.20, -0.50), (0.45, -0.37), (0.61, -0.08), (0.61, 0.18), (0.47, 0.41), (0.20, 0.52)),
        (),
        (0.285, 0.03),
        0.27,
        (0.37, -0.36),
        (0.44, -0.36),
    ),
    "wide": Head(
        ((0.22, -0.46), (0.48, -0.32), (0.64, -0.02), (0.69, 0.20), (0.52, 0.41), (0.20, 0.50)),
        (),
        (0.31, 0.04),
        0.27,
        (0.40, -0.32),
        (0.48, -0.32),
    ),
    "wedge": Head(
        ((0.20, -0.50), (0.44, -0.38), (0.57, -0.08), (0.52, 0.18), (0.35, 0.43), (0.13, 0.55)),
        (),
        (0.26, 0.00),
        0.28,
        (0.38, -0.34),
        (0.44, -0.34),
    ),
    "tufted": Head(
        (
            *((0.20, -0.50), (0.46, -0.36), (0.60, -0.08), (0.74, 0.14), (0.64, 0.19), (0.74, 0.32)),
            *((0.58, 0.34), (0.58, 0.45), (0.40, 0.44), (0.18, 0.52)),
        ),
        (3, 4, 5, 6, 7),
        (0.285, 0.03),
        0.27,
        (0.37, -0.36),
        (0.50, -0.35),
    ),
    "pup": Head(
        ((0.20, -0.49), (0.44, -0.38), (0.57, -0.10), (0.59, 0.16), (0.50, 0.39), (0.22, 0.53)),
        (),
        (0.26, -0.01),
        0.24,
        (0.36, -0.36),
        (0.48, -0.34),
    ),
    "long": Head(
        ((0.20, -0.50), (0.42, -0.40), (0.51, -0.12), (0.47, 0.12), (0.38, 0.38), (0.16, 0.58)),
        (),
        (0.24, -0.04),
        0.25,
        (0.34, -0.38),
        (0.47, -0.35),
    ),
    "square": Head(
        ((0.26, -0.47), (0.48, -0.38), (0.56, -0.10), (0.58, 0.20), (0.55, 0.42), (0.26, 0.55)),
        (),
        (0.27, -0.02),
        0.24,
        (0.38, -0.36),
        (0.50, -0.34),
    ),
    "bearded": Head(
        (
            *((0.20, -0.50), (0.44, -0.39), (0.55, -0.10), (0.53, 0.10), (0.62, 0.30), (0.50, 0.32)),
            *((0.52, 0.46), (0.36, 0.45), (0.30, 0.59), (0.16, 0.54), (0.08, 0.64)),
        ),
        (4, 5, 6, 7, 8, 9, 10),
        (0.25, -0.03),
        0.24,
        (0.36, -0.36),
        (0.48, -0.34),
    ),
    "lion": Head(
        ((0.22, -0.46), (0.45, -0.36), (0.55, -0.08), (0.55, 0.16), (0.44, 0.40), (0.22, 0.54)),
        (),
        (0.26, 0.0),
        0.25,
        (0.46, -0.36),
        (0.46, -0.34),
    ),
    "tiger": Head(
        (
            *((0.22, -0.47), (0.47, -0.36), (0.60, -0.06), (0.73, 0.12), (0.65, 0.20), (0.72, 0.34)),
            *((0.57, 0.37), (0.52, 0.48), (0.38, 0.46), (0.20, 0.54)),
        ),
        (3, 4, 5, 6, 7, 8),
        (0.27, 0.01),
        0.25,
        (0.42, -0.36),
        (0.46, -0.34),
    ),
    "fox": Head(
        (
            *((0.18, -0.46), (0.43, -0.34), (0.57, -0.06), (0.75, 0.17), (0.62, 0.21), (0.66, 0.31)),
            *((0.46, 0.36), (0.20, 0.51), (0.06, 0.56)),
        ),
        (3, 4, 5),
        (0.26, 0.02),
        0.28,
        (0.35, -0.36),
        (0.44, -0.34),
    ),
}


def draw(head: Plane, traits: Traits) -> int:
    """The bare head; returns its shape, for the coat's markings."""
    if traits.tuft == "spikes":
        _draw_tuft(head, traits)
    skin = head.fill(HEADS[traits.head].outline(), part("head"), "coat")
    return skin


def shade(head: Plane, skin: int, traits: Traits) -> None:
    """Light from the upper left, once the markings are on."""
    bow = [(0.30, -0.62), (0.80, -0.62), (0.80, 0.70), (0.0, 0.70), (0.30, 0.48), (0.49, 0.18), (0.50, -0.16)]
    head.veil(skin, smooth(bow, (1, 2, 3)), "shade")
    gloss = [(-0.46, -0.16), (-0.38, -0.32), (-0.24, -0.41), (-0.28, -0.34), (-0.36, -0.26), (-0.41, -0.14)]
    head.veil(skin, smooth(gloss), "light")
    if traits.blush:
        for side in (-1, 1):
            spot = np.array([(0.10, 0.0), (0.0, 0.06), (-0.10, 0.0), (0.0, -0.06)])
            x, y = HEADS[traits.head].eye
            head.inset(x * side * 1.45 + traits.turn, y + 0.22 + traits.nod).veil(skin, smooth(spot), "flush")


def _draw_tuft(head: Plane, traits: Traits) -> None:
    """A few hairs that stand up from the crown; the head covers their roots."""
    top = HEADS[traits.head].half[0][1]
    tips = [(-0.14, 0.10), (-0.10, -0.09), (-0.04, 0.0), (0.02, -0.14), (0.07, -0.01), (0.14, -0.06)]
    outline = arcs([*tips, (0.16, 0.12)], -0.10)
    place = head.inset(0.0, top - 0.01, (float(traits.side), 1.0))
    place.fill(join(outline, mirror([(0.0, 0.16)])), part("head"), "coat", FINE)
