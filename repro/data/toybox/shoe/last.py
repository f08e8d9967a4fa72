"""The last: how an upper, its opening and the pieces sewn onto it follow one outline.

An outline is closed and runs clockwise: from the sole at the toe over the instep, along the rim of
the opening and down the heel. What is sewn on takes its outer edge from the outline itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..curves import Points, arcs, ellipse, join, smooth
from ..planes import FINE, OUTLINE, Plane
from .parts import part

Spot = tuple[float, float]


def span(outline: Points, start: ArrayLike, stop: ArrayLike) -> Points:
    """The stretch of a closed ``outline`` from where it is nearest to ``start`` to where it is to ``stop``.

    Good to a quarter of the distance between two points of the outline.
    """
    share = np.arange(0.0, 1.0, 0.25)[:, None]
    ahead = np.roll(outline, -1, 0)
    dense = ((1.0 - share) * outline[:, None] + share * ahead[:, None]).reshape(-1, 2)
    first, last = (int(np.argmin(np.hypot(*(dense - np.asarray(spot)).T))) for spot in (start, stop))
    return np.roll(dense, -first, 0)[: (last - first) % len(dense) + 1]


def walk(curve: Points, places: ArrayLike) -> Points:
    """The points of a ``curve`` at ``places``, shares of its length in [0, 1]."""
    reach = np.cumsum(np.hypot(*np.diff(curve, axis=0, prepend=curve[:1]).T))
    return np.stack([np.interp(np.asarray(places) * reach[-1], reach, axis) for axis in curve.T], axis=-1)


def opening(shoe: Plane, near: Points, camera: float) -> None:
    """What is seen of the inside: between the ``near`` rim, from front to back, and the far one above it.

    The upper must be filled over it, with ``near`` as a part of its outline.
    """
    front, back = near[0], near[-1]
    lift = np.array((0.0, -camera))
    crest = [front + 0.28 * (back - front) + lift, front + 0.75 * (back - front) + 0.95 * lift]
    far = smooth([front, *crest, back], closed=False)
    lens = join(near, far[-2:0:-1])
    inside = shoe.fill(lens, part("lining"), "lining")
    shoe.inset(0.0, 0.55 * camera + 0.03).shade(inside, lens, "lining.shade")


def tongue(shoe: Plane, throat: Sequence[Spot]) -> None:
    """The tongue that looks out behind the laces; the ``throat`` leads up the instep in three points."""
    (x, y) = throat[-1]
    tip = [(x - 0.17, y - 0.05), (x - 0.07, y - 0.16), (x + 0.13, y - 0.09), (x + 0.08, y + 0.20)]
    flap = shoe.fill(smooth([*throat[:-1], *tip], (0, 5)), part("tongue"), "panel")
    shoe.shade(flap, ellipse(x + 0.12, y + 0.02, 0.14, 0.20), "panel.shade")


def upper(shoe: Plane, outline: Points) -> int:
    """A low upper with its shadow and its gloss; its region."""
    shape = shoe.fill(outline, part("upper"), "upper")
    low = [(-0.9, 0.30), (-0.4, 0.27), (0.1, 0.22), (0.55, 0.14), (0.9, 0.0), (0.9, 0.5), (-0.9, 0.5)]
    shoe.shade(shape, smooth(low), "upper.shade")
    gloss = [(-0.81, 0.15), (-0.71, 0.09), (-0.57, 0.06), (-0.61, 0.12), (-0.72, 0.17)]
    shoe.shade(shape, smooth(gloss), "upper.light")
    return shape


def patch(shoe: Plane, edge: Points, inner: Points, name: str, tone: str) -> int:
    """A piece sewn onto the upper: ``edge`` is a stretch of the upper's outline, ``inner`` leads back."""
    shape = shoe.fill(join(edge, inner), part(name), tone, FINE)
    shoe.line(edge, OUTLINE)
    return shape


def toe_cap(shoe: Plane, outline: Points, seam: Sequence[Spot]) -> None:
    """A cap over the toe; its ``seam`` leads from the instep down to the sole."""
    inner = smooth(seam, closed=False)
    cap = patch(shoe, span(outline, seam[-1], seam[0]), inner[1:], "toe_cap", "panel")
    (x, y), low = inner[0], inner[-1, 1]
    shoe.shade(cap, ellipse(-0.6, low, 0.75, 0.12), "panel.shade")
    shoe.shade(cap, ellipse(-0.78, 0.45 * y + 0.55 * low - 0.11, 0.35 * (x + 0.86), 0.04), "panel.light")


def counter(shoe: Plane, outline: Points, seam: Sequence[Spot]) -> None:
    """A panel around the heel; its ``seam`` leads from the sole up to the outline."""
    inner = smooth(seam, closed=False)
    back = patch(shoe, span(outline, seam[-1], (0.81, 0.40)), inner[:-1], "panel", "panel")
    shoe.shade(back, ellipse(0.74, 0.40, 0.36, 0.22), "panel.shade")


def trim(shoe: Plane, outline: Points, front: Spot, back: Spot) -> None:
    """A band below the rim of a boot, whose corners are ``front`` and ``back``."""
    deep = np.array((0.0, 0.155))
    edge = span(outline, front + deep, back + deep)
    lower = span(outline, front, back)[::-1] + deep
    lower += np.linspace(edge[-1] - lower[0], edge[0] - lower[-1], len(lower))
    band = patch(shoe, edge, lower[1:-1], "panel", "panel")
    x, y = back
    dark = [(x - 0.15, y - 0.2), (x + 0.1, y - 0.2), (x + 0.1, y + 0.4), (x - 0.15, y + 0.4)]
    shoe.shade(band, np.array(dark), "panel.shade")


def fur(shoe: Plane, rim: Points, size: float) -> None:
    """A fluffy roll, ``size`` half its width, along a ``rim`` from front to back."""
    along = np.gradient(rim, axis=0)
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    across = size * np.stack([along[:, 1], -along[:, 0]], axis=1)
    tip, tail = rim[:1] - size * along[:1], rim[-1:] + size * along[-1:]
    roll = join(rim + across, tail, (rim - across)[::-1], tip)
    around = 2 * float(np.sum(np.hypot(*np.diff(rim, axis=0).T))) + 6 * size
    tufts = walk(roll, np.linspace(0.0, 1.0, round(around / (1.3 * size)), endpoint=False))
    cuff = shoe.fill(arcs(tufts, -0.24, closed=True), part("cuff"), "lining")
    shoe.inset(0.0, 0.9 * size).shade(cuff, roll, "lining.shade")
