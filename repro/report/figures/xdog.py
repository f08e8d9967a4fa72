"""The figure of xDoG: six sliders, and the sketch computed in the page while they move."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from repro.report.figures.inline import Array, fill, png

TEMPLATE = Path(__file__).with_suffix(".html")

RANGES: dict[str, tuple[float, float, float]] = {
    "sigma": (0.3, 3.0, 0.05),
    "k": (1.1, 6.0, 0.1),
    "p": (0.0, 100.0, 1.0),
    "epsilon": (-1.0, 1.0, 0.01),
    "phi": (-1.0, 9.0, 0.1),
    "blur": (0.0, 3.0, 0.1),
}
"""Parameter → smallest, largest, step of its slider; that of φ runs over the exponent of 10."""

SMALLEST_SIDE = math.ceil(4 * RANGES["sigma"][1] * RANGES["k"][1]) + 1
"""The widest blur reaches 4 kσ pixels, and the border is reflected: a side must be longer."""


def xdog_explorer(pictures: Mapping[str, Array], styles: Mapping[str, Mapping[str, float]]) -> str:
    """HTML of the figure: a button per picture and per style; it starts with the first of both.

    pictures: title → (3, H, W) in [0, 1], drawn at their own resolution; about 256 a side keeps it fluent.
    styles: title → the six values named in `RANGES` (`dataclasses.asdict` of an XDoG), within the sliders.
    Raises ValueError for no picture or style, a picture too small for the widest blur, or a style that lacks
    a value or lies beyond a slider.
    """
    if not pictures or not styles:
        raise ValueError("the figure needs at least one picture and one style")
    for title, picture in pictures.items():
        if picture.ndim != 3 or picture.shape[0] != 3 or min(picture.shape[1:]) < SMALLEST_SIDE:
            wanted = f"(3, H, W) with sides of {SMALLEST_SIDE} or more"
            raise ValueError(f"picture {title!r} must be {wanted}, got {picture.shape}")
    for title, style in styles.items():
        for name, (low, high, _) in RANGES.items():
            value = style.get(name, math.nan)
            if name == "phi":
                low, high = 10**low, 10**high
            if not low <= value <= high:
                raise ValueError(f"style {title!r} needs {name} between {low:g} and {high:g}, got {value:g}")
    data = {
        "ranges": RANGES,
        "styles": {title: {name: style[name] for name in RANGES} for title, style in styles.items()},
        "pictures": {title: png(picture) for title, picture in pictures.items()},
    }
    return fill(TEMPLATE, "xdog", data)
