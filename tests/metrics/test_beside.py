"""Two weights files on the same pairs: the better one is the one that is better."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from repro.config import resolve
from repro.data.trials import make_trials
from repro.methods import build_method
from repro.methods.weights import save_weights
from repro.metrics.beside import compare, true_scores
from repro.record import RecordError


def saved(path: Path, **overrides: object) -> Path:
    torch.manual_seed(0)
    config = resolve("smoke", "anime", "ours", **overrides)
    save_weights(path, build_method(config, load_features=None), config, {})
    return path


def test_a_file_beside_itself_gains_nothing(tmp_path: Path) -> None:
    one = saved(tmp_path / "one.safetensors")
    rows = compare(one, one, 6)
    assert [(row["domain"], row["size"], row["n"]) for row in rows] == [("anime", 32, 6)] * 2
    for row in rows:
        for name in ("psnr", "part_accuracy"):
            assert row[name]["gain"] == {"value": 0.0, "ci95": [0.0, 0.0], "n": row[name]["gain"]["n"]}


def test_each_is_measured_at_home_and_away(tmp_path: Path) -> None:
    """A softer correspondence is another picture, and the gain is the difference of the means."""
    new = saved(tmp_path / "new.safetensors", data__size=48)
    old = saved(tmp_path / "old.safetensors", model__alpha=1.0)
    rows = compare(new, old, 6)
    assert [row["size"] for row in rows] == [48, 32]
    for row in rows:
        found = row["psnr"]
        assert found["new"]["value"] != found["old"]["value"]
        difference = found["new"]["value"] - found["old"]["value"]
        assert found["gain"]["value"] == pytest.approx(difference, abs=2e-4)


def test_real_pictures_have_no_truth_to_compare_with(tmp_path: Path) -> None:
    real = saved(tmp_path / "real.safetensors", data__dataset="edges2shoes")
    with pytest.raises(ValueError, match="no true answers"):
        compare(real, real, 6)
    with pytest.raises(RecordError, match="does not exist"):
        compare(tmp_path / "gone.safetensors", real, 6)
    trials = make_trials(resolve("smoke", "anime", "ours").data, 3)
    with pytest.raises(ValueError, match="true answer"):
        true_scores(None, replace(trials, truth=None))


def test_the_scores_are_those_of_the_truth() -> None:
    config = resolve("smoke", "anime", "ours")
    trials = make_trials(config.data, 4)
    values, images = true_scores(build_method(config, load_features=None).eval(), trials)
    assert trials.truth is not None
    error = np.square(images.astype(float) - trials.truth).mean(axis=(1, 2, 3)) / 255**2
    np.testing.assert_allclose(values["psnr"], -10 * np.log10(error), rtol=1e-4)
    assert values["part_accuracy"].shape == (4,)
