"""Every number of an experiment, once, with its unit and where it comes from.

A config is data: frozen dataclasses that stop at constructors. Presets and methods are rows of
overrides on top of the defaults, so ``resolve("laptop", "anime", "ours")`` is the whole story of a
run and its hash names it.
"""

from __future__ import annotations

from .fields import (
    Config,
    ConfigError,
    DataConfig,
    EvalConfig,
    LossConfig,
    ModelConfig,
    OptimConfig,
    TrainConfig,
    term_weights,
)
from .presets import METHODS, OPTIMIZERS, PRESETS, VARIANTS, resolve
from .serial import config_hash, from_dict, to_dict

__all__ = [
    "METHODS",
    "OPTIMIZERS",
    "PRESETS",
    "VARIANTS",
    "Config",
    "ConfigError",
    "DataConfig",
    "EvalConfig",
    "LossConfig",
    "ModelConfig",
    "OptimConfig",
    "TrainConfig",
    "config_hash",
    "from_dict",
    "resolve",
    "term_weights",
    "to_dict",
]
