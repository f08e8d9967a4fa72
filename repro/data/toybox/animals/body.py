"""Shoulders, chest and the fur around the neck. In the units of the body: 0 is the pit of the neck."""

from __future__ import annotations

import numpy as np

from ..curves import Points, arcs, ellipse, smooth, symmetric
from ..planes import FINE, Plane
from .parts import part
from .traits import Traits

_TORSO = [(0.30, -0.30), (0.36, 0.0), (0.50, 0.16), (0.58, 0.40), (0.62, 0.80), (0.60, 1.3)]


def draw(body: Plane, traits: Traits) -> None:
    """The body, as far as it can be seen below the head."""
    torso = body.fill(smooth(symmetric(_TORSO), (0, 5, 6, 11)), part("body"), "coat")
    for patch in traits.coat.body:
        patch.lay(body, torso, traits.side)
    body.veil(torso, smooth([(0.30, -0.3), (0.8, -0.3), (0.8, 1.4), (0.44, 1.4), (0.46, 0.5)]), "shade")
    body.veil(torso, ellipse(0.0, -0.06, 0.46, 0.20), "shade")
    for side in (-1, 1):
        body.line(
            smooth(np.array([(0.36, 0.30), (0.33, 0.50), (0.34, 0.90)]) * (side, 1), closed=False), FINE
        )
    if traits.ruff == "chest":
        _draw_chest(body)


def _draw_chest(body: Plane) -> None:
    ruff = body.fill(
        _fringe([(0.34, -0.20), (0.39, 0.03), (0.30, 0.14), (0.27, 0.27), (0.14, 0.30), (0.0, 0.42)]),
        part("body"),
        "light",
        FINE,
    )
    body.veil(ruff, ellipse(0.0, -0.06, 0.50, 0.20), "shade")


def _fringe(half: list[tuple[float, float]]) -> Points:
    """Locks of fur: arcs between the points of a right half and of its mirror image."""
    full = np.concatenate([np.array(half), np.array(half)[-2::-1] * (-1, 1)])
    return arcs(full, -0.12, closed=True)
