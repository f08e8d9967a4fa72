"""Records made readable: the Markdown that the pages of the book include.

A record is one JSON of one run (committed below ``results/``, or the reader's own at
``runs/reproduce/record.json``), with its sheet of pictures beside it. The fragments are included by
pages in ``book/``, so their links start there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from repro.contracts import PROTOCOLS

Record = Mapping[str, Any]

METRICS = {
    "psnr": "PSNR, dB ↑",
    "ssim": "SSIM ↑",
    "delta_e": "ΔE ↓",
    "part_accuracy": "part accuracy ↑",
    "pck_05": "PCK at 5 % ↑",
    "pck_10": "PCK at 10 % ↑",
    "bleeding": "colour bleeding ↓",
    "fid_toybox": "FID, `toybox` features ↓",
}
"""Metric key → its name and the direction that is better; other keys are shown as they are."""

METHODS = {"ours": "Ours", "reconstruction": "Reconstruction alone"}
DATA = {"toybox": "Toybox"}
"""Keys of methods and data sets → how a heading calls them; other keys are shown as they are."""

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
    """Every committed record below ``root/results``, as one fragment; a plain sentence when none is."""
    paths = sorted((root / "results").glob("*/*/*/*/*.json"))
    return "\n".join(_section(root, path, path.with_suffix(".png")) for path in paths) or NO_RECORD


def own_run(root: Path) -> str:
    """The reader's own run, ``root/runs/reproduce``; what to do when there is none."""
    path = root / "runs" / "reproduce" / "record.json"
    return _section(root, path, path.with_name("sheet.png")) if path.exists() else NO_OWN_RUN


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


def table(record: Record) -> str:
    """A Markdown table: a row per metric and per floor, a column per protocol that was measured.

    Cells read ``value ± half the 95 % interval``; the last row counts the pairs. Raises KeyError for a record
    that has no metrics.
    """
    protocols = [name for name in PROTOCOLS if record["metrics"].get(name)]
    lines = [["", "", *(f"`{name}`" for name in protocols)], ["---", "---"] + ["---:"] * len(protocols)]
    for key in _keys(record["metrics"]):
        rows = {record["method"]: record["metrics"], **record.get("floors", {})}
        label = METRICS.get(key, f"`{key}`")
        for who, measured in rows.items():
            cells = [_cell(measured.get(protocol, {}).get(key), key) for protocol in protocols]
            if any(cells):
                name = f"**{who}**" if who == record["method"] else who.replace("_", " ")
                lines.append([label, name, *cells])
                label = ""
    lines.append(["pairs", "", *(_counts(record["metrics"][name]) for name in protocols)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


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


def _section(root: Path, path: Path, sheet: Path) -> str:
    record = json.loads(path.read_text(encoding="utf-8"))
    method, data = record["method"], record["data"]
    title = (
        f"{METHODS.get(method, method)} on {DATA.get(data, data)}, {record['domain']} "
        f"({record['preset']} preset)"
    )
    text = f"## {title}\n\n{table(record)}\n{provenance(record)}\n"
    if data in UNSHOWN:
        text += f"\n{_unshown(record)}\n"
    elif sheet.exists():
        link = Path("..") / sheet.relative_to(root)
        alt = (
            f"Sample sheet of {title}: in every group a sketch, the exemplar, the warped exemplar, "
            "the finished picture and what it is compared with."
        )
        text += f"\n```{{image}} {link.as_posix()}\n:alt: {alt}\n:class: sheet\n```\n"
    return text


def _unshown(record: Record) -> str:
    """Which pairs were measured, in place of the pictures that may not be shown."""
    first, last = ("`" + "` from `".join(record["pairs"][place]) + "`" for place in (0, -1))
    return (
        f"Measured on {len(record['pairs'])} pairs, the first {first}, the last {last}. "
        "No picture is shown here, because the terms of the data set do not allow it."
    )


def _keys(metrics: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Metric keys that occur under any protocol: the named ones in their order, then the others."""
    found = {key for measured in metrics.values() for key in measured}
    yield from (key for key in METRICS if key in found)
    yield from sorted(found - METRICS.keys())


def _counts(measured: Mapping[str, Mapping[str, Any]]) -> str:
    """How many pairs the metrics of a protocol rest on; a metric may be undefined for some."""
    counts = sorted({metric["n"] for metric in measured.values() if "n" in metric})
    return "–".join(map(str, [counts[0], *counts[1:][-1:]])) if counts else ""


def _cell(measured: Mapping[str, Any] | None, key: str) -> str:
    """``value ± half the interval``, with the digits the metric deserves; empty when not measured."""
    if not measured:
        return ""
    digits = 2 if key in {"psnr", "delta_e"} else 3
    text = f"{measured['value']:.{digits}f}"
    if measured.get("ci95"):
        low, high = measured["ci95"]
        text += f"\u00a0±\u00a0{(high - low) / 2:.{digits}f}"
    return text
