"""The semantic parts of an animal, and where body and head are when it is at rest."""

from __future__ import annotations

WILD_PARTS = (
    "background",
    "body",
    "ear",
    "inner_ear",
    "head",
    "muzzle",
    "eye",
    "nose",
    "mouth",
    "neckwear",
    "ornament",
    "mane",
)
"""A part's id is its place, the same in the three domains. Both eyes are one part, and both ears; part
coordinates tell them apart. neckwear: collar, bow, bandana or scarf. ornament: what is worn at an ear."""

PARTS = WILD_PARTS[:-1]
"""Cats and dogs have no mane."""

BODY_Y, HEAD_Y = 0.54, 0.12
"""Height of the pit of the neck and of the middle of the head at rest, in canvas units."""


def part(name: str) -> int:
    """The id of a part."""
    return WILD_PARTS.index(name)
