"""``repro bench``: how fast the parts are, beside what others would use for them."""

from __future__ import annotations

import argparse

HELP = "the benchmark suite: ratios, in one process"


def add_options(verb: argparse.ArgumentParser) -> None:
    """Declare the options of the verb."""
    verb.add_argument("names", nargs="*", metavar="NAME", help="default: all")


def run(options: argparse.Namespace) -> int:
    """Run the named benchmarks and print their table."""
    raise NotImplementedError(options)
