"""From a run folder to its record: every protocol, the floors, and where it all comes from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from repro.config import Config, config_hash, from_dict, resolve, to_dict
from repro.data.sources import train_pairs
from repro.data.trials import make_trials
from repro.methods import build_method
from repro.methods.weights import CHECKPOINT, NETS, save_tensors
from repro.metrics.evaluate import RECORD, SHEET, evaluate_run, translate_all
from repro.record import RecordError, read_json

PROGRESS = {"step": 20, "seconds": 1.25, "commit": "abc", "hardware": {"cpu": "a", "gpu": [], "threads": 2}}


@pytest.fixture(scope="module")
def config() -> Config:
    return resolve("smoke", "anime", "ours", evaluate__pairs=6, data__train_count=8)


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory, config: Config) -> Path:
    """A run that claims to be finished, with new weights: a generator that adds nothing."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("run")
    tensors = {NETS + name: t for name, t in build_method(config).state_dict().items()}
    save_tensors(folder / CHECKPOINT, tensors, {"config": to_dict(config), "progress": PROGRESS})
    return folder


@pytest.fixture(scope="module")
def record(run_dir: Path) -> dict:
    return evaluate_run(run_dir)


class Copier(nn.Module):
    """Hands the exemplar back; its features are the places, so every cell matches itself."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.sizes: list[int] = []

    def translate(self, x_s: Tensor, y_e: Tensor) -> SimpleNamespace:
        self.sizes.append(len(x_s))
        places = torch.eye(64).reshape(1, 64, 8, 8).expand(len(x_s), -1, -1, -1)
        coarse = nn.functional.avg_pool2d(y_e, 4)
        return SimpleNamespace(image=y_e, coarse=coarse, x_c=places, y_c=places)


def test_all_pictures_are_translated_in_batches_and_in_order() -> None:
    rng = np.random.default_rng(0)
    x_s = rng.integers(0, 256, (11, 1, 32, 32), np.uint8)
    y_e = rng.integers(0, 256, (11, 3, 32, 32), np.uint8)
    method = Copier()
    images, coarse, matches = translate_all(method, x_s, y_e, batch=4)
    assert method.sizes == [4, 4, 3]
    assert np.array_equal(images, y_e)
    assert coarse.shape == (11, 3, 8, 8)
    assert coarse.dtype == np.uint8
    assert np.array_equal(matches, np.tile(np.arange(64).reshape(8, 8), (11, 1, 1)))


def test_the_record_has_its_fixed_part(record: dict, config: Config) -> None:
    fixed = {
        "id",
        "preset",
        "data",
        "domain",
        "method",
        "seed",
        "config",
        "config_hash",
        "commit",
        "versions",
    }
    assert fixed | {
        "hardware",
        "seconds",
        "metrics",
        "floors",
        "per_image",
        "pairs",
        "skipped",
        "trained_commit",
    } == set(record)
    assert record["id"] == "smoke/toybox/anime/ours/0"
    assert record["config_hash"] == config_hash(config)
    assert from_dict(record["config"]) == config
    assert record["seconds"]["train"] == 1.2
    assert record["trained_commit"] == "abc"
    assert [tuple(pair) for pair in record["pairs"]] == list(make_trials(config.data, 6).names)


def test_the_config_in_a_record_can_be_read_again_without_its_folder(config: Config) -> None:
    shoes = replace(config, data=replace(config.data, dataset="edges2shoes", root=""))
    assert from_dict(to_dict(shoes)) == shoes


def test_every_protocol_is_measured(record: dict) -> None:
    assert set(record["metrics"]) == {"true", "cross", "paired"}
    assert set(record["metrics"]["true"]) == {
        "psnr",
        "ssim",
        "part_accuracy",
        "pck_05",
        "pck_10",
        "fid_toybox",
    }
    assert (
        set(record["metrics"]["cross"]) == set(record["metrics"]["paired"]) == {"psnr", "ssim", "fid_toybox"}
    )
    for metrics in record["metrics"].values():
        for found in metrics.values():
            low, high = found["ci95"]
            assert low <= found["value"] <= high
            assert 1 <= found["n"] <= 6
    true = record["metrics"]["true"]
    assert 0 <= true["pck_05"]["value"] <= true["pck_10"]["value"] <= 1


def test_the_values_behind_a_mean_are_kept(record: dict) -> None:
    for protocol, metrics in record["metrics"].items():
        for name in metrics.keys() - {"fid_toybox"}:  # that one is of the set, not of its pictures
            found, values = metrics[name], record["per_image"][protocol][name]
            assert len(values) == 6
            known = [v for v in values if v is not None]
            assert len(known) == found["n"]
            assert np.mean(known) == pytest.approx(found["value"], abs=1e-3)


def test_the_floors_are_what_they_say(record: dict, config: Config) -> None:
    """Worked out once more from the pictures: the exemplar itself, and the mean training picture."""
    trials = make_trials(config.data, 6)
    assert trials.truth is not None

    def decibels(guess: np.ndarray, reference: np.ndarray) -> float:
        error = ((guess.astype(float) - reference) / 255) ** 2
        return float(np.mean(-10 * np.log10(error.mean(axis=(1, 2, 3)))))

    mean = train_pairs(config.data).color.mean(axis=0).round()[None]
    expected = {
        ("copy_exemplar", "true"): decibels(trials.y_e, trials.truth),
        ("copy_exemplar", "cross"): decibels(trials.y_e, trials.x_e),
        ("mean_picture", "cross"): decibels(mean, trials.x_e),
        ("mean_picture", "paired"): decibels(mean, trials.x_e),
    }
    for (floor, protocol), value in expected.items():
        assert record["floors"][floor][protocol]["psnr"]["value"] == pytest.approx(value, abs=1e-2)


def test_the_record_and_the_sheet_are_written(run_dir: Path, record: dict) -> None:
    assert read_json(run_dir / RECORD) == json.loads(json.dumps(record))
    with Image.open(run_dir / SHEET) as sheet:
        assert sheet.width > sheet.height / 2
    assert {p.name for p in run_dir.iterdir()} == {CHECKPOINT, RECORD, SHEET}


def test_a_second_evaluation_finds_the_same(run_dir: Path, record: dict) -> None:
    again = evaluate_run(run_dir)
    assert again["per_image"] == record["per_image"]
    assert again["metrics"] == record["metrics"]
    assert again["floors"] == record["floors"]


def test_an_unfinished_run_is_refused_and_nothing_is_written(tmp_path: Path, config: Config) -> None:
    with pytest.raises(RecordError, match="holds no"):
        evaluate_run(tmp_path)
    tensors = {NETS + name: t for name, t in build_method(config).state_dict().items()}
    save_tensors(
        tmp_path / CHECKPOINT, tensors, {"config": to_dict(config), "progress": PROGRESS | {"step": 3}}
    )
    with pytest.raises(RecordError, match="stopped at step 3"):
        evaluate_run(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [CHECKPOINT]
