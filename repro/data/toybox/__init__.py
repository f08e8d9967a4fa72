"""Toybox: pictures drawn by the package itself, with the truth that no real data set has.

A picture is a pure function of (domain, split, index, size); nothing is stored. Geometry and
palette are drawn from independent streams, so one picture's geometry in another's palette, the
true answer for a pair, exists as well (`truth`); and part coordinates give the true correspondence.
Sketches are the drawn lines or xDoG of the picture; a `Difficulty` makes a picture or a pair harder by
a stated amount.
"""

from __future__ import annotations

from .bulk import picture_arrays
from .difficulty import HUMAN_HAND, PLAIN, Difficulty
from .pairs import role_areas, sample_pairs, visible_roles
from .render import DOMAINS, SPLITS, Drawing, SketchKind, picture, role_colours, truth

PARTS: dict[str, tuple[str, ...]] = {name: domain.parts for name, domain in DOMAINS.items()}
"""Domain → names of its parts; a part's id is its place, 0 is the background."""

ROLES: dict[str, tuple[str, ...]] = {name: domain.roles for name, domain in DOMAINS.items()}
"""Domain → names of the roles a palette gives colours to."""

__all__ = [
    "DOMAINS",
    "HUMAN_HAND",
    "PARTS",
    "PLAIN",
    "ROLES",
    "SPLITS",
    "Difficulty",
    "Drawing",
    "SketchKind",
    "picture",
    "picture_arrays",
    "role_areas",
    "role_colours",
    "sample_pairs",
    "truth",
    "visible_roles",
]
