"""Curves every Toybox drawing is made of: splines, arcs, ellipses, ribbons.

Points are (n, 2) float64 arrays, x to the right and y down, in the units of the plane they are
drawn on (`planes.Plane`). The splines are cubic Hermite curves with Catmull-Rom directions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]

_SAMPLES = 6
_T = np.arange(_SAMPLES) / _SAMPLES
_HERMITE = np.stack(
    [2 * _T**3 - 3 * _T**2 + 1, _T**3 - 2 * _T**2 + _T, 3 * _T**2 - 2 * _T**3, _T**3 - _T**2], axis=1
)
_QUADRATIC = np.stack([(1 - _T) ** 2, 2 * _T * (1 - _T), _T**2], axis=1)


def smooth(points: ArrayLike, corners: Sequence[int] = (), closed: bool = True) -> Points:
    """A spline through ``points``; the curve is smooth except at the indices in ``corners``.

    Tangents are scaled by the length of the segment they belong to, so that points at uneven
    distances do not make the curve overshoot.
    """
    p = np.asarray(points, dtype=np.float64)
    after = np.concatenate([p[1:], p[:1]])
    chord = after - p
    before = np.concatenate([chord[-1:], chord[:-1]])
    length = _length(chord)
    direction = chord + before
    direction /= _length(direction)
    leave, arrive = direction * length, direction * np.concatenate([length[-1:], length[:-1]])
    sharp = list(corners) if closed else [*corners, 0, len(p) - 1]
    if sharp:
        leave[sharp], arrive[sharp] = chord[sharp], before[sharp]
    knots = np.empty((len(p), 4, 2))
    knots[:, 0], knots[:, 1], knots[:, 2] = p, leave, after
    knots[:-1, 3], knots[-1, 3] = arrive[1:], arrive[0]
    if closed:
        return (_HERMITE @ knots).reshape(-1, 2)
    return np.concatenate([(_HERMITE @ knots[:-1]).reshape(-1, 2), p[-1:]])


def arcs(points: ArrayLike, bulge: float | Sequence[float], closed: bool = False) -> Points:
    """Corners at ``points`` joined by arcs; ``bulge`` is the height of an arc over its chord length.

    A positive bulge lies to the right of the direction of travel as seen on the screen.
    """
    p = np.asarray(points, dtype=np.float64)
    end = np.roll(p, -1, 0)
    if not closed:
        p, end = p[:-1], end[:-1]
    chord = end - p
    normal = np.stack([-chord[:, 1], chord[:, 0]], axis=1)
    control = (p + end) / 2 + 2 * np.broadcast_to(np.asarray(bulge), len(p))[:, None] * normal
    curve = (_QUADRATIC @ np.stack([p, control, end], axis=1)).reshape(-1, 2)
    return curve if closed else np.concatenate([curve, end[-1:]])


def ellipse(
    x: float, y: float, rx: float, ry: float, start: float = 0.0, stop: float = 360.0, count: int = 22
) -> Points:
    """The ellipse around (x, y), or its arc from ``start`` to ``stop`` degrees, clockwise from the right."""
    step = (stop - start) / (count if abs(stop - start) == 360 else count - 1)
    angle = (start + np.arange(count) * step) * (np.pi / 180.0)
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], axis=1)


def ribbon(spine: ArrayLike, widths: Sequence[float]) -> Points:
    """The outline of a band along a smooth ``spine``, ``widths`` wide at each of its points."""
    p = np.asarray(spine, dtype=np.float64)
    line = smooth(p, closed=False)
    width = np.maximum(smooth(np.stack([np.arange(len(p)), widths], axis=1), closed=False)[:, 1], 0.0)
    along = np.gradient(line, axis=0)
    along /= _length(along)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * (width / 2)[:, None]
    return np.concatenate([line + across, (line - across)[::-1]])


def mirror(points: ArrayLike) -> Points:
    """The points reflected in the vertical axis, in reversed order, so that an outline goes on."""
    return np.asarray(points, dtype=np.float64)[::-1] * (-1.0, 1.0)


def symmetric(points: ArrayLike) -> Points:
    """A right half, from top to bottom, completed by its mirror image."""
    p = np.asarray(points, dtype=np.float64)
    return np.concatenate([p, mirror(p)])


def join(*pieces: ArrayLike) -> Points:
    """One outline from several pieces, in order."""
    return np.concatenate([np.asarray(piece, dtype=np.float64) for piece in pieces])


def _length(vectors: Points) -> Points:
    return np.maximum(np.hypot(vectors[:, :1], vectors[:, 1:]), 1e-9)
