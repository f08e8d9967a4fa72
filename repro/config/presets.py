"""Presets and methods: rows of overrides on top of the defaults, and what a run resolves to."""

from __future__ import annotations

import dataclasses
from typing import Any

from repro.config.fields import Config, ConfigError
from repro.config.rivals import RIVALS
from repro.config.serial import from_dict
from repro.contracts import DOMAINS, POOLED

OPTIMIZERS: dict[str, dict[str, Any]] = {
    "paper": {"optim.lr": 1e-4, "optim.critic_lr": 1e-4, "optim.beta1": 0.5, "optim.beta2": 0.999},
    "scft": {"optim.lr": 1e-4, "optim.critic_lr": 2e-4, "optim.beta1": 0.5, "optim.beta2": 0.999},
    "cocosnet": {"optim.lr": 1e-4, "optim.critic_lr": 4e-4, "optim.beta1": 0.0, "optim.beta2": 0.9},
}
"""Rates and momenta by name: the paper's words, and those of the two works it follows [44]."""

_SMALL = {
    "model.pyramid_channels": (16, 32, 48, 64, 64, 64, 64),
    "model.pyramid_dilations": (1, 1, 1, 1, 2, 4, 8),
    "model.common_channels": 64,
    "model.generator_channels": (16, 32, 64, 96),
    "model.critic_channels": 16,
    "model.warp": "patch",
    # Few steps, small pictures: what tells the correspondence directly weighs more than in the paper's
    # long schedule, and wider warps stand in for the variety of many pictures.
    "loss.align": 10.0,
    "loss.coarse": 30.0,
    "loss.context": 0.02,
    "loss.structural": 0.05,
    "loss.colorific": 0.05,
    "loss.features": "toybox",
    "data.tps_displacement": 0.2,
    "data.tps_scale": 0.25,
    "data.tps_shift": 0.15,
    "optim.lr": 1.5e-3,
    "optim.critic_lr": 1e-3,
    "optim.beta1": 0.9,
    "optim.decay": "cosine",
    "optim.warmup": 100,
    "train.cross_share": 0.25,
}

_LAPTOP = _SMALL | {
    "data.train_count": 6000,
    "train.steps": 2000,
    "train.batch": 8,
    "train.sheet_every": 500,
    "train.checkpoint_every": 250,
}

PRESETS: dict[str, dict[str, Any]] = {
    "smoke": _SMALL
    | {
        "data.size": 32,
        "data.train_count": 32,
        "data.holdout": 8,
        "model.pyramid_channels": (8, 8, 16, 16, 16),
        "model.pyramid_dilations": (1, 1, 1, 1, 2),
        "model.common_channels": 48,
        "model.generator_channels": (8, 16),
        "model.critic_channels": 8,
        "optim.warmup": 2,
        "train.steps": 20,
        "train.batch": 4,
        "train.cross_share": 0.5,
        "train.log_every": 5,
        "train.sheet_every": 20,
        "train.checkpoint_every": 5,
        "evaluate.pairs": 16,
        "evaluate.batch": 8,
        "evaluate.bootstrap": 20,
    },
    "laptop": _LAPTOP,
    # One cell of the tables: as laptop, every method with the same pictures, in minutes.
    "grid": _LAPTOP
    | {
        "data.train_count": 4000,
        "train.steps": 500,
        "train.checkpoint_every": 125,
    },
    # What ships with the package: all domains, larger pictures, an hour or two, in half precision.
    "shipped": _SMALL
    | {
        "data.size": 96,
        "data.train_count": 12_000,
        "model.generator_channels": (24, 48, 96, 128),
        "loss.context": 0.03,
        "loss.structural": 0.1,
        "loss.colorific": 0.1,
        "optim.ema": 0.998,
        "train.steps": 2700,
        "train.sheet_every": 450,
        "train.checkpoint_every": 150,
        "train.precision": "bf16-mixed",
        "train.layout": "channels_last",
    },
    "colab": _SMALL
    | {
        "data.size": 128,
        "data.train_count": 20_000,
        "model.pyramid_channels": (32, 64, 96, 128, 128, 128, 128),
        "model.common_channels": 128,
        "model.generator_channels": (48, 96, 192, 256),
        "model.critic_channels": 32,
        "train.steps": 20_000,
        "train.batch": 16,
    },
    "paper": OPTIMIZERS["paper"] | {"data.size": 256, "data.train_count": 14_224, "train.recompute": "nets"},
}
"""Preset → overrides of the defaults."""

METHODS: dict[str, dict[str, Any]] = {
    **{rival: {} for rival in RIVALS},
    "ours": {},
    "wo_cc": {"loss.colorific": 0.0},
    "wo_sc": {"loss.structural": 0.0},
    "wo_csft": {"model.csft_mode": "residual"},
    "wo_context": {"loss.context": 0.0},
    "wo_pseudo": {"loss.pseudo": 0.0},
    "wo_align": {"loss.align": 0.0},
    "wo_adv": {"loss.structural": 0.0, "loss.colorific": 0.0},
}
"""Rows of the paper's tables, rivals and the ablations of Table 2 and 6 included → overrides. The one
list that tables, grid, CLI and book read."""

VARIANTS: dict[str, dict[str, Any]] = {
    "reconstruction": {  # nothing looks at G(x_s, y_e): Eq. 13 and 14 alone
        "loss.perceptual": 0.0,
        "loss.style": 0.0,
        "loss.context": 0.0,
        "loss.structural": 0.0,
        "loss.colorific": 0.0,
    },
    "csft_symmetric": {"model.csft_mode": "symmetric"},
    "csft_self": {"model.csft_mode": "self"},
    "shortcut_none": {"model.moment_shortcut": "none"},
    "shortcut_static": {"model.moment_shortcut": "static"},
    **{f"alpha_{alpha}": {"model.alpha": float(alpha)} for alpha in (1, 10, 30, 300, 1000)},
}
"""Questions the paper leaves open, as further rows: whatever takes a method's name takes one of these."""


ROWS = METHODS | VARIANTS


def resolve(preset: str, domain: str, method: str, *, optimizer: str = "", **overrides: Any) -> Config:
    """The full config of a run: defaults, preset, optimizer, method, then ``path=value`` overrides.

    optimizer: a row of OPTIMIZERS in the place of the preset's or the method's own rates. Overrides are
    given with dots as two underscores, ``model__alpha=50``. Raises ConfigError for an unknown name or path.
    """
    for what, name, known in (
        ("preset", preset, PRESETS),
        ("optimizer", optimizer, ("", *OPTIMIZERS)),
        ("domain", domain, (*DOMAINS, POOLED)),
        ("method", method, ROWS),
    ):
        if name not in known:
            raise ConfigError(f"unknown {what} {name!r}: choose from {', '.join(filter(None, known))}")
    row = RIVALS.get(method, {}).get(preset, {}) | ROWS[method]
    changes = PRESETS[preset] | row | OPTIMIZERS.get(optimizer, {})
    changes |= {"preset": preset, "method": method, "data.domain": domain}
    changes |= {path.replace("__", "."): value for path, value in overrides.items()}
    data = dataclasses.asdict(Config())
    for path, value in changes.items():
        _set(data, path, value)
    return from_dict(data)


def _set(data: dict[str, Any], path: str, value: Any) -> None:
    """Put ``value`` at ``a.b.c`` of nested tables; raises ConfigError where there is no such field."""
    *groups, leaf = path.split(".")
    table: Any = data
    for group in groups:
        table = table.get(group) if isinstance(table, dict) else None
    if not isinstance(table, dict) or leaf not in table:
        raise ConfigError(f"unknown config field {path!r}")
    table[leaf] = value
