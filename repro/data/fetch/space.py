"""Room on the disk, asked for before it is needed."""

from __future__ import annotations

import shutil
from pathlib import Path

from repro.data.fetch.addresses import FetchError

MARGIN = 256 * 2**20
"""Bytes left free whatever comes: a full disk troubles more than this program."""


def room(folder: Path) -> int:
    """Bytes that may still be written below ``folder``."""
    return max(0, shutil.disk_usage(folder).free - MARGIN)


def require_room(folder: Path, wanted: int, what: str) -> None:
    """Raise FetchError unless ``wanted`` bytes fit below ``folder``; ``what`` says what they are for."""
    free = room(folder)
    if wanted > free:
        raise FetchError(
            f"{what} needs {readable(wanted)}, and {folder} has room for {readable(free)}: "
            "make room and give the same command again"
        )


def readable(size: int) -> str:
    """A number of bytes for people: 812 B, 2.2 GB."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:,.1f} TB"
