"""Where a run takes place: one device, or several processes that ``torchrun`` has started."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.nn.utils.parametrize import ParametrizationList
from torch.utils.checkpoint import checkpoint, noop_context_fn

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


Estimators = list[tuple[nn.Module, str, Any]]
"""What moves with every pass in training, the attribute that lets it, and that attribute's value at rest."""


def forget_activations(method: nn.Module, names: Iterable[str]) -> None:
    """Let these nets keep only their inputs for the backward pass, which computes the rest once more.

    The gradients are the same. A net with spectral or batch normalisation, whose estimates every pass
    moves, must not be called again before its backward pass.
    """
    for name in names:
        net = getattr(method, name)
        net.forward = partial(_forgetful, net.forward, _estimators(net))


def _forgetful(forward: Callable[..., Any], estimators: Estimators, *inputs: Tensor) -> Any:
    if not torch.is_grad_enabled():
        return forward(*inputs)
    passes = (lambda: (nullcontext(), _at_rest(estimators))) if estimators else noop_context_fn
    return checkpoint(forward, *inputs, use_reentrant=False, preserve_rng_state=False, context_fn=passes)


def _estimators(net: nn.Module) -> Estimators:
    """The running statistics of batch normalisations, and the iterations of spectral norms."""
    batch = [part for part in net.modules() if isinstance(part, nn.BatchNorm2d)]
    lists = (part for part in net.modules() if isinstance(part, ParametrizationList))
    return [
        *((part, "momentum", 0.0) for part in batch),
        *((part, "num_batches_tracked", None) for part in batch),
        *((norm, "training", False) for norms in lists for norm in norms),
    ]


@contextmanager
def _at_rest(estimators: Estimators) -> Iterator[None]:
    """The second pass of a step finds the estimates as the first one left them, and leaves them so."""
    before = [getattr(part, name) for part, name, _ in estimators]
    for part, name, rest in estimators:
        setattr(part, name, rest)
    try:
        yield
    finally:
        for (part, name, _), value in zip(estimators, before, strict=True):
            setattr(part, name, value)


def mean_over_processes(fabric: Fabric, value: Tensor) -> Tensor:
    """The mean of a tensor over all processes, the same in each; what is no number anywhere is none here."""
    mean = fabric.all_reduce(value, reduce_op="mean") if fabric.world_size > 1 else value
    assert isinstance(mean, Tensor)
    return mean
