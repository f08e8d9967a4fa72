"""The fields of a config: every default once, with its unit and where it comes from.

Numbers in [ ] are items of the book's list of ambiguities.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


class ConfigError(ValueError):
    """A config that names an unknown field, holds a wrong type, or asks for the impossible."""


@dataclass(frozen=True)
class DataConfig:
    """Which pictures, how many, how they are distorted."""

    dataset: Literal["toybox", "anime-pair", "afhq", "edges2shoes", "folder"] = "toybox"
    root: str = ""  # folder of the real data set; empty for toybox
    domain: str = "anime"  # one of repro.contracts.DOMAINS
    size: int = 64  # px, side of the square picture; a multiple of 16
    train_count: int = 4000  # pictures the training draws from
    holdout: int = 200  # pictures kept out of training where the folder has no split of its own
    sketch: Literal["own", "drawn", "xdog"] = "own"  # whose lines: the data set's own, or asked for [41]
    broken: Literal["refuse", "skip"] = "refuse"  # what to do about files that cannot be used
    per_cluster: int = 8  # pictures in a colour cluster, on average; see experiments/color_clusters [42]
    tps_displacement: float = 0.12  # largest move of a TPS control point, in half picture sides [27]
    tps_rotation: float = 15.0  # degrees, largest rotation folded into the warp [27]
    tps_scale: float = 0.15  # largest relative change of size folded into the warp [27]
    tps_shift: float = 0.10  # largest translation, a fraction of the side [27]


@dataclass(frozen=True)
class ModelConfig:
    """Widths of the networks. Defaults are the paper's size at 256² [14]."""

    pyramid_channels: tuple[int, ...] = (64, 128, 256, 512, 512)  # d_v = 1472, the CoCosNet pyramid [14]
    pyramid_dilations: tuple[int, ...] = (1, 1, 1, 1, 1)  # larger ones widen the view without leaving H/4
    common_channels: int = 256  # channels of the common domain c (Eq. 1, 2)
    csft_mode: Literal["cross", "symmetric", "self", "residual"] = "cross"  # who asks whom; w/o CSFT [17, 19]
    alpha: float = 100.0  # sharpness of Eq. 4; the paper's default, a temperature of 0.01 [12]
    generator_channels: tuple[int, ...] = (64, 128, 256, 512)  # width per U-Net level [35]
    moment_shortcut: Literal["none", "static", "dynamic"] = "dynamic"  # §3.2 [36]


@dataclass(frozen=True)
class LossConfig:
    """Weights of the terms. A term with weight 0 is not built [34]."""

    pseudo: float = 30.0  # Eq. 13, the reconstruction weight of SCFT
    align: float = 1.0  # Eq. 14
    coarse: float = 10.0  # L1 of the coarse image on the grid: our own aid, not in the paper


@dataclass(frozen=True)
class OptimConfig:
    """Adam and its schedule."""

    lr: float = 1e-4  # §4.1
    beta1: float = 0.5  # §4.1
    beta2: float = 0.999  # §4.1
    warmup: int = 0  # steps of linear warm-up
    decay: Literal["constant", "cosine"] = "constant"  # to 0 at the last step; the paper names none [45]


@dataclass(frozen=True)
class TrainConfig:
    """How long, and how often something is written down."""

    steps: int = 177_800  # 100 epochs of 14,224 pairs at batch 8 [46]
    batch: int = 8  # pictures a step, §4.1
    log_every: int = 50  # steps between lines of metrics.jsonl
    sheet_every: int = 2000  # steps between sample sheets
    checkpoint_every: int = 1000  # steps between checkpoints
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"  # Lightning Fabric's names


@dataclass(frozen=True)
class EvalConfig:
    """What a record measures."""

    pairs: int = 500  # unseen (sketch, exemplar) pairs
    batch: int = 20  # pairs at a time
    bootstrap: int = 1000  # resamples behind each confidence interval


@dataclass(frozen=True)
class Config:
    """One run, entirely."""

    preset: str = "paper"
    method: str = "ours"
    seed: int = 0
    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    optim: OptimConfig = field(default_factory=OptimConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    evaluate: EvalConfig = field(default_factory=EvalConfig)
