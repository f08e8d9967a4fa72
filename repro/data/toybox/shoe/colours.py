"""Palettes in harmony: the upper leads, everything else is chosen to go with it."""

from __future__ import annotations

from ..dice import Dice
from ..harmony import clear, harmonious, vary
from ..palette import Colour

ROLES = ("upper", "panel", "sole", "lining", "laces", "accessory", "backdrop")

_UPPER = (
    Colour(0.36, 0.020, 285),  # black
    Colour(0.44, 0.070, 45),  # dark brown leather
    Colour(0.56, 0.100, 52),  # cognac
    Colour(0.70, 0.100, 70),  # tan
    Colour(0.88, 0.045, 85),  # sand
    Colour(0.93, 0.012, 280),  # off-white
    Colour(0.72, 0.020, 260),  # grey
    Colour(0.40, 0.090, 268),  # navy
    Colour(0.58, 0.150, 255),  # blue
    Colour(0.78, 0.090, 230),  # sky
    Colour(0.56, 0.190, 25),  # red
    Colour(0.42, 0.110, 12),  # wine
    Colour(0.76, 0.120, 2),  # pink
    Colour(0.89, 0.055, 15),  # blush
    Colour(0.84, 0.140, 90),  # yellow
    Colour(0.72, 0.150, 55),  # orange
    Colour(0.83, 0.085, 175),  # mint
    Colour(0.58, 0.100, 190),  # teal
    Colour(0.55, 0.120, 150),  # green
    Colour(0.56, 0.140, 302),  # violet
    Colour(0.80, 0.080, 305),  # lilac
)

_SOLE = (
    Colour(0.965, 0.008, 90),  # white rubber
    Colour(0.925, 0.035, 88),  # cream
    Colour(0.72, 0.095, 66),  # gum
    Colour(0.50, 0.070, 50),  # stacked leather
    Colour(0.36, 0.015, 280),  # black rubber
)

_APART = dict.fromkeys(
    (
        ("upper", "panel"),
        ("upper", "sole"),
        ("upper", "lining"),
        ("upper", "laces"),
        ("upper", "accessory"),
        ("panel", "laces"),
        ("panel", "accessory"),
        ("panel", "sole"),
    ),
    0.12,
)
"""Neighbours in the picture are at least this far apart in OKLab."""


def colours(dice: Dice) -> dict[str, Colour]:
    """A palette: a colour for every role."""
    return harmonious(_throw, dice, _APART)


def _throw(dice: Dice) -> dict[str, Colour]:
    upper = vary(dice, dice.pick(_UPPER), 0.025)
    # Near-grey leather has no hue to harmonise with; any will do.
    lead = upper.hue if upper.chroma > 0.04 else dice.uniform(0, 360)
    accent = lead + dice.pick((180.0, 150.0, -150.0, 110.0, -110.0, 60.0))
    return {
        "upper": upper,
        "panel": _panel(dice, upper, lead, accent),
        "sole": vary(dice, dice.pick(_SOLE), 0.012),
        "lining": _lining(dice, lead, accent),
        "laces": _laces(dice, accent),
        "accessory": clear(dice.uniform(0.60, 0.74), dice.uniform(0.14, 0.19), accent),
        "backdrop": Colour(1.0, 0.0, 0.0),
    }


def _panel(dice: Dice, upper: Colour, lead: float, accent: float) -> Colour:
    """Cream, or a deeper or paler cousin of the upper, or near the accent, or a neighbour on the wheel."""
    choice = dice.below(4)
    if choice == 0:
        return Colour(dice.uniform(0.91, 0.96), dice.uniform(0.01, 0.04), dice.pick((85.0, lead)))
    if choice == 1:
        step = -0.20 if upper.lightness > 0.6 else 0.24
        return Colour(upper.lightness + step, max(upper.chroma, 0.03), lead + dice.uniform(-25, 25))
    hue = accent + dice.uniform(-20, 20) if choice == 2 else lead + dice.pick((40.0, -40.0))
    return clear(dice.pick((0.50, 0.62, 0.82)), dice.uniform(0.07, 0.13), hue)


def _lining(dice: Dice, lead: float, accent: float) -> Colour:
    if dice.chance(0.5):
        return Colour(dice.uniform(0.86, 0.93), dice.uniform(0.02, 0.05), dice.pick((80.0, lead)))
    return clear(dice.uniform(0.70, 0.84), dice.uniform(0.05, 0.10), dice.pick((lead, accent)))


def _laces(dice: Dice, accent: float) -> Colour:
    choice = dice.below(5)
    if choice < 3:
        return Colour(dice.uniform(0.93, 0.97), dice.uniform(0.005, 0.03), 85.0)
    if choice == 3:
        return Colour(dice.uniform(0.36, 0.44), 0.03, accent)
    return clear(dice.uniform(0.72, 0.80), dice.uniform(0.11, 0.15), accent)
