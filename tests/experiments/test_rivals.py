"""Six methods on the same pictures: what is counted, who beats whom, and whose picture is where."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from repro.config import Config, config_hash, resolve, to_dict
from repro.config.rivals import RIVALS
from repro.data.trials import make_trials
from repro.experiments import rivals
from repro.methods import build_method
from repro.methods.weights import CHECKPOINT, NETS, save_tensors
from repro.metrics.evaluate import Subject
from repro.record import RecordError

PAIRS, SIZE = 12, 32
CHOSEN = ("cyclegan", "sun", "ours")


def smoke(name: str, seed: int = 0) -> Config:
    return resolve("smoke", "anime", name, seed=seed)


def untrained(name: str, seed: int) -> Subject:
    """What would be a run's end; with the config's seed, it is its beginning."""
    config = smoke(name)
    torch.manual_seed(seed)
    method = build_method(config).eval().requires_grad_(False)
    progress = {"commit": "abc", "hardware": {"cpu": "?", "threads": 1}, "seconds": 12.34, "skipped": []}
    return Subject(method, config, config.data, "0" * 16, progress)


@pytest.fixture(scope="module")
def found() -> dict:
    return rivals.measure_subjects({name: untrained(name, seed=name == "sun") for name in CHOSEN}, PAIRS)


def pixels(text: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB"))


def test_it_says_what_each_had_to_learn_with(found: dict) -> None:
    for name, entry in found["methods"].items():
        config = smoke(name)
        assert entry["config_hash"] == config_hash(config)
        assert entry["pictures_seen"] == config.train.steps * config.train.batch == 80
        learnt = [p for n, p in build_method(config).named_parameters() if p.requires_grad]
        assert entry["parameters"] == sum(p.numel() for p in learnt) > entry["used"] > 0
        assert entry["seconds"] == 12.3
        assert entry["takes_exemplar"] == (name != "cyclegan")


def test_who_has_not_learnt_gains_nothing_on_itself(found: dict) -> None:
    """The second seed's net is another than the one the run began with; the first is that one."""
    for name, entry in found["methods"].items():
        gain = entry["beside"]["untrained"]
        for metric in rivals.FAIR:
            difference = entry["scores"][metric]["value"] - entry["untrained"][metric]["value"]
            assert gain[metric]["value"] == pytest.approx(difference, abs=2e-4)
            assert (gain[metric]["value"] == 0) == (name != "sun")
            floor = found["floors"]["mean_picture"][metric]["value"]
            beside = entry["beside"]["mean_picture"][metric]["value"]
            assert beside == pytest.approx(entry["scores"][metric]["value"] - floor, abs=2e-4)


def test_only_an_exemplar_that_is_taken_moves_the_picture(found: dict) -> None:
    assert found["methods"]["cyclegan"]["response"]["value"] == 0
    assert found["methods"]["sun"]["response"]["value"] > 0
    assert found["truth"]["response"]["value"] > 5


def test_every_picture_is_in_its_place(found: dict) -> None:
    trials = make_trials(smoke("ours").data, PAIRS)
    sheet, grid = found["sheet"], found["grid"]
    given = pixels(sheet["given"]).reshape(8, SIZE, 3, SIZE, 3).transpose(0, 2, 4, 1, 3)
    assert trials.truth is not None
    for column, true in enumerate((trials.x_s.repeat(3, axis=1), trials.y_e, trials.truth)):
        assert (
            np.abs(given[:, column].astype(int) - true[:8]).mean() < 16
        )  # what WebP loses of so small a picture
    answers = pixels(grid["truth"]).reshape(4, SIZE, 4, SIZE, 3).transpose(0, 2, 4, 1, 3)
    for i in range(4):  # on the diagonal stand the pairs themselves
        assert np.abs(answers[i, i].astype(int) - trials.truth[8 + i]).mean() < 16
    assert pixels(grid["given"]).shape == (4 * SIZE, 2 * SIZE, 3)
    for name in CHOSEN:
        assert pixels(sheet["made"][name]).shape == (8 * SIZE, SIZE, 3)
        assert pixels(grid["made"][name]).shape == (4 * SIZE, 4 * SIZE, 3)
        assert np.shape(grid["delta_e"][name]) == (4, 4)
    assert list(sheet["coarse"]) == list(grid["coarse"]) == ["ours"]
    assert pixels(grid["coarse"]["ours"]).shape == (4 * SIZE // 4, 4 * SIZE // 4, 3)


def test_without_an_exemplar_a_row_of_the_grid_is_one_picture(found: dict) -> None:
    def rows(name: str) -> np.ndarray:
        return pixels(found["grid"]["made"][name]).reshape(4, SIZE, 4, SIZE, 3).swapaxes(1, 2).astype(int)

    assert np.abs(rows("cyclegan") - rows("cyclegan")[:, :1]).mean() < 3
    assert np.abs(rows("sun")[0] - rows("sun")[1]).mean() > 0


def test_too_few_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 12"):
        rivals.make_stage(smoke("ours").data, 11)


def test_missing_runs_are_told_with_the_commands_that_make_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecordError) as error:
        rivals.measure()
    for name in (*RIVALS, "ours"):
        assert f"--preset grid --domain anime --method {name} --seed 0" in str(error.value)
        assert f"--run-dir runs/grid-anime-{name}-0" in str(error.value)


@pytest.mark.parametrize(("steps", "message"), [(20, ""), (21, "stopped at step 20"), (19, "is not what")])
def test_a_run_of_another_config_is_refused(tmp_path: Path, steps: int, message: str) -> None:
    config = resolve("smoke", "anime", "sun", train__steps=steps)
    method = build_method(config)
    progress = {"step": 20, "commit": "abc", "hardware": {}, "seconds": 1.0}
    tensors = {NETS + name: tensor for name, tensor in method.state_dict().items()}
    save_tensors(tmp_path / CHECKPOINT, tensors, {"config": to_dict(config), "progress": progress})
    if not message:
        assert list(rivals.load({"sun": tmp_path})) == ["sun"]
        return
    with pytest.raises(RecordError, match=message):
        rivals.load({"sun": tmp_path})
