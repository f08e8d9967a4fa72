"""Curves of difficulty: a small measurement that must go down, and the record that is committed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import repro
from repro.data.toybox import HUMAN_HAND, PLAIN, Difficulty
from repro.data.trials import Trials, make_trials
from repro.experiments import difficulty as experiment
from repro.experiments.difficulty import KNOBS, Knob, measure_knobs, psnr_within, scores, translate
from repro.metrics.score import fidelity
from repro.record import read_json

RECORD = Path(__file__).resolve().parents[2] / "results" / "experiments" / "difficulty.json"
COUNT = 4
METRICS = {"psnr", "psnr_flat", "ssim", "part_accuracy", "pck_10"}


@pytest.fixture(scope="module")
def measured() -> dict:
    knobs = {
        "pose": Knob("degrees", (90,), lambda x: Difficulty(pose=x)),
        "stray": Knob("strokes", (60,), lambda x: Difficulty(stray=int(x))),
    }
    return measure_knobs(knobs, COUNT)


def test_every_axis_starts_at_the_plain_test_and_hard_is_worse(measured: dict) -> None:
    zeros = [curve["points"][0] for curve in measured["curves"].values()]
    assert zeros[0] == zeros[1]
    for curve in measured["curves"].values():
        zero, hard = curve["points"]
        assert zero["at"] == 0
        assert all(zero["change"][name]["value"] == 0 for name in METRICS)
        for name in METRICS:
            assert hard[name]["n"] == COUNT
            assert hard[name]["value"] < zero[name]["value"]
            if name != "psnr_flat" or curve["unit"] == "degrees":  # else the pixels are not the same
                difference = hard[name]["value"] - zero[name]["value"]
                assert hard["change"][name]["value"] == pytest.approx(difference, abs=2e-4)


def test_scores_are_those_of_the_true_answer() -> None:
    shipped = repro.load()
    trials = make_trials(shipped.config.data, COUNT)
    made = translate(shipped.method, shipped.config, trials)
    values = scores(made, trials, trials.x_s)
    assert set(values) == METRICS
    assert trials.truth is not None
    np.testing.assert_allclose(values["psnr"], fidelity(made[0], trials.truth)["psnr"])
    perfect = scores((trials.truth, made[1]), trials, trials.x_s)
    assert (perfect["psnr_flat"] == 100).all()
    inked = trials.truth.copy()  # wrong wherever the other test's sketches have ink, and only there
    inked[np.broadcast_to(trials.x_s[::-1] < 230, inked.shape)] = 0
    assert (scores((inked, made[1]), trials, trials.x_s[::-1])["psnr_flat"] == 100).all()
    assert (scores((inked, made[1]), trials, trials.x_s)["psnr_flat"] < 30).all()
    answerless = Trials(trials.x_s, trials.x_e, trials.y_e, trials.names)
    with pytest.raises(ValueError, match="true answer"):
        scores(made, answerless, trials.x_s)


def test_psnr_within_looks_inside_the_mask_only() -> None:
    """Wrong by 51 of 255 everywhere inside, and by anything outside: 20 log10(5) dB."""
    references = np.full((2, 3, 4, 4), 100, np.uint8)
    images = references + np.uint8(51)
    where = np.zeros((2, 1, 4, 4), bool)
    where[0, :, 1:3] = True
    images[0][np.broadcast_to(~where[0], (3, 4, 4))] = 255
    inside, nowhere = psnr_within(images, references, where)
    assert inside == pytest.approx(20 * np.log10(5))
    assert np.isnan(nowhere)


def test_an_axis_turns_its_own_knob_only() -> None:
    assert KNOBS["hand"].at(1) == HUMAN_HAND
    for name, knob in KNOBS.items():
        assert list(knob.levels) == sorted(knob.levels)
        assert knob.at(0) == PLAIN
        for level in knob.levels:
            turned = knob.at(level)
            if name != "hand":
                assert turned == Difficulty(**{name: getattr(turned, name)})
                assert getattr(turned, name) == level


def test_the_committed_record_holds_every_curve() -> None:
    record = read_json(RECORD)
    assert record["id"] == "experiments/difficulty"
    assert record["settings"]["pairs"] == experiment.PAIRS
    assert set(record["curves"]) == set(KNOBS)
    for name, knob in KNOBS.items():
        points = record["curves"][name]["points"]
        assert [point["at"] for point in points] == [0, *knob.levels]
        assert record["curves"][name]["unit"] == knob.unit
        for point in points:
            assert set(point) == {"at", "change"} | METRICS
            for metric in METRICS:
                low, high = point[metric]["ci95"]
                assert low <= point[metric]["value"] <= high
    for name in ("pose", "scale", "missing", "hand"):  # what the chapter says: these break it
        assert record["curves"][name]["points"][-1]["change"]["psnr"]["ci95"][1] < 0
