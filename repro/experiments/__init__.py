"""Questions that are answered by measuring: a module each, a record each in results/experiments/.

An experiment's module has ``measure() -> dict``: plain JSON data, every number with its interval. The
book draws its curves from the committed records, never from a run of its own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from repro.record import provenance, write_json

EXPERIMENTS: Mapping[str, str] = MappingProxyType(
    {
        "difficulty": "where does the correspondence break: pose, size, missing parts, a shaky hand?",
        "color_clusters": "how often is a cluster mate truly of a like palette, as a function of k?",
        "critics": "does each discriminator notice what it is there for, and nothing else?",
        "museum": "how does a run look that is broken, and how one that is not?",
        "damages": "what does each metric see, and what not?",
        "null": "what do real pictures score?",
        "cost": "what does the preset of the paper cost, beside CoCosNet?",
        "rivals": "what do all six methods make of the same pictures, and has each learnt anything?",
    }
)
"""Module of this package → the question it answers."""


def run_experiment(name: str, results: Path) -> Path:
    """Measure, and write ``results/experiments/NAME.json`` with its provenance; returns its path.

    Raises ValueError for an unknown name.
    """
    if name not in EXPERIMENTS:
        raise ValueError(f"unknown experiment {name!r}: choose from {', '.join(EXPERIMENTS)}")
    started = time.perf_counter()
    measured = import_module(f"repro.experiments.{name}").measure()
    path = results / "experiments" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    seconds = round(time.perf_counter() - started, 1)
    heading = {"id": f"experiments/{name}", "question": EXPERIMENTS[name], "seconds": seconds}
    write_json(path, provenance() | heading | measured)
    return path
