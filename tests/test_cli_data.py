"""`repro data check` and `repro data show`, and what `repro train` does with a broken folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from repro.cli import main
from repro.data.preview import ACROSS, DOWN, SIDE
from repro.data.sheet import GAP, TITLE
from repro.methods.weights import CHECKPOINT, read_tensors
from repro.record import RECORD, read_json


@pytest.fixture
def shoes(tmp_path: Path) -> Path:
    """edges2shoes in miniature."""
    root = tmp_path / "shoes"
    for split, count in (("train", 12), ("val", 9)):
        (root / split).mkdir(parents=True)
        for i in range(1, count + 1):
            pair = Image.new("RGB", (512, 256), "white")
            pen = ImageDraw.Draw(pair)
            box = (30 + 3 * i, 90, 220, 190 - i)
            pen.rounded_rectangle(box, 30, outline="black", width=3)
            colour = f"hsl({(i * 67 + 5 * len(split)) % 360}, 70%, 50%)"
            pen.rounded_rectangle((box[0] + 256, box[1], box[2] + 256, box[3]), 30, fill=colour)
            pair.save(root / split / f"{i}_AB.jpg", quality=95)
    return root


def test_check_of_a_sound_folder_counts_and_succeeds(shoes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "check", "edges2shoes", str(shoes)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines() == [
        "train               12 sound pictures (official: 49,825)",
        "val                  9 sound pictures (official: 200)",
        "no problems",
    ]


def test_check_lists_every_problem_and_fails(shoes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shoes / "train" / "3_AB.jpg").write_bytes(b"")
    (shoes / "train" / "11_AB.jpg").write_text("<html>not found</html>")
    shutil.copy(shoes / "val" / "2_AB.jpg", shoes / "train" / "9_AB.jpg")
    assert main(["data", "check", "edges2shoes", str(shoes)]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines[0] == "train/3_AB.jpg: zero bytes: fetch it again, or remove it"
    assert lines[1].startswith("train/9_AB.jpg: leak (the same as val/2_AB.jpg): remove it from training")
    assert lines[2] == "train/11_AB.jpg: not a picture (a web page): fetch it again, or remove it"
    assert lines[3] == ""
    assert lines[4] == "train                9 sound pictures (official: 49,825)"
    assert lines[-1] == "3 problems"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["check", "coco", "."],
            "no data set 'coco': choose from anime-pair, afhq, edges2shoes, folder",
        ),
        (["check", "afhq", "nowhere"], "nowhere is not a folder; expected DIR/train/{cat,dog,wild}"),
        (["show", "coco", "."], "there is no data set 'coco': choose from toybox, anime-pair"),
        (["show", "afhq", "nowhere"], "nowhere is not a folder"),
        (["show", "toybox", "horse"], "toybox has no domain 'horse': choose from cat, dog"),
        (["show", "toybox", "anime", "-o", "sheet.doc"], "use one of the extensions .png"),
    ],
)
def test_what_makes_no_sense_is_one_line(
    words: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["data", *words]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("repro data: ")
    assert says in err
    assert len(err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def sheet(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def tile(picture: np.ndarray, row: int, column: int) -> np.ndarray:
    top, left = TITLE + row * (SIDE + GAP), GAP + column * (SIDE + GAP)
    return picture[top : top + SIDE, left : left + SIDE].astype(int)


def test_show_draws_lots_of_a_folder(shoes: Path, tmp_path: Path) -> None:
    (shoes / "train" / "5_AB.jpg").write_bytes(b"")  # passed over
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        argv = ["data", "show", "edges2shoes", str(shoes), "-o", str(tmp_path / f"{name}.png")]
        assert main([*argv, "--seed", str(seed)]) == 0
    a, b, c = (sheet(tmp_path / f"{name}.png") for name in "abc")
    assert a.shape == (TITLE + 3 * (SIDE + GAP), 2 * ACROSS * (SIDE + GAP) + GAP, 3)  # 11 pairs
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)
    color, lines = tile(a, 0, 0), tile(a, 0, 1)
    assert np.ptp(color, axis=2).max() > 100
    assert np.ptp(lines, axis=2).max() < 10
    assert lines.min() < 100
    assert lines.mean() > 200


def test_show_of_toybox_takes_a_domain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["data", "show", "toybox", "anime"]) == 0
    assert capsys.readouterr().out == "toybox-anime.png\n"
    picture = sheet(tmp_path / "toybox-anime.png")
    assert picture.shape[0] == TITLE + DOWN * (SIDE + GAP)
    assert len({tile(picture, 0, column).tobytes() for column in range(0, 2 * ACROSS, 2)}) == ACROSS


# Training


def train(shoes: Path, run: Path, *options: str) -> int:
    argv = ["train", "--preset", "smoke", "--domain", "shoe", "--data", str(shoes), "--run-dir", str(run)]
    return main([*argv, "--train.steps", "2", *options])


def test_training_refuses_a_broken_folder_before_it_starts(
    shoes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shoes / "train" / "3_AB.jpg").write_bytes(b"")
    assert train(shoes, tmp_path / "run") == 1
    err = capsys.readouterr().err
    assert "train/3_AB.jpg: zero bytes" in err
    assert f"repro data check edges2shoes {shoes}" in err
    assert "--data.broken skip" in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_a_record_says_what_was_skipped(shoes: Path, tmp_path: Path) -> None:
    (shoes / "train" / "3_AB.jpg").write_bytes(b"")
    (shoes / "val" / "2_AB.jpg").write_text("<html>")
    assert train(shoes, tmp_path / "run", "--data.broken", "skip") == 0
    card = read_tensors(tmp_path / "run" / CHECKPOINT)[1]
    left_out = [{"file": "train/3_AB.jpg", "problem": "zero bytes: fetch it again, or remove it"}]
    assert card["progress"]["skipped"] == left_out
    assert main(["evaluate", str(tmp_path / "run")]) == 0
    skipped = read_json(tmp_path / "run" / RECORD)["skipped"]
    assert skipped["train"] == left_out
    assert [entry["file"] for entry in skipped["test"]] == ["val/2_AB.jpg"]


def test_training_on_a_folder_of_ones_own(shoes: Path, tmp_path: Path) -> None:
    assert train(shoes / "train", tmp_path / "run", "--data.dataset", "folder", "--data.holdout", "3") == 0
    assert main(["evaluate", str(tmp_path / "run")]) == 0
    record = read_json(tmp_path / "run" / RECORD)
    assert (record["id"], len(record["pairs"])) == ("smoke/folder/shoe/ours/0", 3)
    assert record["skipped"] == {"train": [], "test": []}


def test_a_data_set_of_another_domain_is_refused_at_once(
    shoes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(shoes, tmp_path / "run", "--data.dataset", "anime-pair") == 1
    assert "anime-pair has pictures of anime, none of shoe" in capsys.readouterr().err
