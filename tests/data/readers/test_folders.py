"""What is wrong with a folder rather than with a file, and what training does about either."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from repro.data import sources
from repro.data.pairs import DataError
from repro.data.readers import check_folder, read_pairs
from repro.data.sources import check_source
from repro.data.trials import make_trials


def found(dataset: str, root: Path) -> list[tuple[str, str]]:
    return [(problem.file, problem.kind) for problem in check_folder(dataset, root).problems]


@pytest.mark.parametrize("dataset", ["anime-pair", "edges2shoes", "afhq", "folder", "two folders"])
def test_sound_folders_have_no_problem(dataset: str, mini: Callable) -> None:
    report = check_folder("folder" if dataset == "two folders" else dataset, mini(dataset))
    assert report.problems == ()
    assert all(sound for sound, _ in report.counts.values())


def test_sizes_that_are_not_official_are_worth_a_note(mini: Callable) -> None:
    (note,) = check_folder("anime-pair", mini("anime-pair")).notes
    assert note.startswith("6 pictures are not of the official 1024 × 512 pixels")
    assert note.endswith("most of them, 6, are 64 × 32. They can be used")


@pytest.mark.parametrize("dataset", ["anime-pair", "edges2shoes"])
def test_no_training_pictures(dataset: str, mini: Callable, config: Callable) -> None:
    root = mini(dataset)
    shutil.rmtree(root / "train")
    assert found(dataset, root) == [("train", "missing folder")]
    with pytest.raises(DataError, match=r"there is no folder .*train: .*has the folders val; expected DIR"):
        read_pairs(config(dataset, root, broken="skip"), "train")
    (root / "train").mkdir()
    assert found(dataset, root) == [("train", "empty folder")]
    with pytest.raises(DataError, match=r"there are no pictures in .*train"):
        read_pairs(config(dataset, root, broken="skip"), "train")


def test_an_empty_test_folder_is_not_taken_for_none(mini: Callable, config: Callable) -> None:
    root = mini("edges2shoes")
    shutil.rmtree(root / "val")
    (root / "val").mkdir()
    assert found("edges2shoes", root) == [("val", "empty folder")]
    with pytest.raises(DataError, match=r"there are no pictures in .*val"):
        read_pairs(config("edges2shoes", root), "test")


def test_afhq_without_a_domain_and_with_a_stranger(mini: Callable, config: Callable) -> None:
    root = mini("afhq")
    shutil.rmtree(root / "train" / "dog")
    assert found("afhq", root) == []
    assert "no dog" in check_folder("afhq", root).notes[0]
    with pytest.raises(DataError, match=r"no folder .*train/dog"):
        read_pairs(config("afhq", root, domain="dog"), "train")
    (root / "train" / "horse").mkdir()
    shutil.copy(root / "train" / "cat" / "flickr_cat_1.jpg", root / "val" / "stray.jpg")
    assert found("afhq", root) == [("train/horse", "nested folder"), ("val/stray.jpg", "unexpected file")]


def test_afhq_of_which_training_lacks_a_domain_has_its_test_checked(mini: Callable) -> None:
    root = mini("afhq")
    shutil.rmtree(root / "train" / "dog")
    (root / "val" / "dog" / "pixabay_dog_4.png").write_bytes(b"<html>")
    report = check_folder("afhq", root)
    assert [(p.file, p.kind) for p in report.problems] == [("val/dog/pixabay_dog_4.png", "not a picture")]
    assert "no dog" in report.notes[0]
    assert report.counts["val/dog"][0] == 0
    assert "train/dog" not in report.counts
    shutil.rmtree(root / "train")
    report = check_folder("afhq", root)
    assert [p.file for p in report.problems] == ["train", "val/dog/pixabay_dog_4.png"]
    assert {name: sound for name, (sound, _) in report.counts.items()} == {
        "val/cat": 2,
        "val/dog": 0,
        "val/wild": 1,
    }


def test_a_file_in_the_place_of_a_folder(mini: Callable, config: Callable) -> None:
    root = mini("edges2shoes")
    shutil.rmtree(root / "train")
    (root / "train").write_text("not a folder")
    assert found("edges2shoes", root) == [("train", "missing folder")]
    with pytest.raises(DataError, match="no folder"):
        read_pairs(config("edges2shoes", root), "train")


def test_two_folders_that_do_not_match(mini: Callable, config: Callable, shapes: dict) -> None:
    root = mini("two folders")
    (root / "sketch" / "tree.png").unlink()
    (root / "sketch" / "house.png").write_bytes(b"")
    shapes["save"](shapes["sketch"](20), root / "sketch" / "lamp.png")
    shapes["save"](shapes["sketch"](21).resize((64, 32)), root / "sketch" / "dog.png")
    expected = {
        ("color/tree.png", "unpaired"),
        ("sketch/lamp.png", "unpaired"),
        ("sketch/house.png", "zero bytes"),
        ("sketch/dog.png", "wrong aspect"),
    }
    assert set(found("folder", root)) == expected
    kept = read_pairs(config("folder", root, broken="skip", holdout=0), "train")
    assert kept.names == ("cat.webp",)
    assert {left_out.file for left_out in kept.skipped} == {file for file, _ in expected}


@pytest.mark.parametrize("gone", ["color", "sketch"])
def test_two_folders_of_which_one_is_missing(gone: str, mini: Callable, config: Callable) -> None:
    root = mini("two folders")
    shutil.rmtree(root / gone)
    assert found("folder", root) == [(gone, "missing folder")]
    with pytest.raises(DataError, match=f"no folder .*{gone}"):
        read_pairs(config("folder", root), "train")


def test_a_plain_folder_given_as_a_data_set_is_told_its_name(
    tmp_path: Path, mini: Callable, config: Callable
) -> None:
    with pytest.raises(DataError, match=r"for a folder of pictures of your own add --data\.dataset folder$"):
        check_source(config("edges2shoes", mini("folder")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError) as refused:
        check_source(config("folder", tmp_path / "empty"))
    assert "of your own" not in str(refused.value)


@pytest.mark.parametrize("holdout", [0, 1, 2])
def test_too_few_held_out_is_told_the_way_out(holdout: int, mini: Callable, config: Callable) -> None:
    """Fewer than two cannot be evaluated: to ask for that would be refused in its turn."""
    root = mini("edges2shoes")
    shutil.rmtree(root / "val")
    (root / "train" / "1_AB.jpg").write_bytes(b"<html>")
    enough = max(2, holdout + 1)
    with pytest.raises(DataError, match=rf"--data\.holdout N, N >= {enough}") as refused:
        sources.test_pairs(config("edges2shoes", root, holdout=holdout, broken="skip"), 2)
    assert "--evaluate.pairs" not in str(refused.value)
    data = config("edges2shoes", root, holdout=3, broken="skip")
    assert sources.test_pairs(data, 3).names == ("2_AB.jpg", "3_AB.jpg")
    with pytest.raises(DataError, match=r"--evaluate\.pairs 3\), or hold out more"):
        sources.test_pairs(data, 4)


def test_a_test_folder_of_one_picture_is_told_the_way_out(mini: Callable, config: Callable) -> None:
    with pytest.raises(DataError, match=r"val holds only 1 test .*put more there") as refused:
        sources.test_pairs(config("edges2shoes", mini("edges2shoes")), 2)
    assert "--evaluate.pairs" not in str(refused.value)


def test_a_refusal_names_the_first_few_and_says_how_to_go_on(mini: Callable, config: Callable) -> None:
    root = mini("edges2shoes")
    for name in ("1_AB", "2_AB", "3_AB", "10_AB"):
        (root / "train" / f"{name}.jpg").write_bytes(b"<html>")
    with pytest.raises(DataError) as refused:
        read_pairs(config("edges2shoes", root), "train")
    said = str(refused.value)
    assert said.count("not a picture") == 3
    assert "there may be more" in said
    assert f"`repro data check edges2shoes {root}`" in said
    with pytest.raises(DataError, match=r"not one picture in .*train can be used"):
        read_pairs(config("edges2shoes", root, broken="skip"), "train")


def test_a_broken_file_moves_no_other_to_the_other_side(mini: Callable, config: Callable) -> None:
    root = mini("edges2shoes")
    shutil.rmtree(root / "val")
    (root / "train" / "1_AB.jpg").write_bytes(b"<html>")
    data = config("edges2shoes", root, holdout=2, broken="skip")
    assert read_pairs(data, "test").names == ("2_AB.jpg",)
    assert read_pairs(data, "train").names == ("3_AB.jpg", "10_AB.jpg")


def test_the_trials_say_what_was_skipped(mini: Callable, config: Callable) -> None:
    root = mini("anime-pair")
    shutil.copy(root / "val" / "4.png", root / "val" / "6.png")
    trials = make_trials(config("anime-pair", root, broken="skip"), 3)
    assert [left_out.file for left_out in trials.skipped] == ["val/6.png"]
    assert len(trials) == 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"root": ""}, "needs the folder that it lies in: give it with --data"),
        ({"root": "/nowhere/at/all"}, "/nowhere/at/all is not a folder"),
        ({"root": os.path.dirname(__file__)}, "there is no folder .*train"),
        ({"domain": "cat"}, r"edges2shoes has pictures of shoe, none of cat: give --data\.dataset afhq"),
        ({"dataset": "afhq", "domain": "cat", "sketch": "drawn"}, "has no drawn lines"),
    ],
)
def test_what_cannot_be_read_is_said_at_once(
    wrong: dict, says: str, mini: Callable, config: Callable
) -> None:
    data = config("edges2shoes", mini("edges2shoes"))
    check_source(data)
    with pytest.raises(DataError, match=says):
        check_source(replace(data, **wrong))
