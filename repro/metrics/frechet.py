"""How far apart are two sets of pictures? The Fréchet distance of what a feature net sees in them.

Heusel et al. (2017) compare two sets as Gaussians over the pooled activations of one net, Inception, and call
that FID. With another net it is another number: it bears the name of the net, and they never share a column.
"""

from __future__ import annotations

import numpy as np
import torch

from repro.data.tensors import to_tensor
from repro.models.features import FeatureNet

LAYERS = ("relu1_2", "relu2_2", "relu3_2", "relu4_2", "relu5_2")
"""The last activations of every block: lines and textures count as well as parts."""


def pooled_features(net: FeatureNet, pictures: np.ndarray, batch: int = 50) -> np.ndarray:
    """What ``net`` sees in each of n uint8 pictures (n, 3, H, W): (n, D) float64.

    The mean of every channel of LAYERS over all positions, the layers side by side.
    """
    rows = []
    with torch.inference_mode():
        for start in range(0, len(pictures), batch):
            seen = net(to_tensor(pictures[start : start + batch]), LAYERS)
            rows.append(torch.cat([features.mean(dim=(2, 3)) for features in seen.values()], dim=1))
    return torch.cat(rows).double().numpy()


def frechet_distance(one: np.ndarray, other: np.ndarray) -> float:
    """|μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½) of two sets of vectors (n, D) and (m, D), n, m ≥ 2.

    Returns a number ≥ 0 in squared units of the features. It is biased upwards by about D/n: compare only
    distances over equally many vectors. Raises ValueError for other shapes.
    """
    if one.ndim != 2 or other.ndim != 2 or one.shape[1] != other.shape[1] or min(len(one), len(other)) < 2:
        raise ValueError(f"need two sets of at least two vectors, got {one.shape} and {other.shape}")
    means, spreads = zip(
        *((v.mean(axis=0), np.cov(v, rowvar=False, ddof=1)) for v in (one, other)), strict=True
    )
    first, second = (np.atleast_2d(spread) for spread in spreads)
    # tr (Σ₁Σ₂)^½ = tr (Σ₁^½ Σ₂ Σ₁^½)^½, and that one is symmetric: no complex square root is needed.
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    overlap = np.sqrt(np.linalg.eigvalsh(root @ second @ root).clip(min=0)).sum()
    gap = float(np.square(means[0] - means[1]).sum())
    return max(0.0, gap + float(np.trace(first) + np.trace(second) - 2 * overlap))


def frechet_summary(one: np.ndarray, other: np.ndarray, resamples: int, seed: int = 0) -> dict[str, object]:
    """The distance of two sets of n vectors each, with a 95 % interval by resampling pictures in pairs.

    Every resample repeats pictures, which raises its distance: the interval is that of the resampled
    distances, moved down by how much their mean lies above the distance itself.
    """
    value = frechet_distance(one, other)
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = (rng.integers(0, len(one), len(one)) for _ in range(resamples))
    distances = np.array([frechet_distance(one[i], other[i]) for i in drawn])
    low, high = np.percentile(distances - distances.mean() + value, [2.5, 97.5])
    value, low, high = (round(float(max(0.0, v)), 5) for v in (value, low, high))
    return {"value": value, "ci95": [low, high], "n": len(one)}
