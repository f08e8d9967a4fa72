"""A mean and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


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
