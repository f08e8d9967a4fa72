"""``repro experiment``: one question about the method or its data, answered by a record."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "answer one question by measuring; writes a record"


def add_options(verb: argparse.ArgumentParser) -> None:
    """Declare the options of the verb."""
    verb.add_argument("name", metavar="NAME", help="without it: list them", nargs="?")
    verb.add_argument(
        "--keep", type=Path, default=Path("results"), metavar="RESULTS", help="default: results/"
    )


def run(options: argparse.Namespace) -> int:
    """Run one experiment and print where its record lies; without a name, list them."""
    from repro.experiments import EXPERIMENTS, run_experiment

    if options.name is None:
        for name, question in EXPERIMENTS.items():
            print(f"{name:18s} {question}")
        return 0
    print(run_experiment(options.name, options.keep))
    return 0
