"""What an animal wears around its neck or at its ear."""

from __future__ import annotations

import numpy as np

from ..curves import ellipse, join, ribbon, smooth
from ..planes import FINE, HAIRLINE, Plane
from ..props import bow, flower, scarf
from .head import HEADS
from .parts import part
from .traits import Traits


def draw_neck(body: Plane, traits: Traits) -> None:
    """What lies around the neck; the head is drawn over it."""
    neck = body.inset(0.0, 0.06)
    if traits.worn == "scarf":
        scarf(body.inset(0.0, 0.08, (1.45, 1.0)), traits.side, part("neckwear"))
    elif traits.worn == "bandana":
        _draw_bandana(neck)
    elif traits.worn in ("tag", "bell"):
        _draw_collar(neck, traits.worn)


def draw_front(head: Plane, body: Plane, traits: Traits) -> None:
    """What lies before the head."""
    x, y = HEADS[traits.head].ear
    if traits.worn == "bow":
        bow(body.inset(0.0, 0.26), 1.25, part("neckwear"))
    elif traits.worn == "ribbon":
        bow(head.inset(x * traits.side, y + 0.03, 1.0, 24.0 * traits.side), 1.15, part("ornament"))
    elif traits.worn == "flower":
        flower(head.inset((x + 0.06) * traits.side, y + 0.06), part("ornament"))


def _draw_collar(body: Plane, kind: str) -> None:
    arc = [(-0.44, -0.10), (-0.26, 0.07), (0.0, 0.13), (0.26, 0.07), (0.44, -0.10)]
    band = body.fill(ribbon(np.array(arc), (0.105,) * 5), part("neckwear"), "accessory", FINE)
    body.shade(band, smooth([(0.2, -0.1), (0.6, -0.3), (0.6, 0.2), (0.24, 0.2)]), "accessory.shade")
    tag = body.fill(ellipse(0.0, 0.24, 0.095, 0.095), part("neckwear"), "trim", FINE)
    body.shade(tag, ellipse(-0.03, 0.21, 0.04, 0.04, count=14), "trim.light")
    if kind == "bell":
        body.line(np.array([(-0.09, 0.23), (0.09, 0.23)]), HAIRLINE)
        body.line(np.array([(0.0, 0.27), (0.0, 0.33)]), HAIRLINE)
    else:
        body.blot(ellipse(0.0, 0.24, 0.03, 0.03, count=12))


def _draw_bandana(body: Plane) -> None:
    band = [(-0.46, -0.14), (-0.24, 0.06), (0.0, 0.12), (0.24, 0.06), (0.46, -0.14)]
    cloth = join(
        smooth(band, closed=False),
        smooth([(0.50, -0.02), (0.28, 0.24), (0.0, 0.46), (-0.28, 0.24), (-0.50, -0.02)], (2,), closed=False),
    )
    shape = body.fill(cloth, part("neckwear"), "accessory")
    for x, y in ((0.0, 0.23), (-0.20, 0.15), (0.20, 0.15), (-0.10, 0.31), (0.10, 0.31)):
        body.shade(shape, ellipse(x, y, 0.045, 0.045, count=14), "trim")
    body.veil(shape, smooth([(0.14, 0.0), (0.6, -0.2), (0.6, 0.3), (0.04, 0.5)]), "shade")
