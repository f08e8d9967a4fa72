"""The rows of the results table, side by side on one contract."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from repro.config import Config, ConfigError
from repro.methods.ours import Ours

METHOD_CLASSES: dict[str, Callable[[Config], nn.Module]] = {"ours": Ours}
"""Name in the config → class. Ablations are overrides of ``ours`` in ``repro.config.METHODS``."""


def build_method(config: Config) -> nn.Module:
    """The method a config names, freshly initialised from torch's global generator.

    Raises ConfigError for a method that has no class.
    """
    if config.method not in METHOD_CLASSES:
        raise ConfigError(f"method {config.method!r} has no implementation yet")
    return METHOD_CLASSES[config.method](config)
