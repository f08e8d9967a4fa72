"""Presets and methods: rows of overrides on top of the defaults, and what a run resolves to."""

from __future__ import annotations

import dataclasses
from typing import Any

from repro.config.fields import Config, ConfigError
from repro.config.serial import from_dict
from repro.contracts import DOMAINS

_SMALL = {
    "model.pyramid_channels": (16, 32, 48, 64, 64, 64, 64),
    "model.pyramid_dilations": (1, 1, 1, 1, 2, 4, 8),
    "model.common_channels": 64,
    "model.generator_channels": (16, 32, 64, 96),
    # Few steps, small pictures: what tells the correspondence directly weighs more than in the paper's
    # long schedule, and wider warps stand in for the variety of many pictures.
    "loss.align": 10.0,
    "loss.coarse": 30.0,
    "data.tps_displacement": 0.2,
    "data.tps_scale": 0.25,
    "data.tps_shift": 0.15,
    "optim.lr": 1.5e-3,
    "optim.beta1": 0.9,
    "optim.decay": "cosine",
    "optim.warmup": 100,
}

PRESETS: dict[str, dict[str, Any]] = {
    "smoke": _SMALL
    | {
        "data.size": 32,
        "data.train_count": 32,
        "data.holdout": 8,
        "model.pyramid_channels": (8, 8, 16, 16, 16),
        "model.pyramid_dilations": (1, 1, 1, 1, 2),
        "model.common_channels": 16,
        "model.generator_channels": (8, 16),
        "optim.warmup": 2,
        "train.steps": 20,
        "train.batch": 4,
        "train.log_every": 5,
        "train.sheet_every": 20,
        "train.checkpoint_every": 5,
        "evaluate.pairs": 16,
        "evaluate.batch": 8,
        "evaluate.bootstrap": 100,
    },
    "laptop": _SMALL
    | {
        "data.train_count": 6000,
        "train.steps": 1650,
        "train.batch": 8,
        "train.sheet_every": 550,
        "train.checkpoint_every": 275,
    },
    "colab": _SMALL
    | {
        "data.size": 128,
        "data.train_count": 20_000,
        "model.pyramid_channels": (32, 64, 96, 128, 128, 128, 128),
        "model.common_channels": 128,
        "model.generator_channels": (48, 96, 192, 256),
        "train.steps": 20_000,
        "train.batch": 16,
    },
    "paper": {"data.size": 256, "data.train_count": 14_224, "loss.coarse": 0.0},
}
"""Preset → overrides of the defaults above."""

METHODS: dict[str, dict[str, Any]] = {"ours": {}}
"""Method or ablation → overrides. The one list that tables, grid, CLI and book read."""


def resolve(preset: str, domain: str, method: str, **overrides: Any) -> Config:
    """The full config of a run: defaults, then preset, then method, then ``path=value`` overrides.

    Overrides are given with dots as two underscores, ``model__alpha=50``. Raises ConfigError for an
    unknown preset, domain, method or path.
    """
    for what, name, known in (
        ("preset", preset, PRESETS),
        ("domain", domain, DOMAINS),
        ("method", method, METHODS),
    ):
        if name not in known:
            raise ConfigError(f"unknown {what} {name!r}: choose from {', '.join(known)}")
    changes = PRESETS[preset] | METHODS[method] | {"preset": preset, "method": method, "data.domain": domain}
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
