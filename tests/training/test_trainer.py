"""The loop itself: phases in order, weights in one place, a schedule in closed form, folders guarded."""

from __future__ import annotations

import errno
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from repro.config import Config, resolve, to_dict
from repro.contracts import Batch, Terms, WarpedTranslation
from repro.methods.weights import CHECKPOINT, read_tensors, save_tensors
from repro.record import RecordError, write_json
from repro.training import trainer as trainer_module
from repro.training.folder import CONFIG
from repro.training.trainer import Diverged, Trainer


class Scalar(nn.Module):
    """One number, handed back."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value))

    def forward(self) -> Tensor:
        return self.value * 1


class Duel(nn.Module):
    """Two players with closed-form gradients; the second one's depends on the first one's update."""

    players = MappingProxyType({"generator": ("a",), "critics": ("b",)})
    weights = MappingProxyType({"pseudo": 1.0, "align": 1.0, "coarse": 1.0})

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = Scalar(1.0), Scalar(1.0)
        self.seen: list[tuple[float, float]] = []
        self.noise: list[float] = []
        self.break_at = math.inf

    def phases(self, _: Batch) -> Iterator[tuple[str, Terms]]:
        self.noise.append(float(torch.rand(())))
        factor = math.nan if len(self.noise) > self.break_at else 1.0
        yield "generator", {"pseudo": self.a() * factor, "align": 2 * self.a()}
        self.seen.append((self.a().item(), self.b().item()))
        yield "critics", {"coarse": self.a() * self.b()}

    def translate(self, _: Tensor, y_e: Tensor) -> WarpedTranslation:
        assert not self.training
        small = y_e[..., ::4, ::4] * float(torch.rand(()))
        return WarpedTranslation(y_e, small, small, small)


@pytest.fixture
def duels(monkeypatch: pytest.MonkeyPatch) -> list[Duel]:
    """All duels that trainers have built, the latest last."""
    built: list[Duel] = []
    monkeypatch.setattr(trainer_module, "build_method", lambda _: built.append(Duel()) or built[-1])
    return built


def short(**overrides: Any) -> Config:
    plain = {
        "optim__lr": 0.25,
        "optim__critic_lr": 0.25,
        "optim__decay": "constant",
        "optim__warmup": 0,
        "optim__beta1": 0.0,
        "optim__beta2": 0.0,
    }
    return resolve("smoke", "anime", "ours", **(plain | {"train__steps": 2} | overrides))


def test_players_step_in_turn_and_the_second_sees_the_firsts_move(duels: list[Duel], tmp_path: Path) -> None:
    """Adam with β₁ = β₂ = 0 moves by the rate, whatever the size of the gradient."""
    Trainer(short(), tmp_path / "run", resume=False).run()
    assert duels[0].seen == [pytest.approx((0.75, 1.0), abs=1e-5), pytest.approx((0.5, 0.75), abs=1e-5)]
    assert (duels[0].a().item(), duels[0].b().item()) == pytest.approx((0.5, 0.5), abs=1e-5)
    assert list(read_tensors(tmp_path / "run" / CHECKPOINT)[0])[:2] == ["nets.a.value", "nets.b.value"]


def test_every_step_draws_its_own_random_numbers(duels: list[Duel], tmp_path: Path) -> None:
    """Whatever was drawn before, by sheets or by an interrupted run."""
    Trainer(short(train__sheet_every=1), tmp_path / "one", resume=False).run()
    torch.rand(7)
    Trainer(short(), tmp_path / "other", resume=False).run()
    assert duels[0].noise == duels[1].noise
    assert len(set(duels[0].noise)) == 2


def test_every_player_moves_at_its_own_rate(duels: list[Duel], tmp_path: Path) -> None:
    """Two time-scales (TTUR): Adam with β₁ = β₂ = 0 moves by exactly the rate."""
    Trainer(short(optim__critic_lr=0.125, train__steps=1), tmp_path / "run", resume=False).run()
    assert (duels[0].a().item(), duels[0].b().item()) == pytest.approx((0.75, 0.875), abs=1e-5)


def test_a_loss_that_is_no_number_stops_the_run_before_it_is_saved(duels: list[Duel], tmp_path: Path) -> None:
    config = short(train__steps=6, train__checkpoint_every=1, train__log_every=6)
    trainer = Trainer(config, tmp_path / "run", resume=False)
    duels[0].break_at = 2
    with pytest.raises(Diverged, match=r"generator/pseudo.*step 3.*optim\.lr"):
        trainer.run()
    tensors, card = read_tensors(tmp_path / "run" / CHECKPOINT)
    assert card["progress"]["step"] == 2
    assert all(tensor.isfinite().all() for tensor in tensors.values())


def test_weights_that_are_no_numbers_are_never_saved(duels: list[Duel], tmp_path: Path) -> None:
    """A Ctrl-C between two looks at the losses must not put them over the good checkpoint."""
    trainer = Trainer(short(), tmp_path / "run", resume=False)
    trainer.run()
    good = (tmp_path / "run" / CHECKPOINT).read_bytes()
    with torch.no_grad():
        next(trainer.method.parameters()).fill_(torch.nan)
    with pytest.raises(Diverged, match="nothing was saved"):
        trainer._save()
    assert (tmp_path / "run" / CHECKPOINT).read_bytes() == good


# The run folder


def test_a_used_folder_is_refused_and_a_missing_one_not_resumed(duels: list[Duel], tmp_path: Path) -> None:
    Trainer(short(), tmp_path / "run", resume=False).run()
    with pytest.raises(RecordError, match=r"holds a run already.*--resume"):
        Trainer(short(), tmp_path / "run", resume=False)
    with pytest.raises(RecordError, match="no run to resume"):
        Trainer(short(), tmp_path / "rum", resume=True)
    (tmp_path / "file").touch()
    with pytest.raises(RecordError, match="is a file"):
        Trainer(short(), tmp_path / "file", resume=False)
    assert not (tmp_path / "rum").exists()


def test_resuming_a_finished_run_does_nothing(duels: list[Duel], tmp_path: Path) -> None:
    Trainer(short(), tmp_path, resume=True).run()  # an empty folder may be resumed: make does that
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    Trainer(short(), tmp_path, resume=True).run()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("without_checkpoint", [False, True])
def test_another_config_is_refused_and_named(
    duels: list[Duel], tmp_path: Path, without_checkpoint: bool
) -> None:
    Trainer(short(), tmp_path / "run", resume=False).run()
    if without_checkpoint:
        (tmp_path / "run" / CHECKPOINT).unlink()
    else:
        (tmp_path / "run" / CONFIG).unlink()
    with pytest.raises(RecordError, match=r"differ: model\.alpha, train\.steps\."):
        Trainer(short(train__steps=3, model__alpha=5.0), tmp_path / "run", resume=True)


def test_the_data_folder_may_move(duels: list[Duel], tmp_path: Path) -> None:
    def real(root: str) -> Config:
        return short(data__dataset="edges2shoes", data__root=root)

    run = tmp_path / "run"
    Trainer(short(), run, resume=False).run()
    card = read_tensors(run / CHECKPOINT)[1]
    trainer = Trainer(short(), run, resume=True)
    trainer_module.save_checkpoint(
        run, real("old"), duels[-1], trainer.players, trainer.average, card["progress"]
    )
    write_json(run / CONFIG, to_dict(real("old")))
    trainer = Trainer(real("new"), run, resume=True)
    trainer.run()
    assert read_tensors(run / CHECKPOINT)[1]["config"]["data"]["root"] == "new"
    assert trainer.progress["step"] == 2


def test_other_pictures_are_no_way_to_resume(
    duels: list[Duel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Trainer(short(), tmp_path, resume=False).run()
    trainer = Trainer(short(), tmp_path, resume=True)
    trainer.progress["step"] = 1
    trainer._save()
    pairs = trainer_module.train_pairs(short().data)
    turned = replace(pairs, color=pairs.color[:, :, ::-1])
    monkeypatch.setattr(trainer_module, "train_pairs", lambda _: turned)
    with pytest.raises(RecordError, match=r"the pictures are not those that .* was trained on up to step 1"):
        Trainer(short(), tmp_path, resume=True).run()
    assert read_tensors(tmp_path / CHECKPOINT)[1]["progress"]["step"] == 1


@pytest.mark.parametrize("place", ["repro.record.files.os.replace", "repro.methods.weights.save_file"])
def test_a_full_disk_is_one_clear_error(
    duels: list[Duel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    trainer = Trainer(short(), tmp_path / "run", resume=False)
    monkeypatch.setattr(place, full)
    with pytest.raises(RecordError, match=r"cannot write into .*run.*No space left on device") as caught:
        trainer.run()
    assert "\n" not in str(caught.value)


def test_a_checkpoint_of_other_nets_is_refused(duels: list[Duel], tmp_path: Path) -> None:
    Trainer(short(), tmp_path / "run", resume=False).run()
    tensors, card = read_tensors(tmp_path / "run" / CHECKPOINT)
    for wrong in ({"nets.c.value": torch.zeros(())}, {"nets.a.value": torch.zeros(2)}):
        save_tensors(tmp_path / "run" / CHECKPOINT, tensors | wrong, card)
        with pytest.raises(RecordError, match=f"does not fit.*{next(iter(wrong)).removeprefix('nets.')}"):
            Trainer(short(), tmp_path / "run", resume=True)
