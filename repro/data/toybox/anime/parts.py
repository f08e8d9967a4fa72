"""The semantic parts of a bust, and where body and head are when it is at rest."""

from __future__ import annotations

PARTS = (
    "background",
    "hair",
    "face",
    "neck",
    "eye",
    "iris",
    "mouth",
    "clothes",
    "trim",
    "ears",
    "headphones",
    "beret",
    "headband",
    "crown",
    "ornament",
    "hair_tie",
    "bow",
    "scarf",
)
"""A part's id is its place. Both eyes are one part; their part coordinates tell them apart."""

BODY_Y, HEAD_Y = 0.42, -0.08
"""Height of the pit of the neck and of the middle of the head at rest, in canvas units."""


def part(name: str) -> int:
    """The id of a part."""
    return PARTS.index(name)
