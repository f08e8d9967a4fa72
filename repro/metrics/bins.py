"""Does a set of pictures miss kinds of real pictures, or repeat a few? NDB and JSD over k-means bins.

Richardson and Weiss (2018): k-means over the pixels of real pictures makes K bins. A set of N made
pictures falls into them in other proportions than the real ones did; a bin counts as *statistically
different* when a two-sample test of proportions says so at 5 %. NDB is the number of such bins and JSD the
Jensen–Shannon divergence of the proportions, in nats. Real pictures do not score 0: one bin in twenty
differs by chance, so NDB's floor is about 0.05 K, and less where bins are thin; JSD's grows with K/N
(ambiguity 54 and chapter 12). Read both beside the row of real pictures.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from scipy.spatial.distance import jensenshannon
from scipy.stats import norm
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

BIN_COUNTS = (10, 20, 50, 100)
SIGNIFICANCE = 0.05
SIDE = 32  # px to which pictures are shrunk first: a sixth of the numbers is what the authors' code keeps


@dataclass(frozen=True)
class Bins:
    """centres: (K, D) float32, mean shrunk picture of each; counts: (K,) int, real pictures in each."""

    centres: np.ndarray
    counts: np.ndarray

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        """The nearest bin of each of n uint8 pictures (n, 3, H, W): (n,) int."""
        values = torch.from_numpy(shrunk(pictures))
        return torch.cdist(values, torch.from_numpy(self.centres)).argmin(dim=1).numpy()


def make_bins(real: np.ndarray, count: int, seed: int = 0) -> Bins:
    """``count`` bins by k-means over real pictures (n, 3, H, W) uint8, n ≥ count.

    Raises ValueError when there are fewer pictures than bins.
    """
    if len(real) < count:
        raise ValueError(f"{len(real)} pictures cannot fill {count} bins")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # equal pictures: fewer bins than asked for
        means = KMeans(count, n_init=1, random_state=seed, max_iter=100)  # type: ignore[arg-type]
        labels = means.fit_predict(shrunk(real))
    return Bins(means.cluster_centers_.astype(np.float32), np.bincount(labels, minlength=count))


def ndb(real: np.ndarray, made: np.ndarray) -> np.ndarray:
    """Number of bins whose share of the made pictures differs from that of the real ones, at 5 %.

    real: (K,) counts; made: (…, K) counts of one or many sets. Returns (…) int. A two-sided z-test with the
    pooled share; a bin that is empty in both is equal.
    """
    sizes = real.sum(), made.sum(axis=-1, keepdims=True)
    pooled = (real + made) / sum(sizes)
    error = np.sqrt(pooled * (1 - pooled) * (1 / sizes[0] + 1 / sizes[1]))
    gap = np.abs(real / sizes[0] - made / sizes[1])
    return (gap > norm.isf(SIGNIFICANCE / 2) * error).sum(axis=-1)


def jsd(real: np.ndarray, made: np.ndarray) -> np.ndarray:
    """Jensen–Shannon divergence of counts, in nats: 0 for equal shares, log 2 for none in common.

    real: (K,); made: (…, K), of one or many sets. Returns (…).
    """
    distance = jensenshannon(np.broadcast_to(real, made.shape), made, axis=-1)  # type: ignore[call-issue]
    return np.square(distance)


def bins_summary(
    bins: Bins, labels: np.ndarray, resamples: int, seed: int = 0
) -> dict[str, dict[str, object]]:
    """``ndb_K`` and ``jsd_K`` of n made pictures that fell into the bins ``labels``, with 95 % intervals.

    A resample repeats pictures and lies further off: the interval is moved back by how much their mean does.
    """
    count = len(bins.counts)
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = rng.integers(0, len(labels), (resamples, len(labels)))
    counts = np.stack([np.bincount(labels[i], minlength=count) for i in drawn])
    whole = np.bincount(labels, minlength=count)
    summaries = {}
    for name, measure in (("ndb", ndb), ("jsd", jsd)):
        value = float(measure(bins.counts, whole))
        resampled = measure(bins.counts, counts)
        low, high = np.percentile(resampled - resampled.mean() + value, [2.5, 97.5]).clip(min=0)
        rounded = (round(float(v), 5) for v in (value, min(low, value), max(high, value)))
        value, low, high = rounded
        summaries[f"{name}_{count}"] = {"value": value, "ci95": [low, high], "n": len(labels)}
    return summaries


def shrunk(pictures: np.ndarray) -> np.ndarray:
    """(n, 3, H, W) uint8 → (n, D) float32 in [0, 1], D = 3·32² where the pictures are that large."""
    side = min(SIDE, *pictures.shape[2:])
    parts = (torch.from_numpy(pictures[i : i + 500]).float() / 255 for i in range(0, len(pictures), 500))
    return torch.cat([F.adaptive_avg_pool2d(part, side).flatten(1) for part in parts]).numpy()
