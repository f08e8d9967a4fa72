"""Every job at a tiny size: ours and its rivals, written with other libraries, must agree."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repro.bench import BENCHMARKS, Race, run_benchmarks, table
from repro.bench import lines as lines_module
from repro.bench import reading as reading_module
from repro.cli import main
from repro.data import toybox

TINY = {"render": 16, "read": 16, "xdog": 64, "tps": 17, "histogram": 24, "batch": 32}
RIVALS = {
    "read": ["Pillow", "OpenCV"],
    "xdog": ["scikit-image", "OpenCV"],
    "tps": ["scikit-image", "OpenCV"],
    "histogram": ["scikit-image", "OpenCV"],
}


def results(race: Race) -> list[np.ndarray]:
    return [np.asarray(contender.run()) for contender in race.contenders]


def test_every_benchmark_is_tried_here() -> None:
    assert set(TINY) == set(BENCHMARKS)


@pytest.mark.parametrize("name", RIVALS)
def test_rivals_agree_and_the_agreement_means_something(name: str) -> None:
    for race in BENCHMARKS[name].races(TINY[name], 3):
        ours = np.asarray(race.contenders[0].run())
        assert len(ours) == race.pictures == 3
        rivals = [contender for contender in race.contenders if contender.limit is not None]
        assert [rival.name for rival in rivals] == RIVALS[name]
        for rival in rivals:
            theirs = rival.run()
            assert np.abs(theirs.astype(float) - ours).mean() <= rival.limit
            turned = np.roll(ours, 1, axis=0).astype(float)  # the wrong picture must be seen as wrong
            assert np.abs(theirs - turned).mean() > 10 * rival.limit


@pytest.mark.parametrize("size", [64, 128, 256])
def test_xdog_agrees_at_every_size(size: int) -> None:
    (race,) = lines_module.races(size, 1)
    ours, *others = results(race)
    assert 0.02 < ours.mean() < 0.98, "neither blank nor black"
    for theirs in others:
        np.testing.assert_allclose(theirs, ours, atol=2e-3)


def test_every_domain_is_drawn() -> None:
    races = list(BENCHMARKS["render"].races(16, 2))
    assert [race.case.split()[0] for race in races] == list(toybox.PARTS)
    for race, domain in zip(races, toybox.PARTS, strict=True):
        (drawn,) = results(race)
        np.testing.assert_array_equal(drawn, toybox.picture_arrays(domain, "train", 2, 16)[0])


def test_the_files_are_gone_afterwards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for _ in reading_module.races(16, 2):
        assert len(list(tmp_path.glob("*/train/*_AB.jpg"))) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_batch_and_the_step_on_it() -> None:
    (race,) = BENCHMARKS["batch"].races(TINY["batch"], 2)
    draw, step = race.contenders
    assert draw.run().shape == (2, 3, 32, 32)
    assert not np.array_equal(draw.run(), draw.run()), "a new batch every time"
    losses = [float(step.run()) for _ in range(3)]
    assert len(set(losses)) == 3, "the step learns"


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """The suite in a moment: two of its jobs, tiny, one turn."""
    few = {name: replace(BENCHMARKS[name], sizes={TINY[name]: 2}) for name in ("xdog", "tps")}
    monkeypatch.setattr("repro.bench.suite.BENCHMARKS", few)
    monkeypatch.setattr("repro.bench.run_benchmarks", partial(run_benchmarks, repeats=1, least=0))


def rates(record: dict[str, Any]) -> list[float]:
    cases = [case for benchmark in record["benchmarks"].values() for case in benchmark["cases"]]
    return [row["rate"]["value"] for case in cases for row in case["contenders"]]


@pytest.mark.usefixtures("tiny")
def test_the_command_prints_and_keeps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--keep", str(tmp_path)]) == 0
    record = json.loads((tmp_path / "bench" / "data.json").read_text(encoding="utf-8"))
    assert record["id"] == "bench/data"
    assert {"commit", "versions", "hardware"} <= set(record)
    assert record["hardware"]["threads"] == 1
    assert len(rates(record)) == 6
    assert min(rates(record)) > 0
    shown = capsys.readouterr().out
    assert shown.count("ours is ") == 4
    lines = "\n".join(table(record)).splitlines()
    assert set(lines) < set(shown.splitlines()), "the record gives the same table"


@pytest.mark.usefixtures("tiny")
def test_some_benchmarks_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "xdog"]) == 0
    shown = capsys.readouterr().out
    assert "xdog:" in shown
    assert "tps:" not in shown


def test_wrong_words_are_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "xdgo"]) == 1
    assert "choose from render, read, xdog" in capsys.readouterr().err
    assert main(["bench", "xdog", "--keep", str(tmp_path)]) == 1
    assert "whole suite" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_name_is_an_error_before_anything_runs() -> None:
    with pytest.raises(ValueError, match="unknown benchmark 'nothing'"):
        run_benchmarks(["xdog", "nothing"])
