"""The semantic parts of a shoe, and its own frame.

The frame of a shoe at rest: the toe points to the left and ends near x = -0.9, the heel near 0.8,
the shoe stands on y = 0.5. It is the same for every kind, so that toe corresponds to toe. Part
coordinates are positions in that frame, also when the shoe is mirrored, turned or stretched.
"""

from __future__ import annotations

PARTS = (
    "background",
    "upper",
    "toe_cap",
    "panel",
    "tongue",
    "laces",
    "strap",
    "lining",
    "insole",
    "sole",
    "heel",
    "cuff",
    "ornament",
)
"""A part's id is its place."""

GROUND = 0.5
"""Height of the ground in the frame of the shoe."""


def part(name: str) -> int:
    """The id of a part."""
    return PARTS.index(name)
