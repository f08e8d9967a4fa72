"""The figure of Eq. 3 and 4: point at a sketch, see who answers on the exemplar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repro.report.figures.inline import Array, base64_text, fill, png, uint8

TEMPLATE = Path(__file__).with_suffix(".html")
ALPHA_MAX = 200  # right end of the slider


@dataclass(frozen=True)
class Pair:
    """A sketch, an exemplar and what the features say about them. Grids are square, N = h² positions.

    title: name on the button.
    sketch: (1 or 3, H, W) in [0, 1]; exemplar: (3, H', W') in [0, 1]. Shown at their own resolution.
    similarity: (N, N') in [-1, 1], the matrix M of Eq. 3.
    colours: (3, h', h') in [0, 1], what Eq. 4 carries over.
    truth: (N,) index of the true exemplar position, -1 where there is none; None hides the marker.
    parts: part number of every sketch position (N,) and exemplar position (N',), with `part_names`.
    """

    title: str
    sketch: Array
    exemplar: Array
    similarity: Array
    colours: Array
    truth: Array | None = None
    parts: tuple[Array, Array] | None = None
    part_names: Sequence[str] = ()


def correspondence_explorer(
    pairs: Sequence[Pair], alpha: float = 100, start: tuple[int, int] | None = None
) -> str:
    """HTML of the figure: one button per pair, α in [1, 200] at first ``alpha``.

    start: (row, column) of the sketch position shown first; the middle when None.
    The element's id is a hash of its content, so figures can stand side by side on a page.
    Raises ValueError for no pair, or for a similarity that is not between two square grids.
    """
    if not pairs:
        raise ValueError("the figure needs at least one pair")
    packed = [_pack(pair) for pair in pairs]
    middle = packed[0]["side_x"] // 2
    data = {"alpha": alpha, "alpha_max": ALPHA_MAX, "start": start or (middle, middle), "pairs": packed}
    return fill(TEMPLATE, "corr", data)


def _pack(pair: Pair) -> dict[str, Any]:
    positions_x, positions_y = pair.similarity.shape
    side_x, side_y = math.isqrt(positions_x), math.isqrt(positions_y)
    if side_x**2 != positions_x or side_y**2 != positions_y:
        raise ValueError(f"similarity must be between square grids, got {pair.similarity.shape}")
    if pair.colours.shape != (3, side_y, side_y):
        raise ValueError(f"colours must be (3, {side_y}, {side_y}), got {pair.colours.shape}")
    # 16 bits: with 8, a step of M times α = 200 would change a weight fivefold.
    quantised = np.round((np.clip(pair.similarity, -1, 1) + 1) * 32767.5).astype("<u2")
    packed: dict[str, Any] = {
        "title": pair.title,
        "side_x": side_x,
        "side_y": side_y,
        "similarity": base64_text(quantised.tobytes()),
        "colours": base64_text(uint8(pair.colours).reshape(3, -1).T.tobytes()),
        "sketch": png(pair.sketch),
        "exemplar": png(pair.exemplar),
    }
    if pair.truth is not None:
        packed["truth"] = pair.truth.tolist()
    if pair.parts is not None:
        packed["parts"] = {"x": pair.parts[0].tolist(), "y": pair.parts[1].tolist()}
        packed["part_names"] = list(pair.part_names)
    return packed
