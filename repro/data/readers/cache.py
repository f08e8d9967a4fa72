"""Decoded pictures on disk: written whole or not at all, mapped into memory, never trusted blindly."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from repro.data.pairs import Pairs, Skipped
from repro.record import cache_folder, write_json

CARD = "pairs.json"
ROOM = 64 * 2**20  # bytes left free on the disk beyond the cache itself
STALE = 24 * 3600  # seconds after which a half-written cache is litter of a killed process
BLOCK = 2**24  # bytes checked at a time


@dataclass(frozen=True)
class Row:
    """One pair: name, color (3, S, S) and sketch (1, S, S), uint8."""

    name: str
    color: np.ndarray
    sketch: np.ndarray


Rows = Iterator[Row | Skipped]


def cached_pairs(key: str, count: int, size: int, rows: Callable[[], Rows]) -> Pairs:
    """The pairs that were stored under ``key``, or else those of ``rows()``, stored there on the way.

    The arrays are memory-mapped. All of them is read once at the start, to see that nothing is damaged,
    and from then on only what is looked at. A damaged cache is made again. Where nothing can be stored
    (no room, no permission) the pairs are held in memory and
    one warning says so.

    Args:
        key: names the result; another result needs another key.
        count: how many rows there are at most.
        size: side of the pictures, px.
        rows: makes them; called twice if the disk fills up on the way. What it raises comes through.
    """
    folder = cache_folder() / "pairs" / key
    try:
        if (found := _load(folder)) is None:
            found = _stored(folder, count, size, rows)
        return found
    except OSError as error:
        warnings.warn(
            f"decoded pictures cannot be kept in {folder.parent} ({error.strerror or error}): they are held"
            " in memory, and decoded again next time. Make room there, or set REPRO_CACHE to another folder",
            stacklevel=2,
        )
    return _in_memory(count, size, rows())


def _stored(folder: Path, count: int, size: int, rows: Callable[[], Rows]) -> Pairs:
    """Write all rows to a folder of their own and give it its name when it is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder.parent)
    if shutil.disk_usage(folder.parent).free < 4 * size * size * count + ROOM:
        raise OSError("no room left on the disk")
    draft = folder.parent / f".{secrets.token_hex(8)}"
    draft.mkdir()
    try:
        _write(draft, size, rows())
        _remove(folder)  # a damaged one
        with suppress(OSError):  # another process was faster: its result is the same
            os.rename(draft, folder)
        if (found := _load(folder)) is None:
            raise OSError("what was written reads back otherwise")
        return found
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@dataclass
class _Column:
    """An .npy file of uint8 pictures (n, C, S, S) that grows row by row, with the CRC-32 of its data."""

    file: BinaryIO
    shape: tuple[int, int, int]
    rows: int = 0
    checksum: int = 0

    def header(self) -> None:
        """Say at the beginning how many rows there are: numpy leaves room for a larger number."""
        self.file.seek(0)
        described = {"descr": "|u1", "fortran_order": False, "shape": (self.rows, *self.shape)}
        np.lib.format.write_array_header_1_0(self.file, described)

    def append(self, picture: np.ndarray) -> None:
        """Add one row. By ordinary writes: to a mapped file, a full disk is no error but a fatal signal."""
        content = picture.tobytes()
        self.file.write(content)
        self.checksum = zlib.crc32(content, self.checksum)
        self.rows += 1


def _write(folder: Path, size: int, rows: Rows) -> None:
    names, skipped = [], []
    with (folder / "color.npy").open("wb") as color, (folder / "sketch.npy").open("wb") as sketch:
        columns = {"color": _Column(color, (3, size, size)), "sketch": _Column(sketch, (1, size, size))}
        for column in columns.values():
            column.header()
        for row in rows:
            if isinstance(row, Skipped):
                skipped.append(row._asdict())
                continue
            names.append(row.name)
            columns["color"].append(row.color)
            columns["sketch"].append(row.sketch)
        for column in columns.values():
            column.header()
            column.file.flush()
            os.fsync(column.file.fileno())
    card = {"names": names, "skipped": skipped}
    shapes = [(column.rows, *column.shape) for column in columns.values()]
    checksums = {name: column.checksum for name, column in columns.items()}
    checksums["card"] = _card_checksum(card, shapes)
    write_json(folder / CARD, card | {"crc32": checksums})


def _load(folder: Path) -> Pairs | None:
    """What lies in ``folder``, mapped; None where there is nothing, or anything is wrong with it."""
    try:
        card: Any = json.loads((folder / CARD).read_text(encoding="utf-8"))
        paths = (folder / f"{name}.npy" for name in ("color", "sketch"))
        color, sketch = (np.lib.format.open_memmap(path, mode="r") for path in paths)  # .npy and nothing else
        found = {"color": _checksum(color), "sketch": _checksum(sketch)}
        if found | {"card": _card_checksum(card, [color.shape, sketch.shape])} != card["crc32"]:
            return None
        skipped = tuple(Skipped(**entry) for entry in card["skipped"])
        return Pairs(color, sketch, tuple(card["names"]), skipped)
    except Exception:  # a damaged file may raise anything, and all of it means the same
        return None


def _checksum(array: np.ndarray) -> int:
    """CRC-32 of an array's data, a block at a time."""
    content, checksum = array.reshape(-1), 0
    for start in range(0, len(content), BLOCK):
        checksum = zlib.crc32(content[start : start + BLOCK].tobytes(), checksum)
    return checksum


def _card_checksum(card: dict[str, Any], shapes: list[tuple[int, ...]]) -> int:
    """CRC-32 of what the card says, and of the shapes of the arrays beside it."""
    return zlib.crc32(json.dumps([card["names"], card["skipped"], shapes], sort_keys=True).encode())


def _in_memory(count: int, size: int, rows: Rows) -> Pairs:
    color, sketch = np.empty((count, 3, size, size), np.uint8), np.empty((count, 1, size, size), np.uint8)
    names, skipped = [], []
    for row in rows:
        if isinstance(row, Skipped):
            skipped.append(row)
        else:
            color[len(names)], sketch[len(names)] = row.color, row.sketch
            names.append(row.name)
    return Pairs(color[: len(names)], sketch[: len(names)], tuple(names), tuple(skipped))


def _remove(entry: Path) -> None:
    """Remove a folder, or what lies in its place: a file, or a link, whose target is left alone."""
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry, ignore_errors=True)
    else:
        entry.unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove what killed processes left half-written, once nobody can be at it any more."""
    for draft in folder.glob(".*"):
        with suppress(OSError):
            if time.time() - draft.stat().st_mtime > STALE:
                shutil.rmtree(draft)
