"""What may vary from shoe to shoe, and how often."""

from __future__ import annotations

from dataclasses import dataclass

from ..dice import Dice

KINDS = {
    "runner": 1.5,
    "canvas": 1.1,
    "hightop": 1.3,
    "velcro": 1.2,
    "combat": 1.2,
    "chelsea": 0.9,
    "cowboy": 1.1,
    "rain": 1.1,
    "snow": 1.0,
    "pump": 1.4,
    "strappy": 1.1,
    "heeled": 1.2,
    "sandal": 1.4,
    "loafer": 1.1,
    "oxford": 1.1,
    "ballerina": 1.2,
    "clog": 0.8,
    "slipper": 1.0,
}
EMBLEMS = ("star", "heart", "bolt", "diamond", "moon", "dot")
SIDES = ("stripes", "emblem", "wave", "plain")
HEELS = {"stiletto": 1.4, "block": 1.1, "kitten": 0.9, "wedge": 0.8}


@dataclass(frozen=True)
class Traits:
    """Everything that is decided before the first stroke. Lengths in the units of the shoe.

    mirrored: the toe points to the right. tilt: degrees, clockwise while the toe points to the left.
    length, rise: stretch along the shoe and upwards. camera: how far the far rim of the opening is
    seen above the near one. side: what is on the outer side. emblem: shape of a badge.
    heel: shape of a high heel. capped, backed, tabbed, bowed: whether it has a toe cap, a panel at
    the heel, a pull tab, a bow. style: a number in [0, 1) for a choice that only one kind has.
    """

    kind: str
    mirrored: bool
    scale: float
    shift: tuple[float, float]
    tilt: float
    length: float
    rise: float
    camera: float
    side: str
    emblem: str
    heel: str
    capped: bool
    backed: bool
    tabbed: bool
    bowed: bool
    style: float


def roll(dice: Dice) -> Traits:
    """Decide on a shoe."""
    return Traits(
        kind=dice.weighted(KINDS),
        mirrored=dice.chance(0.25),
        scale=dice.uniform(0.92, 1.04),
        shift=(dice.uniform(-0.04, 0.04), dice.uniform(-0.05, 0.05)),
        tilt=dice.uniform(-9.0, 4.0),
        length=dice.uniform(0.94, 1.04),
        rise=dice.uniform(0.93, 1.07),
        camera=dice.uniform(0.06, 0.15),
        side=dice.pick(SIDES),
        emblem=dice.pick(EMBLEMS),
        heel=dice.weighted(HEELS),
        capped=dice.chance(0.7),
        backed=dice.chance(0.75),
        tabbed=dice.chance(0.5),
        bowed=dice.chance(0.5),
        style=dice.uniform(),
    )
