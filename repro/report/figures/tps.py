"""The figure of the thin-plate spline: drag its control points, and see picture and lattice bend."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from repro.report.figures.inline import Array, fill, png

TEMPLATE = Path(__file__).with_suffix(".html")
STRENGTHS = ("displacement", "rotation", "scale", "shift")
"""The bounds of a random warp, as :func:`repro.data.tps.sample_tps` takes them."""


def tps_explorer(
    picture: Array, source: Array, strengths: Mapping[str, Mapping[str, float]], grid: int = 4
) -> str:
    """HTML of the figure: one button per strength, each press another warp drawn at random in the page.

    picture: (3, H, W) in [0, 1], what is warped; about 256 a side keeps it fluent.
    source: (grid², 2) where the control points read at first, (x, y) in [-1, 1], row by row.
    strengths: title → the four bounds named in `STRENGTHS`; all zero gives the identity.
    Raises ValueError for other shapes, for no strength, or for one that lacks a bound.
    """
    if picture.ndim != 3 or picture.shape[0] != 3:
        raise ValueError(f"picture must be (3, H, W), got {picture.shape}")
    if grid < 2 or source.shape != (grid * grid, 2):
        raise ValueError(f"source must be ({grid * grid}, 2) with grid >= 2, got {source.shape}")
    if not strengths:
        raise ValueError("the figure needs at least one strength")
    for title, strength in strengths.items():
        if missing := [name for name in STRENGTHS if name not in strength]:
            raise ValueError(f"strength {title!r} lacks {', '.join(missing)}")
    data = {
        "picture": png(picture),
        "grid": grid,
        "source": source.tolist(),
        "strengths": {title: {name: bound[name] for name in STRENGTHS} for title, bound in strengths.items()},
    }
    return fill(TEMPLATE, "tps", data)
