"""From the command line to the record: real pairs, drawn pictures, unfinished runs, exports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from repro.cli import main
from repro.config import config_hash, from_dict, resolve
from repro.contracts import PROTOCOLS
from repro.methods.feature_nets import feature_net_path
from repro.methods.weights import CHECKPOINT, read_tensors, save_tensors
from repro.record import read_json

BRIEF = ["--train.steps", "4", "--evaluate.pairs", "4"]


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
    assert set(record["metrics"]["cross"]) == {"psnr", "ssim", "delta_e", "fid_toybox_n9"}
    assert record["metrics"]["paired"]["psnr"]["n"] == 9  # as many as there are
    assert {name: set(floor) for name, floor in record["floors"].items()} == {
        name: {"cross", "paired"} for name in ("real", "copy_exemplar", "palette_transfer", "mean_picture")
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
        assert main(["evaluate", str(shoe_run)]) == 0  # nothing is left to measure
        assert main(["evaluate", str(shoe_run), "--again"]) == 1
        argv = ["train", "--preset", "smoke", "--domain", "shoe", "--data", str(moved), "--run-dir"]
        assert main([*argv, str(shoe_run), "--train.steps", "4", "--resume"]) == 0
        assert main(["evaluate", str(shoe_run)]) == 0
    finally:
        moved.rename(shoes)


# Records


@pytest.fixture(scope="module")
def anime_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "anime"
    argv = ["train", "--preset", "smoke", "--domain", "anime", "--run-dir", str(run), *BRIEF]
    assert main(argv) == 0
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
    assert {"psnr", "ssim", "part_accuracy", "fid_toybox_n4"} <= set(first["metrics"]["true"])
    for protocol, metrics in first["metrics"].items():
        for name in first["per_image"][protocol]:  # the others are of the set, not of its pictures
            metric = metrics[name]
            values = [v for v in first["per_image"][protocol][name] if v is not None]
            assert metric["n"] == len(values)
            assert metric["value"] == pytest.approx(np.mean(values), abs=1e-3)
            assert metric["ci95"][0] <= metric["value"] <= metric["ci95"][1]
    for part in ("metrics", "floors", "per_image", "config"):
        assert first[part] == second[part]
    assert Image.open(anime_run / "sheet.png").size[0] > 500


def test_another_net_is_measured_as_well(anime_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = str(feature_net_path("toybox"))
    assert main(["evaluate", str(anime_run), "--features", net]) == 0
    assert "fid_toyboxfeatures_n4" in capsys.readouterr().out
    record = read_json(anime_run / "record.json")
    assert set(record["features"]) == {"toybox", "toyboxfeatures"}
    one, other = (record["metrics"]["true"][f"fid_{name}_n4"]["value"] for name in record["features"])
    assert one == pytest.approx(other)  # it is the same file


def test_an_unfinished_or_missing_run_is_not_measured(
    anime_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tensors, card = read_tensors(anime_run / CHECKPOINT)
    card["progress"]["step"] = 3
    save_tensors(tmp_path / CHECKPOINT, tensors, card)
    assert main(["evaluate", str(tmp_path)]) == 1
    assert "stopped at step 3 of 4" in capsys.readouterr().err
    assert main(["evaluate", str(tmp_path / "nowhere")]) == 1
    assert "no weights at" in capsys.readouterr().err
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
    assert main(["export", str(anime_run), "-o", str(tmp_path / "x.onnx")]) == 1
    assert "only export to .safetensors" in capsys.readouterr().err
