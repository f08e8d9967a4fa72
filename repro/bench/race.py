"""A fair race: the same job, the same answer, one thread each, turn by turn in one process.

Timed is the CPU time of the whole process, all its threads together: "per second" means per second of one
core, whatever else the machine does meanwhile. The contenders take turns, so that a machine that slows down
slows them all, and ratios are taken turn by turn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

REPEATS = 7  # turns of every contender
LEAST = 0.1  # CPU seconds a turn takes at least: a short job is done several times


@dataclass(frozen=True)
class Contender:
    """Who does the job and how; ``run`` does all of it once and returns the result, pictures first.

    limit: largest mean absolute difference from our result; None where results are no matter of
        comparison, because something else is done whose cost is to be compared.
    """

    name: str
    how: str
    run: Callable[[], NDArray[Any]]
    limit: float | None = None


@dataclass(frozen=True)
class Race:
    """One job and those who can do it, ours first.

    case: what is particular about this job, e.g. "64²".
    pictures: how many pictures one run handles.
    """

    case: str
    pictures: int
    contenders: Sequence[Contender]


def measure(race: Race, repeats: int = REPEATS, least: float = LEAST) -> dict[str, Any]:
    """Check that all agree, then time them; plain JSON data.

    Rates are pictures per second of one core: median, lowest and highest of ``repeats`` turns. ``ratio`` says
    how many times as fast as the contender we are, likewise. Raises ValueError when a result disagrees.
    """
    with one_thread():
        differences = _differences(race)
        seconds = _seconds(race.contenders, repeats, least)
    ours = seconds[0]
    rows = []
    for contender, taken, difference in zip(race.contenders, seconds, differences, strict=True):
        row: dict[str, Any] = {"name": contender.name, "how": contender.how}
        row["rate"] = _spread(race.pictures / taken)
        if contender is not race.contenders[0]:
            row["ratio"] = _spread(taken / ours)
        if difference is not None:
            row["difference"] = difference
        rows.append(row)
    return {"case": race.case, "pictures": race.pictures, "contenders": rows}


@contextmanager
def one_thread() -> Iterator[None]:
    """torch and OpenCV with one thread each inside the block."""
    threads = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads[0])
        cv2.setNumThreads(threads[1])


def _differences(race: Race) -> list[float | None]:
    """Mean absolute difference of every contender's result from ours; None where there is none to take.

    Each contender runs once here, which also warms it up.
    """
    ours, *others = [np.asarray(contender.run()) for contender in race.contenders]
    found: list[float | None] = [None]
    for contender, theirs in zip(race.contenders[1:], others, strict=True):
        found.append(None if contender.limit is None else _difference(contender, ours, theirs, race.case))
    return found


def _difference(contender: Contender, ours: NDArray[Any], theirs: NDArray[Any], case: str) -> float:
    """Mean absolute difference of two results. ValueError when it is too much, or the shapes differ."""
    if theirs.shape != ours.shape:
        raise ValueError(f"{contender.name} returns {theirs.shape}, ours is {ours.shape}: no race")
    difference = float(np.abs(theirs.astype(np.float64) - ours).mean())
    if not difference <= (contender.limit or 0):
        raise ValueError(
            f"{contender.name} differs from ours by {difference:.2g} on average ({case}), more than "
            f"{contender.limit:g}: they do not do the same, so their times must not be compared"
        )
    return float(f"{difference:.2g}")


def _seconds(contenders: Sequence[Contender], repeats: int, least: float) -> list[NDArray[np.float64]]:
    """CPU seconds of one run, ``repeats`` times for each contender, by turns."""
    loops = [max(1, round(least / max(_time(contender.run, 1), 1e-6))) for contender in contenders]
    taken = np.empty((len(contenders), repeats))
    for turn in range(repeats):
        for place in range(len(contenders)):
            i = (place + turn) % len(contenders)  # nobody always follows the same one
            taken[i, turn] = _time(contenders[i].run, loops[i])
    return list(taken)


def _time(run: Callable[[], Any], loops: int) -> float:
    started = time.process_time()
    for _ in range(loops):
        run()
    return (time.process_time() - started) / loops


def _spread(values: NDArray[np.float64]) -> dict[str, float]:
    """Median, lowest and highest, to four digits."""
    numbers = {"value": np.median(values), "low": values.min(), "high": values.max()}
    return {name: float(f"{number:.4g}") for name, number in numbers.items()}
