"""``repro evaluate``: every metric of a finished run."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from repro.contracts import DOMAINS

HELP = "measure a finished run: record.json and sheet.png"


def add_options(verb: argparse.ArgumentParser) -> None:
    """Declare the options of the verb."""
    verb.add_argument("run_dir", metavar="RUN_DIR", help="a finished run, a weights file, or builtin")
    verb.add_argument("-o", "--output", type=Path, metavar="FOLDER", help="default: the run's own folder")
    verb.add_argument(
        "--domain", default="", choices=DOMAINS, help="of the pictures, for weights trained on all"
    )
    verb.add_argument(
        "--features",
        action="append",
        default=[],
        metavar="FILE",
        help="a further net for the Fréchet distance, .onnx or .safetensors; may be repeated",
    )
    verb.add_argument("--again", action="store_true", help="forget what was measured before")
    verb.add_argument(
        "--keep", type=Path, metavar="RESULTS", help="also file the record there, as RESULTS/PRESET/DATA/…"
    )


def run(options: argparse.Namespace) -> int:
    """Measure, file the record, print the numbers."""
    from repro.metrics.evaluate import evaluate
    from repro.record import RECORD, keep_record

    folder = options.output or _folder(options.run_dir, options.domain)
    record = evaluate(
        options.run_dir, folder, domain=options.domain, nets=options.features, again=options.again
    )
    for protocol, metrics in record["metrics"].items():
        print(f"{protocol:7s}", "  ".join(f"{name} {_shown(m)}" for name, m in metrics.items()))
    for floor, protocols in record["floors"].items():
        cells = (f"{protocol} {_first(metrics)}" for protocol, metrics in protocols.items())
        print(f"floor {floor}:", "  ".join(cells))
    for path in [folder / RECORD, *(keep_record(folder, options.keep) if options.keep else [])]:
        print(path)
    return 0


def _folder(source: str, domain: str) -> Path:
    """Where the record goes unless told: into the run's own folder, or one below runs/."""
    if Path(source).is_dir() and not domain:
        return Path(source)
    return Path("runs") / "-".join(filter(None, ["evaluate", Path(source).stem, domain]))


def _first(metrics: Mapping[str, Any]) -> str:
    """The first metric of a floor stands for it: the PSNR, where there is one."""
    name = next(iter(metrics), None) if "psnr" not in metrics else "psnr"
    return f"{name} {_shown(metrics[name])}" if name else "nothing"


def _shown(metric: Mapping[str, Any]) -> str:
    """A number with its interval, where it has one."""
    interval = " [{:.3f}, {:.3f}]".format(*metric["ci95"]) if "ci95" in metric else ""
    return f"{metric['value']:.3f}{interval}"
