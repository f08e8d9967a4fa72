"""``repro features``: what a person types and what it prints."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from repro.cli import main
from repro.methods.weights import save_tensors
from repro.models.features import Recipe


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPRO_CACHE", str(tmp_path / "cache"))


def test_a_net_is_shown_with_its_layers_and_its_card(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = {"conv1_1.weight": torch.zeros(4, 3, 3, 3), "conv1_1.bias": torch.zeros(4)}
    recipe = Recipe("mine", (0.5, 0.5, 0.5), (0.2, 0.2, 0.2))
    path = tmp_path / "mine.safetensors"
    save_tensors(path, weights, {"recipe": asdict(recipe), "about": {"accuracy": 0.75}})
    assert main(["features", "show", str(path)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"mine: {path}\n")
    assert "relu1_1     4 channels" in out
    assert '"accuracy": 0.75' in out


def test_a_missing_net_says_how_to_get_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["features", "show", "vgg19"]) == 1
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "repro features fetch vgg19" in err


def test_a_wrong_file_is_refused_by_its_checksum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "vgg19-dcbb9e9d.pth"
    wrong.write_bytes(b"something else")
    assert main(["features", "fetch", "vgg19", "--file", str(wrong)]) == 1
    err = capsys.readouterr().err
    assert "is not the published file" in err
    assert "not dcbb9e9d" in err
    assert not (tmp_path / "cache" / "features" / "vgg19.safetensors").exists()


def test_without_the_packages_it_is_said_which(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("repro.data.fetch")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "requests", None)
    assert main(["features", "fetch", "vgg19", "--url", "http://127.0.0.1:9/x"]) == 1
    assert "pip install 'repro[data]'" in capsys.readouterr().err


def test_training_takes_its_options_and_prints_what_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from repro.training import feature_net

    asked = []

    def train(target: Path, lessons: feature_net.Lessons) -> tuple[Path, Path]:
        asked.append(lessons)
        return target, target.with_suffix(".md")

    monkeypatch.setattr(feature_net, "train_feature_net", train)
    target = tmp_path / "net.safetensors"
    assert main(["features", "train", "-o", str(target), "--steps", "7"]) == 0
    assert asked == [feature_net.Lessons(steps=7)]
    assert capsys.readouterr().out.splitlines() == [str(target), str(target.with_suffix(".md"))]
