"""Exact resume: everything the next step depends on, in one atomic file.

Batches and random numbers are functions of (seed, step), so a checkpoint is the nets, their moving
average, the optimisers and the progress.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor, nn
from torch.optim import Optimizer

from repro.config import Config, ConfigError, from_dict, to_dict
from repro.methods.weights import AVERAGE, CHECKPOINT, NETS, read_tensors, save_tensors
from repro.record import RecordError
from repro.training.average import MovingAverage
from repro.training.players import Players

PLACE = "data.root"  # the one field that may change on resume: the folder of the data may move


def save_checkpoint(
    run_dir: Path,
    config: Config,
    method: nn.Module,
    players: Players,
    average: MovingAverage,
    progress: dict[str, Any],
) -> None:
    """Write ``run_dir/checkpoint.safetensors``; ``progress`` holds step, seconds, commit and hardware.

    Raises OSError when it cannot be written; the checkpoint before is then untouched.
    """
    tensors = {NETS + name: tensor for name, tensor in method.state_dict().items()}
    tensors |= {AVERAGE + name: tensor for name, tensor in average.kept.items()}
    for player, optimizer in players.optimizers.items():
        tensors |= _optimizer_tensors(player, optimizer)
    scaler = players.fabric.strategy.precision.state_dict()  # of float16's gradients, empty otherwise
    card = {"config": to_dict(config), "progress": progress, "scaler": scaler}
    try:
        save_tensors(run_dir / CHECKPOINT, tensors, card)
    except SafetensorError as error:  # a full disk, in the words of a library that raises no OSError
        raise OSError(str(error)) from error


def load_checkpoint(
    run_dir: Path, config: Config, method: nn.Module, players: Players, average: MovingAverage
) -> dict[str, Any]:
    """Restore nets, their average and the optimisers in place and return the progress.

    Raises RecordError when the checkpoint is damaged or belongs to another config; it names the
    fields that differ.
    """
    path = run_dir / CHECKPOINT
    tensors, card = read_tensors(path)
    try:
        same_config(card["config"], to_dict(config), path)
        progress = {"step": int(card["progress"]["step"])} | card["progress"]
        _restore_nets(method, _without(NETS, tensors))
        average.restore(_without(AVERAGE, tensors))
        for player, optimizer in players.optimizers.items():
            _restore_optimizer(player, optimizer, tensors)
        players.fabric.strategy.precision.load_state_dict(card["scaler"])
    except (KeyError, TypeError, RuntimeError) as error:
        raise RecordError(f"{path} does not fit this version of the package: {error}") from error
    return progress


def same_config(old: Any, new: Any, path: Path) -> None:
    """Raise RecordError that names the fields in which two configs differ, the data folder's place aside.

    old: what ``path`` was written with; new: what is asked for, both as JSON data.
    """
    with suppress(ConfigError, TypeError):
        old = to_dict(from_dict(old))  # fields that are younger than the file, at their defaults
    changed = sorted(set(differences(old, new)) - {PLACE})
    if changed:
        raise RecordError(
            f"{path} was written with another config; these fields differ: {', '.join(changed)}. "
            "Give the same options, or train into a new --run-dir."
        )


def _without(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}


def _restore_nets(method: nn.Module, nets: dict[str, Tensor]) -> None:
    """Copy into the tensors that are there; KeyError names the first that does not fit."""
    own = method.state_dict()
    wrong = {name for name in own.keys() & nets.keys() if own[name].shape != nets[name].shape}
    if wrong := sorted(wrong | own.keys() ^ nets.keys()):
        raise KeyError(f"{len(wrong)} tensors are missing, unknown or of another shape, first {wrong[0]}")
    method.load_state_dict(nets)


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


def differences(old: Any, new: Any, where: str = "") -> list[str]:
    """Dotted names of the fields in which two nested dictionaries differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = set(old) | set(new)
        return [d for k in keys for d in differences(old.get(k), new.get(k), f"{where}.{k}".lstrip("."))]
    return [] if old == new else [where or "everything"]
