"""``repro export``: a measured run as one small file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

HELP = "write a measured run as one small file, with its model card"
PAIRS_BESIDE = 500


def add_options(verb: argparse.ArgumentParser) -> None:
    """Declare the options of the verb."""
    verb.add_argument("run_dir", type=Path, metavar="RUN_DIR")
    verb.add_argument("-o", "--output", type=Path, required=True, help="a .safetensors file")
    verb.add_argument(
        "--beside", type=Path, metavar="OLD", help="other weights, measured on the same pairs for the card"
    )


def run(options: argparse.Namespace) -> int:
    """Write the weights and their card, and print where."""
    from repro.methods.weights import CHECKPOINT
    from repro.record import RECORD, read_json
    from repro.training.ship import export_weights

    rows: list[dict[str, Any]] = []
    if options.beside:
        from repro.metrics.beside import compare

        rows = compare(options.run_dir / CHECKPOINT, options.beside, PAIRS_BESIDE)
    record = read_json(options.run_dir / RECORD)
    for path in export_weights(options.run_dir, options.output, record, rows):
        print(path)
    return 0
