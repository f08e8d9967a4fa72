"""Colours that go together: the best of a few throws, variations, and hues that stay clear."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from .dice import Dice
from .palette import Colour

_THROWS = 8


def harmonious(
    throw: Callable[[Dice], dict[str, Colour]], dice: Dice, apart: Mapping[tuple[str, str], float]
) -> dict[str, Colour]:
    """A palette from ``throw``: the best of a few, so that neighbours in the picture stay distinct.

    ``apart`` tells which pairs of roles are to be at least how far apart in OKLab.
    """
    throws = []
    for _ in range(_THROWS):
        palette = throw(dice)
        closest = min(palette[a].distance(palette[b]) / least for (a, b), least in apart.items())
        throws.append((closest, palette))
        if closest >= 1.0:
            break
    return max(throws, key=lambda scored: scored[0])[1]


def clear(lightness: float, chroma: float, hue: float) -> Colour:
    """A colour that is lifted the nearer it is to yellow, which is mud when it is dark."""
    yellow = max(0.0, float(np.cos(np.radians(hue - 100.0))))
    return Colour(lightness + (0.88 - lightness) * 0.75 * yellow**2, chroma, hue)


def vary(dice: Dice, colour: Colour, spread: float) -> Colour:
    """The colour, a little lighter or darker, duller or more vivid, and its hue turned by up to 8°."""
    return Colour(
        colour.lightness + dice.uniform(-spread, spread),
        colour.chroma * dice.uniform(0.85, 1.15),
        colour.hue + dice.uniform(-8, 8),
    )
