"""Training batches as a pure function of (seed, step).

Nothing is iterated and nothing has a position to save: resuming at step k just asks for batch k,
and the stream is the same whatever happened before.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from repro.config import DataConfig
from repro.contracts import Batch
from repro.data.pairs import Pairs
from repro.data.tensors import to_tensor
from repro.data.tps import sample_tps, warp


class BatchStream:
    """Shuffled epochs over ``pairs``, each picture with a fresh TPS exemplar."""

    def __init__(self, pairs: Pairs, data: DataConfig, batch: int, seed: int) -> None:
        self.pairs, self.data, self.batch, self.seed = pairs, data, batch, seed
        self._order = lru_cache(maxsize=2)(self._shuffle)

    def at(self, step: int, device: torch.device | None = None) -> Batch:
        """The batch of ``step`` (from 0) on ``device``: B = the configured batch size."""
        x_s, x_e = as_tensors(self.pairs, self._indices(step), device)
        generator = torch.Generator().manual_seed(_mix(self.seed, step))
        tps = sample_tps(
            self.batch,
            generator,
            displacement=self.data.tps_displacement,
            rotation=self.data.tps_rotation,
            scale=self.data.tps_scale,
            shift=self.data.tps_shift,
        )
        return Batch(x_s=x_s, x_e=x_e, x_t=warp(x_e, tps))

    def _indices(self, step: int) -> np.ndarray:
        places = step * self.batch + np.arange(self.batch)
        epochs, offsets = np.divmod(places, len(self.pairs))
        return np.array([self._order(int(e))[o] for e, o in zip(epochs, offsets, strict=True)])

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
