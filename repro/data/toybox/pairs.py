"""Which exemplar may colour which sketch: everything the sketch shows, the exemplar must show."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from .dice import Dice
from .difficulty import Difficulty
from .render import SPLITS, drawn, trace

_SIZE = 64
"""Visibility is judged in a picture of this size."""

_FURTHER = 5000
"""How many pictures beyond the asked ones are searched for an exemplar."""

_ENOUGH = 4.0
"""A role is plainly shown where it covers at least this many pixels' worth of area."""


def visible_roles(domain: str, split: str, index: int) -> frozenset[str]:
    """The palette roles of which anything is seen in that picture (judged at 64²).

    Raises ValueError as `picture` does.
    """
    return frozenset(role for role, area in role_areas(domain, split, index).items() if area > 0)


def role_areas(domain: str, split: str, index: int) -> dict[str, float]:
    """Role → the area of it that is seen, not inked over, in pixels of a 64² picture; absent where none is.

    Raises ValueError as `picture` does.
    """
    areas: dict[str, float] = {}
    for (_, role), area in _areas(domain, split, index).items():
        areas[role] = areas.get(role, 0.0) + area
    return areas


def sample_pairs(
    domain: str, split: str, count: int, seed: int = 0, missing: int = 0
) -> list[tuple[int, int]]:
    """``count`` pairs (content index, exemplar index); the contents are 0 … count - 1, in order.

    The exemplar is another picture and shows, plainly, every role that is visible in the content, and
    every part that plainly wears a role there: a scarf is never to be coloured from a hat.
    It lies in 0 … count - 1 too, unless no picture there will do (very small counts); then it is the
    next one after them that does.

    missing: asks for the opposite (`Difficulty.missing`): the exemplar lacks at least so many of the
    (part, role) items plainly worn in the content, and as few more as possible.

    The same arguments give the same pairs. Raises ValueError as `picture` and `Difficulty` do, and
    when no picture will do.
    """
    number = drawn(domain).number
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}; one of: {', '.join(SPLITS)}")
    if count < 0:
        raise ValueError(f"{count} pairs cannot be drawn")
    missing = Difficulty(missing=missing).missing
    dice = Dice(number, SPLITS.index(split), seed, count, 2)
    starts = [dice.below(count) for _ in range(count)]
    return [
        (content, _exemplar(domain, split, content, count, start, missing))
        for content, start in enumerate(starts)
    ]


def _exemplar(domain: str, split: str, content: int, count: int, start: int, missing: int) -> int:
    """The first picture from ``start`` on that lacks ``missing`` items; failing that, the fewest more."""
    worn, roles = _worn(domain, split, content), visible_roles(domain, split, content)

    def lacking(candidate: int) -> int:
        if candidate == content:
            return -1
        shown = _worn(domain, split, candidate)
        hidden = set() if missing else roles - {role for _, role in shown}
        return len(worn - shown) + len(hidden)

    def fits(candidate: int) -> bool:
        return lacking(candidate) >= missing if missing else lacking(candidate) == 0

    ring = [(start + step) % count for step in range(count)]
    beyond = range(count, count + _FURTHER)
    found = next((index for index in ring if lacking(index) == missing), None)
    if found is None:
        found = min(filter(fits, ring), key=lacking, default=None)
    if found is None:
        found = next(filter(fits, beyond), None)
    if found is None:
        wanted = f"lacks {missing} of the {len(worn)} items" if missing else "shows every item"
        raise ValueError(
            f"no exemplar for toybox/{domain}/{split}/{content}: of {beyond.stop} pictures none {wanted} "
            "that it plainly wears"
        )
    return found


def _worn(domain: str, split: str, index: int) -> set[tuple[int, str]]:
    """The (part, role) items that are plainly seen."""
    return {item for item, area in _areas(domain, split, index).items() if area >= _ENOUGH}


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
