"""Run the command line ``argv`` until the moment ``moment``, and die there by a real signal.

Executed by `runpy.run_path` in a child process of test_kill.py, which supplies both names. Nothing
is caught and nothing is cleaned up: what the run folder holds is what a killed process leaves.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import repro.methods.weights as weights_module
import repro.record.files as record_module
import repro.training.sheets as sheets_module
import repro.training.trainer as trainer_module
from repro.cli import main


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt(*_: Any, **__: Any) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    os.kill(os.getpid(), signal.SIGINT)


def before(owner: Any, name: str, deed: Callable[..., Any], when: Callable[..., bool]) -> None:
    """Do ``deed`` before ``owner.name`` is called with arguments for which ``when`` holds."""
    original = getattr(owner, name)

    def patched(*args: Any, **kwargs: Any) -> Any:
        if when(*args):
            deed(*args, **kwargs)
        return original(*args, **kwargs)

    setattr(owner, name, patched)


def half_a_line(journal: Any, step: int, values: dict[str, float]) -> None:
    line = json.dumps({"step": step} | values)
    with journal.path.open("a", encoding="utf-8") as file:
        file.write(line[: len(line) // 2])
    die()


def half_a_file(tensors: Any, path: Path, metadata: Any) -> None:
    whole_save(tensors, path, metadata)
    os.truncate(path, path.stat().st_size // 2)
    die()


def replace_then_die(source: Path, target: Path) -> None:
    whole_replace(source, target)
    die()


def is_checkpoint(_: Path, target: Path) -> bool:
    return Path(target).name == "checkpoint.safetensors"


def at_step(wanted: int) -> Callable[..., bool]:
    """Is it that step? For methods whose first argument after self is one."""
    return lambda _, step, *__: step == wanted


whole_save, whole_replace = weights_module.save_file, os.replace
stream, journal = trainer_module.BatchStream, trainer_module.Journal
MOMENTS: dict[str, Callable[[], None]] = {
    "never": lambda: None,
    "in set-up": lambda: before(trainer_module, "train_pairs", die, lambda _: True),
    "before any checkpoint": lambda: before(stream, "at", die, at_step(3)),
    "half a line": lambda: before(journal, "numbers", half_a_line, at_step(6)),
    "half a checkpoint": lambda: before(weights_module, "save_file", half_a_file, lambda *_: True),
    "checkpoint not yet in place": lambda: before(record_module.os, "replace", die, is_checkpoint),
    "checkpoint just in place": lambda: before(record_module.os, "replace", replace_then_die, is_checkpoint),
    "at the last sheet": lambda: before(sheets_module, "trial_sheet", die, lambda *_: True),
    "interrupted in set-up": lambda: before(trainer_module, "train_pairs", interrupt, lambda _: True),
    "disk full": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
}

if __name__ == "<run_path>":
    given = globals()
    MOMENTS[given["moment"]]()
    sys.exit(main(given["argv"]))
