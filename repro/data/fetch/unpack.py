"""Unpacking a zip or tar(.gz) that may be hostile: nothing is ever written outside the folder given.

Python's own ``extractall`` is not used: files are created here one by one, exclusively, below folders made
here, with a plain mode, so that no name, link, owner or permission bit of the archive has any effect.
"""

from __future__ import annotations

import gzip
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from lzma import LZMAError
from pathlib import Path
from typing import IO, Any, cast

from tqdm import tqdm

from repro.data.fetch.addresses import FetchError
from repro.data.fetch.members import LITTER, Gate, Limits, UnpackError
from repro.data.fetch.metered import LARGEST_READ, Metered
from repro.data.fetch.space import require_room

BLOCK = 2**18
SPLITS = frozenset({"train", "val", "test"})
DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    LZMAError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    AttributeError,
    OSError,
)
"""What the standard library raises, somewhere, for a damaged archive."""


@dataclass(frozen=True)
class Entry:
    """A member of an archive. ``size`` in bytes, unpacked; ``open`` gives its content."""

    name: str
    size: int
    kind: str
    open: Callable[[], IO[bytes]]


def unpack(archive: Path, folder: Path, limits: Limits | None = None) -> Path:
    """Unpack ``archive`` into the new folder ``folder``; returns the folder within that holds the data.

    Folders that merely wrap the data (``afhq/``, ``data/``) are stepped through, litter of file managers is
    passed over. Whatever goes wrong, ``folder`` may be left half-filled: give one that can be thrown away.

    Raises:
        UnpackError: not a zip or tar, damaged, truncated, encrypted, or with a member that Gate refuses.
        FetchError: too little room on the disk, or it cannot be written.
    """
    gate = Gate(limits or Limits(), archive.stat().st_size)
    with _writing(folder):
        folder.mkdir()
    with (
        _explained(archive),
        _entries(archive, gate.most) as entries,
        tqdm(desc="unpack", unit=" files", disable=None) as bar,
    ):
        for entry in entries:
            inside = gate.admit(entry.name, entry.size, entry.kind)
            if inside is None:
                continue
            if entry.kind == "folder":
                with _writing(folder / inside):
                    (folder / inside).mkdir(parents=True, exist_ok=True)
            else:
                _write(entry, folder / inside)
                bar.update()
    return unwrapped(folder)


@contextmanager
def _explained(archive: Path) -> Iterator[None]:
    """Turn whatever reading a damaged archive raises into UnpackError."""
    try:
        yield
    except UnpackError as error:
        raise UnpackError(f"{archive.name} was not unpacked: {error}") from error
    except FetchError:  # the disk, not the archive
        raise
    except DAMAGE as error:
        raise UnpackError(f"{archive.name} is damaged or truncated: {error}") from error


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Tell the disk's errors from the archive's: a hostile zip makes even its reading fail with OSError."""
    try:
        yield
    except OSError as error:
        raise FetchError(f"{target} cannot be written: {error.strerror or error}") from error


@contextmanager
def _entries(archive: Path, most: int) -> Iterator[Iterator[Entry]]:
    """The members of an archive, its format told by its first bytes."""
    with archive.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        if magic[:2] == b"PK":
            with zipfile.ZipFile(file) as opened:
                require_room(archive.parent, sum(info.file_size for info in opened.infolist()), "unpacking")
                yield _zipped(opened)
        elif magic[:2] == b"\x1f\x8b":
            with gzip.open(file) as plain:
                yield _tarred(Metered(cast(IO[bytes], plain), most))
        else:
            yield _tarred(Metered(file, most))


def _zipped(opened: zipfile.ZipFile) -> Iterator[Entry]:
    """The members of a zip, as its central directory lists them."""
    for info in opened.infolist():
        if info.flag_bits & 0x1:
            raise UnpackError("it is encrypted")
        if not info.orig_filename.isascii() and not info.flag_bits & 0x800:
            raise UnpackError(f"the name {info.filename!r} in the archive is not marked as UTF-8")
        kind = _zip_kind(info.external_attr >> 16, info.is_dir())
        yield Entry(info.orig_filename, info.file_size, kind, partial(opened.open, info))


def _zip_kind(mode: int, named_as_folder: bool) -> str:
    """What a zip member is, by its Unix mode where it has one and by its name where not."""
    kinds = {0: "file", stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "symbolic link"}
    kind = kinds.get(stat.S_IFMT(mode), "device or pipe")
    return "folder" if named_as_folder and kind == "file" else kind


def _tarred(stream: Metered) -> Iterator[Entry]:
    """The members of a tar in the order they lie, then a check that its end is there."""
    with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r:", errors="surrogateescape") as opened:
        while (member := opened.next()) is not None:
            content = cast(
                Callable[[], IO[bytes]], partial(opened.extractfile, member)
            )  # None for links only
            yield Entry(member.name, member.size, _tar_kind(member), content)
            cast(Any, opened).members.clear()  # 50,000 headers need not stay in memory
        end = opened.offset
    stream.seek(end)
    if len(stream.read(tarfile.BLOCKSIZE)) < tarfile.BLOCKSIZE:
        raise UnpackError("it ends without the mark of its end: truncated")
    while stream.read(LARGEST_READ):  # gzip's own checksum stands at its very end
        pass


def _tar_kind(member: tarfile.TarInfo) -> str:
    """What a tar member is; only plain files and folders pass the gate."""
    if member.issparse():
        return "sparse file"
    if member.isreg():
        return "file"
    if member.isdir():
        return "folder"
    return "link" if member.issym() or member.islnk() else "device or pipe"


def _write(entry: Entry, target: Path) -> None:
    """Write one file, only where nothing lies yet."""
    with _writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            for block in _content(entry):
                file.write(block)


def _content(entry: Entry) -> Iterator[bytes]:
    """What a member holds, exactly as long as stated. Raises UnpackError, also for an OSError of reading."""
    left = entry.size
    try:
        with entry.open() as content:
            while block := content.read(BLOCK):
                left -= len(block)
                if left < 0:
                    break
                yield block
    except OSError as error:
        raise UnpackError(f"{entry.name!r} cannot be read: {error}") from error
    if left:
        raise UnpackError(f"{entry.name!r} is not as long as the archive states")


def unwrapped(folder: Path) -> Path:
    """The first folder, from ``folder`` down, that is more than a wrapper of one other."""
    inside = [path for path in folder.iterdir() if not LITTER.search(path.name)]
    if len(inside) == 1 and inside[0].is_dir() and inside[0].name not in SPLITS:
        return unwrapped(inside[0])
    if not inside:
        raise UnpackError("the archive is empty")
    return folder
