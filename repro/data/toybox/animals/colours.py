"""Palettes of animals: the coat leads, its second colour and all the rest are chosen to suit it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from ..dice import Dice
from ..harmony import clear, harmonious, vary
from ..palette import Colour

ROLES = ("coat", "marking", "light", "nose", "eyes", "inner_ear", "accessory", "trim", "backdrop")
WILD_ROLES = (*ROLES, "mane")

_FANCIFUL = (
    Colour(0.82, 0.095, 0),  # pink
    Colour(0.74, 0.095, 305),  # lavender
    Colour(0.83, 0.090, 170),  # mint
    Colour(0.76, 0.090, 235),  # sky
    Colour(0.82, 0.090, 45),  # peach
    Colour(0.70, 0.120, 25),  # coral
)

_APART = {
    ("coat", "marking"): 0.15,
    ("coat", "light"): 0.10,
    ("marking", "light"): 0.13,
    ("coat", "backdrop"): 0.12,
    ("coat", "accessory"): 0.16,
    ("light", "accessory"): 0.16,
    ("accessory", "trim"): 0.15,
    ("light", "nose"): 0.16,
    ("coat", "nose"): 0.10,
    ("eyes", "coat"): 0.12,
    ("eyes", "marking"): 0.10,
    ("coat", "inner_ear"): 0.07,
    ("mane", "coat"): 0.12,
    ("mane", "light"): 0.13,
    ("mane", "backdrop"): 0.12,
    ("mane", "accessory"): 0.13,
}
"""Neighbours in the picture and their least distance in OKLab."""


@dataclass(frozen=True)
class Stock:
    """The colours of nature that a domain's palettes start from."""

    coats: tuple[Colour, ...]
    noses: tuple[Colour, ...]
    eyes: tuple[Colour, ...]


def palette(dice: Dice, stock: Stock) -> dict[str, Colour]:
    """A palette: a colour for every role."""
    return harmonious(partial(_throw, stock), dice, _APART)


def _throw(stock: Stock, dice: Dice) -> dict[str, Colour]:
    coat = vary(dice, dice.pick(stock.coats if dice.chance(0.72) else _FANCIFUL), 0.03)
    # Near-grey fur has no hue to harmonise with; any will do.
    lead = coat.hue if coat.chroma > 0.05 else dice.uniform(0, 360)
    away = lead + dice.pick((180.0, 150.0, -150.0, 110.0, -110.0))
    # Most coats are warm; without the classics every collar would be blue or green.
    accent_hue = dice.pick((22.0, 0.0, 90.0, 300.0)) if dice.chance(0.4) else away
    accessory = clear(dice.uniform(0.56, 0.70), dice.uniform(0.14, 0.19), accent_hue)
    backdrop_hue = dice.pick((accent_hue, lead + 30.0, accent_hue + 40.0))
    return {
        "coat": coat,
        "marking": _marking(dice, coat),
        "light": _light(dice, coat),
        "nose": vary(dice, dice.pick(stock.noses), 0.02),
        "eyes": vary(dice, dice.pick(stock.eyes), 0.03),
        "inner_ear": Colour(dice.uniform(0.76, 0.84), dice.uniform(0.06, 0.10), dice.uniform(5, 35)),
        "accessory": accessory,
        "trim": _trim(dice, accessory),
        "mane": _mane(dice, coat),
        "backdrop": Colour(dice.uniform(0.925, 0.96), dice.uniform(0.025, 0.05), backdrop_hue),
    }


def _marking(dice: Dice, coat: Colour) -> Colour:
    """Darker on a light coat, lighter on a dark one; now and then of another hue altogether."""
    if coat.lightness < 0.52:
        return Colour(
            coat.lightness + dice.uniform(0.17, 0.26),
            coat.chroma + dice.uniform(0.0, 0.05),
            coat.hue + dice.uniform(-20, 20),
        )
    hue = coat.hue + dice.uniform(-25, 10)
    chroma = max(0.02, coat.chroma * dice.uniform(0.7, 1.2))
    return Colour(max(0.36, coat.lightness - dice.uniform(0.17, 0.38)), chroma, hue)


def _light(dice: Dice, coat: Colour) -> Colour:
    """Cream; on a coat that is nearly white itself, a tint of its own."""
    if coat.lightness > 0.88:
        return Colour(dice.uniform(0.84, 0.88), dice.uniform(0.04, 0.07), dice.uniform(30, 80))
    return Colour(dice.uniform(0.95, 0.975), dice.uniform(0.008, 0.025), dice.uniform(60, 95))


def _mane(dice: Dice, coat: Colour) -> Colour:
    """A deeper, fuller tone of a light coat, a paler one of a dark coat."""
    step = -dice.uniform(0.14, 0.28) if coat.lightness > 0.62 else dice.uniform(0.14, 0.22)
    hue = coat.hue + dice.uniform(-28, 6)
    return Colour(coat.lightness + step, max(0.05, coat.chroma * dice.uniform(0.9, 1.2)), hue)


def _trim(dice: Dice, accessory: Colour) -> Colour:
    """Gold or cream, whichever is further from the cloth."""
    gold, cream = Colour(0.85, 0.145, 88), Colour(0.95, 0.025, 90)
    return vary(dice, max((gold, cream), key=accessory.distance), 0.01)
