"""The figure of the colour clusters: choose a picture, see its colours in Lab and its cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repro.report.figures.inline import Array, base64_text, fill, png

TEMPLATE = Path(__file__).with_suffix(".html")
COLUMNS = 10
LEAST = 5e-4
"""Bins that hold less of a picture than this are not drawn."""


@dataclass(frozen=True)
class Gallery:
    """Pictures, what colours they have, and how they are grouped.

    pictures: (n, 3, S, S) in [0, 1]. alt: what they show, for those who do not see them.
    histograms: (n, K) ≥ 0, rows sum to 1. bins: (K, 3) middle of each bin in Lab.
    shown: (K, 3) in [0, 1], the sRGB colour a bin is drawn in.
    labels: k → (n,) cluster of each picture.
    apart: (n, n) true distance of the palettes, row by row as the row's picture wears them; None hides it.
    """

    pictures: Array
    alt: str
    histograms: Array
    bins: Array
    shown: Array
    labels: Mapping[int, Array]
    apart: Array | None = None


def clusters_explorer(gallery: Gallery, count: int, start: int = 0) -> str:
    """HTML of the figure; it starts with picture ``start`` and ``count`` clusters.

    Raises ValueError where the gallery's parts do not fit together, or it lacks that picture or count.
    """
    n = _check(gallery)
    if count not in gallery.labels or not 0 <= start < n:
        raise ValueError(f"the gallery has pictures 0 … {n - 1} and k of {sorted(gallery.labels)}")
    kept = [np.flatnonzero(row >= LEAST) for row in gallery.histograms]
    parts = (gallery.histograms * 1e4).round().astype(int)
    drawn = [[row.tolist(), share[row].tolist()] for row, share in zip(kept, parts, strict=True)]
    used = np.unique(np.concatenate(kept))
    rgb = np.round(gallery.shown.clip(0, 1) * 255).astype(int)
    middle = {int(b): [*gallery.bins[b].round(1).tolist(), *rgb[b].tolist()] for b in used}
    data = {
        "start": start,
        "count": count,
        "columns": COLUMNS,
        "side": gallery.pictures.shape[2],
        "sheet": png(_sheet(gallery.pictures)),
        "alt": gallery.alt,
        "n": n,
        "total": gallery.histograms.shape[1],
        "bins": middle,
        "extent": [[float(v.min()), float(v.max())] for v in gallery.bins[used].T],
        "histograms": drawn,
        "counts": sorted(gallery.labels),
        "labels": [gallery.labels[k].tolist() for k in sorted(gallery.labels)],
    }
    if gallery.apart is not None:
        tenths = np.round(gallery.apart * 10).clip(0, 65535).astype("<u2")
        data["apart"] = base64_text(tenths.tobytes())
    return fill(TEMPLATE, "clusters", data)


def _check(gallery: Gallery) -> int:
    """The number of pictures. Raises ValueError for parts that do not fit together."""
    pictures, (n, bins) = gallery.pictures, gallery.histograms.shape
    if pictures.ndim != 4 or pictures.shape[:2] != (n, 3) or pictures.shape[2] != pictures.shape[3]:
        raise ValueError(f"{n} histograms need pictures ({n}, 3, S, S), got {pictures.shape}")
    wanted = {"bins": (gallery.bins, (bins, 3)), "shown": (gallery.shown, (bins, 3))}
    wanted |= {f"labels of k = {k}": (row, (n,)) for k, row in gallery.labels.items()}
    if gallery.apart is not None:
        wanted["apart"] = (gallery.apart, (n, n))
    for name, (array, shape) in wanted.items():
        if array.shape != shape:
            raise ValueError(f"{name} must be {shape}, got {array.shape}")
    return n


def _sheet(pictures: Array) -> Array:
    """(n, 3, S, S) → one picture of rows of ten, (3, rows · S, 10 S); white where there are no more."""
    n, _, side, _ = pictures.shape
    rows = -(-n // COLUMNS)
    padded = np.ones((rows * COLUMNS, 3, side, side), pictures.dtype)
    padded[:n] = pictures
    grid = padded.reshape(rows, COLUMNS, 3, side, side)
    return grid.transpose(2, 0, 3, 1, 4).reshape(3, rows * side, COLUMNS * side)
