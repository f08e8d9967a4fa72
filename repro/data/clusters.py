"""Which pictures have like colours: k-means over Lab histograms, the colorific condition of §3.3.2.

The discriminator of Eq. 15 is shown the exemplar beside I_similar, another picture of its colour
cluster. The paper takes this from Sun et al. (2019) and leaves open how many clusters there are,
what is compared, and what becomes of a picture that is alone in its cluster (ambiguity 42).

Here the histograms' square roots are compared: their Euclidean distance is Hellinger's, and a small
patch of a vivid colour, an eye or a ribbon, is not drowned by the large areas.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from repro.data.color import BINS, GAMUT, NEAR_WHITE, lab_histogram, on_white, paper_mask
from repro.data.tensors import to_tensor
from repro.record import atomic_path, cache_folder

MANY = 30_000
"""From so many pictures on k-means works on mini-batches (Sculley 2010). They leave one in a hundred alone
where the full algorithm leaves hardly any, and begin to pay: 50,000 pictures take two minutes, once.
"""

_CHUNK = 64
_FORMAT = 1
"""Part of a cached file's name: another way of clustering is another number."""


@dataclass(frozen=True)
class ColorClusters:
    """A partition of n pictures by their colours.

    labels: (n,) int64, the cluster of each picture; cluster 0 is the largest, and none is empty.
    centres: (k, 512) float32, mean square-rooted histogram of each cluster.
    mates: (n,) int64, for a picture that is alone in its cluster the one nearest in colour, which is
        the picture itself only where there is no other; -1 for all that have company.
    """

    labels: np.ndarray
    centres: np.ndarray
    mates: np.ndarray

    def __post_init__(self) -> None:
        """Raise ValueError unless the three parts fit together."""
        n, k = len(self.labels), len(self.centres)
        sizes = np.bincount(self.labels, minlength=k) if n and self.labels.min() >= 0 else np.zeros(1)
        whole = len(sizes) == k and sizes.min() > 0 and (np.diff(sizes) <= 0).all()
        if not whole or self.mates.shape != (n,) or self.mates.max() >= n:
            raise ValueError("labels and centres do not describe a partition, or the mates are not its own")
        if self.centres.shape != (k, BINS**3) or not np.isfinite(self.centres).all():
            raise ValueError(f"the centres of a partition must be {BINS**3} finite numbers each")
        if ((self.mates >= 0) != (sizes[self.labels] == 1)).any():
            raise ValueError("a mate is named where there is company, or none where there is none")

    def __len__(self) -> int:
        """The number of clusters, k."""
        return len(self.centres)

    def members(self, cluster: int) -> np.ndarray:
        """The pictures of a cluster, in ascending order."""
        order, ends = self._sorted
        return order[ends[cluster] - self.sizes[cluster] : ends[cluster]]

    def similar(self, index: int, rng: np.random.Generator) -> int:
        """I_similar of Eq. 15: another picture of the same cluster, all equally likely.

        A picture that is alone is given the one nearest to it in colour: never itself, which would let
        the discriminator ask whether two pictures are *equal*.
        """
        if self.mates[index] >= 0:
            return int(self.mates[index])
        members = self.members(int(self.labels[index]))
        chosen = int(rng.integers(len(members) - 1))
        return int(members[chosen + (chosen >= np.searchsorted(members, index))])

    @cached_property
    def sizes(self) -> np.ndarray:
        """(k,) pictures in each cluster, descending."""
        return np.bincount(self.labels)

    @cached_property
    def _sorted(self) -> tuple[np.ndarray, np.ndarray]:
        """The pictures ordered by cluster, and where each cluster ends among them."""
        return np.argsort(self.labels, kind="stable"), np.cumsum(self.sizes)


def color_clusters(color: np.ndarray, count: int, *, white: bool | None = None) -> ColorClusters:
    """The pictures in about ``count`` clusters; found again in the cache when they were clustered before.

    color: (n, 3, H, W) uint8. count: k; never more than there are different histograms. white: leave
    white paper out of the histograms; None does so where most of the pictures stand on it. The same
    bytes give the same clusters, with any number of threads. A cached file that is damaged is made
    anew, and a cache that cannot be written is done without. Raises ValueError for a count below 1.
    """
    if count < 1:
        raise ValueError(f"there must be at least one cluster, not {count}")
    white = on_white(color) if white is None else white
    path = cache_folder() / "clusters" / f"{_fingerprint(color, count, white)}.npz"
    with suppress(Exception), path.open("rb") as file:  # a damaged archive may raise anything
        stored = np.load(file, allow_pickle=False)
        found = ColorClusters(stored["labels"], stored["centres"], stored["mates"])
        if len(found.labels) == len(color) and str(stored["digest"]) == _digest(found):
            return found
    made = cluster(signatures(color, white=white), count)
    with suppress(OSError), atomic_path(path) as temporary:
        digest = np.array(_digest(made))
        np.savez(temporary, labels=made.labels, centres=made.centres, mates=made.mates, digest=digest)
    return made


def signatures(
    color: np.ndarray,
    *,
    white: bool,
    ranges: tuple[tuple[float, float], ...] = GAMUT,
    hard: bool = False,
) -> np.ndarray:
    """Square roots of the Lab histograms of (n, 3, H, W) uint8 pictures: (n, 512) float32 of length 1.

    white: leave white paper out. ranges, hard: as `lab_histogram` has them.
    """
    rows = []
    for chunk in _chunks(color):
        keep = torch.from_numpy(~paper_mask(chunk)) if white else None
        rows.append(lab_histogram(to_tensor(chunk), keep, ranges=ranges, hard=hard).sqrt().numpy())
    return np.concatenate(rows)


def cluster(signs: np.ndarray, count: int, seed: int = 0) -> ColorClusters:
    """k-means over (n, 512) signatures, in at most ``count`` clusters: k-means++ and one start.

    On one thread, for several add up in an order of their own.
    """
    from sklearn.cluster import KMeans, MiniBatchKMeans  # late: a second that most commands need not wait
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    filled = signs[:, (signs > 0).any(axis=0)]  # most bins are empty in all pictures: the same distances
    count = min(count, len(signs))
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer different histograms than clusters
        if len(signs) < MANY:
            means = KMeans(count, random_state=seed)
        else:
            means = MiniBatchKMeans(count, random_state=seed, batch_size=4096)
        found = means.fit_predict(filled)
    labels = _by_size(np.asarray(found))
    centres = np.stack([signs[labels == c].mean(axis=0) for c in range(labels.max() + 1)])
    return ColorClusters(labels, centres.astype(np.float32), _mates(labels, filled))


def _by_size(found: np.ndarray) -> np.ndarray:
    """The same partition, numbered 0, 1, … from the largest cluster on; equals by their first member."""
    _, first, labels, sizes = np.unique(found, return_index=True, return_inverse=True, return_counts=True)
    place = np.empty(len(sizes), np.int64)
    place[np.lexsort((first, -sizes))] = np.arange(len(sizes))
    return place[labels]


def _mates(labels: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """For each picture that is alone the nearest other one; -1 for the rest."""
    mates = np.full(len(labels), -1)
    lonely = np.flatnonzero(np.bincount(labels)[labels] == 1)
    for rows in np.array_split(lonely, -(-len(lonely) // _CHUNK)) if len(lonely) else ():
        likeness = signs[rows] @ signs.T  # rows have length 1: the larger, the nearer
        likeness[np.arange(len(rows)), rows] = -1 if len(labels) > 1 else 2
        mates[rows] = likeness.argmax(axis=1)
    return mates


def _digest(made: ColorClusters) -> str:
    """Hash of a partition, to know that it was read back as it was written."""
    digest = hashlib.sha256()
    for array in (made.labels, made.centres, made.mates):
        digest.update(repr((array.dtype.str, array.shape)).encode() + array.tobytes())
    return digest.hexdigest()


def _fingerprint(color: np.ndarray, count: int, white: bool) -> str:
    """Hash of the pictures and of all that decides how they are clustered."""
    facts = (_FORMAT, color.shape, count, white, BINS, GAMUT, NEAR_WHITE)
    digest = hashlib.sha256(repr(facts).encode())
    for chunk in _chunks(color):
        digest.update(chunk.tobytes())
    return digest.hexdigest()[:32]


def _chunks(color: np.ndarray) -> Iterator[np.ndarray]:
    """Some pictures at a time; the whole set may be mapped from a file larger than the memory."""
    for start in range(0, len(color), _CHUNK):
        yield color[start : start + _CHUNK]
