"""What may vary from animal to animal. How often each choice comes up is up to the species."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..dice import Dice
from .coats import Coat

Weights = Mapping[str, float]

LIDS: Weights = {"open": 9.0, "wink": 0.7, "happy": 0.9, "asleep": 0.4}

PETS_WEAR: Weights = {
    "none": 1.0,
    "bell": 0.7,
    "tag": 0.7,
    "bow": 0.8,
    "bandana": 1.0,
    "scarf": 0.9,
    "ribbon": 1.0,
    "flower": 1.2,
}
"""What cats and dogs wear, and how often."""


@dataclass(frozen=True)
class Choices:
    """The weights a species gives to the named choices of `Traits`, and the usual size of its eyes."""

    head: Weights
    ears: Weights
    eyes: Weights
    pupil: Weights
    muzzle: Weights
    nose: Weights
    mouth: Weights
    brows: Weights
    coats: Mapping[str, Coat]
    coat: Weights
    ruff: Weights
    tuft: Weights
    worn: Weights
    whiskers: float
    eye_size: float


@dataclass(frozen=True)
class Traits:
    """Everything that is decided before the first stroke. Lengths in the units of the head.

    tilt, lean: degrees, clockwise, of the head and of the shoulders.
    turn, nod: how far the features move sideways and down; negative looks left or up.
    side: which side (-1 left, 1 right) a patch, a wink or a flower is on.
    perk: degrees by which the ears stand out more.
    """

    scale: float
    shift: tuple[float, float]
    tilt: float
    lean: float
    turn: float
    nod: float
    side: int
    perk: float
    ear_size: float
    eye_size: float
    head: str
    ears: str
    eyes: str
    pupil: str
    lids: str
    muzzle: str
    nose: str
    mouth: str
    brows: str
    coat: Coat
    ruff: str
    tuft: str
    worn: str
    blush: bool
    lashes: bool
    whiskers: bool


def roll(dice: Dice, choices: Choices) -> Traits:
    """Decide on an animal."""
    return Traits(
        scale=dice.uniform(1.04, 1.20),
        shift=(dice.uniform(-0.045, 0.045), dice.uniform(-0.02, 0.05)),
        tilt=dice.uniform(-11, 11),
        lean=dice.uniform(-4, 4),
        turn=dice.uniform(-0.075, 0.075),
        nod=dice.uniform(-0.03, 0.03),
        side=dice.sign(),
        perk=dice.uniform(-7, 7),
        ear_size=dice.uniform(0.92, 1.12),
        eye_size=choices.eye_size * dice.uniform(0.92, 1.10),
        head=dice.weighted(choices.head),
        ears=dice.weighted(choices.ears),
        eyes=dice.weighted(choices.eyes),
        pupil=dice.weighted(choices.pupil),
        lids=dice.weighted(LIDS),
        muzzle=dice.weighted(choices.muzzle),
        nose=dice.weighted(choices.nose),
        mouth=dice.weighted(choices.mouth),
        brows=dice.weighted(choices.brows),
        coat=choices.coats[dice.weighted(choices.coat)],
        ruff=dice.weighted(choices.ruff),
        tuft=dice.weighted(choices.tuft),
        worn=dice.weighted(choices.worn),
        blush=dice.chance(0.35),
        lashes=dice.chance(0.35),
        whiskers=dice.chance(choices.whiskers),
    )
