"""Exact resume: everything the next step depends on, in one atomic file.

Batches are functions of (seed, step), so a checkpoint is the nets, the optimisers and the step.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from repro.config import Config, to_dict
from repro.record import RecordError
from repro.methods.weights import CHECKPOINT, NETS, read_tensors, save_tensors


def save_checkpoint(
    run_dir: Path, config: Config, method: nn.Module, optimizers: dict[str, Optimizer], progress: dict[str, Any]
) -> None:
    """Write ``run_dir/checkpoint.safetensors``; ``progress`` holds ``step`` and ``seconds``."""
    tensors = {NETS + name: tensor for name, tensor in method.state_dict().items()}
    for player, optimizer in optimizers.items():
        tensors |= _optimizer_tensors(player, optimizer)
    save_tensors(run_dir / CHECKPOINT, tensors, {"config": to_dict(config), "progress": progress})


def load_checkpoint(
    run_dir: Path, config: Config, method: nn.Module, optimizers: dict[str, Optimizer]
) -> dict[str, Any]:
    """Restore nets and optimisers in place and return the progress.

    Raises RecordError when the checkpoint is damaged or belongs to another config; it names the
    fields that differ.
    """
    path = run_dir / CHECKPOINT
    tensors, card = read_tensors(path)
    changed = sorted(_differences(card.get("config", {}), to_dict(config)))
    if changed:
        raise RecordError(
            f"{path} was written with another config; these fields differ: {', '.join(changed)}. "
            "Give the same options, or train into a new --run-dir."
        )
    method.load_state_dict({n.removeprefix(NETS): t for n, t in tensors.items() if n.startswith(NETS)})
    for player, optimizer in optimizers.items():
        _restore_optimizer(player, optimizer, tensors)
    return card["progress"]


def _optimizer_tensors(player: str, optimizer: Optimizer) -> dict[str, Tensor]:
    state = optimizer.state_dict()["state"]
    return {
        f"optim.{player}.{index}.{key}": torch.as_tensor(value)
        for index, entries in state.items()
        for key, value in entries.items()
    }


def _restore_optimizer(player: str, optimizer: Optimizer, tensors: dict[str, Tensor]) -> None:
    prefix, state = f"optim.{player}.", {}
    for name, tensor in tensors.items():
        if name.startswith(prefix):
            index, key = name.removeprefix(prefix).split(".")
            state.setdefault(int(index), {})[key] = tensor
    optimizer.load_state_dict(optimizer.state_dict() | {"state": state})


def _differences(old: Any, new: Any, where: str = "") -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        keys = set(old) | set(new)
        return [d for k in keys for d in _differences(old.get(k), new.get(k), f"{where}.{k}".lstrip("."))]
    return [] if old == new else [where]
