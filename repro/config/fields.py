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
    domain: str = "anime"  # one of repro.contracts.DOMAINS, or POOLED: all five that are drawn [48]
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
    warp: Literal["mean", "patch"] = (
        "mean"  # what a position carries over: the colour of its cell, or its pixels [11]
    )
    generator_channels: tuple[int, ...] = (64, 128, 256, 512)  # width per U-Net level [35]
    moment_shortcut: Literal["none", "static", "dynamic"] = "dynamic"  # §3.2 [36]
    critic_channels: int = 64  # width of each discriminator's first layer, as in CoCosNet [38]
    rival_channels: int = 64  # base width of a rival's nets, 64 in all five papers; ours has none


@dataclass(frozen=True)
class LossConfig:
    """Weights of the terms: the paper gives none [34]. A term with weight 0 is not built."""

    perceptual: float = 0.01  # Eq. 10, the weight of SCFT and CoCosNet
    style: float = 50.0  # Eq. 11, the weight of SCFT
    context: float = 1.0  # Eq. 12, a tenth of CoCosNet's; its layers weigh 8, 4, 2, 1 [24]
    pseudo: float = 30.0  # Eq. 13, the reconstruction weight of SCFT
    align: float = 1.0  # Eq. 14, a tenth of CoCosNet's
    structural: float = 1.0  # Eq. 15, its first discriminator D_s: 0 is the row w/o sc
    colorific: float = 1.0  # Eq. 15, its second discriminator D_r: 0 is the row w/o cc
    coarse: float = 0.0  # L1 of the coarse image on the grid: an aid of our own, not in the paper
    gan: Literal["bce", "minimax", "hinge"] = "bce"  # Eq. 15 as logarithms, literal, or as the parents [32]
    negatives: Literal["fake", "mismatched"] = (
        "fake"  # mismatched: real pictures of another pair as well [33]
    )
    features: str = "vgg19"  # the φ of Eq. 10 to 12: vgg19, toybox, or a .safetensors file [25]


def term_weights(loss: LossConfig) -> dict[str, float]:
    """Term → its weight: the fields that are numbers."""
    return {name: value for name, value in vars(loss).items() if not isinstance(value, str)}


@dataclass(frozen=True)
class OptimConfig:
    """Adam and its schedule. ``repro.config.OPTIMIZERS`` has the rates of the paper and its parents."""

    lr: float = 1e-4  # of the generator, §4.1
    critic_lr: float = 1e-4  # of the discriminators, §4.1: equal rates are no two time-scales [44]
    beta1: float = 0.5  # §4.1
    beta2: float = 0.999  # §4.1
    warmup: int = 0  # steps of linear warm-up
    weight_decay: float = 0.0  # Adam's L2 penalty: MUNIT alone has one
    decay: Literal["constant", "cosine", "half_linear", "halving"] = (
        "constant"  # two end at 0, half_linear from the middle on; halving: each tenth; none is named [45]
    )
    clip: float = 0.0  # longest gradient of a player, 0 for no limit; the paper names none [45]
    ema: float = 0.0  # decay per step of the moving average that is kept for use, 0 for none [45]


@dataclass(frozen=True)
class TrainConfig:
    """How long, and how often something is written down."""

    steps: int = 177_800  # 100 epochs of 14,224 pairs at batch 8 [46]
    batch: int = 8  # pictures a step, over all devices, §4.1
    cross_share: float = 1.0  # of the batch is also coloured from y_e, for Eq. 10 to 12 and 15 [28]
    log_every: int = 50  # steps between lines of metrics.jsonl
    sheet_every: int = 2000  # steps between sample sheets
    checkpoint_every: int = 1000  # steps between checkpoints
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"  # Lightning Fabric's names
    layout: Literal["channels_first", "channels_last"] = "channels_first"  # of pictures and kernels in memory
    recompute: Literal["nothing", "nets"] = "nothing"  # nets: half the memory of a step for a third more time
    compile: Literal["nothing", "nets"] = (
        "nothing"  # torch.compile: minutes at the start, for long runs on GPUs
    )


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
