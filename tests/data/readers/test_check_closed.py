"""Folders that lead elsewhere, are closed, or change under one's hands; and their names in a terminal."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from repro.data.pairs import DataError
from repro.data.readers import check_folder, read_pairs


def found(dataset: str, root: Path) -> list[tuple[str, str]]:
    return [(problem.file, problem.kind) for problem in check_folder(dataset, root).problems]


@pytest.mark.parametrize("link", ["train", "train/cat", "afhq"])
def test_no_link_on_the_way_leads_outside(
    link: str, mini: Callable, tmp_path: Path, config: Callable
) -> None:
    """Neither the folder of a domain, nor the split around it, nor the wrapper around them all."""
    root = mini("afhq")
    (tmp_path / "wrapped").mkdir()
    if link == "afhq":
        root = tmp_path / "wrapped"
        (root / link).symlink_to(tmp_path / "afhq")
    else:
        shutil.move(root / link, tmp_path / "elsewhere")
        (root / link).symlink_to(tmp_path / "elsewhere")
    report = check_folder("afhq", root)
    assert [(p.file, p.kind) for p in report.problems] == [(link, "link leads outside")]
    assert all(n == 0 for name, (n, _) in report.counts.items() if name.startswith(link))
    for broken in ("refuse", "skip"):
        with pytest.raises(DataError, match=f"{link}: link leads outside"):
            read_pairs(config("afhq", root, broken=broken), "train")


def test_a_wrapper_that_links_within_the_folder_is_none_of_it(mini: Callable, config: Callable) -> None:
    root = mini("afhq")
    (root / "real").mkdir()
    for split in ("train", "val"):
        shutil.move(root / split, root / "real" / split)
    (root / "afhq").symlink_to("real")
    assert found("afhq", root) == []
    assert len(read_pairs(config("afhq", root), "train")) == 3


def test_a_split_that_lies_elsewhere(mini: Callable, tmp_path: Path, config: Callable) -> None:
    root = mini("edges2shoes")
    shutil.move(root / "train", tmp_path / "elsewhere")
    (root / "train").symlink_to(tmp_path / "elsewhere")
    assert found("edges2shoes", root) == [("train", "link leads outside")]
    with pytest.raises(DataError, match="link leads outside"):
        read_pairs(config("edges2shoes", root), "train")
    (tmp_path / "root").symlink_to(root)  # the folder that was named may well be a link
    shutil.move(tmp_path / "elsewhere", root / "inside")
    (root / "train").unlink()
    (root / "train").symlink_to("inside")
    assert found("edges2shoes", tmp_path / "root") == []


@pytest.mark.parametrize("denied", ["open", "listdir", "stat"])
def test_what_may_not_be_read(
    denied: str, mini: Callable, config: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a stand-in: whoever runs the tests may be one who is denied nothing."""
    root = mini("edges2shoes")
    target = root / "train" / ("" if denied == "listdir" else "2_AB.jpg")
    real = {"open": Path.read_bytes, "listdir": os.listdir, "stat": Path.stat}[denied]

    def refuse(path: Path, **options: object) -> object:
        if Path(path) == target:
            raise PermissionError(13, "Permission denied")
        return real(path, **options)  # type: ignore[operator]

    owner, name = {"open": (Path, "read_bytes"), "listdir": (os, "listdir"), "stat": (Path, "stat")}[denied]
    monkeypatch.setattr(owner, name, refuse)
    file = target.relative_to(root).as_posix()
    assert found("edges2shoes", root) == [(file, "no permission")]
    with pytest.raises(DataError, match=f"{file}: no permission"):
        read_pairs(config("edges2shoes", root), "train")


@pytest.mark.parametrize("closed", ["", "train", "train/cat", "val/cat"])
def test_a_folder_that_may_not_be_entered(
    closed: str, mini: Callable, config: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listed, perhaps, but nothing below it can be looked at; again by a stand-in."""
    root = mini("afhq")
    shut, stat, access, listdir = root / closed, os.stat, os.access, os.listdir

    def guarded(path: object, *rest: object, **options: object) -> object:
        if isinstance(path, str | Path) and shut in Path(path).parents:
            raise PermissionError(13, "Permission denied")
        return stat(path, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", guarded)
    monkeypatch.setattr(os, "lstat", lambda path, **o: guarded(path, follow_symlinks=False, **o))
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != shut and access(path, mode))
    monkeypatch.setattr(
        os, "listdir", lambda path: guarded(Path(path) / "x") if Path(path) == shut else listdir(path)
    )
    assert found("afhq", root) == [(closed or ".", "no permission")]
    part = "test" if closed == "val/cat" else "train"
    with pytest.raises(DataError, match="no permission"):
        read_pairs(config("afhq", root, broken="skip"), part)


@pytest.mark.parametrize("when", ["listed", "looked at"])
def test_a_file_that_is_gone_again(
    when: str, mini: Callable, config: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = mini("edges2shoes")
    gone, listdir, read = root / "train" / "2_AB.jpg", os.listdir, Path.read_bytes

    def vanish(path: Path) -> list[str]:
        names = listdir(path)
        gone.unlink(missing_ok=True)
        return [*names, gone.name] if Path(path) == gone.parent and gone.name not in names else names

    def late(path: Path) -> bytes:
        gone.unlink(missing_ok=True)
        return read(path)

    owner, name, stand_in = {"listed": (os, "listdir", vanish), "looked at": (Path, "read_bytes", late)}[when]
    monkeypatch.setattr(owner, name, stand_in)
    data = config("edges2shoes", root, broken="skip")
    kept = read_pairs(data, "train")
    assert kept.names == ("1_AB.jpg", "3_AB.jpg", "10_AB.jpg")
    assert kept.skipped[0].problem.startswith("damaged (No such file or directory)")
    if when == "listed":
        assert found("edges2shoes", root) == [("train/2_AB.jpg", "damaged")]


def test_names_of_folders_do_a_terminal_no_harm(tmp_path: Path, config: Callable) -> None:
    (tmp_path / "own" / "red\x1b[31m").mkdir(parents=True)
    os.mkdir(os.fsencode(tmp_path / "own") + b"/dir\xff")
    with pytest.raises(DataError) as refused:
        read_pairs(config("edges2shoes", tmp_path / "own"), "train")
    assert r"has the folders dir\xff, red\x1b[31m" in str(refused.value)
