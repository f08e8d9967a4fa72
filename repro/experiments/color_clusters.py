"""How often is a cluster mate truly of a like palette, as a function of k?

On Toybox the palettes are known. For a picture i and its mate j, the ΔE2000 between the colours that a
role has in the one and in the other, weighted by the area that the role shows in i, says how far apart
the palettes are where it matters. In a domain on white paper the paper does not count.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

from repro.config import DataConfig
from repro.data.clusters import ColorClusters, cluster, signatures
from repro.data.color import on_white
from repro.data.toybox import DOMAINS, ROLES, picture_arrays, role_areas, role_colours
from repro.data.toybox.palette import rgb
from repro.metrics.statistics import summary

PICTURES, SIZE, SPLIT = 2000, 64, "train"
PER_CLUSTER = DataConfig.per_cluster
"""Of the powers of two the smallest that leaves less than one picture in a hundred alone, in every domain."""
CLOSE = 10.0
"""ΔE2000 below which two palettes count as close: other shades, hardly another colour."""
RESAMPLES = 1000
NEAREST_OF = 400  # pictures whose nearest palette is looked for, among all
WIDE = ((0.0, 100.0), (-128.0, 127.0), (-128.0, 127.0))
"""The ranges of Sun et al. (2019), in the code they published."""

Array = np.ndarray


class Palettes:
    """The true palettes of pictures 0 … n - 1. lab: (n, R, 3); weight: (n, R) seen area, rows sum to 1."""

    def __init__(self, domain: str, count: int, *, paper: bool = True) -> None:
        """``paper``: whether the backdrop counts."""
        roles = [role for role in ROLES[domain] if paper or role != "backdrop"]
        colours = [role_colours(domain, SPLIT, i) for i in range(count)]
        areas = [role_areas(domain, SPLIT, i) for i in range(count)]
        self.lab = rgb2lab(np.array([rgb([row[role] for role in roles]) for row in colours]))
        seen = np.array([[row.get(role, 0.0) for role in roles] for row in areas])
        self.weight = seen / seen.sum(axis=1, keepdims=True)

    def __len__(self) -> int:
        return len(self.lab)

    def distance(self, i: Array, j: Array) -> Array:
        """ΔE2000 from palettes ``i`` to palettes ``j``, as i wears them; i and j broadcast."""
        return (deltaE_ciede2000(self.lab[i], self.lab[j]) * self.weight[i]).sum(axis=-1)

    def nearest(self, count: int) -> Array:
        """(count,) distance of the first pictures to the palette nearest to each."""
        everyone = np.arange(len(self))
        found = []
        for i in range(count):
            apart = self.distance(np.array([i]), everyone)
            found.append(np.delete(apart, i).min())
        return np.array(found)


def measure() -> dict[str, Any]:
    """For every domain that is drawn: the curve over k, its references, and what the choices are worth."""
    settings = {"pictures": PICTURES, "size": SIZE, "split": SPLIT, "close": CLOSE}
    domains = {domain: measure_domain(domain, PICTURES) for domain in DOMAINS}
    return {"settings": settings | {"per_cluster": PER_CLUSTER}, "domains": domains}


def measure_domain(domain: str, count: int) -> dict[str, Any]:
    """``count`` pictures of one domain.

    curve: a row for every k, with ΔE2000 to the mate, the share of close ones and of pictures left
    alone. references: the same for a random mate, the nearest histogram and the nearest palette.
    choices: the same at the default k, where one thing is done differently, or all three that Sun et al.
    (2019) do differently.
    """
    color, _ = picture_arrays(domain, SPLIT, count, SIZE)
    white = on_white(color)
    palettes = Palettes(domain, count, paper=not white)
    signs = signatures(color, white=white)
    default = max(1, count // PER_CLUSTER)
    choices = {
        "as chosen": signs,
        "a pixel counts for one bin": signatures(color, white=white, hard=True),
        "without the square root": signs**2,
        "a and b from -128 to 127": signatures(color, white=white, ranges=WIDE),
        "all three": signatures(color, white=white, ranges=WIDE, hard=True) ** 2,
        "white paper " + ("kept" if white else "left out"): signatures(color, white=not white),
    }
    return {
        "on_white": white,
        "curve": [{"k": k} | _of_clusters(palettes, cluster(signs, k)) for k in _counts(count)],
        "references": _references(palettes, signs),
        "choices": {
            name: {"k": default} | _of_clusters(palettes, cluster(rows, default))
            for name, rows in choices.items()
        },
    }


def _counts(count: int) -> list[int]:
    """1, 2, 4, … up to a quarter of the pictures, and the default."""
    doubled = {2**e for e in range((count // 4).bit_length())}
    return sorted(doubled | {count // 4, max(1, count // PER_CLUSTER)})


def _of_clusters(palettes: Palettes, found: ColorClusters) -> dict[str, Any]:
    """One draw of I_similar for every picture."""
    rng, everyone = np.random.Generator(np.random.PCG64(0)), np.arange(len(palettes))
    mates = np.array([found.similar(int(i), rng) for i in everyone])
    alone = round(float((found.mates >= 0).mean()), 4)
    return _summaries(palettes.distance(everyone, mates)) | {"alone": alone, "largest": int(found.sizes[0])}


def _references(palettes: Palettes, signs: Array) -> dict[str, Any]:
    rng, everyone = np.random.Generator(np.random.PCG64(0)), np.arange(len(palettes))
    anyone = (everyone + rng.integers(1, len(palettes), len(palettes))) % len(palettes)
    likeness = signs @ signs.T
    np.fill_diagonal(likeness, -1)
    return {
        "random": _summaries(palettes.distance(everyone, anyone)),
        "nearest_histogram": _summaries(palettes.distance(everyone, likeness.argmax(axis=1))),
        "nearest_palette": _summaries(palettes.nearest(min(NEAREST_OF, len(palettes)))),
    }


def _summaries(apart: Array) -> dict[str, Any]:
    return {"delta_e": summary(apart, RESAMPLES), "close": summary(apart < CLOSE, RESAMPLES)}
