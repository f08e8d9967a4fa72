"""Random choices that are the same on every platform, in every process and with every NumPy.

Only the raw 64-bit stream of PCG64 is used: NumPy promises that stream for ever (NEP 19), while it
may change how its distributions are drawn from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Dice:
    """A stream of choices that depends on ``key`` (non-negative integers) alone."""

    def __init__(self, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(key))

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """A float in [low, high)."""
        return low + (high - low) * (int(self._bits.random_raw()) >> 11) * 2.0**-53

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.uniform() < probability

    def sign(self) -> int:
        """-1 or 1."""
        return -1 if self.chance(0.5) else 1

    def below(self, count: int) -> int:
        """An integer in 0 … count - 1."""
        return min(int(self.uniform() * count), count - 1)

    def pick(self, options: Sequence[T]) -> T:
        """One of ``options``, all equally likely."""
        return options[self.below(len(options))]

    def weighted(self, weights: Mapping[str, float]) -> str:
        """One of the names, as likely as its weight says."""
        names = list(weights)
        edges = np.cumsum(list(weights.values()))
        place = int(np.searchsorted(edges, self.uniform() * edges[-1], side="right"))
        return names[min(place, len(names) - 1)]
