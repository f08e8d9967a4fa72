"""The stop watch: shown a clock of its own it must read it right, and it must not race unequal work."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import torch

from repro.bench import Contender, Race, measure, race


class Clock:
    """CPU time that passes only when a contender works."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.order = 0.0, []
        monkeypatch.setattr(race.time, "process_time", lambda: self.now)

    def worker(self, name: str, *seconds: float, made: object = (0, 0, 0, 0)) -> Callable[[], np.ndarray]:
        """Work that takes these times in turn, the last one for ever after, and makes ``made``."""
        left = list(seconds)

        def run() -> np.ndarray:
            self.order.append(name)
            self.now += left.pop(0) if len(left) > 1 else left[0]
            return np.array(made, float)

        return run


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_rates_and_ratios_are_those_of_the_clock(clock: Clock) -> None:
    ours = Contender("ours", "", clock.worker("ours", 2.0))
    other = Contender("other", "", clock.worker("other", 1.0), limit=0.0)
    done = measure(Race("case", 10, [ours, other]), repeats=3, least=0.1)
    first, second = done["contenders"]
    assert first["rate"] == {"value": 5, "low": 5, "high": 5}
    assert second["rate"] == {"value": 10, "low": 10, "high": 10}
    assert second["ratio"] == {"value": 0.5, "low": 0.5, "high": 0.5}, "we are half as fast"
    assert second["difference"] == 0
    assert "ratio" not in first


def test_the_middle_turn_counts_and_the_spread_is_told(clock: Clock) -> None:
    slow_once = clock.worker("ours", 9.0, 9.0, 1.0, 4.0, 2.0)  # agreement and calibration come first
    (row,) = measure(Race("case", 8, [Contender("ours", "", slow_once)]), repeats=3, least=0)["contenders"]
    assert row["rate"] == {"value": 4, "low": 2, "high": 8}


def test_contenders_take_turns_and_none_goes_always_first(clock: Clock) -> None:
    pair = [Contender(name, "", clock.worker(name, 1.0)) for name in "ab"]
    measure(Race("case", 1, pair), repeats=3, least=0)
    assert "".join(clock.order) == "abababbaab"  # agreement, calibration, three turns


def test_a_short_job_is_done_often_enough(clock: Clock) -> None:
    quick = Contender("quick", "", clock.worker("quick", 0.01))
    measure(Race("case", 1, [quick]), repeats=2, least=0.1)
    assert len(clock.order) == 1 + 1 + 2 * 10


def test_a_rival_that_does_something_else_is_not_timed(clock: Clock) -> None:
    ours = Contender("ours", "", clock.worker("ours", 1))
    near = Contender("near", "", clock.worker("near", 1, made=[0.01] * 4), limit=0.02)
    assert measure(Race("case", 1, [ours, near]), 1, 0)["contenders"][1]["difference"] == 0.01
    for wrong, message in (
        ([0, 0, 0, 0.12], "differs from ours by 0.03"),
        ([0, 0, 0, np.nan], "differs from ours by nan"),
        ([0, 0, 0], r"\(3,\)"),
    ):
        far = Contender("far", "", clock.worker("far", 1, made=wrong), limit=0.02)
        with pytest.raises(ValueError, match=message):
            measure(Race("case", 1, [ours, far]), 1, 0)


def test_without_a_limit_nothing_is_compared(clock: Clock) -> None:
    ours, step = (Contender(name, "", clock.worker(name, 1, made=[i])) for i, name in enumerate("ab"))
    assert "difference" not in measure(Race("case", 1, [ours, step]), 1, 0)["contenders"][1]


def test_one_thread_inside_and_as_before_outside() -> None:
    before = torch.get_num_threads(), cv2.getNumThreads()
    seen = []

    def run() -> np.ndarray:
        sum(range(10_000))  # so that time passes
        seen.append((torch.get_num_threads(), cv2.getNumThreads()))
        return np.zeros(1)

    measure(Race("case", 1, [Contender("ours", "", run)]), 1, 0)
    assert set(seen) == {(1, 1)}
    assert (torch.get_num_threads(), cv2.getNumThreads()) == before
    with pytest.raises(RuntimeError), race.one_thread():
        raise RuntimeError
    assert (torch.get_num_threads(), cv2.getNumThreads()) == before
