"""What do real pictures score? Two sets of them, drawn alike, beside each other.

A number that a method reaches means nothing before one knows what no difference at all would have given. The
Fréchet distance of two finite sets is never 0, and shrinks as 1/N. The number of different bins is about a
twentieth of all bins, because each is tested at 5 %. The divergence grows with the number of bins and shrinks
with N. And pictures that share their drawing with the ones beside them are no second draw at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from repro.data.toybox import picture_arrays, truth
from repro.metrics.bins import BIN_COUNTS, Bins, jsd, make_bins, ndb
from repro.metrics.embedders import embedder
from repro.metrics.frechet import frechet_distance
from repro.metrics.statistics import summary

DOMAIN, SIZE, POOL = "anime", 64, 2000
COUNTS = (25, 50, 100, 200, 400, 700, 1000)
"""Pictures in each of the two sets of which the Fréchet distance is taken."""
FITTED = 200  # pictures from which on a line in 1/N is fitted
DRAWS = 10  # of two sets
BIN_TESTS = (200, 500, 1000)
BIN_DRAWS = 6  # of real pictures for the bins, each with its own bins
SETS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "cat": (5153, 500),
        "dog": (4739, 500),
        "wild": (4738, 500),
        "anime-pair": (14224, 3545),
        "edge2shoe": (49825, 200),
    }
)
"""Column of the paper's tables → training and test pictures of the set as published (ambiguities 50, 51)."""
FITS, TESTS = 2, 50  # of bins over Gaussian points, and of test sets for each
SHARED = 200  # pictures that stand beside others of the same drawings
RESAMPLES = 1000

Array = np.ndarray


def measure() -> dict[str, Any]:
    """All of it, on drawn pictures and on points."""
    pictures, _ = picture_arrays(DOMAIN, "train", POOL, SIZE)
    of_test = {name: (test, test) for name, (_, test) in SETS.items()}
    return {
        "settings": {"domain": DOMAIN, "size": SIZE, "pool": POOL, "fitted_from": FITTED},
        "frechet": measure_frechet(embedder("toybox").of_real(pictures), COUNTS, DRAWS),
        "bins": {
            "pictures": measure_bins(pictures, BIN_TESTS, BIN_DRAWS),
            "points": measure_points(SETS),
            "points_of_test": measure_points(of_test),
        },
        "shared": measure_shared(pictures, repainted(2 * SHARED), SHARED, BIN_DRAWS),
    }


def repainted(count: int) -> Array:
    """The first ``count`` pictures of the pool in the palette of the next one, (n, 3, H, W) uint8."""
    drawn = (truth(DOMAIN, "train", i, i + 1, SIZE).color for i in range(count))
    return np.rint(np.stack([*drawn]) * 255).astype(np.uint8)


def measure_frechet(seen: Array, counts: Sequence[int], draws: int) -> dict[str, Any]:
    """The Fréchet distance of two disjoint draws of N from ``seen`` (n, D).

    n is at least twice the largest count. Returns "net", "dimensions", "points" (for each N the mean over
    ``draws`` with its interval, the draws, and "expected": `expected_distance`) and "at_infinity": where a
    line in 1/N ends, from FITTED on, with the interval over draws (Chong and Forsyth 2020).
    """
    found = np.zeros((draws, len(counts)))
    for row, order in zip(found, _orders(len(seen), draws), strict=True):
        half = len(seen) // 2
        row[:] = [frechet_distance(seen[order[:n]], seen[order[half : half + n]]) for n in counts]
    points = [
        {
            "n": n,
            "distance": summary(values, RESAMPLES),
            "draws": [round(float(v), 5) for v in values],
            "expected": round(expected_distance(seen, n), 5),
        }
        for n, values in zip(counts, found.T, strict=True)
    ]
    use = np.array(counts) >= FITTED
    ends = [np.polyfit(1 / np.array(counts)[use], row[use], 1)[1] for row in found] if use.sum() > 1 else []
    end = {"at_infinity": summary(ends, RESAMPLES)} if ends else {}
    return {"net": "toybox", "dimensions": seen.shape[1], "points": points} | end


def expected_distance(seen: Array, count: int) -> float:
    """How far apart two draws of ``count`` from a Gaussian with the covariance of ``seen`` are, to order 1/N.

    With the eigenvalues λ of the covariance it is (2 Σᵢ λᵢ + Σᵢⱼ λᵢ λⱼ (1 + δᵢⱼ) / (λᵢ + λⱼ)) / N: the
    first sum is the means' part, the second the covariances'.
    """
    spread = np.linalg.eigvalsh(np.atleast_2d(np.cov(seen, rowvar=False))).clip(min=0)
    spread = spread[spread > 0]
    pairs = spread[:, None] * spread / (spread[:, None] + spread)
    return float(2 * spread.sum() + pairs.sum() + np.trace(pairs)) / count


def measure_bins(pictures: Array, tests: Sequence[int], draws: int) -> list[dict[str, Any]]:
    """NDB and JSD of N of ``pictures`` (n, 3, H, W) uint8, beside the other half, of which the bins are made.

    A row for every K and N, each from ``draws`` halvings with bins of their own.
    """
    half, rows = len(pictures) // 2, []
    for count in BIN_COUNTS:
        found: dict[int, list[tuple[int, float]]] = {n: [] for n in tests}
        for order in _orders(len(pictures), draws):
            bins = make_bins(pictures[order[:half]], count)
            labels = bins(pictures[order[half:]])
            for n in tests:
                found[n].append(_apart(bins, labels[:n]))
        rows += [_row(count, half, n, found[n]) for n in tests]
    return rows


def measure_points(sets: Mapping[str, tuple[int, int]]) -> dict[str, list[dict[str, Any]]]:
    """The same for points from one Gaussian in three dimensions, in numbers as in ``sets``.

    A point is a picture of a single pixel. FITS times bins are made of as many points as there are training
    pictures, and TESTS times as many as there are test pictures fall into them.
    """
    rng = np.random.Generator(np.random.PCG64(0))

    def points(count: int) -> Array:
        return np.rint(rng.normal(128, 30, (count, 3, 1, 1)).clip(0, 255)).astype(np.uint8)

    rows: dict[str, list[dict[str, Any]]] = {}
    for name, (train, test) in sets.items():
        rows[name] = []
        for count in BIN_COUNTS:
            found = []
            for seed in range(FITS):
                bins = make_bins(points(train), count, seed)
                found += [_apart(bins, bins(points(test))) for _ in range(TESTS)]
            rows[name].append(_row(count, train, test, found))
    return rows


def measure_shared(pictures: Array, answers: Array, count: int, draws: int) -> dict[str, Any]:
    """What flawless answers to test sketches score beside the test pictures, and what other real pictures do.

    pictures: (n, 3, H, W) uint8, of which ``answers`` (m, 3, H, W), m < n, shows the first in other palettes.
    Of these ``count`` are the test pictures; bins are made of them. Returns "n", and under "same_drawings"
    and "others" the Fréchet distance and the rows of `measure_bins`, each over ``draws`` draws.
    """
    net = embedder("toybox")
    seen, seen_answers, others = net(pictures), net(answers), len(answers)
    found: dict[str, dict[Any, list[Any]]] = {"same_drawings": {}, "others": {}}
    for order in _orders(others, draws):
        test = order[:count]
        other = others + order[:count] % (len(pictures) - others)
        sets = {"same_drawings": (seen_answers, answers, test), "others": (seen, pictures, other)}
        for name, (vectors, _, which) in sets.items():
            distance = frechet_distance(seen[test], vectors[which])
            found[name].setdefault("frechet", []).append(distance)
        for bins in (make_bins(pictures[test], k) for k in BIN_COUNTS if k < count):
            for name, (_, images, which) in sets.items():
                found[name].setdefault(len(bins.counts), []).append(_apart(bins, bins(images[which])))
    return {"n": count} | {
        name: {
            "frechet": summary(values.pop("frechet"), RESAMPLES),
            "bins": [_row(k, count, count, pairs) for k, pairs in values.items()],
        }
        for name, values in found.items()
    }


def _orders(count: int, draws: int) -> list[Array]:
    rng = np.random.Generator(np.random.PCG64(0))
    return [rng.permutation(count) for _ in range(draws)]


def _apart(bins: Bins, labels: Array) -> tuple[int, float]:
    counts = np.bincount(labels, minlength=len(bins.counts))
    return int(ndb(bins.counts, counts)), float(jsd(bins.counts, counts))


def _row(count: int, real: int, n: int, found: list[tuple[int, float]]) -> dict[str, Any]:
    """Means with their intervals, and "spread": where 95 % of the draws lie."""
    row: dict[str, Any] = {"bins": count, "real": real, "n": n}
    for name, values in zip(("ndb", "jsd"), np.array(found, np.float64).T, strict=True):
        low, high = np.percentile(values, [2.5, 97.5])
        spread = {"spread": [round(float(low), 5), round(float(high), 5)]}
        row[name] = summary(values, RESAMPLES) | spread
    return row
