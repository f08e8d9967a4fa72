"""Many pictures through one function, in several processes where that pays, in the order given."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

from tqdm import tqdm

from repro.data.pairs import DataError

T = TypeVar("T")
R = TypeVar("R")

MANY = 1000  # pictures from which on the start of processes, some seconds, is earned back
MOST = 8  # processes: beyond, handing pictures over is the limit
SHOWN = 200  # pictures from which on there is a progress bar
CHUNK = 16  # pictures handed over at a time


def ordered_map(work: Callable[[T], R], items: Sequence[T], what: str) -> Iterator[R]:
    """``work`` of each item, in their order whatever the number of processes; a progress bar says ``what``.

    ``work`` is a function of this package; what it takes and returns must be picklable. Raises
    DataError when a process is killed.
    """
    workers = min(MOST, _cores()) if len(items) >= MANY else 1
    silent = True if len(items) < SHOWN else None  # None: unless nobody is looking
    with tqdm(total=len(items), desc=what, unit="picture", leave=False, disable=silent) as bar:
        for result in _mapped(work, items, workers):
            bar.update()
            yield result


def _mapped(work: Callable[[T], R], items: Sequence[T], workers: int) -> Iterator[R]:
    if workers < 2:
        yield from map(work, items)
        return
    # "spawn" because a fork after torch has started its threads can hang.
    with ProcessPoolExecutor(workers, get_context("spawn"), _start) as pool:
        try:
            with _main_left_out():  # all processes start with the first item that is handed over
                results = pool.map(work, items, chunksize=CHUNK)
            yield from results
        except BrokenProcessPool as error:
            raise DataError(
                "a process that makes pictures was killed; most often memory ran out: close other programs"
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _main_left_out() -> Iterator[None]:
    """Processes that start now do not import the script that is running: that would run it again.

    ``work`` lives in the package, so they need nothing of it.
    """
    main = sys.modules["__main__"]
    kept = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    main.__dict__.pop("__file__", None)
    main.__spec__ = None
    try:
        yield
    finally:
        main.__dict__.update(kept)


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start() -> None:
    """One thread a process, and an interrupt is the parent's to handle."""
    os.environ["OMP_NUM_THREADS"] = "1"  # torch is imported later, if at all
    signal.signal(signal.SIGINT, signal.SIG_IGN)
