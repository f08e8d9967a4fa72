"""The face: skin, ears, eyes, nose, mouth, blush, brows."""

from __future__ import annotations

import numpy as np

from ..curves import Points, arcs, ellipse, join, ribbon, smooth, symmetric
from ..planes import FINE, HAIRLINE, Plane
from .parts import HEAD_Y, part
from .traits import Traits

EYE_X, EYE_Y = 0.215, 0.125
"""Centre of the right eye in the units of the head."""

OUTLINE_OF_FACE = symmetric(
    [(0.16, -0.50), (0.40, -0.34), (0.465, -0.05), (0.455, 0.12), (0.395, 0.27), (0.24, 0.385), (0.07, 0.44)]
)

_LID = {
    # Per eye shape, in units of the eye: inner corner, top, outer corner, bottom.
    "round": ((-0.92, -0.10), (-0.45, -0.86), (0.40, -0.92), (0.98, -0.12), (0.62, 0.80), (-0.55, 0.82)),
    "tall": ((-0.80, -0.10), (-0.45, -0.98), (0.35, -1.05), (0.86, -0.20), (0.60, 0.90), (-0.50, 0.90)),
    "sharp": ((-0.98, 0.10), (-0.45, -0.66), (0.40, -0.86), (1.06, -0.42), (0.66, 0.68), (-0.55, 0.72)),
    "droopy": ((-0.90, -0.22), (-0.40, -0.84), (0.40, -0.74), (1.02, 0.12), (0.60, 0.80), (-0.52, 0.76)),
}


def draw(head: Plane, traits: Traits) -> int:
    """Ears, face and features; returns the face's shape, for the hair to cast its shadow on."""
    for side in (-1, 1):
        ear = ellipse(0.475 * side, 0.12, 0.075, 0.105)
        inside = ellipse(0.485 * side, 0.13, 0.035, 0.06)
        head.shade(head.fill(ear, part("face"), "skin", FINE), inside, "skin.shade")
    skin = head.fill(smooth(OUTLINE_OF_FACE), part("face"), "skin")
    if traits.blush:
        for side in (-1, 1):
            head.shade(skin, ellipse(0.315 * side + traits.turn, 0.265, 0.085, 0.048), "skin.flush")
    features = head.inset(traits.turn, 0.0).resting(0.0, HEAD_Y)
    nose = traits.turn * 0.5
    features.line(arcs([(nose - 0.015, 0.235), (nose + 0.018, 0.245)], 0.2), HAIRLINE)
    _draw_mouth(features.inset(traits.turn * 0.3, 0.325).resting(0.0, 0.325 + HEAD_Y), traits)
    for side in (-1, 1):
        _draw_eye(features, traits, side)
    _draw_brows(head, traits)
    return skin


def _draw_brows(head: Plane, traits: Traits) -> None:
    """Brows are ink alone."""
    inner, outer, rise = {
        "calm": (-0.105, -0.085, 0.05),
        "worried": (-0.135, -0.070, 0.03),
        "bold": (-0.070, -0.125, 0.02),
        "raised": (-0.125, -0.110, 0.06),
    }[traits.brows]
    for side in (-1, 1):
        spine = [(0.13, inner), (0.215, (inner + outer) / 2 - rise), (0.31, outer)]
        brow = np.array(spine) * (side, 1) + (traits.turn, 0)
        head.blot(ribbon(brow, (0.026, 0.030, 0.012)))


def _draw_eye(features: Plane, traits: Traits, side: int) -> None:
    """One eye in its own frame, x pointing outwards, so that the right eye mirrors the left."""
    # The eye on the far side of a turned head is a little narrower.
    width = 0.128 * (1.0 + 0.8 * traits.turn * -side)
    scale = (side * width * traits.eye_size, 0.158 * traits.eye_size)
    eye = features.inset(EYE_X * side, EYE_Y, scale).resting(
        EYE_X * side, EYE_Y + HEAD_Y, (0.128 * side, 0.158)
    )
    shut = traits.lids if traits.lids in ("happy", "asleep") else ""
    if traits.lids == "wink" and side == traits.side:
        shut = "happy"
    if shut:
        _draw_shut_eye(eye, shut)
    else:
        _draw_open_eye(eye, traits, side)


def _draw_shut_eye(eye: Plane, state: str) -> None:
    up = -1 if state == "happy" else 1
    arc = smooth([(-0.85, 0.30 - 0.12 * up), (0.0, 0.30 + 0.42 * up), (0.95, 0.25 - 0.18 * up)], closed=False)
    eye.line(arc, 0.05)
    end = arc[-1]
    eye.line(np.array([end, (end[0] + 0.28, end[1] - 0.12)]), FINE)


def _draw_open_eye(eye: Plane, traits: Traits, side: int) -> None:
    lid = _LID[traits.eyes]
    white = eye.fill(smooth(lid), part("eye"), "white", HAIRLINE)
    eye.shade(white, ellipse(0.0, -1.05, 1.3, 0.75), "white.shade")
    # Both eyes look the same way: towards where the head turns.
    look = traits.turn * 2.2 * side - 0.02
    iris = eye.fill(ellipse(look, 0.02, 0.68, 0.90), part("iris"), "eyes", HAIRLINE)
    eye.shade(iris, ellipse(look, -0.66, 0.80, 0.70), "eyes.shade")
    eye.shade(iris, ellipse(look, 0.60, 0.46, 0.27), "eyes.light")
    eye.blot(ellipse(look, 0.03, 0.25, 0.38))
    glint = -side  # the light comes from the left of the picture in both eyes
    for x, y, rx, ry in ((0.30 * glint, -0.34, 0.26, 0.27), (-0.26 * glint, 0.42, 0.13, 0.13)):
        eye.fill(ellipse(look + x, y, rx, ry, count=14), part("iris"), "white", width=0)
    eye.blot(_lash(lid))
    eye.line(smooth(lid[4:6], closed=False), HAIRLINE)


def _lash(lid: tuple[tuple[float, float], ...]) -> Points:
    """The heavy upper lash: a crescent on the lid with a flick at the outer corner."""
    inner, rise, crest, outer = lid[:4]
    tip = (outer[0] + 0.30, outer[1] - 0.16)
    upper = smooth([inner, (rise[0], rise[1] - 0.16), (crest[0], crest[1] - 0.20), tip], closed=False)
    lower = smooth(
        [(outer[0] - 0.04, outer[1] + 0.10), (crest[0], crest[1] + 0.22), (rise[0], rise[1] + 0.16)],
        closed=False,
    )
    return join(upper, lower)


def _draw_mouth(mouth: Plane, traits: Traits) -> None:
    kind = traits.mouth
    if kind in ("laugh", "o", "grin"):
        _draw_open_mouth(mouth, kind, traits)
        return
    curve = {
        "smile": [(-0.085, -0.015), (0.0, 0.025), (0.085, -0.015)],
        "shy": [(-0.05, 0.0), (-0.018, -0.012), (0.018, 0.010), (0.05, -0.002)],
        "pout": [(-0.055, 0.018), (0.0, -0.012), (0.055, 0.018)],
        "cat": [(-0.11, -0.015), (-0.06, 0.025), (0.0, -0.012), (0.06, 0.025), (0.11, -0.015)],
    }[kind]
    corners = (2,) if kind == "cat" else ()
    mouth.line(smooth(curve, corners, closed=False), FINE)


def _draw_open_mouth(mouth: Plane, kind: str, traits: Traits) -> None:
    outline = {
        "laugh": smooth(
            [(-0.115, -0.035), (0.0, -0.020), (0.115, -0.035), (0.075, 0.055), (0.0, 0.085), (-0.075, 0.055)],
            (0, 2),
        ),
        "grin": smooth(
            [(-0.105, -0.020), (0.0, -0.005), (0.105, -0.030), (0.06, 0.045), (-0.03, 0.05)], (0, 2)
        ),
        "o": ellipse(0.0, 0.015, 0.042, 0.05),
    }[kind]
    hole = mouth.fill(outline, part("mouth"), "mouth", FINE)
    if kind != "o":
        mouth.shade(hole, ellipse(0.0, 0.085, 0.075, 0.055), "tongue")
    if traits.fang and kind != "o":
        x = 0.055 * traits.side
        mouth.fill(
            arcs([(x - 0.022, -0.022), (x + 0.022, -0.024), (x, 0.022)], 0.0, closed=True),
            part("mouth"),
            "white",
            0,
        )
        mouth.line(outline, FINE)
