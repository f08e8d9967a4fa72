"""What real pictures score: closed forms where there are any, and the committed record."""

from __future__ import annotations

import re

import numpy as np
import pytest

from repro.experiments import null
from repro.experiments.null import expected_distance, measure_bins, measure_frechet, measure_points
from repro.metrics.bins import BIN_COUNTS
from repro.record import read_json

DIMENSIONS = 8


def gaussian(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, DIMENSIONS)) * np.linspace(0.2, 2, DIMENSIONS)


def test_expected_distance_of_white_points_is_known() -> None:
    """(2 D + D (D + 1) / 2) / N when all eigenvalues are 1."""
    white = np.random.default_rng(0).normal(size=(50_000, 5))
    assert expected_distance(white, 100) == pytest.approx((2 * 5 + 15) / 100, rel=0.03)
    assert expected_distance(3 * white, 100) == pytest.approx(9 * expected_distance(white, 100))
    flat = np.c_[white, np.zeros(len(white))]  # a feature that never moves adds nothing
    assert expected_distance(flat, 100) == pytest.approx(expected_distance(white, 100))


def test_the_distance_of_two_draws_is_what_it_should_be() -> None:
    found = measure_frechet(gaussian(4000), (100, 300, 1000), 8)
    for point in found["points"]:
        assert point["distance"]["value"] == pytest.approx(point["expected"], rel=0.2)
        assert len(point["draws"]) == point["distance"]["n"] == 8
    assert abs(found["at_infinity"]["value"]) < found["points"][-1]["expected"]
    assert found["dimensions"] == DIMENSIONS


def test_a_line_in_one_over_n_finds_a_true_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the draws moved by 1 in one direction: the distance at infinity is 1, not 0."""
    order = np.random.default_rng(3).permutation(4000)
    monkeypatch.setattr(null, "_orders", lambda _count, draws: [order] * draws)
    moved = gaussian(4000)
    moved[order[2000:], 0] += 1
    assert measure_frechet(moved, (250, 500, 1000), 2)["at_infinity"]["value"] == pytest.approx(1, abs=0.1)


def test_points_fall_into_bins_as_theory_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """A twentieth of the bins, and (K - 1) / 8 (1 / N + 1 / M) nats; with other points, far more."""
    monkeypatch.setattr(null, "TESTS", 20)
    rows = measure_points({"many": (5000, 2000)})["many"]
    assert [row["bins"] for row in rows] == list(BIN_COUNTS)
    for row in rows:
        theory = (row["bins"] - 1) / 8 * (1 / row["n"] + 1 / row["real"])
        assert row["jsd"]["value"] == pytest.approx(theory, rel=0.25)
        assert row["ndb"]["value"] == pytest.approx(0.05 * row["bins"], rel=0.5, abs=0.5)
        assert row["ndb"]["spread"][0] <= row["ndb"]["value"] <= row["ndb"]["spread"][1]


def test_pictures_are_counted_beside_the_other_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(null, "BIN_COUNTS", (4,))
    rng = np.random.default_rng(0)
    alike = rng.integers(0, 256, (400, 3, 1, 1), np.uint8)
    rows = measure_bins(alike, (50, 200), 4)
    assert [(row["bins"], row["real"], row["n"], row["ndb"]["n"]) for row in rows] == [
        (4, 200, 50, 4),
        (4, 200, 200, 4),
    ]
    assert rows[1]["jsd"]["value"] < rows[0]["jsd"]["value"] < 0.1
    order = np.arange(400)
    monkeypatch.setattr(null, "_orders", lambda _count, draws: [order] * draws)
    alike[200:] //= 8  # the other half is dark: planted
    assert measure_bins(alike, (200,), 1)[0]["ndb"]["value"] >= 3


def test_the_same_drawings_are_no_second_draw() -> None:
    pictures = np.concatenate([null.repainted(60)[::-1], null.repainted(1)])
    shown = pictures[:30]
    brighter = shown // 2 + 100
    found = null.measure_shared(pictures, brighter, 20, 2)
    assert found["n"] == 20
    assert found["same_drawings"]["bins"][0]["bins"] == found["others"]["bins"][0]["bins"] == 10
    itself = null.measure_shared(pictures, shown, 20, 2)["same_drawings"]
    assert itself["frechet"]["value"] == pytest.approx(0, abs=1e-3)
    assert [row["jsd"]["value"] for row in itself["bins"]] == [0]
    assert found["others"]["frechet"]["value"] > 0.1


@pytest.fixture(scope="module")
def record(root) -> dict:
    return read_json(root / "results" / "experiments" / "null.json")


def test_the_record_is_of_this_measurement(record: dict) -> None:
    assert record["id"] == "experiments/null"
    assert re.fullmatch("[0-9a-f]{12}", record["commit"])
    assert [point["n"] for point in record["frechet"]["points"]] == list(null.COUNTS)
    sizes = {
        name: {(row["real"], row["n"]) for row in rows} for name, rows in record["bins"]["points"].items()
    }
    assert sizes == {name: {size} for name, size in null.SETS.items()}
    for rows in record["bins"]["points_of_test"].values():
        assert all(row["real"] == row["n"] for row in rows)
    places = {(row["bins"], row["n"]) for row in record["bins"]["pictures"]}
    assert places == {(k, n) for k in BIN_COUNTS for n in null.BIN_TESTS}


def test_the_record_says_what_the_chapter_says(record: dict) -> None:
    points = record["frechet"]["points"]
    values = [point["distance"]["value"] for point in points]
    assert values == sorted(values, reverse=True)
    for point in points:
        if point["n"] >= null.FITTED:
            assert point["distance"]["value"] == pytest.approx(point["expected"], rel=0.15)
    assert abs(record["frechet"]["at_infinity"]["value"]) < values[-1]
    for rows in record["bins"]["points"].values():
        for row in rows:
            assert row["ndb"]["value"] == pytest.approx(0.05 * row["bins"], rel=0.5)
            theory = (row["bins"] - 1) / 8 * (1 / row["n"] + 1 / row["real"])
            assert row["jsd"]["value"] == pytest.approx(theory, rel=0.4)
    same, others = record["shared"]["same_drawings"], record["shared"]["others"]
    assert same["frechet"]["ci95"][1] < others["frechet"]["ci95"][0]
    for mine, theirs in zip(same["bins"], others["bins"], strict=True):
        assert mine["jsd"]["ci95"][1] < theirs["jsd"]["ci95"][0]
