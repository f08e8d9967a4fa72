"""Cats."""

from __future__ import annotations

from ..dice import Dice
from ..palette import Colour
from ..planes import Plane
from . import figure
from .cat_coats import COATS
from .colours import ROLES, Stock, palette
from .parts import PARTS
from .traits import PETS_WEAR, Choices, roll

__all__ = ["PARTS", "ROLES", "colours", "draw"]

CHOICES = Choices(
    head={"round": 1.3, "wide": 1.0, "wedge": 0.9, "tufted": 1.1},
    ears={"pointed": 1.6, "large": 1.0, "lynx": 0.6, "small": 0.5, "folded": 0.5},
    eyes={"round": 1.4, "almond": 1.4, "sleepy": 0.4},
    pupil={"slit": 1.2, "round": 0.7, "wide": 1.0},
    muzzle={"puffs": 1.0},
    nose={"small": 1.0},
    mouth={"calm": 1.4, "smile": 1.2, "open": 0.8, "laugh": 0.6, "blep": 0.6, "fang": 0.5, "grumpy": 0.4},
    brows={"none": 4.0, "worried": 0.5, "bold": 0.4},
    coats=COATS,
    coat={
        "plain": 0.8,
        "solid": 1.4,
        "tabby": 2.0,
        "tuxedo": 1.1,
        "van": 0.9,
        "eyepatch": 0.9,
        "calico": 1.2,
        "points": 1.2,
        "spotted": 1.0,
    },
    ruff={"none": 1.8, "chest": 0.9},
    tuft={"none": 2.4, "spikes": 0.8},
    worn=PETS_WEAR,
    whiskers=0.8,
    eye_size=1.0,
)

_COATS = (
    Colour(0.76, 0.125, 66),  # ginger
    Colour(0.86, 0.060, 82),  # cream
    Colour(0.68, 0.020, 270),  # silver
    Colour(0.46, 0.028, 290),  # black
    Colour(0.62, 0.062, 66),  # brown
    Colour(0.94, 0.014, 80),  # white
    Colour(0.50, 0.058, 48),  # chocolate
    Colour(0.63, 0.042, 255),  # blue grey
    Colour(0.74, 0.060, 72),  # fawn
)

_STOCK = Stock(
    coats=_COATS,
    noses=(Colour(0.74, 0.10, 15), Colour(0.67, 0.11, 20), Colour(0.44, 0.04, 20), Colour(0.55, 0.08, 30)),
    eyes=(
        Colour(0.84, 0.150, 92),  # gold
        Colour(0.72, 0.140, 65),  # amber
        Colour(0.76, 0.150, 125),  # leaf
        Colour(0.72, 0.120, 160),  # jade
        Colour(0.70, 0.130, 240),  # blue
    ),
)


def draw(sheet: Plane, dice: Dice) -> None:
    """Draw one cat on an empty sheet, back to front."""
    figure.draw(sheet, roll(dice, CHOICES))


def colours(dice: Dice) -> dict[str, Colour]:
    """A palette: a colour for every role."""
    return palette(dice, _STOCK)
