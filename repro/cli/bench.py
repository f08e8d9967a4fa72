"""``repro bench``: how fast the parts are, beside what others would use for them."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "the benchmark suite: ratios, in one process"


def add_options(verb: argparse.ArgumentParser) -> None:
    """Declare the options of the verb."""
    verb.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    verb.add_argument("--keep", type=Path, metavar="RESULTS", help="also write RESULTS/bench/data.json")


def run(options: argparse.Namespace) -> int:
    """Run the named benchmarks, all by default, and print their table."""
    from repro.bench import BENCHMARKS, run_benchmarks, table
    from repro.record import write_json

    if options.keep and options.names:
        raise ValueError(f"a record holds the whole suite ({', '.join(BENCHMARKS)}): leave the names away")
    result = run_benchmarks(options.names)
    for line in table(result):
        print(line)
    if options.keep:
        target = options.keep / "bench" / "data.json"
        write_json(target, result)
        print(f"\n{target}")
    return 0
