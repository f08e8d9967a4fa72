"""``repro data check``: every file of a data folder decoded and judged."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from repro.data.pairs import DataError
from repro.data.pool import ordered_map
from repro.data.readers.decode import Decoder
from repro.data.readers.layouts import LAYOUTS, Layout, find_layout
from repro.data.readers.problems import Problem
from repro.data.readers.read import doubles, split_folders
from repro.data.readers.scan import Item, Listing, is_there, list_split, natural, what_there_is


@dataclass(frozen=True)
class Report:
    """What a check found.

    problems: one a file that cannot be used. counts: folder → (sound pictures, official number or 0).
    notes: what is worth knowing and no problem.
    """

    problems: tuple[Problem, ...]
    counts: dict[str, tuple[int, int]]
    notes: tuple[str, ...] = ()


@dataclass
class _Tally:
    """Grows folder by folder."""

    official: Mapping[str, int]
    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    shapes: Counter[tuple[int, int]] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def check_folder(dataset: str, root: Path) -> Report:
    """Decode and judge every file of the data set ``dataset`` in ``root``.

    Whatever is wrong with a file is a Problem of the report, however broken it is; a picture that is in
    training and in the test is one as well. Takes a few milliseconds a file.

    Raises:
        DataError: no such data set or folder.
    """
    if dataset not in LAYOUTS:
        raise DataError(f"there is no data set {dataset!r}: choose from {', '.join(LAYOUTS)}")
    if not os.path.isdir(root):
        raise DataError(f"{what_there_is(root)}; {LAYOUTS[dataset].expected}")
    layout, root = find_layout(dataset, root)
    tally = _Tally(_official(layout, root))
    for group in _groups(layout, root, tally):
        _check_group(layout, root, group, tally)
    _note_sizes(layout, tally)
    problems = dict.fromkeys(tally.problems)  # a folder that cannot be entered is so for each domain in it
    return Report(tuple(problems), tally.counts, tuple(tally.notes))


def _groups(layout: Layout, root: Path, tally: _Tally) -> Iterator[str]:
    """The domains that any split has; one missing from training is a note, all of them a problem."""
    if not layout.grouped:
        yield ""
        return
    splits = (layout.train[0], *layout.test)
    there = [group for group in layout.domains if is_there(root / layout.train[0] / group)]
    if not there:
        tally.problems.append(Problem(layout.train[0], "missing folder", layout.expected))
    for split in splits:
        tally.problems += _strangers(root, split, layout)
    yield from (g for g in layout.domains if any(is_there(root / split / g) for split in splits))
    if there and (absent := [group for group in layout.domains if group not in there]):
        tally.notes.append(f"no {' and no '.join(absent)}: the other domains can be used without")


def _strangers(root: Path, split: str, layout: Layout) -> list[Problem]:
    """What lies beside the folders of the domains."""
    if not is_there(root / split):
        return []
    listing = list_split(layout, root, split)
    files = [Problem(item.file, "unexpected file", "beside the folders") for item in listing.items]
    checked = {f"{split}/{domain}" for domain in layout.domains if is_there(root / split / domain)}
    return files + [p for p in listing.problems if p.file not in checked and p.kind != "empty folder"]


def _check_group(layout: Layout, root: Path, group: str, tally: _Tally) -> None:
    """Training and test pictures of one domain."""
    train, test = split_folders(layout, root, group)
    tests = list_split(layout, root, test) if test else Listing("")
    if not group or is_there(root / train):
        _check_split(layout, list_split(layout, root, train), tests.items, tally)
    if test:
        _check_split(layout, tests, (), tally)
    elif layout.test:
        expected = " or ".join(f"{name}/{group}".rstrip("/") for name in layout.test)
        tally.notes.append(f"no {expected}: --data.holdout pictures of {train} will be kept for the test")


def _check_split(layout: Layout, listing: Listing, tested: tuple[Item, ...], tally: _Tally) -> None:
    problems = list(listing.problems)
    results = ordered_map(Decoder(layout, 0), listing.items, f"checking {listing.folder or layout.name}")
    for _, made in doubles(listing.items, results, tested):
        if made.problem:
            problems.append(made.problem)
        else:
            tally.shapes[made.shape] += 1
    sound = len(listing.items) + len(listing.problems) - len(problems)
    tally.counts[listing.folder or "."] = (sound, tally.official.get(listing.folder, 0))
    tally.problems += sorted(problems, key=lambda problem: natural(problem.file))


def _official(layout: Layout, root: Path) -> Mapping[str, int]:
    """Folder → official number of pictures, of the release that most of the folders in ``root`` belong to."""
    releases = layout.official.values()
    return max(releases, key=lambda release: sum(os.path.isdir(root / name) for name in release), default={})


def _note_sizes(layout: Layout, tally: _Tally) -> None:
    """Say when pictures are not of the official size: they are read all the same."""
    others = Counter({shape: n for shape, n in tally.shapes.items() if shape != layout.size})
    if layout.size[0] and others:
        (width, height), count = others.most_common(1)[0]
        many = f"{others.total()} pictures are not of the official {layout.size[0]} × {layout.size[1]} pixels"
        tally.notes.append(f"{many}; most of them, {count}, are {width} × {height}. They can be used")
