"""From a data folder to pairs: what is trained on, what is kept for the test, what is left out."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from repro.config import DataConfig
from repro.data.pairs import DataError, Pairs, Skipped
from repro.data.pool import ordered_map
from repro.data.readers.cache import Row, cached_pairs
from repro.data.readers.decode import VERSION, Decoded, Decoder
from repro.data.readers.layouts import Layout, find_layout
from repro.data.readers.problems import Problem, Unsound, printable
from repro.data.readers.scan import Item, Listing, is_there, list_split, what_there_is

Part = Literal["train", "test"]
FEW = 3  # problems named in an error message


@dataclass(frozen=True)
class Selection:
    """One part of a data set, before a file is opened.

    folder: of the split, below root. items: what lies there for this part. tested: for training, what the
    other part holds. problems: what is wrong in the folder. held_out: whether the folder has no test
    split of its own.
    """

    layout: Layout
    root: Path
    folder: str
    items: tuple[Item, ...]
    tested: tuple[Item, ...]
    problems: tuple[Problem, ...]
    held_out: bool


def read_pairs(data: DataConfig, part: Part, count: int | None = None) -> Pairs:
    """The pairs of one part of a real data set at ``data.size``, in a fixed order.

    The official split where the folder has one; else ``data.holdout`` pictures of ``train`` are the test,
    and the rest is trained on. A pair file must be twice as wide as high; any other picture is cut to its
    middle square. Broken files are refused or skipped as ``data.broken`` says; a broken file never moves
    another one to the other part.

    Args:
        data: which data set, where, what size.
        part: "train" or "test".
        count: take the first so many files; None takes all.

    Raises:
        DataError: no such folder, no pictures in it, or broken files under ``broken="refuse"``.
        ValueError: ``count`` below 1.
    """
    if count is not None and count < 1:
        raise ValueError(f"at least one picture must be asked for, got {count}")
    chosen = select(data, part)
    items = chosen.items[:count]
    if not items and not chosen.problems:
        raise DataError(
            f"{chosen.root / chosen.folder} holds {len(chosen.tested)} pairs: none is left after"
            f" {data.holdout} are kept for the test (--data.holdout)"
        )
    decoder = Decoder(chosen.layout, data.size, data.sketch == "xdog")
    rows = partial(_rows, chosen, items, decoder, f"reading {data.dataset} {part}", data.broken == "refuse")
    pairs = cached_pairs(_key(chosen, items, decoder), len(items), data.size, rows)
    if pairs.skipped and data.broken == "refuse":  # stored by a run that skipped them
        raise _refusal(chosen, [f"{file}: {problem}" for file, problem in pairs.skipped])
    return pairs


def select(data: DataConfig, part: Part) -> Selection:
    """Which files belong to ``part``. Raises DataError when the folder of training pictures is not there."""
    root = Path(data.root)
    if not os.path.isdir(root):
        raise DataError(what_there_is(root))
    layout, root = find_layout(data.dataset, root)
    group = data.domain if layout.grouped else ""
    train, test = split_folders(layout, root, group)
    training = list_split(layout, root, train) if part == "train" or not test else Listing(train)
    held_out = test is None
    if held_out:
        tests = Listing(train, training.items[: data.holdout], training.problems)
        training = Listing(train, training.items[data.holdout :], training.problems)
    else:
        tests = list_split(layout, root, test)
    here = training if part == "train" else tests
    missing = [problem for problem in here.problems if problem.kind in {"missing folder", "empty folder"}]
    if missing:
        folder = root / missing[0].file
        what = "there is no folder" if missing[0].kind == "missing folder" else "there are no pictures in"
        own = "; for a folder of pictures of your own add --data.dataset folder" if layout.domains else ""
        shown = printable(str(folder))
        raise DataError(f"{what} {shown}: {what_there_is(root)}; {layout.expected}{own}")
    tested = tests.items if part == "train" else ()
    return Selection(layout, root, here.folder, here.items, tested, here.problems, held_out)


def split_folders(layout: Layout, root: Path, group: str) -> tuple[str, str | None]:
    """The folders of training and test pictures below ``root``; None for a test that is not there."""
    paths = [f"{name}/{group}" if group else name for name in layout.test]
    return (
        f"{layout.train[0]}/{group}" if group else layout.train[0],
        next((path for path in paths if is_there(root / path)), None),
    )


def doubles(
    items: Sequence[Item], decoded: Iterator[Decoded], tested: Sequence[Item]
) -> Iterator[tuple[Item, Decoded]]:
    """Items with what became of them, where a second file of the same content is a problem too.

    tested: files that the test uses: the same content in training is a leak.
    """
    of_size: dict[int, list[Item]] = defaultdict(list)
    for item in tested:
        of_size[item.stamp[0][0]].append(item)
    used: dict[bytes, str] = {}
    known: dict[bytes, str] = {}
    for item, made in zip(items, decoded, strict=True):
        for other in of_size.pop(item.stamp[0][0], ()):  # only files of equal length need to be compared
            used[_digest(other)] = other.file
        for kind, files in (("leak", used), ("duplicate", known)):
            if made.digest and made.digest in files:
                made = Decoded(problem=Unsound(kind, f"the same as {files[made.digest]}").of(item.file))
        known.setdefault(made.digest, item.file)
        yield item, made


def _digest(item: Item) -> bytes:
    try:
        return hashlib.sha256(item.color.read_bytes()).digest()
    except OSError:
        return b""


def _rows(
    chosen: Selection, items: Sequence[Item], decoder: Decoder, what: str, refuse: bool
) -> Iterator[Row | Skipped]:
    """The rows of ``items``; raises DataError for broken ones if ``refuse``, or when none is sound."""
    found, sound = [str(problem) for problem in chosen.problems], 0
    yield from (_skipped(problem) for problem in chosen.problems)
    for item, made in doubles(items, ordered_map(decoder, items, what), chosen.tested):
        if refuse and len(found) >= FEW:
            break
        if made.problem:
            found.append(str(made.problem))
            yield _skipped(made.problem)
        elif made.color is not None and made.sketch is not None:
            sound += 1
            yield Row(item.name, made.color, made.sketch)
    if refuse and found:
        raise _refusal(chosen, found)
    if not sound:
        raise DataError(f"not one picture in {chosen.root / chosen.folder} can be used: {found[0]}")


def _skipped(problem: Problem) -> Skipped:
    return Skipped(printable(problem.file), str(problem).removeprefix(f"{printable(problem.file)}: "))


def _refusal(chosen: Selection, found: Sequence[str]) -> DataError:
    """The first few problems, and where to go from here."""
    more = "" if len(found) < FEW else ", and there may be more"
    return DataError(
        f"{chosen.root} has files that cannot be used{more}: {'; '.join(found[:FEW])}. See all of them:"
        f" `repro data check {chosen.layout.name} {chosen.root}`; leave them out: --data.broken skip"
    )


def _key(chosen: Selection, items: Sequence[Item], decoder: Decoder) -> str:
    """A name for the result: changed when any file that it depends on is, or the way it is made."""
    from repro.data.xdog import PHOTO  # late, as in `decode`: a process that only decodes needs no torch

    files = [[printable(item.file), item.sketch_file, item.stamp] for item in (*items, *chosen.tested)]
    parts = [VERSION, decoder.layout.name, decoder.layout.pair, decoder.size, decoder.drawn, asdict(PHOTO)]
    parts += [str(chosen.root.resolve()), chosen.folder, len(items), files, [str(p) for p in chosen.problems]]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
