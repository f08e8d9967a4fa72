"""``repro export``: a measured run as one small file."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "write a measured run as one small file, with its model card"


def add_options(verb: argparse.ArgumentParser) -> None:
    """Declare the options of the verb."""
    verb.add_argument("run_dir", type=Path, metavar="RUN_DIR")
    verb.add_argument("-o", "--output", type=Path, required=True, help="a .safetensors file")


def run(options: argparse.Namespace) -> int:
    """Write the weights and their card, and print where."""
    from repro.record import RECORD, read_json
    from repro.training.ship import export_weights

    for path in export_weights(options.run_dir, options.output, read_json(options.run_dir / RECORD)):
        print(path)
    return 0
