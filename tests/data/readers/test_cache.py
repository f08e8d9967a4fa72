"""The cache of decoded pictures: mapped, made again when anything changed, never half, never in the way."""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from repro.data import pool
from repro.data.pairs import DataError, Pairs, Skipped
from repro.data.readers import cache, read_pairs
from repro.data.readers.cache import Row, cached_pairs
from repro.record import cache_folder


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of its own for every test."""
    monkeypatch.setenv("REPRO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "pairs"


class Maker:
    """Rows of noise, and how often they were asked for."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error, self.calls = error, 0

    def __call__(self) -> Iterator[Row | Skipped]:
        self.calls += 1
        rng = np.random.default_rng(0)
        yield Skipped("train/x.png", "zero bytes: remove it")
        for i in range(5):
            if i == 3 and self.error:
                raise self.error
            color, sketch = (rng.integers(0, 256, (c, 8, 8), np.uint8) for c in (3, 1))
            yield Row(f"{i}.png", color, sketch)


def same(a: Pairs, b: Pairs) -> bool:
    equal = np.array_equal(a.color, b.color) and np.array_equal(a.sketch, b.sketch)
    return equal and (a.names, a.skipped) == (b.names, b.skipped)


def expected() -> Pairs:
    rows = [row for row in Maker()() if isinstance(row, Row)]
    return Pairs(
        np.stack([row.color for row in rows]),
        np.stack([row.sketch for row in rows]),
        tuple(row.name for row in rows),
        (Skipped("train/x.png", "zero bytes: remove it"),),
    )


def test_it_is_made_once_and_mapped(place: Path) -> None:
    make = Maker()
    first, second = cached_pairs("a", 6, 8, make), cached_pairs("a", 6, 8, make)
    assert make.calls == 1
    assert same(first, expected())
    assert same(second, expected())
    assert isinstance(second.color, np.memmap)
    assert not second.color.flags.writeable
    assert [path.name for path in place.iterdir()] == ["a"]
    cached_pairs("b", 6, 8, make)
    assert make.calls == 2


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a flipped bit": lambda folder: _flip(folder / "color.npy"),
    "a short file": lambda folder: os.truncate(folder / "sketch.npy", 200),
    "an empty file": lambda folder: os.truncate(folder / "color.npy", 0),
    "another array": lambda folder: np.save(folder / "color.npy", np.zeros(3)),
    "a pickle": lambda folder: np.save(folder / "color.npy", np.array([{}]), allow_pickle=True),
    "no card": lambda folder: (folder / "pairs.json").unlink(),
    "half a card": lambda folder: os.truncate(folder / "pairs.json", 20),
    "a card of another shape": lambda folder: (folder / "pairs.json").write_text("[]"),
    "a card without names": lambda folder: _drop(folder / "pairs.json", "names"),
    "an archive's first bytes": lambda folder: (folder / "color.npy").write_bytes(b"PK\3\4" + bytes(99)),
    "an archive": lambda folder: _archive(folder / "color.npy"),
    "rows in another shape": lambda folder: _reshape(folder),
    "a folder for an array": lambda folder: _folder(folder / "color.npy"),
    "a nested card": lambda folder: (folder / "pairs.json").write_text("[" * 100_000),
    "names in another order": lambda folder: _turn(folder / "pairs.json"),
    "something else skipped": lambda folder: _skip(folder / "pairs.json"),
    "a file for the entry": lambda folder: (shutil.rmtree(folder), folder.write_bytes(b"x")),
    "a link to nowhere": lambda folder: (shutil.rmtree(folder), folder.symlink_to("nowhere")),
    "a link to a file": lambda folder: (shutil.rmtree(folder), folder.symlink_to(__file__)),
    "a missing array": lambda folder: (folder / "sketch.npy").unlink(),
}


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-7] ^= 1
    path.write_bytes(content)


def _drop(path: Path, name: str) -> None:
    card = json.loads(path.read_text())
    del card[name]
    path.write_text(json.dumps(card))


def _turn(path: Path) -> None:
    card = json.loads(path.read_text())
    path.write_text(json.dumps(card | {"names": card["names"][::-1]}))


def _skip(path: Path) -> None:
    card = json.loads(path.read_text())
    path.write_text(json.dumps(card | {"skipped": []}))


def _archive(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, color=np.zeros((5, 3, 8, 8), np.uint8))


def _reshape(folder: Path) -> None:
    """The same bytes, other pictures."""
    for name, channels in (("color", 3), ("sketch", 1)):
        np.save(folder / f"{name}.npy", np.load(folder / f"{name}.npy").reshape(5, channels, 4, 16))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_made_again(place: Path, damage: str) -> None:
    make = Maker()
    cached_pairs("a", 6, 8, make)
    DAMAGES[damage](place / "a")
    assert same(cached_pairs("a", 6, 8, make), expected())
    assert make.calls == 2
    assert same(cached_pairs("a", 6, 8, make), expected())
    assert make.calls == 2


@pytest.mark.parametrize("error", [KeyboardInterrupt(), DataError("broken"), MemoryError()])
def test_an_interrupted_build_leaves_nothing(place: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        cached_pairs("a", 6, 8, Maker(error))
    assert list(place.iterdir()) == []


def test_a_full_disk_falls_back_to_memory_with_one_warning(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object, picture: np.ndarray) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache._Column, "append", full)
    with pytest.warns(UserWarning, match=r"No space left on device.*in memory.*REPRO_CACHE") as said:
        pairs = cached_pairs("a", 6, 8, Maker())
    assert len(said) == 1
    assert same(pairs, expected())
    assert not isinstance(pairs.color, np.memmap)
    assert list(place.iterdir()) == []


def test_too_little_room_is_seen_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Maker()
    monkeypatch.setattr(cache, "ROOM", 2**62)
    with pytest.warns(UserWarning, match="no room left on the disk"):
        assert same(cached_pairs("a", 6, 8, make), expected())
    assert make.calls == 1


def test_a_cache_that_cannot_be_made_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("REPRO_CACHE", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="held in memory"):
        assert same(cached_pairs("a", 6, 8, Maker()), expected())


def test_what_a_killed_process_left_is_swept_but_not_what_one_is_at(place: Path) -> None:
    for name, age in ((".old", 2 * cache.STALE), (".new", 60)):
        (place / name).mkdir(parents=True)
        os.utime(place / name, (time.time() - age,) * 2)
    cached_pairs("a", 6, 8, Maker())
    assert sorted(path.name for path in place.iterdir()) == [".new", "a"]


def test_any_change_of_the_folder_is_seen(
    mini: Callable, config: Callable, shapes: dict, place: Path
) -> None:
    root = mini("edges2shoes")
    data = config("edges2shoes", root)
    first = read_pairs(data, "train")
    assert same(read_pairs(data, "train"), first)
    assert len(list(place.iterdir())) == 1
    shapes["save"](shapes["file"]("edges2shoes", 30), root / "train" / "2_AB.jpg")
    second = read_pairs(data, "train")
    assert not np.array_equal(first.color[1], second.color[1])
    assert np.array_equal(first.color[2], second.color[2])
    (root / "train" / "2_AB.jpg").rename(root / "train" / "4_AB.jpg")
    assert read_pairs(data, "train").names == ("1_AB.jpg", "3_AB.jpg", "4_AB.jpg", "10_AB.jpg")
    assert read_pairs(config("edges2shoes", root, size=32), "train").color.shape[-1] == 32


def test_what_was_skipped_is_remembered_and_refused_when_asked(mini: Callable, config: Callable) -> None:
    root = mini("edges2shoes")
    (root / "train" / "2_AB.jpg").write_bytes(b"")
    for _ in range(2):
        kept = read_pairs(config("edges2shoes", root, broken="skip"), "train")
        assert kept.skipped == (Skipped("train/2_AB.jpg", "zero bytes: fetch it again, or remove it"),)
        with pytest.raises(DataError, match=r"train/2_AB\.jpg: zero bytes"):
            read_pairs(config("edges2shoes", root), "train")


def test_the_number_of_processes_changes_nothing(
    mini: Callable, config: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = mini("edges2shoes")
    (root / "train" / "3_AB.jpg").write_bytes(b"<html>")
    data = config("edges2shoes", root, broken="skip")
    alone = read_pairs(data, "train")
    shutil.rmtree(cache_folder())
    monkeypatch.setattr(pool, "MANY", 2)
    monkeypatch.setattr(pool, "_cores", lambda: 2)
    monkeypatch.setattr(pool, "CHUNK", 1)
    assert same(read_pairs(data, "train"), alone)
