"""The five rivals of §4.3: their recipes, and how wide they are under each preset.

Under ``paper`` a rival is what its own paper says. In the small presets it has as many learnt parameters as
ours (± 20 %), sees as many pictures, and shares our schedule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SMALL = ("smoke", "laptop", "shipped", "colab")

_TTUR = {"optim.lr": 1e-4, "optim.critic_lr": 4e-4, "optim.beta1": 0.0, "optim.beta2": 0.9}
"""Of SPADE and CoCosNet: half and twice a rate of 2e-4."""


def _rival(
    official: Mapping[str, Any], small: Mapping[str, Any], channels: Mapping[str, int]
) -> dict[str, dict[str, Any]]:
    """official: overrides at full size; small: at every other; channels: of each of SMALL, grid as laptop."""
    rows = {preset: {**small, "model.rival_channels": channels[preset]} for preset in SMALL}
    return rows | {"grid": rows["laptop"], "paper": dict(official)}


_UNMATED = {"loss.colorific": 0.0}  # they look at no mate of the exemplar: none is looked for

RIVALS: dict[str, dict[str, dict[str, Any]]] = {
    "spade": _rival(
        official=_TTUR | {"optim.decay": "half_linear"},
        small={"optim.lr": 1e-3, "optim.critic_lr": 1e-3, "optim.beta1": 0.5},
        channels={"smoke": 3, "laptop": 8, "shipped": 9, "colab": 18},
    ),
    "munit": _rival(
        official=_UNMATED
        | {"optim.lr": 1e-4, "optim.critic_lr": 1e-4, "optim.beta1": 0.5, "optim.weight_decay": 1e-4}
        | {"optim.decay": "halving"},
        small=_UNMATED
        | {"optim.lr": 1e-3, "optim.critic_lr": 1e-3, "optim.beta1": 0.5, "optim.weight_decay": 1e-4},
        channels={"smoke": 5, "laptop": 12, "shipped": 14, "colab": 28},
    ),
    "cyclegan": _rival(
        official=_UNMATED
        | {"optim.lr": 2e-4, "optim.critic_lr": 2e-4, "optim.beta1": 0.5, "optim.decay": "half_linear"},
        small=_UNMATED | {"optim.lr": 5e-4, "optim.critic_lr": 5e-4, "optim.beta1": 0.5},
        channels={"smoke": 6, "laptop": 16, "shipped": 18, "colab": 36},
    ),
    "sun": _rival(
        official={"optim.lr": 5e-5, "optim.critic_lr": 2e-4, "optim.beta1": 0.0},
        small={"optim.lr": 5e-4, "optim.critic_lr": 1e-3, "optim.beta1": 0.0},
        channels={"smoke": 9, "laptop": 27, "shipped": 30, "colab": 59},
    ),
    "cocosnet": _rival(
        official=_TTUR | {"optim.decay": "half_linear"},
        small={"optim.lr": 1e-3, "optim.critic_lr": 2e-4, "optim.beta1": 0.5},
        channels={"smoke": 2, "laptop": 7, "shipped": 8, "colab": 16},
    ),
}
"""Method → preset → overrides, in the order of the paper's tables."""
