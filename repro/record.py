"""Files that outlive a run: written whole or not at all, with their provenance inside."""

from __future__ import annotations

import json
import os
import platform
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

VERSIONED = (
    "torch",
    "numpy",
    "pillow",
    "opencv-python-headless",
    "lightning-fabric",
    "torchmetrics",
    "scikit-image",
)

RECORD, SHEET = "record.json", "sheet.png"
"""A measured run's numbers and pictures, in its run folder."""


class RecordError(ValueError):
    """A record or run folder that is missing, unreadable, or belongs to another config."""


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """A temporary path beside ``target`` that replaces it when the block ends without an error.

    A reader sees the old file or the new one, never half of either, even after a power cut. Raises
    OSError when the folder cannot be written; ``target`` is then untouched.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    # Not tempfile: that would ignore the user's umask. The suffix stays, some writers choose by it.
    temporary = target.with_name(f".{secrets.token_hex(8)}{target.suffix}")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def cache_folder() -> Path:
    """Where what can be made again is kept: $REPRO_CACHE, or ``repro`` in the user's cache folder.

    The folder may not exist yet, and may be deleted at any time.
    """
    if place := os.environ.get("REPRO_CACHE"):
        return Path(place)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "repro"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "repro"


def write_json(target: Path, data: Any) -> None:
    """Write ``data`` as readable JSON, atomically."""
    text = json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    with atomic_path(target) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read JSON; raises RecordError that names the file when it is missing or damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RecordError(f"{path} does not exist") from error
    except (OSError, ValueError, RecursionError) as error:
        raise RecordError(f"{path} cannot be read as JSON: {error}") from error


def keep_record(run_dir: Path, results: Path) -> list[Path]:
    """File a measured run below ``results``, as PRESET/DATA/DOMAIN/METHOD/SEED.json; returns the files.

    The sheet goes beside it for drawn data only: pictures of real data sets are not ours to pass on.
    Raises RecordError when the run was not measured yet, or when a record of another config lies there.
    """
    record = read_json(run_dir / RECORD)
    target = results / f"{record['id']}.json"
    if target.exists() and read_json(target).get("config_hash") != record["config_hash"]:
        raise RecordError(f"{target} belongs to another config: remove it first if this run is to replace it")
    write_json(target, record)
    if record["data"] != "toybox":
        return [target]
    sheet = target.with_suffix(".png")
    with atomic_path(sheet) as temporary:
        shutil.copyfile(run_dir / SHEET, temporary)
    return [target, sheet]


def provenance() -> dict[str, Any]:
    """Where a number comes from: code commit (with ``-dirty``), library versions, hardware."""
    return {"commit": _commit(), "versions": _versions(), "hardware": _hardware()}


def _commit() -> str:
    """The commit of the source tree, or ``unknown`` when repro is installed without one."""
    here = Path(__file__).resolve()

    def git(*words: str) -> str:
        command = ["git", "-C", str(here.parent), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()

    try:
        git("ls-files", "--error-unmatch", here.name)  # not some other project that repro is installed in
        return git("describe", "--always", "--abbrev=12", "--dirty", "--exclude=*")
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in VERSIONED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _hardware() -> dict[str, Any]:
    import torch  # late: reading a record must not cost the import of torch

    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {"cpu": _cpu_name(), "threads": torch.get_num_threads(), "gpu": gpus}


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
