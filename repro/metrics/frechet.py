"""How far apart are two sets of pictures? The Fréchet distance of what a net sees in them.

Heusel et al. (2017) compare two sets as Gaussians over the pooled activations of one net, Inception, and call
that FID. With another net it is another number: it bears the name of the net, and they never share a column.
It is biased upwards by a share of 1/n that depends on the features (chapter 12), so the number of pictures is
part of the name as well.
"""

from __future__ import annotations

import numpy as np


def frechet_distance(one: np.ndarray, other: np.ndarray) -> float:
    """|μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½) of two sets of vectors (n, D) and (m, D), n, m ≥ 2.

    Returns a number ≥ 0 in squared units of the features, as torch-fidelity computes it. Compare only
    distances over equally many vectors. Raises ValueError for other shapes.
    """
    if one.ndim != 2 or other.ndim != 2 or one.shape[1] != other.shape[1] or min(len(one), len(other)) < 2:
        raise ValueError(f"need two sets of at least two vectors, got {one.shape} and {other.shape}")
    from torch_fidelity.metric_fid import KEY_METRIC_FID, fid_statistics_to_metric  # seconds to import

    first, second = (
        {"mu": seen.mean(axis=0), "sigma": np.atleast_2d(np.cov(seen, rowvar=False))} for seen in (one, other)
    )
    return max(0.0, fid_statistics_to_metric(first, second, False)[KEY_METRIC_FID])


def frechet_summary(one: np.ndarray, other: np.ndarray, resamples: int, seed: int = 0) -> dict[str, object]:
    """The distance of two sets of n vectors, with a 95 % interval by resampling pictures in pairs, if wanted.

    Every resample repeats pictures, which raises its distance: the interval is that of the resampled
    distances, moved down by how much their mean lies above the distance itself.
    """
    value = frechet_distance(one, other)
    found: dict[str, object] = {"value": round(value, 5), "n": len(one)}
    if resamples:
        rng = np.random.Generator(np.random.PCG64(seed))
        drawn = (rng.integers(0, len(one), len(one)) for _ in range(resamples))
        distances = np.array([frechet_distance(one[i], other[i]) for i in drawn])
        ends = np.percentile(distances - distances.mean() + value, [2.5, 97.5])
        found["ci95"] = [round(float(max(0.0, end)), 5) for end in ends]
    return found
