"""What lies in the folders of a data set, by name alone: nothing is opened here."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path, PurePath

from repro.data.readers.layouts import SKETCHES, Layout
from repro.data.readers.problems import Problem, Unsound, harmful, printable

LITTER = frozenset({"Thumbs.db", "desktop.ini", "__MACOSX"})
MAX_BYTES = 256 * 2**20
"""No picture of the pixels that are read at all needs a larger file."""


@dataclass(frozen=True)
class Item:
    """One colour picture, with its sketch if that is a file of its own.

    name: file name of the colour picture; file: its path below the data folder, as sketch_file is.
    stamp: (bytes, mtime in ns) of each file: changed when its content is.
    """

    name: str
    file: str
    color: Path
    stamp: tuple[tuple[int, int], ...]
    sketch: Path | None = None
    sketch_file: str = ""


@dataclass(frozen=True)
class Listing:
    """A folder of a split: its usable items in their order, and what else is wrong in it."""

    folder: str
    items: tuple[Item, ...] = ()
    problems: tuple[Problem, ...] = ()


def list_split(layout: Layout, root: Path, split: str) -> Listing:
    """The pictures of ``root/split``; ``split`` is "train", "val/cat", … or "" for ``root`` itself.

    Never raises for what it finds there: whatever cannot be used is a problem in the listing.
    """
    here = _list_folder(layout, root, split)
    items, problems = here.items, here.problems
    if layout.pair == "folder":
        beside = _list_folder(layout, root, SKETCHES)
        items, unpaired = _couple(here, beside)
        problems = problems + beside.problems + unpaired
    items = sorted(items, key=_shuffled if layout.shuffled else lambda item: natural(item.name))
    return Listing(split, tuple(items), tuple(problems))


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """A sort key in which runs of digits count as numbers: 2_AB.jpg before 10_AB.jpg."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return *((0, int(part)) if part.isdecimal() else (1, part) for part in parts), (1, name)


def what_there_is(root: Path) -> str:
    """What a person finds at ``root`` in place of what they asked for."""
    shown = printable(str(root))
    if not os.path.isdir(root):
        return f"{shown} is not a folder"
    try:
        folders = sorted(printable(name) for name in os.listdir(root) if os.path.isdir(root / name))
    except OSError as error:
        return f"{shown} cannot be listed ({error.strerror or error})"
    return f"{shown} has the folders {', '.join(folders)}" if folders else f"{shown} has no folders"


def is_there(path: Path) -> bool:
    """Whether anything has this name: a link to nowhere, or what may not be looked at, is not nothing."""
    try:
        path.lstat()
    except PermissionError:
        return True
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class _Folder:
    """Usable files, problems, and the stems of all that was seen, usable or not."""

    items: list[Item]
    problems: list[Problem]
    stems: frozenset[str] = frozenset()


def _list_folder(layout: Layout, root: Path, name: str) -> _Folder:
    folder = root / name
    entries = _entries(root, name)
    if isinstance(entries, Problem):
        return _Folder([], [entries])
    items: dict[str, Item] = {}
    problems, stems = [], set()
    for entry in entries:
        if entry.startswith(".") or entry in LITTER:
            continue
        file, stem = PurePath(name, entry).as_posix(), PurePath(entry).stem.casefold()
        stems.add(stem)
        try:
            stamp = _stamp(folder / entry, root, layout)
            if stem in items:
                raise Unsound("name clash", f"with {items[stem].name}")
            items[stem] = Item(entry, file, folder / entry, (stamp,))
        except Unsound as fault:
            problems.append(fault.of(file))
        except OSError as error:  # gone since it was listed
            problems.append(_unreadable(error).of(file))
    if not stems:
        problems.append(Problem(name or ".", "empty folder", layout.expected))
    return _Folder(list(items.values()), problems, frozenset(stems))


def _entries(root: Path, name: str) -> list[str] | Problem:
    """What lies in ``root/name``, or what is wrong with the first folder on the way that is closed."""
    entries = []
    for parent in (*reversed(PurePath(name).parents), PurePath(name)):
        try:
            _check_folder(root / parent, root)
            if parent == PurePath(name):
                entries = sorted(os.listdir(root / parent), key=natural)
        except Unsound as fault:
            return fault.of(parent.as_posix())
        except OSError as error:
            return _unreadable(error).of(parent.as_posix())
    return entries


def _check_folder(folder: Path, root: Path) -> None:
    try:
        status = folder.lstat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Unsound("missing folder", what_there_is(root)) from error
    if stat.S_ISLNK(status.st_mode) and folder != root:
        _check_link(folder, root)
    if not folder.is_dir():
        raise Unsound("missing folder", "a file has its name")
    if not os.access(folder, os.X_OK):
        raise Unsound("no permission")


def _unreadable(error: OSError) -> Unsound:
    """The fault behind an error that the disk gave."""
    if isinstance(error, PermissionError):
        return Unsound("no permission")
    return Unsound("damaged", error.strerror or str(error))


def _stamp(path: Path, root: Path, layout: Layout) -> tuple[int, int]:
    """(bytes, mtime in ns) of a file that may be opened; raises Unsound for any other entry."""
    try:
        if path.is_symlink():
            _check_link(path, root)
        status = path.stat()
    except PermissionError as error:
        raise Unsound("no permission") from error
    picture = path.suffix.lower() in layout.suffixes
    faults = {
        "folder, not a picture": picture and stat.S_ISDIR(status.st_mode),
        "nested folder": stat.S_ISDIR(status.st_mode),
        "not a regular file": not stat.S_ISREG(status.st_mode),
        "unexpected file": not picture,
        "odd name": any(map(harmful, path.name)),
        "zero bytes": status.st_size == 0,
        "too many bytes": status.st_size > MAX_BYTES,
    }
    if kind := next((kind for kind, holds in faults.items() if holds), None):
        raise Unsound(kind)
    return status.st_size, status.st_mtime_ns


def _check_link(path: Path, root: Path) -> None:
    """Raise Unsound for a symbolic link to nowhere, in a circle, or out of the data folder."""
    try:
        target = path.resolve(strict=True)
    except FileNotFoundError as error:
        raise Unsound("broken link", f"to {os.readlink(path)}") from error
    except PermissionError as error:
        raise Unsound("no permission") from error
    except (OSError, RuntimeError) as error:  # Python says RuntimeError before 3.13
        raise Unsound("link loop") from error
    if path.parent.resolve().is_relative_to(target):
        raise Unsound("link loop", f"to {os.readlink(path)}")
    if not target.is_relative_to(root.resolve()):
        raise Unsound("link leads outside", f"to {os.readlink(path)}")


def _couple(colors: _Folder, sketches: _Folder) -> tuple[list[Item], list[Problem]]:
    """Colour pictures with their sketches, and those of either kind that have no other half.

    A file whose other half is there but broken is not listed again, nor is every file of a folder
    that has none beside it: the other problem says it all.
    """
    if not (colors.stems and sketches.stems):
        return [], []
    lines = {_stem(item): item for item in sketches.items}
    pairs, problems = [], []
    for color in colors.items:
        sketch = lines.get(_stem(color))
        if sketch:
            stamp = color.stamp + sketch.stamp
            pairs.append(Item(color.name, color.file, color.color, stamp, sketch.color, sketch.file))
        elif _stem(color) not in sketches.stems:
            problems.append(Problem(color.file, "unpaired", "it has no sketch"))
    alone = (sketch for stem, sketch in lines.items() if stem not in colors.stems)
    return pairs, problems + [
        Problem(sketch.file, "unpaired", "it has no colour picture") for sketch in alone
    ]


def _stem(item: Item) -> str:
    return PurePath(item.name).stem.casefold()


def _shuffled(item: Item) -> bytes:
    """A place in an order that has nothing to do with the names, the same for ever."""
    return hashlib.sha256(_stem(item).encode("utf-8", "surrogateescape")).digest()
