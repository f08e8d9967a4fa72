"""The shoe domain: one shoe from the side, of eighteen kinds.

`traits` says what may vary; `sneaker`, `boot`, `heel`, `sandal` and `slipon` draw the kinds with what
`last`, `sole`, `straps` and `details` give them; `colours` gives a palette. `parts` tells the frame.
"""

from __future__ import annotations

from collections.abc import Callable

from ..dice import Dice
from ..planes import Plane
from . import boot, heel, sandal, slipon, sneaker
from .colours import ROLES, colours
from .parts import PARTS
from .traits import Traits, roll

__all__ = ["KINDS", "PARTS", "ROLES", "colours", "draw"]

KINDS: dict[str, tuple[Callable[[Plane, Traits], None], tuple[float, float], float]] = {
    "runner": (sneaker.draw_runner, (0.95, 1.05), 0.03),
    "canvas": (sneaker.draw_canvas, (0.95, 1.05), 0.03),
    "hightop": (sneaker.draw_hightop, (0.92, 1.03), 0.17),
    "velcro": (sneaker.draw_velcro, (0.95, 1.05), 0.03),
    "combat": (boot.draw_combat, (0.87, 1.0), 0.24),
    "chelsea": (boot.draw_chelsea, (0.93, 1.03), 0.12),
    "cowboy": (boot.draw_cowboy, (0.80, 0.98), 0.35),
    "rain": (boot.draw_rain, (0.82, 0.98), 0.28),
    "snow": (boot.draw_snow, (0.92, 1.02), 0.20),
    "pump": (heel.draw_pump, (0.92, 1.12), 0.02),
    "strappy": (heel.draw_strappy, (0.90, 1.12), 0.08),
    "heeled": (heel.draw_heeled, (0.82, 0.96), 0.29),
    "sandal": (sandal.draw_sandal, (0.95, 1.10), -0.10),
    "loafer": (slipon.draw_loafer, (0.95, 1.05), -0.02),
    "oxford": (slipon.draw_oxford, (0.95, 1.05), 0.03),
    "ballerina": (slipon.draw_ballerina, (0.95, 1.15), -0.15),
    "clog": (slipon.draw_clog, (0.93, 1.08), -0.12),
    "slipper": (slipon.draw_slipper, (0.93, 1.05), -0.05),
}
"""Kind → who draws it, its size along and upwards, and how far it moves down to stand in the middle."""


def draw(sheet: Plane, dice: Dice) -> None:
    """Draw one shoe on an empty sheet, back to front."""
    traits = roll(dice)
    draw_kind, (along, up), down = KINDS[traits.kind]
    facing = -1.0 if traits.mirrored else 1.0
    size = (facing * along * traits.scale * traits.length, up * traits.scale * traits.rise)
    x, y = traits.shift
    shoe = sheet.inset(x, y, 1.0, facing * traits.tilt).inset(0.0, down * size[1], size)
    draw_kind(shoe.resting(0.0, 0.0), traits)
