"""The command line: what a person types, what it prints, how it fails."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from repro.cli import main
from repro.config import ConfigError, config_hash, from_dict, resolve
from repro.contracts import DOMAINS, PROTOCOLS
from repro.record import read_json

BRIEF = ["--train.steps", "4", "--evaluate.pairs", "4"]
SMOKE = ["train", "--preset", "smoke", "--domain", "anime"]


def failed(capsys: pytest.CaptureFixture[str], *argv: str | Path) -> str:
    """Run a command that must fail with status 1 and one line on stderr; return the line."""
    assert main([str(word) for word in argv]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"repro {argv[0]}: ")
    assert len(err.strip().splitlines()) == 1
    return err


def test_help_is_there_at_once_and_names_every_command() -> None:
    """Importing torch alone takes two seconds: neither it nor numpy may be needed to read the help."""
    program = "import sys, repro.cli as c\ntry: c.main(['--help'])\nexcept SystemExit: pass\n"
    program += "print('heavy:', [m for m in ('torch', 'numpy', 'cv2', 'tyro') if m in sys.modules])"
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert time.perf_counter() - started < 1.5
    assert "heavy: []" in done.stdout
    for verb in ("colorize", "train", "evaluate", "export"):
        assert verb in done.stdout


@pytest.mark.parametrize("verb", ["colorize", "train", "evaluate", "export"])
def test_every_command_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--help"])
    assert stopped.value.code == 0
    assert f"repro {verb}" in capsys.readouterr().out


# Configs


def dry_run(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[dict, str]:
    """The config and the remaining lines of a dry run."""
    assert main([*SMOKE, "--dry-run", *options]) == 0
    text = capsys.readouterr().out
    end = text.index("\n}\n") + 2
    return json.loads(text[:end]), text[end:]


def test_a_dry_run_prints_config_sizes_and_memory_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    config, rest = dry_run(capsys, "--run-dir", "here")
    assert from_dict(config) == resolve("smoke", "anime", "ours")
    assert f"config hash: {config_hash(from_dict(config))}" in rest
    assert "generator " in rest
    assert "parameters" in rest
    assert "estimated memory of a step" in rest
    assert list(tmp_path.iterdir()) == []


def test_any_field_can_be_overridden(capsys: pytest.CaptureFixture[str]) -> None:
    options = (
        "--model.generator_channels 8 16 --model.alpha 50 --optim.decay constant --seed 3 --data.size=48"
    )
    config, _ = dry_run(capsys, *options.split(), "--model.csft-mode", "self", "--loss.align", "0")
    overrides = {"data__size": 48, "model__generator_channels": (8, 16), "model__alpha": 50.0}
    overrides |= {"optim__decay": "constant", "model__csft_mode": "self", "loss__align": 0.0, "seed": 3}
    assert from_dict(config) == resolve("smoke", "anime", "ours", **overrides)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--preset", "smokey"], "unknown preset 'smokey': choose from smoke, laptop, colab, paper"),
        (["--method", "his"], "unknown method 'his': choose from ours"),
        (["--model.common_channels", "2"], "common_channels"),
        (["--data", "."], "no reader for domain 'anime' yet, only for shoe"),
    ],
)
def test_a_wrong_value_is_one_line(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert said in failed(capsys, *SMOKE, "--run-dir", tmp_path / "run", *options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([*SMOKE, "--modell.alpha", "5"], "--modell.alpha"),
        ([*SMOKE, "--model.alpha", "abc"], "could not convert string to float: 'abc'"),
        ([*SMOKE, "--res"], "--res"),
        (["train", "--preset", "smoke", "--domain", "mouse"], "invalid choice: 'mouse'"),
        (["train"], "--preset, --domain"),
        (["evaluate", "x", "--fast"], "unrecognised arguments: --fast"),
        (["paint"], "invalid choice: 'paint'"),
        ([], "COMMAND"),
    ],
)
def test_wrong_usage_is_status_two(argv: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(argv)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


def test_a_domain_that_nobody_draws_leaves_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["train", "--preset", "smoke", "--domain", "cat", "--run-dir", tmp_path / "run"]
    assert "Toybox does not draw 'cat'" in failed(capsys, *argv)
    assert list(tmp_path.iterdir()) == []


def test_every_domain_may_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    for domain in DOMAINS:
        assert main(["train", "--preset", "smoke", "--domain", domain, "--dry-run"]) == 0
    with pytest.raises(ConfigError):
        resolve("smoke", "mouse", "ours")


# Real pictures, from the folder to the record


def draw_pair(path: Path, hue: int) -> None:
    """A file of the official layout: edges on the left, a flat shoe-like shape of one colour on the right."""
    pair = Image.new("RGB", (512, 256), "white")
    pen = ImageDraw.Draw(pair)
    box = (30 + hue % 40, 90, 220, 190)
    pen.rounded_rectangle(box, 30, outline="black", width=2)
    pen.rounded_rectangle((box[0] + 256, box[1], box[2] + 256, box[3]), 30, fill=f"hsl({hue}, 70%, 50%)")
    pair.save(path, quality=95)


@pytest.fixture(scope="module")
def shoes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """edges2shoes in miniature."""
    root = tmp_path_factory.mktemp("edges2shoes")
    for split, count in (("train", 12), ("val", 9)):
        (root / split).mkdir()
        for i in range(1, count + 1):
            draw_pair(root / split / f"{i}_AB.jpg", hue=(i * 67 + 5 * len(split)) % 360)
    return root


@pytest.fixture(scope="module")
def shoe_run(shoes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "shoe"
    argv = ["train", "--preset", "smoke", "--domain", "shoe", "--data", str(shoes), "--run-dir", str(run)]
    assert main([*argv, "--train.steps", "4"]) == 0
    return run


def test_real_pairs_train_and_are_measured(
    shoe_run: Path, shoes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(shoe_run)]) == 0
    said = capsys.readouterr().out
    record = read_json(shoe_run / "record.json")
    assert set(record["metrics"]) == {"cross", "paired"}  # no truth is known for photographs
    assert set(record["metrics"]["cross"]) == {"psnr", "ssim"}
    assert record["metrics"]["paired"]["psnr"]["n"] == 8  # as many as smoke holds out
    assert {name: set(floor) for name, floor in record["floors"].items()} == {
        "copy_exemplar": {"cross", "paired"},
        "mean_picture": {"cross", "paired"},
    }
    assert (record["data"], record["domain"], record["preset"]) == ("edges2shoes", "shoe", "smoke")
    assert str(shoes) not in (shoe_run / "record.json").read_text()  # a place on one machine
    assert "paired" in said
    assert "floor mean_picture" in said
    assert said.rstrip().endswith(str(shoe_run / "record.json"))
    sheet = np.asarray(Image.open(shoe_run / "sheet.png"))
    assert len(np.unique(sheet.reshape(-1, 3), axis=0)) > 100


def test_the_data_may_move_and_the_run_follows(shoe_run: Path, shoes: Path, tmp_path: Path) -> None:
    moved = shoes.rename(tmp_path / "elsewhere")
    try:
        assert main(["evaluate", str(shoe_run)]) == 1
        argv = ["train", "--preset", "smoke", "--domain", "shoe", "--data", str(moved), "--run-dir"]
        assert main([*argv, str(shoe_run), "--train.steps", "4", "--resume"]) == 0
        assert main(["evaluate", str(shoe_run)]) == 0
    finally:
        moved.rename(shoes)


# Records


@pytest.fixture(scope="module")
def anime_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "anime"
    assert main([*SMOKE, "--run-dir", str(run), *BRIEF]) == 0
    return run


def test_a_record_says_everything_and_says_it_twice(anime_run: Path) -> None:
    assert main(["evaluate", str(anime_run)]) == 0
    first = read_json(anime_run / "record.json")
    (anime_run / "sheet.png").unlink()
    assert main(["evaluate", str(anime_run)]) == 0
    second = read_json(anime_run / "record.json")
    config = from_dict(first["config"])
    asked = resolve("smoke", "anime", "ours", train__steps=4, evaluate__pairs=4)
    assert (first["id"], first["seed"], first["method"]) == ("smoke/toybox/anime/ours/0", 0, "ours")
    assert first["config_hash"] == config_hash(config) == config_hash(asked)
    assert set(first["seconds"]) == {"train", "evaluate"}
    assert first["commit"]
    assert first["versions"]["torch"]
    assert first["hardware"]["cpu"]
    assert tuple(first["metrics"]) == tuple(sorted(PROTOCOLS))
    assert set(first["metrics"]["true"]) == {"psnr", "ssim", "part_accuracy", "pck_05", "pck_10"}
    for protocol, metrics in first["metrics"].items():
        for name, metric in metrics.items():
            values = [v for v in first["per_image"][protocol][name] if v is not None]
            assert metric["n"] == len(values)
            assert metric["value"] == pytest.approx(np.mean(values), abs=1e-3)
            assert metric["ci95"][0] <= metric["value"] <= metric["ci95"][1]
    for part in ("metrics", "floors", "per_image", "config"):
        assert first[part] == second[part]
    assert Image.open(anime_run / "sheet.png").size[0] > 500


def test_an_unfinished_or_missing_run_is_not_measured(
    anime_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from repro.methods.weights import CHECKPOINT, read_tensors, save_tensors

    tensors, card = read_tensors(anime_run / CHECKPOINT)
    card["progress"]["step"] = 3
    save_tensors(tmp_path / CHECKPOINT, tensors, card)
    assert "stopped at step 3 of 4" in failed(capsys, "evaluate", tmp_path)
    assert "holds no checkpoint" in failed(capsys, "evaluate", tmp_path / "nowhere")
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT]


def test_a_run_is_exported_with_its_card(
    anime_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not (anime_run / "record.json").exists():
        assert main(["evaluate", str(anime_run)]) == 0
    target = tmp_path / "mine.safetensors"
    capsys.readouterr()
    assert main(["export", str(anime_run), "-o", str(target)]) == 0
    assert capsys.readouterr().out.split() == [str(target), str(target.with_suffix(".md"))]
    card = target.with_suffix(".md").read_text()
    assert "| paired | psnr |" in card
    assert "drawings by Toybox" in card
    assert target.stat().st_size < 100_000  # half precision, no optimiser
    assert "only export to .safetensors" in failed(capsys, "export", anime_run, "-o", tmp_path / "x.onnx")
