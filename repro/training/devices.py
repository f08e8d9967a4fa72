"""Where a run takes place: one device, or several processes that ``torchrun`` has started."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from repro.config import ConfigError, TrainConfig


def launch(train: TrainConfig) -> Fabric:
    """Fabric on the devices at hand: alone, or one of the equals among which a batch is shared.

    The processes are those of ``torchrun`` (on one node or many), each with a device of its own: a GPU, or
    else a share of the processor. Raises ConfigError when the batch cannot be shared evenly.
    """
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_WORLD_SIZE", str(processes)))
    if train.batch % processes:
        raise ConfigError(f"train.batch {train.batch} cannot be shared evenly by {processes} processes")
    fabric = Fabric(
        accelerator="auto",
        devices=local,
        num_nodes=processes // local,
        strategy="ddp" if processes > 1 else "auto",
        precision=train.precision,
    )
    fabric.launch()
    return fabric


def place(method: nn.Module, fabric: Fabric, train: TrainConfig) -> nn.Module:
    """Move a method to its device, in the memory layout and compiled as the config has it.

    Its nets are not wrapped: `Players` averages their gradients itself, so that a method may call them as
    often and in whatever order it likes before a player's step.
    """
    method.to(fabric.device)
    if train.layout == "channels_last":
        method.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if train.recompute == "nets":
        forget_activations(method, method.players["generator"])  # type: ignore[index]
    if train.compile == "nets":
        for net in method.children():
            for part in net.values() if isinstance(net, nn.ModuleDict) else [net]:
                part.compile()
    return method


def forget_activations(method: nn.Module, names: Iterable[str]) -> None:
    """Let these nets keep only their inputs for the backward pass, which computes the rest once more.

    The gradients are the same. Not for nets with spectral normalisation, whose estimate every pass moves.
    """
    for name in names:
        net = getattr(method, name)
        net.forward = partial(_forgetful, net.forward)


def _forgetful(forward: Callable[..., Any], *inputs: Tensor) -> Any:
    if not torch.is_grad_enabled():
        return forward(*inputs)
    return checkpoint(forward, *inputs, use_reentrant=False, preserve_rng_state=False)


def mean_over_processes(fabric: Fabric, value: Tensor) -> Tensor:
    """The mean of a tensor over all processes, the same in each; what is no number anywhere is none here."""
    mean = fabric.all_reduce(value, reduce_op="mean") if fabric.world_size > 1 else value
    assert isinstance(mean, Tensor)
    return mean
