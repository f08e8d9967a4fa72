"""The test: unseen sketches, exemplars to colour them from, and what the right answer would be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import torch

from repro.config import DataConfig
from repro.data.pairs import DataError, Pairs, Skipped
from repro.data.sources import shares, test_pairs
from repro.data.tensors import to_bytes, to_tensor
from repro.data.toybox import PLAIN, Difficulty, Drawing, picture, sample_pairs, truth
from repro.data.tps import sample_tps, warp

EXEMPLAR_SEED = 20220609  # which exemplar goes with which sketch; the day the paper appeared
paired_warps = partial(sample_tps, displacement=0.15, rotation=15.0, scale=0.15, shift=0.10)
"""The warps of TPS(x_e) under ``paired``: one strength for all, whatever a run trained on."""


@dataclass(frozen=True)
class PartMap:
    """Where the drawn parts lie. part: (n, H, W) int64, 0 = background; uv: (n, 2, H, W) float32."""

    part: np.ndarray
    uv: np.ndarray

    def at(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """part (H, W) and uv (2, H, W) of case ``i``."""
        return self.part[i], self.uv[i]


@dataclass(frozen=True)
class Trials:
    """``n`` test cases, uint8. x_s (n, 1, H, W); x_e, y_e and truth (n, 3, H, W).

    ``truth`` (x drawn with y's palette) and the part maps exist on Toybox only, else None. ``skipped``:
    the files that should have been among the test cases, but are broken.
    """

    x_s: np.ndarray
    x_e: np.ndarray
    y_e: np.ndarray
    names: tuple[tuple[str, str], ...]
    truth: np.ndarray | None = None
    x_map: PartMap | None = None
    y_map: PartMap | None = None
    skipped: tuple[Skipped, ...] = ()

    def __len__(self) -> int:
        return len(self.x_s)

    def protocols(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Protocol → (exemplars, references), uint8 (n, 3, H, W), in the order of contracts.PROTOCOLS."""
        known = {} if self.truth is None else {"true": (self.y_e, self.truth)}
        return known | {"cross": (self.y_e, self.x_e), "paired": (_warped(self.x_e), self.x_e)}


def make_trials(data: DataConfig, count: int, difficulty: Difficulty = PLAIN) -> Trials:
    """``count`` test cases of a data set, the same for every method and seed; another count, other exemplars.

    difficulty: of Toybox pairs. Contents get its texture and its hand, exemplars its pose, scale and
    texture, and the pairing leaves out what is to be missing; the truth is the content in the
    exemplar's palette.

    Raises DataError when the data set has fewer; ValueError when a real data set is to be made difficult,
    or when no exemplar lacks as much as is to be missing.
    """
    if data.dataset == "toybox":
        wanted = {domain: n for domain, n in shares(data.domain, count).items() if n}
        return _joined([_toybox_trials(data, domain, n, difficulty) for domain, n in wanted.items()])
    if difficulty != PLAIN:
        raise ValueError(f"{data.dataset} cannot be made harder: only the drawn pictures of toybox can")
    return _folder_trials(test_pairs(data, count))


def _toybox_trials(data: DataConfig, domain: str, count: int, difficulty: Difficulty) -> Trials:
    content, exemplar = difficulty.of_content(), difficulty.of_exemplar()
    chosen = sample_pairs(domain, "test", count, seed=EXEMPLAR_SEED, missing=difficulty.missing)

    @cache  # contents and exemplars are mostly the same pictures
    def drawn(index: int, difficulty: Difficulty) -> Drawing:
        return picture(domain, "test", index, data.size, data.sketch, difficulty)

    x, y = [drawn(i, content) for i, _ in chosen], [drawn(j, exemplar) for _, j in chosen]
    answers = [truth(domain, "test", i, j, data.size, data.sketch, content) for i, j in chosen]
    return Trials(
        x_s=_bytes([d.sketch for d in x]),
        x_e=_bytes([d.color for d in x]),
        y_e=_bytes([d.color for d in y]),
        names=tuple((f"toybox/{domain}/test/{i}", f"toybox/{domain}/test/{j}") for i, j in chosen),
        truth=_bytes([d.color for d in answers]),
        x_map=PartMap(np.stack([d.part for d in x]), np.stack([d.uv for d in x])),
        y_map=PartMap(np.stack([d.part for d in y]), np.stack([d.uv for d in y])),
    )


def _joined(parts: list[Trials]) -> Trials:
    """The cases of several drawn domains, one after the other."""
    if len(parts) == 1:
        return parts[0]

    def join(field: str) -> np.ndarray:
        return np.concatenate([getattr(part, field) for part in parts])

    def maps(field: str) -> PartMap:
        found = [getattr(part, field) for part in parts]
        return PartMap(np.concatenate([m.part for m in found]), np.concatenate([m.uv for m in found]))

    names = tuple(pair for part in parts for pair in part.names)
    return Trials(
        x_s=join("x_s"),
        x_e=join("x_e"),
        y_e=join("y_e"),
        names=names,
        truth=join("truth"),
        x_map=maps("x_map"),
        y_map=maps("y_map"),
    )


def _folder_trials(pairs: Pairs) -> Trials:
    """Every picture once as content and once as exemplar of another, by one random cycle."""
    if len(pairs) < 2:
        raise DataError("one test picture has no other to be coloured from: at least two are needed")
    order = np.random.Generator(np.random.PCG64(EXEMPLAR_SEED)).permutation(len(pairs))
    partner = np.empty(len(pairs), np.int64)
    partner[order] = np.roll(order, 1)
    names = tuple((pairs.names[i], pairs.names[j]) for i, j in enumerate(partner))
    return Trials(
        x_s=pairs.sketch, x_e=pairs.color, y_e=pairs.color[partner], names=names, skipped=pairs.skipped
    )


def _warped(x_e: np.ndarray) -> np.ndarray:
    """TPS(x_e) with fixed warps."""
    tps = paired_warps(len(x_e), torch.Generator().manual_seed(EXEMPLAR_SEED))
    return to_bytes(warp(to_tensor(x_e), tps))


def _bytes(pictures: list[np.ndarray]) -> np.ndarray:
    return to_bytes(torch.from_numpy(np.stack(pictures)))
