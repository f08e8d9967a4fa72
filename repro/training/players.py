"""Every player's optimiser: whose weights it owns, at which rate, and how a step is taken."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from repro.config import ConfigError, OptimConfig
from repro.contracts import Terms
from repro.training.devices import mean_over_processes

DECAYS: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "constant": lambda _: 1.0,
        "cosine": lambda done: 0.5 * (1 + math.cos(math.pi * done)),
        "half_linear": lambda done: min(1.0, 2 * (1 - done)),
        "halving": lambda done: 0.5 ** int(10 * done + 1e-9),  # whatever a tenth was rounded to
    }
)
"""Name of a schedule → its factor after a share ``done`` of all steps."""


def rate_factor(step: int, optim: OptimConfig, steps: int) -> float:
    """What all rates are multiplied by at ``step`` (from 0): warm-up, and one of DECAYS."""
    factor = min(1.0, (step + 1) / max(1, optim.warmup))
    return factor * DECAYS[optim.decay](step / steps)


def weighted_total(terms: Terms, weights: Mapping[str, float]) -> Tensor:
    """Σ weight · term: the one place where weights are applied. Raises ConfigError when there is no term."""
    if not terms:
        raise ConfigError("no loss is left to train on: give one of them a weight above 0 (--loss.…)")
    return torch.stack([weights[name] * term for name, term in terms.items()]).sum()


class Players:
    """The optimisers of a method's players. Two rates make two time-scales (TTUR; Heusel et al. 2017)."""

    def __init__(self, fabric: Fabric, method: nn.Module, optim: OptimConfig) -> None:
        self.fabric, self.clip = fabric, optim.clip
        self.rates = {"generator": optim.lr, "critics": optim.critic_lr}
        self.nets: dict[str, nn.ModuleList] = {}
        self.optimizers: dict[str, Optimizer] = {}
        for player, names in method.players.items():  # type: ignore[union-attr]
            self.nets[player] = nn.ModuleList(getattr(method, name) for name in names)
            adam = Adam(
                self.nets[player].parameters(),
                lr=self.rates[player],
                betas=(optim.beta1, optim.beta2),
                weight_decay=optim.weight_decay,
            )
            self.optimizers[player] = fabric.setup_optimizers(adam)  # type: ignore[assignment]

    def step(self, player: str, total: Tensor, factor: float) -> None:
        """Move a player's weights down the gradient of ``total``, at its own rate times ``factor``."""
        optimizer = self.optimizers[player]
        optimizer.param_groups[0]["lr"] = self.rates[player] * factor
        optimizer.zero_grad()
        self.fabric.backward(total)
        if self.fabric.world_size > 1:
            self._average_gradients(player)
        if self.clip:
            self.fabric.clip_gradients(
                self.nets[player], optimizer, max_norm=self.clip, error_if_nonfinite=False
            )
        optimizer.step()

    def _average_gradients(self, player: str) -> None:
        """Every process then steps alike, as one would that had seen the whole batch."""
        gradients = [p.grad for p in self.nets[player].parameters() if p.grad is not None]
        together = mean_over_processes(self.fabric, torch.cat([g.flatten() for g in gradients]))
        for gradient, mean in zip(gradients, together.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(mean.view_as(gradient))
