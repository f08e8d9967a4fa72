"""Every number of an experiment, once, with its unit and where it comes from.

A config is data: frozen dataclasses that stop at constructors. Presets and methods are rows of
overrides on top of the defaults, so ``resolve("laptop", "anime", "ours")`` is the whole story of a
run and its hash names it. Numbers in [ ] are items of the book's list of ambiguities.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from repro.contracts import DOMAINS


class ConfigError(ValueError):
    """A config that names an unknown field, holds a wrong type, or asks for the impossible."""


@dataclass(frozen=True)
class DataConfig:
    """Which pictures, how many, how they are distorted."""

    dataset: Literal["toybox", "edges2shoes"] = "toybox"
    root: str = ""  # folder of the real data set; empty for toybox
    domain: str = "anime"  # one of repro.contracts.DOMAINS
    size: int = 64  # px, side of the square picture; a multiple of 16
    train_count: int = 4000  # pictures the training draws from
    holdout: int = 200  # pictures kept out of training where the folder has no split of its own
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
    csft_mode: Literal["cross", "symmetric", "self", "residual"] = "cross"  # who asks whom; residual: w/o CSFT [17, 19]
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


_SMALL = {
    "model.pyramid_channels": (16, 32, 48, 64, 64, 64, 64),
    "model.pyramid_dilations": (1, 1, 1, 1, 2, 4, 8),
    "model.common_channels": 64,
    "model.generator_channels": (16, 32, 64, 96),
    "optim.lr": 1e-3,
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
        "train.steps": 2500,
        "train.batch": 8,
        "train.sheet_every": 500,
        "train.checkpoint_every": 250,
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
    "paper": {"data.size": 256, "data.train_count": 14_224},
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
        *groups, leaf = path.split(".")
        target = data
        for group in groups:
            target = target.get(group, {})
        if leaf not in target:
            raise ConfigError(f"unknown config field {path!r}")
        target[leaf] = value
    return from_dict(data)


def from_dict(data: Mapping[str, Any]) -> Config:
    """Rebuild a config from JSON data that may come from anywhere.

    Raises ConfigError that names the field when one is missing, unknown, of a wrong type, or out of range.
    """
    config = _build(Config, data, "config")
    _check(config)
    return config


def to_dict(config: Config) -> dict[str, Any]:
    """Plain JSON data; ``from_dict`` is its inverse."""
    return json.loads(json.dumps(dataclasses.asdict(config)))


def config_hash(config: Config) -> str:
    """Twelve hex digits that change when any field does (the data folder's place aside)."""
    data = to_dict(config)
    data["data"].pop("root")
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:12]


def _build(kind: Any, data: Any, where: str) -> Any:
    """One value of type ``kind`` out of JSON data, strictly."""
    if dataclasses.is_dataclass(kind):
        if not isinstance(data, Mapping):
            raise ConfigError(f"{where} must be a table of fields, got {type(data).__name__}")
        hints = typing.get_type_hints(kind)
        wrong = set(data) ^ set(hints)
        if wrong:
            raise ConfigError(f"{where}: unknown or missing field(s) {', '.join(sorted(map(str, wrong)))}")
        return kind(**{name: _build(hint, data[name], f"{where}.{name}") for name, hint in hints.items()})
    origin = typing.get_origin(kind)
    if origin is Literal:
        if data not in typing.get_args(kind):
            raise ConfigError(f"{where} must be one of {', '.join(typing.get_args(kind))}, got {data!r}")
        return data
    if origin is tuple:
        if not isinstance(data, list | tuple) or not 1 <= len(data) <= 16:
            raise ConfigError(f"{where} must be a short list, got {data!r}")
        return tuple(_build(typing.get_args(kind)[0], item, where) for item in data)
    if isinstance(kind, types.GenericAlias) or type(data) not in ((int, float) if kind is float else (kind,)):
        raise ConfigError(f"{where} must be {kind.__name__}, got {data!r}")
    return kind(data)


def _check(config: Config) -> None:
    """Refuse what would only fail later, deep inside a constructor."""
    model, data = config.model, config.data
    widths = (*model.pyramid_channels, *model.generator_channels, model.common_channels)
    rules = (
        (data.size % 16 == 0 and 16 <= data.size <= 1024, "data.size must be a multiple of 16 up to 1024"),
        (all(1 <= width <= 4096 for width in widths), "model widths must lie in 1…4096"),
        (len(model.pyramid_channels) >= 4, "model.pyramid_channels needs at least four levels to reach H/4"),
        (
            len(model.pyramid_dilations) == len(model.pyramid_channels),
            "model.pyramid_dilations needs one number for each of model.pyramid_channels",
        ),
        (all(1 <= d <= 64 for d in model.pyramid_dilations), "model.pyramid_dilations must lie in 1…64"),
        (model.common_channels >= 3, "model.common_channels must be ≥ 3 to carry a colour"),
        (config.train.steps >= 1 and config.train.batch >= 1, "train.steps and train.batch must be ≥ 1"),
        (config.evaluate.pairs >= 2, "evaluate.pairs must be ≥ 2"),
        (config.seed >= 0, "seed must be ≥ 0"),
        (data.domain in DOMAINS, f"data.domain must be one of {', '.join(DOMAINS)}"),
        (data.dataset != "edges2shoes" or bool(data.root), "data.dataset edges2shoes needs data.root"),
    )
    for holds, message in rules:
        if not holds:
            raise ConfigError(message)
