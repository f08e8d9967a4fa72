"""Eyes: all iris, as an animal's are, with a large pupil and two glints."""

from __future__ import annotations

import numpy as np

from ..curves import ellipse, ribbon, smooth
from ..planes import FINE, Plane
from .head import HEADS
from .parts import HEAD_Y, part
from .traits import Traits

_WIDTH, _HEIGHT = 0.135, 0.155

SHAPES = {
    # In units of the eye, x outwards: outline, which points are sharp, and how many make the upper lid.
    "round": (
        (
            (-0.95, 0.05),
            (-0.62, -0.78),
            (0.10, -1.0),
            (0.80, -0.70),
            (1.0, 0.05),
            (0.66, 0.80),
            (0.0, 1.0),
            (-0.68, 0.78),
        ),
        (),
    ),
    "almond": (
        (
            (-1.05, 0.34),
            (-0.55, -0.55),
            (0.25, -0.90),
            (0.82, -0.72),
            (1.12, -0.30),
            (0.80, 0.55),
            (0.10, 0.86),
            (-0.60, 0.72),
        ),
        (0, 4),
    ),
    "sleepy": (
        (
            (-1.05, -0.10),
            (-0.50, -0.26),
            (0.10, -0.30),
            (0.62, -0.22),
            (1.05, -0.02),
            (0.70, 0.70),
            (0.0, 0.92),
            (-0.66, 0.74),
        ),
        (0, 4),
    ),
}
PUPILS = {"slit": (0.22, 0.72), "round": (0.46, 0.56), "wide": (0.66, 0.76)}


def draw(features: Plane, traits: Traits) -> None:
    """Both eyes and the brows."""
    x, y = HEADS[traits.head].eye
    for side in (-1, 1):
        # The eye on the far side of a turned head is a little narrower.
        width = _WIDTH * (1.0 - 1.0 * traits.turn * side)
        scale = (side * width * traits.eye_size, _HEIGHT * traits.eye_size)
        eye = features.inset(x * side, y, scale).resting(x * side, y + HEAD_Y, (_WIDTH * side, _HEIGHT))
        shut = traits.lids if traits.lids in ("happy", "asleep") else ""
        if traits.lids == "wink" and side == traits.side:
            shut = "happy"
        if shut:
            _draw_shut(eye, shut)
        else:
            _draw_open(eye, traits, side)
        _draw_brow(features.inset(x * side, y - 0.22, (float(side), 1.0)), traits.brows)


def _draw_shut(eye: Plane, state: str) -> None:
    up = -1 if state == "happy" else 1
    eye.line(
        smooth([(-0.90, 0.25 - 0.20 * up), (0.0, 0.25 + 0.40 * up), (0.95, 0.25 - 0.20 * up)], closed=False),
        0.055,
    )


def _draw_open(eye: Plane, traits: Traits, side: int) -> None:
    outline, corners = SHAPES[traits.eyes]
    iris = eye.fill(smooth(outline, corners), part("eye"), "eyes", FINE)
    top = -1.0 if traits.eyes != "sleepy" else -0.45
    eye.shade(iris, ellipse(0.0, top, 1.4, 0.72), "eyes.shade")
    eye.shade(iris, ellipse(0.0, 0.78, 0.62, 0.30), "eyes.light")
    # Both eyes look the same way: towards where the head turns.
    look, middle = traits.turn * 2.4 * side - 0.02, 0.02 if traits.eyes != "sleepy" else 0.22
    rx, ry = PUPILS[traits.pupil]
    if traits.eyes == "sleepy":
        ry *= 0.72
    eye.blot(ellipse(look, middle, rx, ry))
    glint = -side  # the light comes from the left of the picture in both eyes
    for x, y, size in ((0.30 * glint, middle - 0.34, 0.25), (-0.28 * glint, middle + 0.36, 0.13)):
        eye.fill(ellipse(look + x, y, size, size, count=14), part("eye"), "white", width=0)
    eye.line(smooth(outline[:5], (), closed=False), 0.052)
    if traits.lashes:
        for index, reach in ((-1, 0.34), (-2, 0.26)):
            root = np.array(outline[:5][index])
            eye.line(np.array([root, root * (1.0 + reach, 1.0) + (0.0, -0.5 * reach)]), FINE)


def _draw_brow(place: Plane, kind: str) -> None:
    """Brows are ink alone."""
    if kind != "none":
        inner, outer = {"calm": (-0.01, 0.0), "worried": (-0.05, 0.03), "bold": (0.04, -0.04)}[kind]
        place.blot(
            ribbon(
                np.array([(-0.08, inner), (0.0, (inner + outer) / 2 - 0.03), (0.08, outer)]),
                (0.03, 0.04, 0.02),
            )
        )
