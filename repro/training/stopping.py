"""Ctrl-C that loses nothing."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(KeyboardInterrupt):
    """The user asked the run to stop; its checkpoint holds every step done."""


@contextmanager
def stop_requests() -> Iterator[Callable[[], bool]]:
    """Turn SIGINT and SIGTERM into a question the loop asks between steps."""
    asked: list[int] = []
    signals = (signal.SIGINT, signal.SIGTERM)

    def ask(number: int, _frame: FrameType | None) -> None:
        if not asked:
            print("\nFinishing this step, then stopping…", file=sys.stderr)
        asked.append(number)

    previous = {s: signal.signal(s, ask) for s in signals}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
