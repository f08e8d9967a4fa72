"""The rows of the results table, side by side on one contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from torch import nn

from repro.config import METHODS, VARIANTS, Config, ConfigError
from repro.methods.cocosnet import CoCosNet
from repro.methods.cyclegan import CycleGAN
from repro.methods.feature_nets import feature_net
from repro.methods.munit import MUNIT
from repro.methods.ours import Ours
from repro.methods.spade import Spade
from repro.methods.sun import Sun
from repro.models.features import FeatureNet

LoadFeatures = Callable[[str], FeatureNet]

METHOD_CLASSES: Mapping[str, Callable[[Config, LoadFeatures | None], nn.Module]] = MappingProxyType(
    dict.fromkeys((*METHODS, *VARIANTS), Ours)
    | {"spade": Spade, "munit": MUNIT, "cyclegan": CycleGAN, "sun": Sun, "cocosnet": CoCosNet}
)
"""Name in the config → class. Rivals have one each; ablations and variants are overrides of ``ours`` in
``repro.config``."""


def build_method(config: Config, load_features: LoadFeatures | None = feature_net) -> nn.Module:
    """The method a config names, freshly initialised from torch's global generator.

    load_features: name of a feature net → the net, for training. None builds only what `translate`
    needs: neither critics nor feature net. Raises ConfigError for a method that has no class,
    FeatureNetError when the feature net is not there.
    """
    if config.method not in METHOD_CLASSES:
        raise ConfigError(f"method {config.method!r} has no implementation yet")
    return METHOD_CLASSES[config.method](config, load_features)
