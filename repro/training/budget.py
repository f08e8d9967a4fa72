"""What a run will cost, before it is started."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from repro.config import Config
from repro.contracts import Batch, Method
from repro.methods import build_method
from repro.methods.feature_nets import feature_net_of_this_shape
from repro.training.devices import forget_activations

ADAM_COPIES = 4  # weight, gradient and two moments


@dataclass(frozen=True)
class Budget:
    """parameters: net → number of learnt weights. used: of those, what colouring a picture needs.

    flops: operations to colour one picture, a multiplication and an addition counted as two.
    weights, activations: bytes of weights with Adam's moments, and of what autograd keeps over a step.
    """

    parameters: dict[str, int]
    used: int
    flops: int
    weights: int
    activations: int

    def lines(self) -> Iterator[str]:
        """The budget for people."""
        for name, count in self.parameters.items():
            yield f"{name:12s} {count:>12,} parameters"
        yield f"{'all':12s} {sum(self.parameters.values()):>12,} parameters"
        yield f"{'used':12s} {self.used:>12,} of them to colour a picture, in {self.flops / 1e9:,.1f} GFLOPs"
        together = f"{(self.weights + self.activations) / 2**20:,.0f} MiB"
        yield f"estimated memory of a step: {together}, of which weights and Adam {self.weights / 2**20:,.0f}"


def budget(config: Config) -> Budget:
    """What the config's method costs. Nothing is computed: it runs on torch's meta device."""
    method, size, batch = _weightless(config), config.data.size, config.train.batch
    x_s, x_e = (torch.empty(batch, channels, size, size, device="meta") for channels in (1, 3))
    nets = {name: sum(p.numel() for p in net.parameters()) for name, net in method.named_children()}
    parameters = {name: count for name, count in nets.items() if count}  # a frozen net learns nothing
    return Budget(
        parameters=parameters,
        used=_used(_weightless(config), x_s[:1], x_e[:1]),
        flops=_flops(method, x_s[:1], x_e[:1]),
        weights=sum(parameters.values()) * 4 * ADAM_COPIES,
        activations=_activations(config, Batch(x_s, x_e, x_e, x_s, x_e, x_e)),
    )


def _weightless(config: Config) -> nn.Module:
    with torch.device("meta"):
        return build_method(config, feature_net_of_this_shape).to("meta")


def _used(method: nn.Module, x_s: Tensor, y_e: Tensor) -> int:
    """How many learnt weights have a say in the picture."""
    method.translate(x_s, y_e).image.sum().backward()  # type: ignore[operator]
    return sum(p.numel() for p in method.parameters() if p.grad is not None)


def _used_nets(method: nn.Module) -> tuple[str, ...]:
    return cast("Method", method).players["generator"]


def _activations(config: Config, batch: Batch) -> int:
    """What is kept at the most: where nets forget, all but the one whose turn it is in the backward pass."""
    if config.train.recompute == "nothing":
        return _kept_for_backward(_weightless(config), batch)
    nets, most = _used_nets(_weightless(config)), 0
    for net in nets:
        method = _weightless(config)
        forget_activations(method, set(nets) - {net})
        most = max(most, _kept_for_backward(method, batch))
    return most


def _flops(method: nn.Module, x_s: Tensor, y_e: Tensor) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        method.translate(x_s, y_e)  # type: ignore[operator]
    return counter.get_total_flops()


def _kept_for_backward(method: nn.Module, batch: Batch) -> int:
    """Bytes of the distinct tensors, weights aside, that autograd keeps for a player's step, at the most."""
    weights = {parameter.untyped_storage()._cdata for parameter in method.parameters()}
    kept: dict[int, tuple[Tensor, int]] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in weights:
            kept[storage._cdata] = (tensor, storage.nbytes())
        return tensor

    most = 0
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        for _, terms in method.phases(batch):  # type: ignore[operator]
            torch.stack(list(terms.values())).sum()
            most = max(most, sum(size for _, size in kept.values()))
            kept.clear()  # the player has stepped, its graph is gone
    return most
