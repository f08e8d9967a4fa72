"""One animal from its traits, back to front."""

from __future__ import annotations

from ..planes import Plane
from . import accessories, body, ears, eyes, head, manes, muzzle
from .parts import BODY_Y, HEAD_Y
from .traits import Traits


def draw(sheet: Plane, traits: Traits) -> None:
    """Draw the animal on an empty sheet."""
    trunk, skull = _planes(sheet, traits)
    body.draw(trunk, traits)
    manes.draw_behind(skull, traits)
    accessories.draw_neck(trunk, traits)
    ears.draw_behind(skull, traits)
    skin = head.draw(skull, traits)
    features = skull.inset(traits.turn, traits.nod).resting(0.0, HEAD_Y)
    for patch in traits.coat.face:
        patch.lay(features, skin, traits.side)
    head.shade(skull, skin, traits)
    muzzle.draw(features, skin, traits)
    eyes.draw(features, traits)
    manes.draw_front(skull, traits)
    ears.draw_front(skull, traits)
    accessories.draw_front(skull, trunk, traits)


def _planes(sheet: Plane, traits: Traits) -> tuple[Plane, Plane]:
    """The body sits at the bottom; the head turns about the neck."""
    x, y = traits.shift
    trunk = sheet.inset(x, BODY_Y + y, traits.scale, traits.lean).resting(0.0, BODY_Y)
    size = manes.ROOM if traits.ruff in manes.MANES else 1.0
    skull = trunk.inset(0.0, 0.0, size, traits.tilt).inset(0.0, HEAD_Y - BODY_Y).resting(0.0, HEAD_Y)
    return trunk, skull
