"""From a run folder to its record: every protocol, the floors, and where it all comes from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from repro.config import Config, config_hash, from_dict, resolve, to_dict
from repro.contracts import WarpedTranslation
from repro.data.sources import train_pairs
from repro.data.trials import make_trials
from repro.methods import build_method
from repro.methods.weights import CHECKPOINT, NETS, save_tensors, save_weights
from repro.metrics import evaluate as module
from repro.metrics.evaluate import KEPT, evaluate
from repro.metrics.predict import Made, translate_all
from repro.record import RECORD, SHEET, RecordError, check_record, read_json

PROGRESS = {"step": 20, "seconds": 1.25, "commit": "abc", "hardware": {"cpu": "a", "gpu": [], "threads": 2}}


@pytest.fixture(scope="module")
def config() -> Config:
    return resolve("smoke", "anime", "ours", evaluate__pairs=6, data__train_count=100)


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
    return evaluate(run_dir, run_dir)


class Copier(nn.Module):
    """Hands the exemplar back; its features are the places, so every cell matches itself."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.sizes: list[int] = []

    def translate(self, x_s: Tensor, y_e: Tensor) -> WarpedTranslation:
        self.sizes.append(len(x_s))
        places = torch.eye(64).reshape(1, 64, 8, 8).expand(len(x_s), -1, -1, -1)
        coarse = nn.functional.avg_pool2d(y_e, 4)
        return WarpedTranslation(image=y_e, coarse=coarse, x_c=places, y_c=places)


def test_all_pictures_are_translated_in_batches_and_in_order() -> None:
    rng = np.random.default_rng(0)
    x_s = rng.integers(0, 256, (11, 1, 32, 32), np.uint8)
    y_e = rng.integers(0, 256, (11, 3, 32, 32), np.uint8)
    method = Copier()
    made = translate_all(method, x_s, y_e, batch=4)
    assert made.coarse is not None
    assert method.sizes == [4, 4, 3]
    assert np.array_equal(made.images, y_e)
    assert made.coarse.shape == (11, 3, 8, 8)
    assert made.coarse.dtype == np.uint8
    assert np.array_equal(made.matches, np.tile(np.arange(64).reshape(8, 8), (11, 1, 1)))


def test_the_record_is_of_the_form_and_says_what_it_is_of(record: dict, config: Config) -> None:
    check_record(record, "it")
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
    everywhere = {"psnr", "ssim", "delta_e", "fid_toybox_n6", "ndb_10", "jsd_10"}
    drawn = {"part_delta_e", "bleeding", "copying", "part_accuracy", "pck_05", "pck_10"}
    assert set(record["metrics"]["true"]) == everywhere | drawn
    assert set(record["metrics"]["cross"]) == set(record["metrics"]["paired"]) == everywhere
    for metrics in record["metrics"].values():
        for found in metrics.values():
            low, high = found["ci95"]
            assert low <= found["value"] <= high
            assert 1 <= found["n"] <= 6
    true = record["metrics"]["true"]
    assert 0 <= true["pck_05"]["value"] <= true["pck_10"]["value"] <= 1


def test_the_values_behind_a_mean_are_kept(record: dict) -> None:
    for protocol, metrics in record["metrics"].items():
        for name in record["per_image"][protocol]:  # the others are of the set, not of its pictures
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


def test_real_pictures_are_a_row_of_the_floors(record: dict) -> None:
    for protocol, real in record["floors"]["real"].items():
        assert set(real) == {"fid_toybox_n6", "ndb_10", "jsd_10"}
        assert real["fid_toybox_n6"]["value"] > 0
        copied = record["floors"]["copy_exemplar"][protocol]
        assert copied["psnr"]["value"] < record["floors"]["mean_picture"][protocol]["psnr"]["value"] + 20
    assert record["floors"]["copy_exemplar"]["true"]["copying"]["value"] == pytest.approx(1)
    assert record["floors"]["palette_transfer"]["true"]["copying"]["value"] < 0.9


def test_measuring_again_finds_the_same(run_dir: Path, record: dict, tmp_path: Path) -> None:
    again = evaluate(run_dir, tmp_path, again=True)
    for part in ("per_image", "metrics", "floors"):
        assert again[part] == record[part]


def test_what_is_measured_is_not_measured_twice(
    run_dir: Path, record: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "make_trials", lambda *_: pytest.fail("measured again"))
    assert evaluate(run_dir, run_dir) == read_json(run_dir / RECORD)
    with pytest.raises(pytest.fail.Exception):
        evaluate(run_dir, run_dir, again=True)
    (run_dir / RECORD).write_text(json.dumps(record))


def test_a_killed_evaluation_goes_on(run_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed while it scores: the pictures are there, and are not made again."""
    monkeypatch.setattr(module, "picture_values", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        evaluate(run_dir, tmp_path)
    monkeypatch.undo()
    assert {path.name for path in (tmp_path / KEPT).iterdir()} == {"true.safetensors", "paired.safetensors"}
    assert not (tmp_path / RECORD).exists()
    monkeypatch.setattr(module, "translate_all", lambda *_: pytest.fail("coloured again"))
    assert set(evaluate(run_dir, tmp_path)["metrics"]) == {"true", "cross", "paired"}
    assert not (tmp_path / KEPT).exists()


def test_another_config_or_other_weights_are_never_taken_for_these(
    run_dir: Path, record: dict, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / SHEET).write_bytes(b"")
    (tmp_path / RECORD).write_text(json.dumps(record | {"weights": "0" * 16}))
    with pytest.raises(RecordError, match="another config or other weights: --again"):
        evaluate(run_dir, tmp_path)
    (tmp_path / RECORD).write_text(json.dumps(record | {"config_hash": "0" * 12}))
    with pytest.raises(RecordError, match="another config or other weights: --again"):
        evaluate(run_dir, tmp_path)
    (tmp_path / RECORD).unlink()
    module.keep(tmp_path / KEPT / "true.safetensors", "another", Made(np.zeros((6, 3, 32, 32), np.uint8)))
    with pytest.raises(RecordError, match="made by other weights, another config or other pictures"):
        evaluate(run_dir, tmp_path)
    assert evaluate(run_dir, tmp_path, again=True)["metrics"] == record["metrics"]


def test_a_model_of_all_domains_is_measured_on_each(tmp_path: Path) -> None:
    config = resolve("smoke", "all", "ours", evaluate__pairs=5)
    path = tmp_path / "all.safetensors"
    torch.manual_seed(0)
    save_weights(path, build_method(config, load_features=None), config, {"progress": PROGRESS})
    shoes = evaluate(path, tmp_path / "shoe", domain="shoe")
    assert (shoes["id"], shoes["domain"]) == ("smoke/toybox/shoe/ours/0", "shoe")
    assert shoes["config"]["data"]["domain"] == "all"
    assert all("/shoe/" in name for pair in shoes["pairs"] for name in pair)
    with pytest.raises(RecordError, match="trained on anime"):
        module.subject(saved_anime(tmp_path), "cat")


def saved_anime(folder: Path) -> Path:
    config = resolve("smoke", "anime", "ours")
    save_weights(folder / "a.safetensors", build_method(config, load_features=None), config, {})
    return folder / "a.safetensors"


def test_an_unfinished_run_is_refused_and_nothing_is_written(tmp_path: Path, config: Config) -> None:
    with pytest.raises(RecordError, match="holds no"):
        evaluate(tmp_path, tmp_path)
    tensors = {NETS + name: t for name, t in build_method(config).state_dict().items()}
    save_tensors(
        tmp_path / CHECKPOINT, tensors, {"config": to_dict(config), "progress": PROGRESS | {"step": 3}}
    )
    with pytest.raises(RecordError, match="stopped at step 3"):
        evaluate(tmp_path, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [CHECKPOINT]
