"""The semantic parts of a bust; a part's id is its place in the list."""

from __future__ import annotations

PARTS = (
    "background",
    "hair_back",
    "hair_tied",
    "hair_front",
    "face",
    "neck",
    "eye",
    "iris",
    "mouth",
    "clothes",
    "trim",
    "accessory",
)
"""Both eyes are one part (so are both irises); their part coordinates tell them apart."""


def part(name: str) -> int:
    """The id of a part."""
    return PARTS.index(name)
