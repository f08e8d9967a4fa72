"""What a run writes down: metrics, TensorBoard, sheets, a checkpoint without pickle, its cost beforehand."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors import safe_open
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from repro.config import resolve
from repro.contracts import Batch
from repro.methods import build_method
from repro.methods.weights import CHECKPOINT
from repro.training.budget import budget
from repro.training.journal import METRICS, Journal


def test_a_resumed_journal_forgets_what_will_be_done_again(tmp_path: Path) -> None:
    lines = [json.dumps({"step": step, "loss": step / 10}) for step in (2, 4, 6, 8)]
    (tmp_path / METRICS).write_text("\n".join([*lines, '{"step": 10, "lo']))
    journal = Journal(tmp_path, 6)
    journal.numbers(8, {"loss": 0.123456789})
    journal.close()
    kept = (tmp_path / METRICS).read_text().splitlines()
    assert kept == [*lines[:3], '{"step": 8, "loss": 0.123457}']


@pytest.mark.parametrize("torn", ["", "{", '{"step"', '{"step": 2', "[2]", "2", "null"])
def test_a_torn_line_is_dropped_wherever_it_was_cut(tmp_path: Path, torn: str) -> None:
    (tmp_path / METRICS).write_text('{"step": 1}\n' + torn)
    Journal(tmp_path, 5).close()
    assert (tmp_path / METRICS).read_text() == '{"step": 1}\n'


def test_a_run_leaves_everything_it_should(whole_run: Path) -> None:
    names = {path.name for path in whole_run.iterdir()}
    assert names == {"config.json", METRICS, CHECKPOINT, "sheets", "tensorboard"}
    assert [p.name for p in sorted((whole_run / "sheets").iterdir())] == [
        "step_000008.png",
        "step_000016.png",
    ]
    sheet = np.asarray(Image.open(whole_run / "sheets" / "step_000016.png"))
    assert sheet.shape[2] == 3
    assert len(np.unique(sheet.reshape(-1, 3), axis=0)) > 500  # pictures, not a blank page
    last = json.loads((whole_run / METRICS).read_text().splitlines()[-1])
    weights = json.loads((whole_run / "config.json").read_text())["loss"]
    told = {"generator": {name for name, weight in weights.items() if isinstance(weight, float)}}
    told["critics"] = {"structural", "colorific"}
    terms = {f"{player}/{name}" for player, names in told.items() for name in names | {"total"}}
    assert set(last) == terms | {"step", "lr", "seconds"}
    for player, names in told.items():
        expected = sum(weights[name] * last[f"{player}/{name}"] for name in names)
        assert last[f"{player}/total"] == pytest.approx(expected, abs=1e-3)


def test_tensorboard_shows_the_same_numbers(whole_run: Path) -> None:
    board = EventAccumulator(str(whole_run / "tensorboard")).Reload()
    lines = [json.loads(line) for line in (whole_run / METRICS).read_text().splitlines()]
    shown = {event.step: event.value for event in board.Scalars("generator/total")}
    assert shown == pytest.approx({line["step"]: line["generator/total"] for line in lines}, abs=1e-4)
    assert [event.step for event in board.Images("sheet")] == [8, 16]


def test_a_checkpoint_is_tensors_and_json_alone(whole_run: Path) -> None:
    path = whole_run / CHECKPOINT
    assert not zipfile.is_zipfile(path)  # what torch.save would write
    with safe_open(path, "pt") as file:
        card = json.loads(file.metadata()["card"])
        names = set(file.keys())
    assert {name.split(".")[0] for name in names} == {"nets", "optim"}
    assert set(card) == {"config", "progress", "scaler"}
    assert set(card["progress"]) == {"step", "seconds", "commit", "hardware", "pictures", "skipped"}


# Cost


def test_the_budget_counts_every_parameter() -> None:
    config = resolve("smoke", "anime", "ours")
    method = build_method(config)
    lines = list(budget(config).lines())
    counted = {line.split()[0]: int(line.split()[1].replace(",", "")) for line in lines[:-2]}
    nets = {name: sum(p.numel() for p in net.parameters()) for name, net in method.named_children()}
    nets = {name: count for name, count in nets.items() if count}  # a frozen net learns nothing
    assert counted == nets | {"all": sum(nets.values())}
    used = sum(p.numel() for p in build_method(config, load_features=None).parameters())
    assert lines[-2].split()[:2] == ["used", f"{used:,}"]
    assert lines[-1].startswith("estimated memory of a step: ")


def test_the_memory_grows_with_the_batch_and_not_with_its_square() -> None:
    def mebibytes(batch: int) -> float:
        line = list(budget(resolve("laptop", "anime", "ours", train__batch=batch)).lines())[-1]
        return float(line.split(":")[1].split()[0].replace(",", ""))

    one, two, four = (mebibytes(batch) for batch in (4, 8, 16))
    assert four - two == pytest.approx(2 * (two - one), rel=0.05)
    assert two > one > 18  # weights, gradients and Adam's moments of 1.15 M parameters are 18 MiB


def test_estimating_computes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The step runs without memory: 256² at full width on the meta device."""
    seen: list[Batch] = []
    kind = type(build_method(resolve("smoke", "anime", "ours")))
    original = kind.phases
    monkeypatch.setattr(kind, "phases", lambda self, batch: seen.append(batch) or original(self, batch))
    budget(resolve("paper", "anime", "ours"))
    assert all(tensor.is_meta for tensor in (seen[0].x_s, seen[0].x_e, seen[0].x_t))
