"""Difficulty on purpose: named knobs for whatever stands between a sketch and its exemplar.

Every knob is a number with a unit, 0 by default, and 0 everywhere gives the plain pictures bit for
bit: the choices a knob needs come from random streams of their own. So a curve over one knob shows
the same figures, in the same colours, at every level.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from .dice import Dice
from .planes import Plane

_MOST = {
    "pose": (180.0, "degrees"),
    "scale": (1.0, "the relative change of size"),
    "missing": (16, "(part, role) items"),
    "texture": (0.9, "the share of light taken"),
    "broken": (0.9, "the share of the ink"),
    "doubled": (1.0, "the share of the ink"),
    "wobble": (8.0, "pixels at 64²"),
    "stray": (100, "strokes"),
}
"""Knob → its largest value and what it counts; the smallest is 0."""


@dataclass(frozen=True)
class Difficulty:
    """How far a picture is from the plain one. Raises ValueError for a number outside its range.

    What parts a pair:

    pose: degrees in [0, 180]; the figure is turned by exactly that about the middle of the picture,
        clockwise or not as the dice fall.
    scale: in [0, 1]; the figure is exactly 1 + scale times larger or smaller, as the dice fall.
    missing: an integer in [0, 16]; the exemplar lacks at least so many of the (part, role) items that
        the sketch plainly wears. Used by `sample_pairs` alone.
    texture: in [0, 0.9]; the flat colours of the figure are multiplied by a mottled, woven or furry
        grain in [1 - texture, 1] that clings to it and knows no palette; the ink lies on top.

    What the hand that drew the sketch did; colours and truth stay clean:

    broken: in [0, 0.9], the share of the line art (by area, solid black aside) lost in gaps.
    doubled: in [0, 1], the share of the line art drawn a second time, about two pixels beside.
    wobble: in [0, 8], pixels at 64², how far a smooth displacement moves the lines where it moves them most.
    stray: an integer in [0, 100], loose strokes that mean nothing.
    """

    pose: float = 0.0
    scale: float = 0.0
    missing: int = 0
    texture: float = 0.0
    broken: float = 0.0
    doubled: float = 0.0
    wobble: float = 0.0
    stray: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            value, (most, unit) = getattr(self, field.name), _MOST[field.name]
            if not 0 <= value <= most:
                raise ValueError(f"difficulty {field.name} is {value}: it counts {unit}, from 0 to {most:g}")
            if isinstance(most, int):
                if value != int(value):
                    raise ValueError(f"difficulty {field.name} is {value}: it counts whole {unit}")
                object.__setattr__(self, field.name, int(value))

    def of_content(self) -> Difficulty:
        """What concerns the picture whose sketch is coloured: texture and the hand."""
        return replace(self, pose=0.0, scale=0.0)

    def of_exemplar(self) -> Difficulty:
        """What concerns the picture that lends its colours: pose, scale and texture."""
        return replace(self, broken=0.0, doubled=0.0, wobble=0.0, stray=0)


PLAIN = Difficulty()
"""No difficulty: the pictures as they are."""

HUMAN_HAND = Difficulty(broken=0.06, doubled=0.12, wobble=1.0, stray=2)
"""A plausible unpractised hand with a pencil, chosen by eye."""


def placed(sheet: Plane, difficulty: Difficulty, dice: Dice) -> Plane:
    """The plane the figure is drawn on: the sheet turned and scaled about its middle.

    At rest it is the sheet itself, so part coordinates do not feel the difficulty.
    """
    degrees = difficulty.pose * dice.sign()
    size = (1.0 + difficulty.scale) ** dice.sign()
    return sheet.inset(0.0, 0.0, size, degrees).resting(0.0, 0.0)
