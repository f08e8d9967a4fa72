"""The moving average: its formula, its place, and that what is used and shipped is the average."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest
import torch
from torch import nn

from repro.config import resolve
from repro.methods.weights import CHECKPOINT, load_run, read_tensors
from repro.training.average import MovingAverage
from repro.training.trainer import Trainer


class Pair(nn.Module):
    """A net that is used, and a critic."""

    players = MappingProxyType({"generator": ("used",), "critics": ("critic",)})

    def __init__(self) -> None:
        super().__init__()
        self.used, self.critic = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
        nn.init.zeros_(self.used.weight)


def test_it_is_the_recursion() -> None:
    method = Pair()
    average, expected = MovingAverage(method, 0.6), 0.0
    for step in range(1, 40):
        with torch.no_grad():
            method.used.weight.fill_(step**0.5)
        average.update(step)
        decay = min(0.6, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * step**0.5
        assert float(average.kept["used.weight"]) == pytest.approx(expected, rel=1e-5)
    assert set(average.kept) == {"used.weight"}  # critics are not for use


def test_it_stands_in_and_leaves_again_whatever_happens() -> None:
    method = Pair()
    average = MovingAverage(method, 0.5)
    with torch.no_grad():
        method.used.weight.fill_(7.0)

    def look_and_fail() -> None:
        with average.in_place():
            assert method.used.weight.item() == 0.0
            raise RuntimeError("planted")

    with pytest.raises(RuntimeError, match="planted"):
        look_and_fail()
    assert method.used.weight.item() == 7.0
    assert float(average.kept["used.weight"]) == 0.0


def test_without_a_decay_there_is_none() -> None:
    average = MovingAverage(Pair(), 0.0)
    average.update(1)
    assert average.kept == {}
    with average.in_place():
        pass


def test_the_average_is_saved_resumed_and_what_a_run_gives_to_its_users(tmp_path: Path) -> None:
    config = resolve("smoke", "anime", "ours", optim__ema=0.9, train__steps=4, train__checkpoint_every=2)
    Trainer(config, tmp_path / "run", resume=False).run()
    tensors, _ = read_tensors(tmp_path / "run" / CHECKPOINT)
    method, _, _ = load_run(tmp_path / "run")
    for name, weight in method.state_dict().items():
        assert torch.equal(weight, tensors[f"average.{name}"])
    moved = [not torch.equal(tensors[f"average.{n}"], tensors[f"nets.{n}"]) for n in method.state_dict()]
    assert sum(moved) > len(moved) / 2
    assert any(name.startswith("nets.critics.") for name in tensors)
    again = Trainer(config, tmp_path / "run", resume=True)
    assert all(torch.equal(tensor, tensors[f"average.{name}"]) for name, tensor in again.average.kept.items())
