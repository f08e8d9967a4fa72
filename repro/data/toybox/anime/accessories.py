"""What is worn on the head or around the neck."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..curves import arcs, ellipse, join, mirror, ribbon, smooth
from ..planes import FINE, Plane
from ..props import bow, flower, scarf
from .face import EYE_X, EYE_Y
from .parts import part
from .traits import Traits


def draw_behind(head: Plane, traits: Traits) -> None:
    """What the head covers: cat ears and the bail of headphones stand behind the cap."""
    if traits.worn == "cat_ears":
        for side in (-1, 1):
            for outline, name, tone in (
                ([(0.52, -0.36), (0.50, -0.90), (0.12, -0.58)], "hair", "hair"),
                ([(0.46, -0.46), (0.46, -0.78), (0.24, -0.60)], "ears", "accessory"),
            ):
                ear = arcs(outline, (0.10, 0.10, 0.0), closed=True)
                head.fill(ear if side > 0 else mirror(ear), part(name), tone, FINE)


def draw_front(head: Plane, body: Plane, traits: Traits) -> None:
    """What lies on top of the hair, the face or the collar."""
    if traits.worn in _FRONT:
        _FRONT[traits.worn](head, traits)
    if traits.worn == "scarf":
        scarf(body, traits.side, part("scarf"))


def _draw_bow(head: Plane, traits: Traits) -> None:
    bow(head.inset(0.34 * traits.side, -0.55, 1.0, 28.0 * traits.side), 1.05, part("ornament"))


def _draw_hairpins(head: Plane, traits: Traits) -> None:
    for y in (-0.20, -0.11):
        pin = ribbon(np.array([(0.30, y - 0.03), (0.50, y + 0.02)]) * (traits.side, 1), (0.075, 0.075))
        head.fill(pin, part("ornament"), "accessory", FINE)


def _draw_flower(head: Plane, traits: Traits) -> None:
    flower(head.inset(0.43 * traits.side, -0.34), part("ornament"))


def _draw_headphones(head: Plane, _traits: Traits) -> None:
    outer = ellipse(0.0, -0.06, 0.635, 0.665, 180, 361, 26)
    inner = ellipse(0.0, -0.06, 0.565, 0.585, 360, 179, 26)
    head.fill(join(outer, inner), part("headphones"), "accessory", FINE)
    for side in (-1, 1):
        cup = head.fill(
            smooth(
                np.array([(0.50, -0.08), (0.62, -0.10), (0.68, 0.06), (0.62, 0.22), (0.50, 0.20)]) * (side, 1)
            ),
            part("headphones"),
            "accessory",
        )
        head.shade(cup, ellipse(0.66 * side, 0.10, 0.07, 0.18), "accessory.shade")


def _draw_beret(head: Plane, traits: Traits) -> None:
    place = head.inset(0.10 * traits.side, -0.50, (float(traits.side), 1.0), 0.0)
    cap = place.fill(
        smooth(
            [
                (-0.52, 0.10),
                (-0.44, -0.17),
                (-0.05, -0.31),
                (0.42, -0.24),
                (0.58, 0.02),
                (0.42, 0.16),
                (0.0, 0.10),
                (-0.34, 0.17),
            ]
        ),
        part("beret"),
        "accessory",
    )
    place.shade(
        cap,
        smooth([(-0.5, 0.02), (0.0, 0.0), (0.5, -0.06), (0.6, 0.2), (0.0, 0.25), (-0.5, 0.25)]),
        "accessory.shade",
    )
    place.line(arcs([(0.0, -0.29), (0.05, -0.37)], 0.1), 0.05)


def _draw_glasses(head: Plane, traits: Traits) -> None:
    for side in (-1, 1):
        x = EYE_X * side + traits.turn
        rim = smooth([(-0.165, -0.10), (0.165, -0.10), (0.155, 0.15), (0.0, 0.20), (-0.155, 0.15)])
        head.inset(x, EYE_Y).line(join(rim, rim[:1]), FINE)
        head.line(np.array([(x + 0.165 * side, EYE_Y - 0.06), (0.47 * side, EYE_Y - 0.08)]), FINE)
    head.line(arcs([(traits.turn - 0.06, EYE_Y - 0.02), (traits.turn + 0.06, EYE_Y - 0.02)], -0.2), FINE)


def _draw_headband(head: Plane, _traits: Traits) -> None:
    outer = ellipse(0.0, -0.02, 0.575, 0.50, 200, 340)
    inner = ellipse(0.0, 0.02, 0.575, 0.44, 338, 202)
    band = head.fill(join(outer, inner), part("headband"), "accessory", FINE)
    head.shade(band, ellipse(0.42, -0.38, 0.2, 0.2), "accessory.shade")


def _draw_crown(head: Plane, traits: Traits) -> None:
    place = head.inset(0.16 * traits.side, -0.60, 1.0, 14.0 * traits.side)
    points = [
        (-0.20, 0.08),
        (-0.24, -0.16),
        (-0.11, -0.05),
        (0.0, -0.22),
        (0.11, -0.05),
        (0.24, -0.16),
        (0.20, 0.08),
    ]
    crown = place.fill(
        join(np.array(points), arcs([(0.20, 0.08), (-0.20, 0.08)], 0.12)), part("crown"), "accessory"
    )
    place.shade(crown, np.array([(0.02, 0.15), (0.06, -0.2), (0.3, -0.2), (0.3, 0.15)]), "accessory.shade")


_FRONT: dict[str, Callable[[Plane, Traits], None]] = {
    "bow": _draw_bow,
    "hairpins": _draw_hairpins,
    "flower": _draw_flower,
    "headphones": _draw_headphones,
    "beret": _draw_beret,
    "glasses": _draw_glasses,
    "headband": _draw_headband,
    "crown": _draw_crown,
}
