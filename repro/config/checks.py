"""What a config may ask for: refused here, not later, deep inside a constructor."""

from __future__ import annotations

from typing import Any

from repro.config.fields import Config, ConfigError
from repro.contracts import DOMAINS, POOLED

MANY = 10**9

BOUNDS: dict[str, tuple[float, float]] = {
    "seed": (0, 2**63 - 1),
    "data.size": (16, 1024),
    "data.train_count": (1, MANY),
    "data.holdout": (0, MANY),
    "data.per_cluster": (1, MANY),
    "data.tps_displacement": (0, 0.333),  # from 1/3 on, neighbouring control points could change places
    "data.tps_rotation": (0, 180),
    "data.tps_scale": (0, 0.99),
    "data.tps_shift": (0, 1),
    "model.pyramid_channels": (1, 4096),
    "model.pyramid_dilations": (1, 64),
    "model.common_channels": (3, 4096),  # fewer could not carry a colour
    "model.generator_channels": (1, 4096),
    "model.alpha": (0, 1e6),
    "model.critic_channels": (1, 1024),
    "model.rival_channels": (1, 1024),
    "loss.perceptual": (0, 1e6),
    "loss.style": (0, 1e6),
    "loss.context": (0, 1e6),
    "loss.pseudo": (0, 1e6),
    "loss.align": (0, 1e6),
    "loss.structural": (0, 1e6),
    "loss.colorific": (0, 1e6),
    "loss.coarse": (0, 1e6),
    "optim.lr": (0, 1),
    "optim.critic_lr": (0, 1),
    "optim.beta1": (0, 0.999_999),
    "optim.beta2": (0, 0.999_999),
    "optim.warmup": (0, MANY),
    "optim.weight_decay": (0, 1),
    "optim.clip": (0, 1e6),
    "optim.ema": (0, 0.999_999),
    "train.steps": (1, MANY),
    "train.batch": (1, 65_536),
    "train.cross_share": (0.01, 1),
    "train.log_every": (1, MANY),
    "train.sheet_every": (1, MANY),
    "train.checkpoint_every": (1, MANY),
    "evaluate.pairs": (2, MANY),
    "evaluate.batch": (1, 65_536),
    "evaluate.bootstrap": (1, 1_000_000),
}
"""Path of every number → smallest and largest value that makes sense, both allowed."""


def check(config: Config) -> None:
    """Raise ConfigError, naming the field, for a number out of bounds or a contradiction."""
    for path, (low, high) in BOUNDS.items():
        value: Any = config
        for name in path.split("."):
            value = getattr(value, name)
        for number in value if isinstance(value, tuple) else (value,):
            if not low <= number <= high:  # false for NaN as well
                raise ConfigError(f"{path} must lie in {low:g} … {high:g}, got {number!r}")
    model, data = config.model, config.data
    crossed = round(config.train.batch * config.train.cross_share)
    rules = (
        (data.domain in (*DOMAINS, POOLED), f"data.domain must be one of {', '.join(DOMAINS)}, {POOLED}"),
        (data.domain != POOLED or data.dataset == "toybox", f"data.domain {POOLED} is toybox's alone"),
        (data.size % 16 == 0, "data.size must be a multiple of 16"),
        (
            len(model.generator_channels) <= 5,
            "model.generator_channels may have five levels: sides are multiples of 16, halved four times",
        ),
        (
            model.warp == "mean" or model.common_channels >= 48,
            "model.warp patch carries the 48 numbers of a cell's pixels: model.common_channels >= 48",
        ),
        (len(model.pyramid_channels) >= 4, "model.pyramid_channels needs at least four levels to reach H/4"),
        (
            len(model.pyramid_dilations) == len(model.pyramid_channels),
            "model.pyramid_dilations needs one number for each of model.pyramid_channels",
        ),
        (
            config.loss.negatives == "fake" or crossed >= 2,
            "loss.negatives mismatched needs two pictures to exchange: train.batch · train.cross_share >= 2",
        ),
    )
    for holds, message in rules:
        if not holds:
            raise ConfigError(message)
