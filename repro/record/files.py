"""Files that outlive a run: written whole or not at all, read with an error that names them."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

RECORD, SHEET = "record.json", "sheet.png"
"""A measured run's numbers and pictures, in its run folder."""

SHEET_QUALITY = 88  # of 100, of the WebP that is filed


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
    """Write ``data`` as readable JSON, atomically: keys in order, a list of numbers or words on one line."""
    with atomic_path(target) as temporary:
        temporary.write_text(_laid_out(data, "") + "\n", encoding="utf-8")


def _laid_out(data: Any, margin: str) -> str:
    """JSON of ``data`` whose lines, but the first, begin with ``margin``."""
    if isinstance(data, dict) and data:
        keys = sorted(data)
        parts = [f"{_plain(key)}: {_laid_out(data[key], margin + ' ')}" for key in keys]
        brackets = "{}"
    elif isinstance(data, list | tuple) and any(isinstance(item, dict | list | tuple) for item in data):
        parts, brackets = [_laid_out(item, margin + " ") for item in data], "[]"
    else:
        return _plain(data)
    lines = f",\n{margin} ".join(parts)
    return f"{brackets[0]}\n{margin} {lines}\n{margin}{brackets[1]}"


def _plain(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


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
    from repro.record.schema import check_record

    record = read_json(run_dir / RECORD)
    check_record(record, str(run_dir / RECORD))
    target = results / f"{record['id']}.json"
    if target.exists() and read_json(target).get("config_hash") != record["config_hash"]:
        raise RecordError(f"{target} belongs to another config: remove it first if this run is to replace it")
    write_json(target, record)
    if record["data"] != "toybox":
        return [target]
    from PIL import Image

    sheet = target.with_suffix(".webp")  # a tenth of the size, and nothing that an eye would miss
    with atomic_path(sheet) as temporary, Image.open(run_dir / SHEET) as picture:
        picture.save(temporary, quality=SHEET_QUALITY, method=6)
    return [target, sheet]
