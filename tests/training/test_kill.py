"""Killed at any moment and resumed, a run ends as if nothing had happened."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import torch

from repro.methods.weights import CHECKPOINT, read_tensors
from repro.training.journal import METRICS

KILLED = -9
INTERRUPTED = 130


def numbers(run_dir: Path) -> list[dict[str, float]]:
    """The lines of metrics.jsonl without the one value that is a clock."""
    lines = [json.loads(line) for line in (run_dir / METRICS).read_text().splitlines()]
    return [{name: value for name, value in line.items() if name != "seconds"} for line in lines]


def same_run(one: Path, other: Path) -> None:
    """Assert equal bits of nets and optimisers, equal metrics, equal sheets."""
    (tensors, card), (expected, expected_card) = (read_tensors(d / CHECKPOINT) for d in (one, other))
    assert tensors.keys() == expected.keys()
    assert any(name.startswith("optim.") for name in expected)
    assert [name for name in expected if not torch.equal(tensors[name], expected[name])] == []
    assert card["progress"]["step"] == expected_card["progress"]["step"]
    assert numbers(one) == numbers(other)
    sheets = sorted(path.name for path in (other / "sheets").iterdir())
    assert sorted(path.name for path in (one / "sheets").iterdir()) == sheets
    for name in sheets:
        assert (one / "sheets" / name).read_bytes() == (other / "sheets" / name).read_bytes()


# In this order each kill strikes later than the last checkpoint of the one before.
MOMENTS = (
    ("before any checkpoint", None),
    ("half a line", 4),
    ("half a checkpoint", 4),
    ("checkpoint not yet in place", 4),
    ("checkpoint just in place", 8),
    ("at the last sheet", 12),
)


def test_a_run_killed_at_every_bad_moment_ends_with_the_same_bits(
    train: Callable[..., int], whole_run: Path, tmp_path: Path
) -> None:
    folder, resume = tmp_path / "run", []
    for moment, kept in MOMENTS:
        assert train(folder, *resume, moment=moment) == KILLED, moment
        assert (folder / CHECKPOINT).exists() == (kept is not None), moment
        if kept:
            assert read_tensors(folder / CHECKPOINT)[1]["progress"]["step"] == kept, moment
        torn = moment in {"half a checkpoint", "checkpoint not yet in place"}
        assert bool(list(folder.glob(".*.safetensors"))) == torn, moment
        resume = ["--resume"]
    assert train(folder, "--resume") == 0
    same_run(folder, whole_run)
    assert [line["step"] for line in numbers(folder)] == list(range(2, 17, 2))
    assert [p.name for p in folder.iterdir() if p.name.startswith(".")] == []


def test_equal_runs_are_not_equal_by_accident(
    train: Callable[..., int], whole_run: Path, tmp_path: Path
) -> None:
    """The comparison above sees a run that differs in its seed alone."""
    folder = tmp_path / "run"
    assert train(folder, "--seed", "1") == 0
    with pytest.raises(AssertionError):
        same_run(folder, whole_run)


@pytest.mark.parametrize(
    ("moment", "status"), [("in set-up", KILLED), ("interrupted in set-up", INTERRUPTED)]
)
def test_stopped_before_the_first_step_it_leaves_nothing(
    train: Callable[..., int], tmp_path: Path, moment: str, status: int
) -> None:
    assert train(tmp_path / "run", moment=moment) == status
    assert not (tmp_path / "run").exists()


def test_a_full_disk_costs_nothing_that_was_saved(
    train: Callable[..., int], whole_run: Path, tmp_path: Path
) -> None:
    """The system refuses files above 100 kB, as a full disk would: a checkpoint is larger."""
    folder = tmp_path / "run"
    assert train(folder, moment="half a line") == KILLED
    before = (folder / CHECKPOINT).read_bytes()
    assert train(folder, "--resume", moment="disk full") == 1
    assert (folder / CHECKPOINT).read_bytes() == before
    assert [p.name for p in folder.iterdir() if p.name.startswith(".")] == []
    assert train(folder, "--resume") == 0
    same_run(folder, whole_run)


@pytest.mark.parametrize("rival", ["munit", "cyclegan"])
def test_what_a_rival_remembers_or_draws_is_resumed(
    train: Callable[..., int], tmp_path: Path, rival: str
) -> None:
    """CycleGAN's pool of 50 is full, and its pictures are drawn by chance, from the seventh step of 8 on."""
    options = ["--method", rival, "--train.batch", "8"]
    assert train(tmp_path / "whole", *options) == 0
    assert train(tmp_path / "run", *options, moment="half a line") == KILLED
    assert train(tmp_path / "run", *options, "--resume") == 0
    same_run(tmp_path / "run", tmp_path / "whole")


LONG = ["--train.steps", "100", "--train.checkpoint_every", "2", "--train.sheet_every", "50"]
LONG += ["--train.log_every", "1", "--train.batch", "4", "--optim.ema", "0.9"]


def reached(run_dir: Path) -> int:
    """The last step that metrics.jsonl tells of in a whole line; 0 before there is one."""
    try:
        lines = (run_dir / METRICS).read_text().split("\n")[:-1]
        return json.loads(lines[-1])["step"] if lines else 0
    except (OSError, ValueError):
        return 0


@pytest.mark.slow
def test_killed_at_ten_random_moments_it_ends_with_the_same_bits(
    start: Callable[..., BaseProcess], train: Callable[..., int], tmp_path: Path
) -> None:
    """Not at moments that somebody thought of: some steps and some milliseconds after it went on."""
    whole, folder = tmp_path / "whole", tmp_path / "run"
    assert train(whole, *LONG) == 0
    chance, resume = random.Random(20220609), []
    for _ in range(10):
        kept = read_tensors(folder / CHECKPOINT)[1]["progress"]["step"] if resume else 0
        process = start(folder, *LONG, *resume)
        wanted = kept + chance.randint(1, 4)
        while reached(folder) not in range(wanted, wanted + 60) and process.is_alive():
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.1))
        process.kill()
        process.join()
        assert process.exitcode == KILLED, f"it had ended by itself at step {reached(folder)}"
        resume = ["--resume"] if (folder / CHECKPOINT).exists() else []
        if not resume:
            shutil.rmtree(folder)  # killed before its first checkpoint: it starts anew
    assert train(folder, *LONG, *resume) == 0
    same_run(folder, whole)
