"""Palettes in harmony: the hair leads, everything else is chosen at a hue distance from it."""

from __future__ import annotations

from ..dice import Dice
from ..harmony import clear, harmonious, vary
from ..palette import Colour

ROLES = ("hair", "skin", "eyes", "clothes", "trim", "accessory", "backdrop")

_HAIR = (
    Colour(0.36, 0.030, 300),  # black with a violet sheen
    Colour(0.42, 0.060, 50),  # dark brown
    Colour(0.55, 0.090, 55),  # chestnut
    Colour(0.64, 0.140, 50),  # ginger
    Colour(0.85, 0.110, 88),  # blond
    Colour(0.87, 0.018, 280),  # silver
    Colour(0.76, 0.120, 0),  # pink
    Colour(0.56, 0.190, 20),  # red
    Colour(0.62, 0.130, 255),  # blue
    Colour(0.44, 0.120, 270),  # navy
    Colour(0.80, 0.090, 185),  # mint
    Colour(0.70, 0.110, 305),  # lavender
    Colour(0.50, 0.140, 305),  # violet
    Colour(0.66, 0.120, 150),  # green
    Colour(0.76, 0.140, 62),  # apricot
)

_SKIN = (
    Colour(0.945, 0.032, 58),
    Colour(0.935, 0.036, 62),
    Colour(0.920, 0.042, 58),
    Colour(0.900, 0.052, 64),
    Colour(0.860, 0.062, 64),
    Colour(0.790, 0.075, 62),
    Colour(0.710, 0.082, 58),
    Colour(0.630, 0.080, 54),
)

_LEAST = 0.13
"""Neighbours in the picture are at least this far apart in OKLab."""

_NEIGHBOURS = (
    ("hair", "clothes"),
    ("hair", "accessory"),
    ("hair", "skin"),
    ("hair", "backdrop"),
    ("clothes", "trim"),
    ("clothes", "accessory"),
    ("clothes", "skin"),
    ("clothes", "backdrop"),
    ("accessory", "trim"),
)


def colours(dice: Dice) -> dict[str, Colour]:
    """A palette: a colour for every role."""
    return harmonious(_throw, dice, dict.fromkeys(_NEIGHBOURS, _LEAST))


def _throw(dice: Dice) -> dict[str, Colour]:
    hair = vary(dice, dice.pick(_HAIR), 0.03)
    # Near-grey hair has no hue to harmonise with; any will do.
    lead = hair.hue if hair.chroma > 0.05 else dice.uniform(0, 360)
    clothes_hue = lead + dice.pick((150.0, 180.0, 210.0, 120.0, -120.0, 70.0, -70.0))
    accent_hue = lead + dice.pick((180.0, 150.0, -150.0, 110.0, -110.0))
    clothes = clear(dice.pick((0.48, 0.58, 0.67, 0.78)), dice.uniform(0.08, 0.15), clothes_hue)
    backdrop_hue = dice.pick((accent_hue, clothes_hue, lead + 30.0))
    return {
        "hair": hair,
        "skin": vary(dice, dice.pick(_SKIN), 0.008),
        "eyes": clear(dice.uniform(0.52, 0.66), dice.uniform(0.13, 0.18), dice.uniform(0, 360)),
        "clothes": vary(dice, clothes, 0.02),
        "trim": _trim(dice, clothes),
        "accessory": clear(dice.uniform(0.62, 0.76), dice.uniform(0.15, 0.20), accent_hue),
        "backdrop": Colour(dice.uniform(0.925, 0.96), dice.uniform(0.025, 0.05), backdrop_hue),
    }


def _trim(dice: Dice, clothes: Colour) -> Colour:
    """Cream on dark cloth, or a darker or warmer band on light cloth."""
    if clothes.lightness < 0.66:
        hue = clothes.hue + dice.pick((0.0, 60.0, 180.0))
        return Colour(dice.uniform(0.89, 0.96), dice.uniform(0.01, 0.08), hue)
    return clear(
        dice.uniform(0.42, 0.52), dice.uniform(0.09, 0.14), clothes.hue + dice.pick((20.0, 180.0, -60.0))
    )
