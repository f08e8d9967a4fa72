"""Toybox: pictures drawn by the package itself, with the truth that no real data set has.

A picture is a pure function of (domain, split, index, size); nothing is stored. Geometry and
palette are drawn from independent streams, so one picture's geometry in another's palette, the
true answer for a pair, exists as well (`truth`); and part coordinates give the true correspondence.
"""

from __future__ import annotations

from .bulk import picture_arrays
from .pairs import sample_pairs, visible_roles
from .render import DOMAINS, SPLITS, Drawing, picture, truth

PARTS: dict[str, tuple[str, ...]] = {name: domain.parts for name, domain in DOMAINS.items()}
"""Domain → names of its parts; a part's id is its place, 0 is the background."""

ROLES: dict[str, tuple[str, ...]] = {name: domain.roles for name, domain in DOMAINS.items()}
"""Domain → names of the roles a palette gives colours to."""

__all__ = [
    "PARTS",
    "ROLES",
    "SPLITS",
    "Drawing",
    "picture",
    "picture_arrays",
    "sample_pairs",
    "truth",
    "visible_roles",
]
