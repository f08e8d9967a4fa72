"""``repro evaluate``: every metric of a finished run."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HELP = "measure a finished run: record.json and sheet.png"


def add_options(verb: argparse.ArgumentParser) -> None:
    """Declare the options of the verb."""
    verb.add_argument("run_dir", type=Path, metavar="RUN_DIR")
    verb.add_argument(
        "--keep", type=Path, metavar="RESULTS", help="also file the record there, as RESULTS/PRESET/DATA/…"
    )


def run(options: argparse.Namespace) -> int:
    """Measure, file the record, print the numbers."""
    from repro.metrics.evaluate import evaluate_run
    from repro.record import RECORD, keep_record

    record = evaluate_run(options.run_dir)
    for protocol, metrics in record["metrics"].items():
        print(f"{protocol:7s}", "  ".join(f"{name} {_shown(m)}" for name, m in metrics.items()))
    for floor, protocols in record["floors"].items():
        cells = (f"{protocol} psnr {_shown(metrics['psnr'])}" for protocol, metrics in protocols.items())
        print(f"floor {floor}:", "  ".join(cells))
    for path in [
        options.run_dir / RECORD,
        *(keep_record(options.run_dir, options.keep) if options.keep else []),
    ]:
        print(path)
    return 0


def _shown(metric: Mapping[str, Any]) -> str:
    """A number with its interval."""
    low, high = metric["ci95"]
    return f"{metric['value']:.3f} [{low:.3f}, {high:.3f}]"
