"""What may vary from bust to bust, and how often."""

from __future__ import annotations

from dataclasses import dataclass

from ..dice import Dice

BACK = {"short": 1.2, "bob": 1.6, "long": 1.6, "wavy": 1.2, "wolf": 1.2, "spiky": 1.2}
BANGS = {"straight": 1.3, "parted": 1.0, "swept": 1.3, "jagged": 1.3, "curtain": 1.0, "wispy": 1.0}
TIED = {"none": 3.6, "twintails": 1.3, "low_twintails": 1.0, "ponytail": 1.3, "buns": 1.2, "braids": 1.1}
EYES = {"round": 1.3, "tall": 1.2, "sharp": 1.0, "droopy": 1.0}
LIDS = {"open": 7.2, "wink": 0.9, "happy": 1.0, "asleep": 0.5}
MOUTHS = {"smile": 1.6, "laugh": 1.5, "cat": 1.0, "o": 0.7, "grin": 0.9, "shy": 0.7, "pout": 0.6}
BROWS = {"calm": 1.6, "worried": 0.9, "bold": 1.0, "raised": 0.8}
OUTFITS = {
    "sailor": 1.3,
    "hoodie": 1.2,
    "blazer": 1.2,
    "sweater": 1.2,
    "kimono": 1.0,
    "dress": 1.2,
    "tee": 1.0,
}
WORN = {
    "none": 1.0,
    "bow": 1.2,
    "hairpins": 1.0,
    "flower": 1.1,
    "headphones": 1.1,
    "cat_ears": 1.1,
    "beret": 1.0,
    "glasses": 1.1,
    "headband": 0.9,
    "scarf": 0.9,
    "crown": 0.7,
}


@dataclass(frozen=True)
class Traits:
    """Everything that is decided before the first stroke. Lengths in the units of the head.

    tilt, lean: degrees, clockwise, of the head and of the shoulders.
    turn: how far the features move sideways; negative looks to the left of the picture.
    side: which side (-1 left, 1 right) a parting, a wink or a pin is on.
    """

    scale: float
    shift: tuple[float, float]
    tilt: float
    lean: float
    turn: float
    side: int
    back: str
    bangs: str
    tied: str
    volume: float
    lock: float
    length: float
    ahoge: bool
    eyes: str
    lids: str
    eye_size: float
    mouth: str
    brows: str
    blush: bool
    fang: bool
    outfit: str
    buttons: bool
    worn: str


def roll(dice: Dice) -> Traits:
    """Decide on a bust."""
    tied = dice.weighted(TIED)
    back = dice.weighted(BACK if tied == "none" else {"short": 1.0, "bob": 0.4})
    draped = back in ("long", "wavy") and dice.chance(0.4)
    worn = dice.weighted(WORN)
    if back == "spiky" and worn == "cat_ears":  # the spikes would hide the ears
        worn = "hairpins"
    return Traits(
        scale=dice.uniform(0.94, 1.10),
        shift=(dice.uniform(-0.06, 0.06), dice.uniform(-0.02, 0.06)),
        tilt=dice.uniform(-9, 9),
        lean=dice.uniform(-3, 3),
        turn=dice.uniform(-0.055, 0.055),
        side=dice.sign(),
        back=back,
        bangs=dice.weighted(BANGS),
        tied=tied,
        volume=dice.uniform(0.97, 1.06),
        lock=dice.uniform(0.55, 0.85) if draped else dice.uniform(0.14, 0.46),
        length=dice.uniform(-0.06, 0.10),
        ahoge=dice.chance(0.3) and back != "spiky" and worn not in ("beret", "crown"),
        eyes=dice.weighted(EYES),
        lids=dice.weighted(LIDS),
        eye_size=dice.uniform(0.92, 1.10),
        mouth=dice.weighted(MOUTHS),
        brows=dice.weighted(BROWS),
        blush=dice.chance(0.7),
        fang=dice.chance(0.3),
        outfit=dice.weighted(OUTFITS),
        buttons=dice.chance(0.5),
        worn=worn,
    )
