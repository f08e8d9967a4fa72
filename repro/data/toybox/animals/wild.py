"""The wild ones: lion, tiger and fox. Which of them it is belongs to the geometry."""

from __future__ import annotations

from ..dice import Dice
from ..palette import Colour
from ..planes import Plane
from . import figure
from .colours import WILD_ROLES as ROLES
from .colours import Stock, palette
from .parts import WILD_PARTS as PARTS
from .traits import Choices, roll
from .wild_coats import COATS

__all__ = ["PARTS", "ROLES", "colours", "draw"]

_MOUTHS = {"calm": 1.2, "smile": 1.2, "open": 0.8, "laugh": 0.9, "fang": 0.7, "blep": 0.4, "grumpy": 0.4}
_WORN = {"none": 2.0, "tag": 0.8, "bow": 0.8, "bandana": 1.2, "scarf": 1.0, "ribbon": 0.6, "flower": 1.1}
_BROWS = {"none": 3.0, "calm": 0.5, "bold": 0.5}

SPECIES = {
    "lion": Choices(
        head={"lion": 1.0},
        ears={"disc": 1.0},
        eyes={"round": 1.2, "almond": 1.0, "sleepy": 0.5},
        pupil={"round": 1.0, "wide": 0.8},
        muzzle={"broad": 1.0},
        nose={"broad": 1.0},
        mouth=_MOUTHS,
        brows=_BROWS,
        coats=COATS,
        coat={"lion": 1.0, "lion_plain": 0.7, "lion_brows": 0.8},
        ruff={"scalloped": 1.0, "flames": 1.0, "shaggy": 1.0},
        tuft={"none": 1.0, "forelock": 1.0},
        worn=_WORN,
        whiskers=0.35,
        eye_size=0.92,
    ),
    "tiger": Choices(
        head={"tiger": 1.0, "wide": 0.5},
        ears={"disc": 1.0},
        eyes={"round": 1.2, "almond": 1.0, "sleepy": 0.5},
        pupil={"round": 1.0, "wide": 0.8},
        muzzle={"broad": 1.0},
        nose={"broad": 1.0},
        mouth=_MOUTHS,
        brows={"none": 1.0},
        coats=COATS,
        coat={"tiger": 1.6, "tiger_few": 0.8},
        ruff={"none": 2.0, "chest": 0.8},
        tuft={"none": 1.0},
        worn=_WORN,
        whiskers=0.15,
        eye_size=0.92,
    ),
    "fox": Choices(
        head={"fox": 1.4, "tufted": 0.4},
        ears={"pointed": 1.0, "large": 1.2},
        eyes={"round": 1.0, "almond": 1.4, "sleepy": 0.4},
        pupil={"slit": 0.8, "wide": 1.0},
        muzzle={"fox": 1.0},
        nose={"small": 1.0},
        mouth=_MOUTHS,
        brows=_BROWS,
        coats=COATS,
        coat={"fox": 1.4, "fox_tears": 0.9, "fox_brows": 0.8},
        ruff={"none": 1.2, "chest": 1.2},
        tuft={"none": 1.6, "spikes": 0.6},
        worn=_WORN,
        whiskers=0.2,
        eye_size=0.92,
    ),
}

_COATS = (
    Colour(0.79, 0.105, 78),  # lion
    Colour(0.76, 0.145, 64),  # tiger
    Colour(0.68, 0.150, 50),  # fox
    Colour(0.85, 0.065, 84),  # sand
    Colour(0.94, 0.014, 80),  # snow
    Colour(0.66, 0.025, 265),  # silver
    Colour(0.58, 0.070, 58),  # brown
    Colour(0.74, 0.120, 70),  # amber
)

_STOCK = Stock(
    coats=_COATS,
    noses=(Colour(0.68, 0.10, 18), Colour(0.58, 0.08, 25), Colour(0.40, 0.03, 20)),
    eyes=(
        Colour(0.82, 0.150, 90),  # gold
        Colour(0.72, 0.140, 65),  # amber
        Colour(0.72, 0.140, 140),  # green
        Colour(0.70, 0.120, 235),  # blue
    ),
)


def draw(sheet: Plane, dice: Dice) -> None:
    """Draw one wild animal on an empty sheet, back to front."""
    species = dice.weighted({"lion": 1.2, "tiger": 1.0, "fox": 1.0})
    figure.draw(sheet, roll(dice, SPECIES[species]))


def colours(dice: Dice) -> dict[str, Colour]:
    """A palette: a colour for every role; it does not know the species."""
    return palette(dice, _STOCK)
