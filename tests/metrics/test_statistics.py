"""A mean with its interval: does the interval keep its promise?"""

from __future__ import annotations

import numpy as np
import pytest

from repro.metrics.statistics import paired_difference, summary


def test_the_parts_of_a_summary() -> None:
    found = summary([1.0, 2.0, 3.0, 6.0], resamples=200)
    assert found["value"] == 3.0
    assert found["n"] == 4
    low, high = found["ci95"]  # type: ignore[misc]
    assert 1.0 <= low < 3.0 < high <= 6.0


def test_the_interval_is_that_of_the_normal_law_for_many_values() -> None:
    values = np.random.default_rng(0).normal(20, 4, 400)
    low, high = summary(values, resamples=4000)["ci95"]  # type: ignore[misc]
    half = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - half, abs=0.05)
    assert high == pytest.approx(values.mean() + half, abs=0.05)


def test_the_interval_covers_the_true_mean_as_often_as_it_says() -> None:
    """95 % of 200 repetitions; the normal law allows ± 3 %, small samples a little less coverage."""
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        low, high = summary(rng.normal(5, 2, 60), resamples=300)["ci95"]  # type: ignore[misc]
        covered += low <= 5 <= high
    assert 0.89 <= covered / 200 <= 0.99


def test_undefined_pictures_are_left_out_and_counted_out() -> None:
    assert summary([1.0, float("nan"), 3.0], 100) == summary([1.0, 3.0], 100)
    assert summary([1.0, float("nan"), 3.0], 100)["n"] == 2


def test_one_or_equal_values_have_no_spread() -> None:
    assert summary([7.0], 50) == {"value": 7.0, "ci95": [7.0, 7.0], "n": 1}
    assert summary(np.full(9, 0.25), 50)["ci95"] == [0.25, 0.25]


def test_the_same_values_give_the_same_interval() -> None:
    values = np.random.default_rng(2).random(50)
    assert summary(values, 100) == summary(values.copy(), 100)
    assert summary(values, 100, seed=1)["ci95"] != summary(values, 100)["ci95"]


@pytest.mark.parametrize("values", [[], [float("nan")] * 3])
def test_nothing_to_summarise_is_an_error(values: list[float]) -> None:
    with pytest.raises(ValueError, match="no picture"):
        summary(values, 100)


def test_a_small_gain_on_the_same_pairs_is_seen_although_pairs_differ_much() -> None:
    """The spread between pictures is ten times the gain: side by side it drowns, pair by pair it does not."""
    rng = np.random.default_rng(0)
    theirs = rng.normal(20, 3, 200)
    ours = theirs + rng.normal(0.3, 0.5, 200)
    found = paired_difference(ours, theirs, 999)
    assert found["value"] == pytest.approx((ours - theirs).mean(), abs=1e-4)
    assert found["ci95"][0] > 0
    assert found["p"] == pytest.approx(0.002, abs=1e-3)  # two-sided, and never below what 999 flips can tell
    assert summary(theirs, 999)["ci95"][1] > summary(ours, 999)["ci95"][0]


def test_no_difference_is_no_finding() -> None:
    """Under the null hypothesis p is uniform: about one in twenty lies below 0.05."""
    rng = np.random.default_rng(1)
    found = [paired_difference(rng.normal(size=40), rng.normal(size=40), 199)["p"] for _ in range(200)]
    assert 0.01 <= np.mean(np.array(found) <= 0.05) <= 0.10
    assert paired_difference(np.arange(9.0), np.arange(9.0), 99)["p"] == 1


def test_pairs_must_be_pairs() -> None:
    assert paired_difference([1.0, np.nan, 3.0], [0.0, 5.0, 2.0], 50)["n"] == 2
    with pytest.raises(ValueError, match="as many numbers"):
        paired_difference([1.0, 2.0], [1.0], 50)
    with pytest.raises(ValueError, match="no picture"):
        paired_difference([np.nan], [1.0], 50)
