"""Tables of a record's numbers: what each metric is called, and a cell with the digits it deserves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from repro.contracts import PROTOCOLS

Record = Mapping[str, Any]

METRICS = {
    "psnr": "PSNR, dB ↑",
    "ssim": "SSIM ↑",
    "delta_e": "ΔE ↓",
    "part_delta_e": "ΔE of parts ↓",
    "bleeding": "colour bleeding, ΔE → 0",
    "copying": "copying of the exemplar → 0",
    "part_accuracy": "part accuracy ↑",
    "pck_05": "PCK at 5 % ↑",
    "pck_10": "PCK at 10 % ↑",
}
"""Metric key → its name and the direction that is better."""

FAMILIES = (
    (re.compile(r"fid_(\w+)_n(\d+)"), "FID, `{}` features, N = {} ↓"),
    (re.compile(r"ndb_(\d+)"), "NDB of {} ↓"),
    (re.compile(r"jsd_(\d+)"), "JSD, {} bins ↓"),
)
"""Keys with a number in them → the same."""

METHODS = {
    "spade": "SPADE",
    "munit": "MUNIT",
    "cyclegan": "CycleGAN",
    "sun": "Sun et al.",
    "cocosnet": "CoCosNet",
    "ours": "Ours",
    "wo_cc": "Ours without the colorific condition",
    "wo_sc": "Ours without the structural condition",
    "wo_csft": "Ours without CSFT",
    "reconstruction": "Reconstruction alone",
}
"""Method key → what it is called, in the order of the paper's tables; other keys are shown as they are."""

FLOORS = {"real": "real pictures", "copy_exemplar": "copy the exemplar", "mean_picture": "mean picture"}
"""Floor → how a row calls it; others without their underscores."""

OVERVIEW = (("true", "psnr"), ("true", "ssim"), ("true", "delta_e"), ("true", "part_accuracy"))
OVERVIEW += (("cross", "psnr"), ("cross", "ssim"), ("paired", "psnr"), ("paired", "ssim"))
"""Columns of a table of several records: protocol and metric."""

TWO_DIGITS = re.compile(r"psnr|delta_e|part_delta_e|bleeding|ndb_\d+")


def label(key: str) -> str:
    """A metric's name and better direction; of one that is not known here, its key."""
    if key in METRICS:
        return METRICS[key]
    for pattern, words in FAMILIES:
        if found := pattern.fullmatch(key):
            return words.format(*found.groups())
    return f"`{key}`"


def tables(record: Record) -> str:
    """All numbers of a record as Markdown tables: one, and one more for each further net behind a distance.

    Distances over different nets have nothing to do with each other and never share a table. Raises KeyError
    for a record that has no metrics.
    """
    keys = list(_keys(record["metrics"]))
    nets = list(dict.fromkeys(found.group(1) for key in keys if (found := FAMILIES[0][0].fullmatch(key))))
    shown = [key for key in keys if not key.startswith(tuple(f"fid_{net}_" for net in nets[1:]))]
    others = [[key for key in keys if key.startswith(f"fid_{net}_")] for net in nets[1:]]
    return "\n".join(_table(record, some) for some in (shown, *others))


def _table(record: Record, keys: Sequence[str]) -> str:
    """A row per metric and floor, a column per protocol that was measured; the last row counts the pairs."""
    protocols = [name for name in PROTOCOLS if record["metrics"].get(name)]
    lines = [["", "", *(f"`{name}`" for name in protocols)], ["---", "---"] + ["---:"] * len(protocols)]
    for key in keys:
        rows = {record["method"]: record["metrics"], **record.get("floors", {})}
        first = label(key)
        for who, measured in rows.items():
            cells = [cell(measured.get(protocol, {}).get(key), key) for protocol in protocols]
            if any(cells):
                floor = FLOORS.get(str(who), str(who).replace("_", " "))
                called = f"**{who}**" if who == record["method"] else floor
                lines.append([first, called, *cells])
                first = ""
    lines.append(["pairs", "", *(_counts(record["metrics"][name]) for name in protocols)])
    return _markdown(lines)


def overview(records: Sequence[Record]) -> str:
    """A Markdown table: a row per record, a column per metric of OVERVIEW that any of them has."""
    columns = [(p, key) for p, key in OVERVIEW if any(_measured(record, p, key) for record in records)]
    lines = [["", *(f"{label(key)} `{protocol}`" for protocol, key in columns)]]
    lines.append(["---"] + ["---:"] * len(columns))
    for record in records:
        cells = (cell(_measured(record, protocol, key), key) for protocol, key in columns)
        name = METHODS.get(record["method"], f"`{record['method']}`")
        blind = "" if record.get("takes_exemplar", True) else " (takes no exemplar)"
        lines.append([f"{record['domain']}, {name}{blind}", *cells])
    return _markdown(lines)


def cell(measured: Mapping[str, Any] | None, key: str) -> str:
    """``value ± half the interval``, with the digits the metric deserves; empty when not measured."""
    if not measured:
        return ""
    digits = 2 if TWO_DIGITS.fullmatch(key) else 3
    text = f"{measured['value']:.{digits}f}"
    if measured.get("ci95"):
        low, high = measured["ci95"]
        text += f"\u00a0±\u00a0{(high - low) / 2:.{digits}f}"
    return text


def _measured(record: Record, protocol: str, key: str) -> Mapping[str, Any] | None:
    return record["metrics"].get(protocol, {}).get(key)


def _keys(metrics: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Metric keys that occur under any protocol: the named ones in their order, then the others."""
    found = {key for measured in metrics.values() for key in measured}
    yield from (key for key in METRICS if key in found)
    yield from sorted(found - METRICS.keys(), key=_numbers_by_size)


def _numbers_by_size(key: str) -> list[tuple[bool, int, str]]:
    """ndb_20 before ndb_100."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", key)]


def _counts(measured: Mapping[str, Mapping[str, Any]]) -> str:
    """How many pairs the metrics of a protocol rest on; a metric may be undefined for some."""
    counts = sorted({metric["n"] for metric in measured.values() if "n" in metric})
    return "–".join(map(str, [counts[0], *counts[1:][-1:]])) if counts else ""


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
