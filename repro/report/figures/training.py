"""The figure of a training: a healthy run over time, and a museum of broken ones to be diagnosed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from repro.report.figures.inline import fill, picture_size, webp_uri

TEMPLATE = Path(__file__).with_suffix(".html")
KINDS = 3
"""Columns of the pictures that all runs share: sketch, exemplar, true answer."""
HEALTHY = "healthy"
"""The run of the record with which the others are compared."""
TERMS: Mapping[str, str] = MappingProxyType(
    {
        "generator/pseudo": "pseudo pair (13)",
        "generator/coarse": "coarse image",
        "generator/align": "alignment (14)",
        "generator/perceptual": "perceptual (10)",
        "generator/style": "style (11)",
        "generator/context": "contextual (12)",
        "generator/structural": "structural (15), G",
        "critics/structural": "structural (15), Dₛ",
        "generator/colorific": "colorific (15), G",
        "critics/colorific": "colorific (15), Dᵣ",
    }
)
"""Term of the record → what its small chart is called, with its equation; in the order of the charts."""


def training_explorer(record: Mapping[str, Any], told: Mapping[str, str]) -> str:
    """HTML of the figure, from the record of `repro.experiments.museum`.

    record: "config", "shown" and "exhibits", one of which is `HEALTHY`.
    told: name of a broken run → what its symptoms come from, and what helps, in plain sentences. The runs
    stand in the figure in this order.
    Raises ValueError where no run is told of, or one that the record lacks, where a picture has not the size
    that its judgements need, or where a run was judged at a step at which the healthy one was not.
    """
    exhibits, names = record["exhibits"], (HEALTHY, *told)
    if not told or not set(names) <= set(exhibits):
        raise ValueError(f"tell of one run or more, and of those in the record: {', '.join(exhibits)}")
    side, steps = record["config"]["data"]["size"], record["config"]["train"]["steps"]
    width, height = picture_size(record["shown"])
    rows = height // side
    if (width, height) != (KINDS * side, rows * side):
        raise ValueError(f"'shown' must be {KINDS} columns of {side} pixels, got {width} × {height}")
    runs = [_pack(name, exhibits[name], (side, rows)) for name in names]
    for name, run in zip(told, runs[1:], strict=True):
        if not set(run["moments"]) <= set(runs[0]["moments"]):
            raise ValueError(f"{name} was judged when the healthy run was not: {run['moments']}")
        run["told"] = told[name]
    known = {term for run in runs for term in run["curves"]}
    terms = [[term, title] for term, title in TERMS.items() if term in known]
    terms += [[term, term.replace("/", ", ")] for term in sorted(known - set(TERMS))]
    data = {"side": side, "rows": rows, "steps": steps, "terms": terms, "runs": runs}
    return fill(TEMPLATE, "training", data | {"shown": webp_uri(record["shown"])})


def _pack(name: str, exhibit: Mapping[str, Any], grid: tuple[int, int]) -> dict[str, Any]:
    """A run as the page needs it; ``grid``: side of a picture and number of pairs that are shown."""
    judged, (side, rows) = exhibit["judged"], grid
    wanted = (side * len(judged), side * rows)
    if picture_size(exhibit["sprite"]) != wanted:
        raise ValueError(f"the pictures of {name} must be {wanted}, got {picture_size(exhibit['sprite'])}")
    return {
        "fault": exhibit["fault"],
        "moments": [moment["step"] for moment in judged],
        "psnr": [_rounded(moment["psnr"], 2) for moment in judged],
        "accuracy": [_rounded(moment["part_accuracy"], 3) for moment in judged],
        "curves": exhibit["curves"],
        "sprite": webp_uri(exhibit["sprite"]),
    }


def _rounded(measured: Mapping[str, Any] | None, digits: int) -> list[float] | None:
    """Value and both ends of its interval; None where the run had come to nothing."""
    if measured is None:
        return None
    return [round(number, digits) for number in (measured["value"], *measured["ci95"])]
