"""The anime domain: a bust with hair, face, eyes and clothes.

`traits` says what may vary, `hair`, `face`, `clothes` and `accessories` draw it, `colours` gives
it a palette. Coordinates of the head: the face reaches from -0.5 (crown) to 0.43 (chin), the eyes
sit at 0.12; of the body: 0 is the pit of the neck, the shoulders reach out to about 0.6.
"""

from __future__ import annotations

from ..dice import Dice
from ..planes import Plane
from . import accessories, clothes, face, hair
from .colours import ROLES, colours
from .parts import BODY_Y, HEAD_Y, PARTS
from .traits import Traits, roll

__all__ = ["PARTS", "ROLES", "colours", "draw"]


def draw(sheet: Plane, dice: Dice) -> None:
    """Draw one bust on an empty sheet, back to front."""
    traits = roll(dice)
    body, head = _planes(sheet, traits)
    hair.draw_behind(head, traits)
    accessories.draw_behind(head, traits)
    clothes.draw(body, traits)
    hair.draw_over_shoulders(head, traits)
    skin = face.draw(head, traits)
    hair.draw_front(head, traits, skin)
    accessories.draw_front(head, body, traits)


def _planes(sheet: Plane, traits: Traits) -> tuple[Plane, Plane]:
    """The body hangs from the neck; the head turns about it."""
    x, y = traits.shift
    body = sheet.inset(x, BODY_Y + y, traits.scale, traits.lean).resting(0.0, BODY_Y)
    head = body.inset(0.0, 0.0, 1.0, traits.tilt).inset(0.0, HEAD_Y - BODY_Y).resting(0.0, HEAD_Y)
    return body, head
