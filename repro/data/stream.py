"""Training batches as a pure function of (seed, step).

Nothing is iterated and nothing has a position to save: resuming at step k just asks for batch k,
and the stream is the same whatever happened before. It is also built in the loop that trains: a batch
of 8 at 64² costs about 1 % of a step on two cores, so there is no worker whose number could matter.
"""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
import torch

from repro.config import DataConfig
from repro.contracts import Batch
from repro.data.clusters import ColorClusters, color_clusters
from repro.data.pairs import DataError, Pairs
from repro.data.tensors import to_tensor
from repro.data.tps import sample_tps, warp

_EXEMPLARS = 1
"""The random stream of y; x and its warps keep to their own."""


class BatchStream:
    """Shuffled epochs over ``pairs``, each picture with a fresh TPS exemplar and a random other picture.

    Raises DataError for a single pair, which has no other.
    """

    def __init__(
        self,
        pairs: Pairs,
        data: DataConfig,
        batch: int,
        seed: int,
        *,
        mates: bool = True,
        share: tuple[int, int] = (0, 1),
    ) -> None:
        """Show ``pairs`` as ``data`` has them distorted.

        mates: look for y_sim, which needs the pictures' colour clusters. share: this process and the
        number of processes, each of which takes every so-manyth picture of the same batch.
        """
        if min(pairs.groups) < 2:
            raise DataError("one training picture has no other to be coloured from: at least two are needed")
        self.pairs, self.data, self.batch, self.seed, self.mates = pairs, data, batch, seed, mates
        self.mine = slice(share[0], None, share[1])
        self._order = lru_cache(maxsize=2)(self._shuffle)

    def at(self, step: int, device: torch.device | None = None) -> Batch:
        """The batch of ``step`` (from 0) on ``device``, or this process's share of it."""
        x = self._indices(step)
        y, similar = (chosen[self.mine] for chosen in self._exemplars(step, x))
        x = x[self.mine]
        x_s, x_e = as_tensors(self.pairs, x, device)
        y_s, y_e = as_tensors(self.pairs, y, device)
        generator = torch.Generator().manual_seed(_mix(self.seed, step))
        tps = sample_tps(
            self.batch,
            generator,
            displacement=self.data.tps_displacement,
            rotation=self.data.tps_rotation,
            scale=self.data.tps_scale,
            shift=self.data.tps_shift,
        )
        y_sim = to_tensor(self.pairs.color[similar], device)
        return Batch(x_s=x_s, x_e=x_e, x_t=warp(x_e, tps[self.mine]), y_s=y_s, y_e=y_e, y_sim=y_sim)

    @cached_property
    def clusters(self) -> ColorClusters:
        """The training pictures by their colours; made, or read from the cache, when first asked for."""
        return color_clusters(self.pairs.color, max(1, len(self.pairs) // self.data.per_cluster))

    def _indices(self, step: int) -> np.ndarray:
        places = step * self.batch + np.arange(self.batch)
        epochs, offsets = np.divmod(places, len(self.pairs))
        return np.array([self._order(int(e))[o] for e, o in zip(epochs, offsets, strict=True)])

    def _exemplars(self, step: int, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For each x any other picture of its domain, and for each of these a mate of its colour cluster."""
        rng = np.random.Generator(np.random.PCG64([self.seed, step, _EXEMPLARS]))
        sizes = np.array(self.pairs.groups)
        group = np.searchsorted(sizes.cumsum(), x, side="right")
        first, size = sizes.cumsum()[group] - sizes[group], sizes[group]
        y = first + (x - first + rng.integers(1, size, len(x))) % size
        return y, np.array([self.clusters.similar(int(i), rng) for i in y]) if self.mates else y

    def _shuffle(self, epoch: int) -> np.ndarray:
        return np.random.Generator(np.random.PCG64([self.seed, epoch])).permutation(len(self.pairs))


def as_tensors(
    pairs: Pairs, indices: np.ndarray, device: torch.device | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Sketches (B, 1, H, W) and colour pictures (B, 3, H, W), float32 in [0, 1], of the chosen pairs."""
    return to_tensor(pairs.sketch[indices], device), to_tensor(pairs.color[indices], device)


def _mix(seed: int, step: int) -> int:
    """One 63-bit seed out of two numbers, without the collisions of seed + step."""
    return int(np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0] >> np.uint64(1))
