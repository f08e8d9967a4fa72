"""From pictures to numbers: a value for each picture, and values of the whole set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from repro.data.tensors import to_tensor
from repro.data.trials import PartMap, Trials
from repro.metrics.bins import BIN_COUNTS, Bins, bins_summary, make_bins
from repro.metrics.embedders import Embedder
from repro.metrics.fidelity import psnr, ssim
from repro.metrics.frechet import frechet_summary
from repro.metrics.matching import part_accuracy, pck
from repro.metrics.predict import Made
from repro.metrics.truth import bleeding, color_error, copying, part_color_error

FID_RESAMPLES = 50
FULL_BINS = 10  # real pictures a bin must hold on average, or there are too many bins
CHUNK = 100  # pictures at a time
Values = dict[str, np.ndarray]
"""Metric → one number a picture; NaN where it is undefined."""
Summaries = dict[str, dict[str, Any]]
"""Metric → value, 95 % interval and number of pictures."""


def picture_values(made: Made, references: np.ndarray, drawn: Trials | None = None) -> Values:
    """What has a value for each picture: PSNR, SSIM, the mean colour error; and what only a drawing tells.

    made: pictures of all test cases; references: uint8 (n, 3, H, W). drawn: the test cases, where the
    references are their true answers: then parts are known as well, and where they lie in the exemplar.
    """
    values = fidelity(made.images, references)
    error = _chunked(color_error, made.images, references)
    values["delta_e"] = error.mean(axis=(1, 2))
    if drawn is None or drawn.x_map is None or drawn.y_map is None:
        return values
    part = drawn.x_map.part
    values["part_delta_e"] = part_color_error(made.images, references, part)
    values["bleeding"] = bleeding(error, part)
    values["copying"] = copying(made.images, references, drawn.y_e)
    return values if made.matches is None else values | _matching(made.matches, drawn.x_map, drawn.y_map)


def fidelity(images: np.ndarray, references: np.ndarray) -> Values:
    """PSNR and SSIM of n uint8 pictures (n, 3, H, W) against their references, a value each."""

    def both(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        pair = to_tensor(one), to_tensor(other)
        return torch.stack([psnr(*pair), ssim(*pair)], dim=1).numpy()

    found = _chunked(both, images, references)
    return {"psnr": found[:, 0], "ssim": found[:, 1]}


def _matching(matches: np.ndarray, x_map: PartMap, y_map: PartMap) -> Values:
    cases = range(len(matches))
    values = {"part_accuracy": [part_accuracy(matches[i], x_map.part[i], y_map.part[i]) for i in cases]}
    for name, share in (("pck_05", 0.05), ("pck_10", 0.10)):
        values[name] = [pck(matches[i], x_map.at(i), y_map.at(i), share) for i in cases]
    return {name: np.array(numbers) for name, numbers in values.items()}


@dataclass
class SetJudge:
    """Compares whole sets of pictures.

    references: protocol → uint8 (n, 3, H, W). real: training pictures, uint8 (m, 3, H, W): the bins are made
    of them. resamples: behind the intervals.
    """

    references: dict[str, np.ndarray]
    real: np.ndarray
    nets: Sequence[Embedder]
    resamples: int
    _known: dict[tuple[str, int], tuple[Any, np.ndarray]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        counts = [count for count in BIN_COUNTS if count * FULL_BINS <= len(self.real)]
        self.bins: list[Bins] = [make_bins(self.real, count) for count in counts]
        self.sample = self.real[: len(next(iter(self.references.values())))]

    def values(self, images: np.ndarray, protocol: str, *, sure: bool = True) -> Summaries:
        """Fréchet distances to the references of the protocol; NDB and JSD beside the real pictures.

        sure: with intervals of the distances, which take an eigenvalue problem a resample.
        """
        resamples = min(self.resamples, FID_RESAMPLES) if sure else 0
        return self._distances(images, protocol, resamples) | self._occupancy(images)

    def null(self, protocol: str) -> Summaries:
        """What real pictures score in the place of made ones.

        For the distance, training pictures stand beside the references, where there are as many; in the
        bins, which are made of training pictures, the references themselves are counted.
        """
        references = self.references[protocol]
        whole = len(self.sample) == len(references)
        return (self._distances(self.sample, protocol, 0) if whole else {}) | self._occupancy(references)

    def _distances(self, images: np.ndarray, protocol: str, resamples: int) -> Summaries:
        found: Summaries = {}
        for net in self.nets:
            one, other = self._look(net, images), self._look(net, self.references[protocol])
            found[f"fid_{net.name}_n{len(images)}"] = frechet_summary(one, other, resamples)
        return found

    def _occupancy(self, images: np.ndarray) -> Summaries:
        def counted() -> Summaries:
            of_each = (bins_summary(bins, bins(images), self.resamples) for bins in self.bins)
            return {name: found for summaries in of_each for name, found in summaries.items()}

        return self._once("bins", images, counted)

    def _look(self, net: Embedder, pictures: np.ndarray) -> np.ndarray:
        real = any(pictures is other for other in self.references.values())
        return self._once(net.name, pictures, lambda: (net.of_real if real else net)(pictures))

    def _once(self, what: str, pictures: np.ndarray, measure: Callable[[], Any]) -> Any:
        """``measure()``, once for each set of pictures: `true` and `cross` share those, others references."""
        place = (what, id(pictures))
        if place not in self._known:
            self._known[place] = measure(), pictures  # as long as they are kept, their id is their own
        return self._known[place][0]


def _chunked(measure: Any, *sets: np.ndarray) -> np.ndarray:
    """``measure`` of a few pictures at a time, which keeps memory small."""
    slices = [slice(i, i + CHUNK) for i in range(0, len(sets[0]), CHUNK)]
    return np.concatenate([measure(*(pictures[s] for pictures in sets)) for s in slices])
