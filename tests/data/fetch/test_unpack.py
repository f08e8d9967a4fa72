"""Archives that may be hostile: what is honest is unpacked whole, what is not writes nothing outside."""

from __future__ import annotations

import io
import os
import random
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from repro.data.fetch.members import UnpackError

Made = Callable[..., bytes]
Unpacked = Callable[..., Path]


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_an_honest_archive_is_unpacked_whole(
    packed: Made, pictures: dict[str, bytes], tmp_path: Path, unpacked: Unpacked
) -> None:
    data = unpacked(packed(pictures))
    assert data == tmp_path / "box" / "out" / "afhq"
    assert tree(data) == {name.removeprefix("afhq/"): content for name, content in pictures.items()}


def test_big_files_and_block_boundaries_come_whole(packed: Made, unpacked: Unpacked) -> None:
    files = {f"train/{size}": random.Random(size).randbytes(size) for size in (0, 511, 512, 2**18, 2**20 + 1)}
    assert tree(unpacked(packed(files))) == files


@pytest.mark.parametrize(
    ("names", "root"),
    [
        (["train/a", "val/b"], "."),
        (["train/a"], "."),  # a split is no wrapper
        (["data/train/a", "data/val/b"], "data"),
        (["one/two/train/a"], "one/two"),
        (["afhq/train/a", "README"], "."),
        (["afhq/train/a", "__MACOSX/afhq/._a", "._afhq", ".DS_Store"], "afhq"),
        (["./afhq/train/a"], "afhq"),
    ],
)
def test_wrappers_are_stepped_through(
    names: list[str], root: str, packed: Made, tmp_path: Path, unpacked: Unpacked
) -> None:
    assert unpacked(packed(dict.fromkeys(names, b"x"))) == tmp_path / "box" / "out" / root
    assert not any("MACOSX" in name or "._" in name for name in tree(tmp_path / "box" / "out"))


HOSTILE_NAMES = {
    "../evil": "leads outside",
    "train/../../evil": "leads outside",
    "train/..": "leads outside",
    "/evil": "leads outside",
    "//evil": "leads outside",
    "C:/evil": "backslash or a colon",
    "C:evil": "backslash or a colon",
    "..\\evil": "backslash or a colon",
    "train\\a.jpg": "backslash or a colon",
    "train/a.jpg:stream": "backslash or a colon",
    "train/a\nb": "not plain UTF-8",
    "train/\x1b[2J": "not plain UTF-8",
    "train/a\u202egpj.exe": "not plain UTF-8",
    "t" * 256: "too long or too deep",
    "a/" * 40 + "b": "too long or too deep",
}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_is_refused(name: str, packed: Made, unpacked: Unpacked) -> None:
    with pytest.raises(UnpackError, match=HOSTILE_NAMES[name]):
        unpacked(packed({"train/first": b"x", name: b"evil"}))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["train/a.jpg", "train/A.jpg"], "ignore case"),
        (["train/a.jpg", "Train/b.jpg"], "ignore case"),
        (["train/\u00e9", "train/e\u0301"], "ignore case"),
        (["train/stra\u00dfe", "train/STRASSE"], "ignore case"),
        (["train/a", "train/a/b"], "twice"),
        (["train/a/b", "train/a"], "twice"),
    ],
)
def test_names_that_clash_are_refused(
    names: list[str], message: str, packed: Made, unpacked: Unpacked
) -> None:
    with pytest.raises(UnpackError, match=message):
        unpacked(packed(dict.fromkeys(names, b"x")))


def test_the_same_name_twice_is_refused(unpacked: Unpacked, tarred: Made) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("train/a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("train/a", b"2")
    twice = tarfile.TarInfo("train/a")
    for content in (buffer.getvalue(), tarred({"train/a": b"1"}, extra=[twice])):
        with pytest.raises(UnpackError, match="'train/a' twice"):
            unpacked(content)


# What is neither file nor folder


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (tarfile.SYMTYPE, "holds a link"),
        (tarfile.LNKTYPE, "holds a link"),
        (tarfile.FIFOTYPE, "device or pipe"),
        (tarfile.CHRTYPE, "device or pipe"),
        (tarfile.BLKTYPE, "device or pipe"),
        (tarfile.GNUTYPE_SPARSE, "sparse|damaged"),
    ],
)
@pytest.mark.parametrize("target", ["train", "../..", "/etc"])
def test_a_tar_may_hold_files_and_folders_only(
    kind: bytes, message: str, target: str, tarred: Made, unpacked: Unpacked
) -> None:
    odd = tarfile.TarInfo("train/odd")
    odd.type, odd.linkname = kind, target
    with pytest.raises(UnpackError, match=message):
        unpacked(tarred({"train/a": b"x"}, extra=[odd]))


def test_writing_through_a_link_is_impossible(tarred: Made, tmp_path: Path, unpacked: Unpacked) -> None:
    (tmp_path / "victim").mkdir()
    link = tarfile.TarInfo("train")
    link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path / "victim")
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as opened:
        opened.addfile(link)
        opened.addfile(tarfile.TarInfo("train/evil"))
    with pytest.raises(UnpackError, match="holds a link"):
        unpacked(archive.getvalue())
    assert list((tmp_path / "victim").iterdir()) == []


@pytest.mark.parametrize(
    ("mode", "message"), [(stat.S_IFLNK, "symbolic link"), (stat.S_IFIFO, "pipe"), (stat.S_IFCHR, "device")]
)
def test_a_zip_may_hold_files_and_folders_only(mode: int, message: str, unpacked: Unpacked) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        odd = zipfile.ZipInfo("train/odd")
        odd.external_attr = (mode | 0o777) << 16
        archive.writestr(odd, "/etc/passwd")
    with pytest.raises(UnpackError, match=message):
        unpacked(buffer.getvalue())


def test_permissions_of_the_archive_have_no_effect(unpacked: Unpacked, tarred: Made) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, mode in (("train/setuid", 0o4777), ("train/none", 0o000)):
            info = tarfile.TarInfo(name)
            info.mode = mode
            archive.addfile(info)
    data = unpacked(buffer.getvalue())
    umask = os.umask(0)
    os.umask(umask)
    assert {path.stat().st_mode & 0o7777 for path in (data / "train").iterdir()} == {0o666 & ~umask}
