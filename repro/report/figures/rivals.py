"""The figure of the rivals: one sketch, one exemplar, and what every method makes of the two."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from repro.report.figures.inline import fill, picture_size, webp_uri

TEMPLATE = Path(__file__).with_suffix(".html")
GIVEN = 2
"""Columns of the given pictures: sketch and exemplar."""


class Contender(NamedTuple):
    """A method as the figure calls it: its name for people, and a sentence or two about it."""

    title: str
    words: str


def rivals_explorer(record: Mapping[str, Any], told: Mapping[str, Contender]) -> str:
    """HTML of the figure, from the record of `repro.experiments.rivals`.

    told: method of the record → what it is called and how it works; they stand in the figure in this order.
    Raises ValueError where a method is told of that the record lacks, or none is, and where the pictures have
    not the size that so many sketches and exemplars need.
    """
    grid, methods, side = record["grid"], record["methods"], record["settings"]["size"]
    if not told or not set(told) <= set(methods):
        raise ValueError(f"tell of one method or more, and of those in the record: {', '.join(methods)}")
    count = picture_size(grid["given"])[1] // side
    for name in ("given", "truth", *told):
        picture = grid[name] if name in ("given", "truth") else grid["made"][name]
        wanted = (side * (GIVEN if name == "given" else count), side * count)
        if picture_size(picture) != wanted:
            raise ValueError(f"the pictures of {name} must be {wanted}, got {picture_size(picture)}")
    data = {
        "side": side,
        "count": count,
        "given": webp_uri(grid["given"]),
        "truth": webp_uri(grid["truth"]),
        "methods": [_pack(name, each, record) for name, each in told.items()],
    }
    return fill(TEMPLATE, "rivals", data)


def _pack(name: str, told: Contender, record: Mapping[str, Any]) -> dict[str, Any]:
    """A method as the page needs it; coarse images where it has some."""
    grid = record["grid"]
    coarse = grid["coarse"].get(name)
    return {
        "title": told.title,
        "words": told.words,
        "listens": record["methods"][name]["takes_exemplar"],
        "made": webp_uri(grid["made"][name]),
        "coarse": coarse and webp_uri(coarse),
        "error": [[round(error, 1) for error in row] for row in grid["delta_e"][name]],
    }
