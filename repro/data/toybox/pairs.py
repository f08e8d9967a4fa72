"""Which exemplar may colour which sketch: everything the sketch shows, the exemplar must show."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from .dice import Dice
from .render import SPLITS, drawn, trace

_SIZE = 64
"""Visibility is judged in a picture of this size."""

_ENOUGH = 4.0
"""A role is plainly shown where it covers at least this many pixels' worth of area."""


def visible_roles(domain: str, split: str, index: int) -> frozenset[str]:
    """The palette roles of which anything is seen in that picture (judged at 64²).

    Raises ValueError as `picture` does.
    """
    return frozenset(role for (_, role), area in _areas(domain, split, index).items() if area > 0)


def sample_pairs(domain: str, split: str, count: int, seed: int = 0) -> list[tuple[int, int]]:
    """``count`` pairs (content index, exemplar index); the contents are 0 … count - 1, in order.

    The exemplar is another picture and shows, plainly, every role that is visible in the content, and
    every part that plainly wears a role there: a scarf is never to be coloured from a hat.
    It lies in 0 … count - 1 too, unless no picture there will do (very small counts); then it is the
    next one after them that does. The same arguments give the same pairs. Raises ValueError as
    `picture` does.
    """
    number = drawn(domain).number
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}; one of: {', '.join(SPLITS)}")
    dice = Dice(number, SPLITS.index(split), seed, count, 2)
    return [(content, _exemplar(domain, split, content, count, dice)) for content in range(count)]


def _exemplar(domain: str, split: str, content: int, count: int, dice: Dice) -> int:
    roles = visible_roles(domain, split, content)
    worn = {key for key, area in _areas(domain, split, content).items() if area >= _ENOUGH}

    def fits(candidate: int) -> bool:
        areas = {key: area for key, area in _areas(domain, split, candidate).items() if area >= _ENOUGH}
        return candidate != content and worn <= set(areas) and roles <= {role for _, role in areas}

    start = dice.below(count)
    for step in range(count):
        candidate = (start + step) % count
        if fits(candidate):
            return candidate
    candidate = count
    while not fits(candidate):
        candidate += 1
    return candidate


@lru_cache(maxsize=100_000)
def _areas(domain: str, split: str, index: int) -> Mapping[tuple[int, str], float]:
    """(part, role) → area of it that is seen, not inked over, in pixels of a 64² picture."""
    canvas = trace(domain, split, index, _SIZE)
    seen = np.bincount(canvas.region[canvas.ink == 0], minlength=len(canvas.tone))
    share = (_SIZE / canvas.region.shape[0]) ** 2
    areas: dict[tuple[int, str], float] = {}
    for tone, part, pixels in zip(canvas.tone, canvas.part, seen, strict=True):
        key = (part, tone.partition(".")[0])
        if key[1] in drawn(domain).roles:
            areas[key] = areas.get(key, 0.0) + float(pixels) * share
    return areas
