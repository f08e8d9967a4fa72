"""Weights on disk: safetensors with the config beside them, nothing that could run code.

A file from elsewhere is hostile until its header agrees with the network that its config
describes: names and shapes are compared before anything is allocated.
"""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from repro.config import Config, ConfigError, from_dict, to_dict
from repro.methods import build_method
from repro.record import RecordError, atomic_path

CHECKPOINT = "checkpoint.safetensors"  # in every run folder
BUILTIN = "builtin"  # what the weights that ship with the package are called on the command line
SHIPPED = "ours.safetensors"  # in repro/assets, beside its model card
NETS = "nets."  # prefix of the method's tensors; a checkpoint holds optimiser state as well
AVERAGE = "average."  # prefix of their moving average, where a checkpoint has one: what is used and shipped


def save_tensors(path: Path, tensors: dict[str, Tensor], card: dict[str, Any]) -> None:
    """Write tensors and a JSON card into one safetensors file, atomically."""
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with atomic_path(path) as temporary:
        save_file(contiguous, temporary, {"card": json.dumps(card, sort_keys=True)})


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and card of a file written by `save_tensors`; raises RecordError when it is not one."""
    try:
        with safe_open(path, "pt") as file:
            card = json.loads((file.metadata() or {})["card"])
            return {name: file.get_tensor(name) for name in file.keys()}, card  # noqa: SIM118
    except FileNotFoundError as error:
        raise RecordError(f"{path} does not exist") from error
    except (SafetensorError, OSError, KeyError, ValueError, RecursionError) as error:
        raise RecordError(f"{path} is not a weights file of this package: {error}") from error


def save_weights(path: Path, method: nn.Module, config: Config, numbers: dict[str, Any]) -> None:
    """Write a method built for use: half precision, with its measured numbers and its config.

    The data folder is left out of the config: it is one machine's business.
    """
    tensors = {NETS + name: tensor.half() for name, tensor in method.state_dict().items()}
    placeless = replace(config, data=replace(config.data, root=""))
    save_tensors(path, tensors, {"config": to_dict(placeless), "numbers": numbers})


def weights_path(source: str | Path) -> Path:
    """The file behind BUILTIN, a run folder or a weights file.

    Raises RecordError when there is none.
    """
    if source == BUILTIN:
        return Path(str(resources.files("repro") / "assets" / SHIPPED))
    path = Path(source) / CHECKPOINT if Path(source).is_dir() else Path(source)
    if not path.is_file():
        raise RecordError(f"no weights at {path}: give a run folder of `repro train` or a .safetensors file")
    return path


def load_method(path: Path) -> tuple[nn.Module, Config, dict[str, Any]]:
    """The method in a weights file or checkpoint, in float32 and eval mode, with config and card.

    It is built for use: critics and feature net are left out, and where a checkpoint holds a moving average
    of the weights, that is taken. Raises RecordError when the file is damaged or does not fit the network
    that its config describes.
    """
    tensors, card = read_tensors(path)
    try:
        config = from_dict(card["config"])
        with torch.device("meta"):  # nothing is allocated until names and shapes agree
            method = build_method(config, load_features=None)
    except (ConfigError, KeyError, TypeError) as error:
        raise RecordError(f"{path}: its config is not usable: {error}") from error
    nets = _for_use(tensors)
    expected = {name: tuple(t.shape) for name, t in method.state_dict().items()}
    if expected != {name: tuple(t.shape) for name, t in nets.items()}:
        raise RecordError(f"{path}: its tensors do not fit the network that its config describes")
    method.load_state_dict(nets, assign=True)
    return method.eval().requires_grad_(False), config, card


def _for_use(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The nets of a file without its critics; their moving average where there is one."""
    prefix = AVERAGE if any(name.startswith(AVERAGE) for name in tensors) else NETS
    nets = {name.removeprefix(prefix): t.float() for name, t in tensors.items() if name.startswith(prefix)}
    return {name: t for name, t in nets.items() if not name.startswith("critics.")}


def load_run(run_dir: Path) -> tuple[nn.Module, Config, dict[str, Any]]:
    """`load_method` of a run folder's last checkpoint.

    Raises RecordError when the folder holds none, or one whose training has not ended.
    """
    if not (run_dir / CHECKPOINT).exists():
        raise RecordError(
            f"{run_dir} holds no {CHECKPOINT}: train into it first (repro train --run-dir {run_dir})"
        )
    method, config, card = load_method(run_dir / CHECKPOINT)
    try:
        step = int(card["progress"]["step"])
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError(f"{run_dir / CHECKPOINT} does not say how far its training got") from error
    if step < config.train.steps:
        raise RecordError(
            f"{run_dir} stopped at step {step} of {config.train.steps}: "
            "finish it with --resume before measuring it"
        )
    return method, config, card
