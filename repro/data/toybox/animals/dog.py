"""Dogs."""

from __future__ import annotations

from ..dice import Dice
from ..palette import Colour
from ..planes import Plane
from . import figure
from .colours import ROLES, Stock, palette
from .dog_coats import COATS
from .parts import PARTS
from .traits import PETS_WEAR, Choices, roll

__all__ = ["PARTS", "ROLES", "colours", "draw"]

CHOICES = Choices(
    head={"pup": 1.3, "long": 1.0, "square": 1.0, "tufted": 0.8, "bearded": 0.7},
    ears={"floppy": 1.2, "long": 0.8, "button": 0.8, "pricked": 1.1, "bat": 0.9, "cocked": 0.6},
    eyes={"round": 2.0, "almond": 0.7, "sleepy": 0.3},
    pupil={"wide": 1.5, "round": 0.8},
    muzzle={"snout": 1.4, "jowls": 1.0, "slim": 0.7},
    nose={"dog": 1.0},
    mouth={"calm": 0.9, "smile": 1.2, "open": 0.8, "pant": 1.6, "blep": 0.6},
    brows={"none": 2.0, "calm": 0.7, "worried": 0.8, "bold": 0.3},
    coats=COATS,
    coat={
        "plain": 0.9,
        "self": 0.9,
        "collie": 1.1,
        "corgi": 1.0,
        "husky": 1.2,
        "shepherd": 1.1,
        "pug": 1.0,
        "points": 0.9,
        "beagle": 1.2,
        "eyepatch": 1.0,
        "dalmatian": 1.0,
    },
    ruff={"none": 1.8, "chest": 0.8},
    tuft={"none": 2.0, "spikes": 0.4, "fluff": 0.5},
    worn=PETS_WEAR,
    whiskers=0.0,
    eye_size=0.86,
)

_COATS = (
    Colour(0.74, 0.105, 70),  # golden
    Colour(0.87, 0.055, 84),  # cream
    Colour(0.64, 0.020, 265),  # grey
    Colour(0.46, 0.028, 290),  # black
    Colour(0.60, 0.080, 58),  # chestnut
    Colour(0.95, 0.012, 85),  # white
    Colour(0.50, 0.060, 48),  # chocolate
    Colour(0.64, 0.125, 50),  # red
    Colour(0.77, 0.058, 74),  # sand
)

_STOCK = Stock(
    coats=_COATS,
    noses=(Colour(0.36, 0.02, 300), Colour(0.38, 0.02, 30), Colour(0.46, 0.05, 35), Colour(0.68, 0.09, 20)),
    eyes=(
        Colour(0.50, 0.090, 50),  # brown
        Colour(0.57, 0.110, 58),  # chestnut
        Colour(0.70, 0.135, 68),  # amber
        Colour(0.66, 0.120, 240),  # blue
    ),
)


def draw(sheet: Plane, dice: Dice) -> None:
    """Draw one dog on an empty sheet, back to front."""
    figure.draw(sheet, roll(dice, CHOICES))


def colours(dice: Dice) -> dict[str, Colour]:
    """A palette: a colour for every role."""
    return palette(dice, _STOCK)
