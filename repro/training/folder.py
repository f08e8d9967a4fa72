"""The folder of a run: whose it is, and what a killed run left half-written in it."""

from __future__ import annotations

import re
from pathlib import Path

from repro.config import Config, to_dict
from repro.methods.weights import CHECKPOINT
from repro.record import RecordError, read_json
from repro.training.checkpoint import same_config

CONFIG = "config.json"
LITTER = re.compile(r"\.[0-9a-f]{16}\.\w+")


def claim(run_dir: Path, config: Config, resume: bool) -> bool:
    """Check that ``run_dir`` is free, or holds the very run that is to be continued; write nothing.

    Returns whether the data folder moved since. Raises RecordError when the folder holds another run,
    or there is none where one is to be resumed.
    """
    path = run_dir / CONFIG
    if resume and not run_dir.is_dir():
        raise RecordError(f"there is no run to resume in {run_dir}: leave --resume away to start one")
    if run_dir.exists() and not run_dir.is_dir():
        raise RecordError(f"{run_dir} is a file: choose another --run-dir")
    if not resume and (path.exists() or (run_dir / CHECKPOINT).exists()):
        raise RecordError(
            f"{run_dir} holds a run already: add --resume to continue it, or choose another folder"
        )
    if not path.exists():
        return False
    old, wanted = read_json(path), to_dict(config)
    same_config(old, wanted, path)
    return old != wanted


def sweep(run_dir: Path) -> None:
    """Remove what a killed run left half-written, by the names that `repro.record.atomic_path` gives."""
    for path in run_dir.rglob(".*"):
        if LITTER.fullmatch(path.name):
            path.unlink()
