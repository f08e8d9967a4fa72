"""Grain on flat colours, like cloth, fur or uneven paint, that clings to the drawn parts.

A grain is a sum of a few plane waves in part coordinates: smooth, the same at every size of the
picture, and moved along with a part however the figure is posed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .dice import Dice

_WAVES = 6


def grain(part: NDArray[np.int64], uv: NDArray[np.float32], depth: float, dice: Dice) -> NDArray[np.float64]:
    """(H, W) factors in [1 - depth, 1]; every part has a grain of its own, the background none.

    part: (H, W) and uv: (2, H, W) as in `Drawing`. A part may be mottled, woven or furry.
    """
    waves = np.array([_waves(dice) for _ in range(int(part.max()) + 1)])  # (parts, _WAVES, 3)
    height = np.zeros(part.shape)
    for u, v, phase in waves.transpose(1, 2, 0):
        height += np.sin(2 * np.pi * (u[part] * uv[0] + v[part] * uv[1] + phase[part]))
    height = np.clip(height * (1.6 / _WAVES), -1.0, 1.0)
    return np.where(part == 0, 1.0, 1.0 - depth * (0.5 - 0.5 * height))


def _waves(dice: Dice) -> list[tuple[float, float, float]]:
    """Waves of one part: cycles per unit along u and v (a unit is half the picture), and a phase in turns.

    The shortest wave is 5 pixels of a 64² picture long.
    """
    kind, turn = dice.pick(("mottled", "woven", "furry")), dice.uniform(0.0, 2 * np.pi)
    fine = dice.uniform(3.5, 5.5)
    waves: list[tuple[float, float, float]] = []
    for number in range(_WAVES):
        if kind == "woven":  # two threads that cross at a right angle
            angle, cycles = turn + (number % 2) * np.pi / 2, fine
        elif kind == "furry":  # nearly parallel hairs, of many thicknesses
            angle, cycles = turn + dice.uniform(-0.18, 0.18), dice.uniform(2.5, 6.4)
        else:
            angle, cycles = dice.uniform(0.0, 2 * np.pi), dice.uniform(0.8, 2.4)
        # The threads of a cloth keep in step: equal waves of unequal phase would cancel.
        phase = 0.0 if kind == "woven" else dice.uniform()
        waves.append((cycles * float(np.cos(angle)), cycles * float(np.sin(angle)), phase))
    return waves
