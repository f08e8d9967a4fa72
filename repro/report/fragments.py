"""Records made readable: the Markdown that the pages of the book include.

A record is one JSON of one run (committed below ``results/``, or the reader's own at
``runs/reproduce/record.json``), with its sheet of pictures beside it. The fragments are included by
pages in ``book/``, so their links start there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from repro.contracts import DOMAINS, POOLED
from repro.report.tables import METHODS, Record, overview, tables

DATA = {"toybox": "Toybox"}
"""Key of a data set → how a heading calls it; other keys are shown as they are."""

SECONDS = {"train": "training steps", "evaluate": "evaluation"}
"""What was timed, in the order it happens → words; `train` is the time of the steps alone."""

UNSHOWN = frozenset({"edges2shoes"})
"""Data sets whose terms do not allow their pictures to be shown."""

NO_RECORD = "*No run is committed yet.*\n"
NO_OWN_RUN = (
    "*No run of your own yet.* `make reproduce` trains the model, measures it on pictures it has never "
    "seen, and puts your numbers and your sheet here, beside ours.\n"
)


def results(root: Path) -> str:
    """Every committed record below ``root/results``; a plain sentence when there is none.

    A section a preset and data set: a table of all its records, then each for itself.
    """
    found = [(path, _read(path)) for path in (root / "results").glob("*/*/*/*/*.json")]
    found.sort(key=lambda each: _place(each[1]))
    sections = groupby(found, key=lambda each: (each[1]["preset"], each[1]["data"]))
    return "\n".join("".join(_group(root, list(records))) for _, records in sections) or NO_RECORD


def own_run(root: Path) -> str:
    """The reader's own run, ``root/runs/reproduce``; what to do when there is none."""
    path = root / "runs" / "reproduce" / "record.json"
    return _record(root, _read(path), path.with_name("sheet.png")) if path.exists() else NO_OWN_RUN


def cost(root: Path) -> str:
    """What the preset of the paper costs beside CoCosNet, from ``root/results/experiments/cost.json``."""
    path = root / "results" / "experiments" / "cost.json"
    if not path.exists():
        return NO_RECORD
    record = json.loads(path.read_text(encoding="utf-8"))
    counted, other, step = record["counted"], record["cocosnet"], record["step"]
    setting, critics = record["settings"], counted["parameters"].get("critics", 0)
    rows = [
        ("weights to colour a picture, million", counted["used"] / 1e6, other["parameters"] / 1e6),
        (f"operations a picture of {setting['size']}², 10⁹", counted["gflops"], other["gflops"]),
        ("weights of the discriminators, million", critics / 1e6, None),
        (
            f"memory of a step of {setting['batch']}, estimated, GiB",
            _gib(counted["weights"], counted["activations"]),
            None,
        ),
        (f"memory of a step of {setting['batch']}, measured, GiB", _gib(step["peak_memory_bytes"]), None),
    ]
    lines = [
        f"| {name} | {ours:,.1f} | {f'{theirs:,.1f}' if theirs else ''} |" for name, ours, theirs in rows
    ]
    return "\n".join(["| | `paper` preset | CoCosNet |", "|---|---:|---:|", *lines, "", _commits(record), ""])


def _gib(*sizes: int) -> float:
    return sum(sizes) / 2**30


def provenance(record: Record) -> str:
    """One line: which code, machine, time, configuration and seed made the numbers.

    Commits are shown whole: a ``-dirty`` at the end says that the code had uncommitted changes.
    """
    seconds, hardware = record.get("seconds", {}), record.get("hardware", {})
    parts = [
        _commits(record),
        f"config `{record['config_hash'][:10]}`",
        f"seed {record['seed']}",
        ", ".join(f"{words} {seconds[key]:.0f} s" for key, words in SECONDS.items() if seconds.get(key)),
        ", ".join(
            [*hardware.get("gpu", []), hardware.get("cpu", ""), f"{hardware.get('threads', '?')} threads"]
        ),
    ]
    return " · ".join(part for part in parts if part)


def _commits(record: Record) -> str:
    """The commit that measured, and the one that trained where it is another."""
    measured, trained = record["commit"], record.get("trained_commit", record["commit"])
    if trained == measured:
        return f"commit `{measured}`"
    return f"trained at commit `{trained}`, measured at commit `{measured}`"


def _group(root: Path, found: list[tuple[Path, Record]]) -> Iterator[str]:
    """All records of one preset and data set."""
    records = [record for _, record in found]
    data = records[0]["data"]
    yield f"## The {records[0]['preset']} preset on {DATA.get(data, data)}\n\n"
    if len(records) > 1:
        yield overview(records) + "\n"
    for path, record in found:
        yield _record(root, record, path.with_suffix(".webp")) + "\n"


def _record(root: Path, record: Record, sheet: Path) -> str:
    """One record: its sheet of pictures, where it comes from, and all its numbers behind a click."""
    method, data = record["method"], record["data"]
    title = f"{METHODS.get(method, f'`{method}`')} on {record['domain']}"
    text = f"### {title}\n\n{provenance(record)}\n"
    if data in UNSHOWN:
        text += f"\n{_unshown(record)}\n"
    elif sheet.exists():
        link = Path("..") / sheet.relative_to(root)
        alt = (
            f"Sample sheet of {title}: in every row a sketch, the exemplar, the warped exemplar where there "
            "is one, the finished picture and what it is compared with."
        )
        text += f"\n```{{image}} {link.as_posix()}\n:alt: {alt}\n:class: sheet\n```\n"
    return text + f"\n````{{admonition}} All numbers\n:class: dropdown\n\n{tables(record)}````\n"


def _place(record: Record) -> tuple[str, str, int, str, int]:
    """Where a record stands among the others: presets and data sets by name, domains in the paper's order."""
    order = (*DOMAINS, POOLED).index(record["domain"])
    return record["preset"], record["data"], order, record["method"], record["seed"]


def _read(path: Path) -> Record:
    return json.loads(path.read_text(encoding="utf-8"))


def _unshown(record: Record) -> str:
    """Which pairs were measured, in place of the pictures that may not be shown."""
    first, last = ("`" + "` from `".join(record["pairs"][place]) + "`" for place in (0, -1))
    return (
        f"Measured on {len(record['pairs'])} pairs, the first {first}, the last {last}. "
        "No picture is shown here, because the terms of the data set do not allow it."
    )
