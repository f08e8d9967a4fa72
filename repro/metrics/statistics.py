"""A mean and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import permutation_test


def summary(values: Sequence[float] | np.ndarray, resamples: int, seed: int = 0) -> dict[str, object]:
    """Mean of per-picture values with its 95 % percentile-bootstrap interval (Efron 1979).

    values: n ≥ 1 numbers; NaN marks a picture on which the metric is undefined and is left out.
    Returns {"value": …, "ci95": [low, high], "n": …}. Raises ValueError when nothing is left.
    """
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    if known.size == 0:
        raise ValueError("no picture has a defined value")
    rng = np.random.Generator(np.random.PCG64(seed))
    means = known[rng.integers(0, known.size, (resamples, known.size))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    value, low, high = (round(float(v), 4) for v in (known.mean(), low, high))
    return {"value": value, "ci95": [low, high], "n": known.size}


def paired_difference(
    ours: Sequence[float] | np.ndarray, theirs: Sequence[float] | np.ndarray, resamples: int, seed: int = 0
) -> dict[str, object]:
    """Is one method better than another on the same pairs? The mean of ours − theirs, picture by picture.

    ours, theirs: n numbers each, of the same pictures in the same order; a picture on which either is NaN is
    left out. Returns `summary` of the differences, and "p": two-sided, by flipping their signs at random
    (Fisher's permutation test), never below 1 / (resamples + 1). Raises ValueError when the numbers of
    pictures differ, or nothing is left.
    """
    one, other = (np.asarray(values, np.float64) for values in (ours, theirs))
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError(
            f"need as many numbers of one method as of the other, got {one.shape}, {other.shape}"
        )
    gaps = (one - other)[~np.isnan(one - other)]
    found = summary(gaps, resamples, seed)
    test = permutation_test(
        (gaps,), np.mean, permutation_type="samples", n_resamples=resamples, vectorized=True, rng=seed
    )
    return found | {"p": float(test.pvalue)}
