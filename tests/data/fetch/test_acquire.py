"""From a name to a folder: whole, with its card, or not at all; what lies there is never overwritten."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from repro.data.fetch import ADDRESSES, CARD, FetchError, fetch
from repro.data.fetch.acquire import _working_folder
from repro.data.fetch.transfer import Patience

Made = Callable[..., bytes]
Get = Callable[..., Any]


@pytest.fixture
def get(site: Any, tmp_path: Path, quick: Patience) -> Get:
    """Fetch afhq from the loopback server into tmp_path/afhq."""

    def run(folder: Path | None = None, **options: Any) -> Any:
        options = {"url": site.url, "patience": quick} | options
        return fetch("afhq", folder or tmp_path / "afhq", **options)

    return run


def left(folder: Path) -> set[str]:
    """Everything below a folder, by relative name."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def served(site: Any, packed: Made, pictures: dict[str, bytes]) -> str:
    """The miniature data set on the server, in each format; its sha256."""
    site.content = packed(pictures)
    return hashlib.sha256(site.content).hexdigest()


@pytest.fixture
def zip_served(site: Any, zipped: Made, pictures: dict[str, bytes]) -> str:
    """The miniature data set on the server as a zip; its sha256."""
    site.content = zipped(pictures)
    return hashlib.sha256(site.content).hexdigest()


def test_a_data_set_arrives_whole_with_its_card(
    served: str, get: Get, site: Any, tmp_path: Path, pictures: dict[str, bytes]
) -> None:
    card = get(sha256=served.upper())
    assert left(tmp_path) == {*pictures, f"afhq/{CARD}"}
    assert all((tmp_path / name).read_bytes() == content for name, content in pictures.items())
    assert (card.dataset, card.address, card.bytes) == ("afhq", site.url, len(site.content))
    assert card.sha256 == served
    assert card.files == {
        f"{split}/{kind}": 1 for split in ("train", "val") for kind in ("cat", "dog", "wild")
    }
    assert datetime.fromisoformat(card.date).utcoffset() is not None
    assert json.loads((tmp_path / "afhq" / CARD).read_text()) == card.__dict__


def test_a_second_call_changes_nothing(zip_served: str, get: Get, site: Any, tmp_path: Path) -> None:
    first = get()
    assert get() == first
    assert get(sha256=zip_served) == first
    assert len(site.asked) == 1
    with pytest.raises(FetchError, match="remove the folder to fetch it again"):
        get(sha256="0" * 64)
    with pytest.raises(FetchError, match="already holds afhq: choose another folder for edges2shoes"):
        fetch("edges2shoes", tmp_path / "afhq")


def test_what_is_incomplete_is_said_to_be(zip_served: str, get: Get, tmp_path: Path) -> None:
    get()
    (tmp_path / "afhq/train/cat/1.jpg").unlink()
    with pytest.raises(FetchError, match="not all of it any more: move it away"):
        get()


@pytest.mark.parametrize("kind", ["a file in it", "hidden file", "is a file"])
def test_what_lies_there_is_never_overwritten(
    kind: str, zip_served: str, get: Get, site: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "afhq"
    mine = {"a file in it": folder / "mine", "hidden file": folder / ".mine", "is a file": folder}[kind]
    mine.parent.mkdir(exist_ok=True)
    mine.write_bytes(b"mine")
    with pytest.raises(FetchError, match=r"not empty, and nothing is overwritten|is a file"):
        get()
    assert mine.read_bytes() == b"mine"
    assert site.asked == []


def test_empty_folders_links_and_new_parents_are_filled(zip_served: str, get: Get, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    before = (tmp_path / "empty").stat().st_ino  # a shell may stand in it
    (tmp_path / "link").symlink_to("empty")
    get(tmp_path / "link")
    get(tmp_path / "new" / "and" / "deep")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "empty" / CARD).is_file()
    assert (tmp_path / "empty").stat().st_ino == before
    assert (tmp_path / "new/and/deep/val/cat/1.jpg").is_file()


# Hashes


def test_a_wrong_checksum_leaves_nothing(zip_served: str, get: Get, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=f"its sha256 is {zip_served}, but {'0' * 64} was demanded"):
        get(sha256="0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_a_card_left_alone_is_compared_to(
    zip_served: str, get: Get, site: Any, tmp_path: Path, zipped: Made
) -> None:
    first = get()
    for split in ("train", "val"):
        shutil.rmtree(tmp_path / "afhq" / split)
    assert left(tmp_path) == {f"afhq/{CARD}"}
    assert get().sha256 == first.sha256  # the same archive passes
    for split in ("train", "val"):
        shutil.rmtree(tmp_path / "afhq" / split)
    site.content = zipped({"afhq/train/cat/1.jpg": b"another cat"})
    with pytest.raises(FetchError, match=f"but {first.sha256} was demanded, by --sha256 or by the {CARD}"):
        get()
    assert left(tmp_path) == {f"afhq/{CARD}"}
    trusted = hashlib.sha256(site.content).hexdigest()
    assert get(sha256=trusted).sha256 == trusted


@pytest.mark.parametrize("sha256", ["abc", "0" * 63, "g" * 64, "0" * 40])
def test_a_hash_that_is_none_is_refused(sha256: str, get: Get, site: Any) -> None:
    with pytest.raises(FetchError, match="64 hexadecimal digits"):
        get(sha256=sha256)
    assert site.asked == []


# What goes wrong


def test_a_length_that_is_too_short_shows_in_the_archive(
    served: str, get: Get, site: Any, tmp_path: Path
) -> None:
    site.answer(claims=len(site.content) // 2)
    with pytest.raises(FetchError, match="truncated"):
        get()
    assert list(tmp_path.iterdir()) == []
    assert get().sha256 == served


def test_a_hostile_archive_leaves_nothing(get: Get, site: Any, tmp_path: Path, zipped: Made) -> None:
    site.content = zipped({"train/a.jpg": b"x", "../evil": b"evil"})
    with pytest.raises(
        FetchError, match=r"was not unpacked: the name '\.\./evil' in the archive leads outside"
    ):
        get()
    assert list(tmp_path.iterdir()) == []


def test_a_call_that_gave_up_is_gone_on_with(zip_served: str, get: Get, site: Any, tmp_path: Path) -> None:
    for _ in range(3):
        site.answer(after=100, ranges=False)
    with pytest.raises(FetchError, match="100 B are kept"):
        get()
    assert not (tmp_path / "afhq").exists()
    get()
    assert site.ranges[-1] == "bytes=100-"
    assert {path.name for path in tmp_path.iterdir()} == {"afhq"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_disk_that_fills_while_unpacking_keeps_the_archive(
    served: str, get: Get, site: Any, tmp_path: Path
) -> None:
    usual = Path.open

    def full(path: Path, mode: str = "r", **how: Any) -> Any:
        return usual(Path("/dev/full"), "wb") if mode == "xb" else usual(path, mode, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", full)
        with pytest.raises(FetchError, match="No space left on device"):
            get()
    assert not (tmp_path / "afhq").exists()
    assert left(tmp_path) == {f"afhq.fetching/{name}" for name in ("archive", "archive.json", "lock")}
    get()
    assert len(site.asked) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"afhq"}


def test_what_a_killed_call_left_half_unpacked_is_cleared(zip_served: str, get: Get, tmp_path: Path) -> None:
    half = tmp_path / "afhq.fetching" / "unpacked" / "afhq" / "train"
    half.mkdir(parents=True)
    (half / "stale.jpg").write_bytes(b"stale")
    get()
    assert not any("stale" in name for name in left(tmp_path))


def test_a_place_that_cannot_be_written_is_said(zip_served: str, get: Get, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FetchError, match="cannot be made: Not a directory"):
        get(tmp_path / "file" / "below")


def test_two_fetches_into_one_folder_do_not_meet(zip_served: str, get: Get, tmp_path: Path) -> None:
    with (
        _working_folder(tmp_path / "afhq"),
        pytest.raises(FetchError, match=r"another fetch into .*afhq is at"),
    ):
        get()
    get()


# Names


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        ("folder", "pictures of your own, nothing can be fetched; known are anime-pair, afhq, edges2shoes"),
        ("toybox", "drawn by the program itself"),
        ("imagenet", "no data set is called 'imagenet'; known are"),
    ],
)
def test_what_cannot_be_fetched_is_said(dataset: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=message):
        fetch(dataset, tmp_path / "x", url="http://127.0.0.1:9/")


def test_every_data_set_has_one_documented_address() -> None:
    assert set(ADDRESSES) == {"anime-pair", "afhq", "edges2shoes"}
    for address in ADDRESSES.values():
        assert bool(address.url) != bool(address.kaggle)
        assert address.source
        assert address.terms
