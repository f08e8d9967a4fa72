"""The measure of a mate against a slow reference, a small measurement, and the record that is committed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000

from repro.data.toybox import ROLES, role_areas
from repro.experiments import color_clusters as experiment
from repro.experiments.color_clusters import PER_CLUSTER, Palettes, measure_domain

RECORD = Path(__file__).resolve().parents[2] / "results" / "experiments" / "color_clusters.json"
COUNT = 40


@pytest.fixture(scope="module")
def palettes() -> Palettes:
    return Palettes("anime", COUNT)


@pytest.fixture(scope="module")
def measured() -> dict:
    return measure_domain("anime", COUNT)


def test_distance_is_the_sum_over_roles(palettes: Palettes) -> None:
    for i, j in ((0, 1), (7, 30), (12, 3)):
        areas = role_areas("anime", "train", i)
        slow = 0.0
        for place, role in enumerate(ROLES["anime"]):
            apart = float(deltaE_ciede2000(palettes.lab[i, place], palettes.lab[j, place]))
            slow += apart * areas.get(role, 0.0) / sum(areas.values())
        assert float(palettes.distance(np.array([i]), np.array([j]))[0]) == pytest.approx(slow)


def test_a_palette_is_at_no_distance_from_itself(palettes: Palettes) -> None:
    everyone = np.arange(COUNT)
    np.testing.assert_array_equal(palettes.distance(everyone, everyone), 0)
    assert (palettes.distance(everyone, (everyone + 1) % COUNT) > 0).all()


def test_what_is_not_seen_does_not_count(palettes: Palettes) -> None:
    """Palettes that differ in one role are apart by as much as the role is seen."""
    planted = Palettes("anime", 2)
    planted.lab[1] = planted.lab[0]
    planted.lab[1, 0] = [50, 0, 0]
    apart = float(deltaE_ciede2000(planted.lab[0, 0], planted.lab[1, 0]))
    planted.weight[0] = np.eye(len(ROLES["anime"]))[1]
    zero, one = np.array([0]), np.array([1])
    assert planted.distance(zero, one) == 0
    planted.weight[0] = np.eye(len(ROLES["anime"]))[0]
    assert planted.distance(zero, one) == pytest.approx(apart)


def test_nearest_looks_at_everyone_but_oneself(palettes: Palettes) -> None:
    everyone = np.arange(COUNT)
    apart = np.array([palettes.distance(np.full(COUNT, i), everyone) for i in range(COUNT)])
    np.fill_diagonal(apart, np.inf)
    np.testing.assert_allclose(palettes.nearest(COUNT), apart.min(axis=1))


def test_a_small_measurement(measured: dict) -> None:
    assert [row["k"] for row in measured["curve"]] == [1, 2, 4, 5, 8, 10]
    assert all(row["delta_e"]["n"] == COUNT for row in measured["curve"])
    references = {name: row["delta_e"]["value"] for name, row in measured["references"].items()}
    assert references["nearest_palette"] < references["nearest_histogram"] < references["random"]
    assert measured["curve"][0]["largest"] == COUNT
    assert measured["curve"][-1]["delta_e"]["value"] < measured["curve"][0]["delta_e"]["value"]
    default = next(row for row in measured["curve"] if row["k"] == COUNT // PER_CLUSTER)
    assert measured["choices"]["as chosen"] == default


def test_measuring_again_gives_the_same(measured: dict) -> None:
    assert measure_domain("anime", COUNT) == measured


# The committed record: what the default and the chapter rest on


@pytest.fixture(scope="module")
def record() -> dict:
    return json.loads(RECORD.read_text(encoding="utf-8"))


def test_the_record_is_of_this_experiment(record: dict) -> None:
    settings = {"pictures": experiment.PICTURES, "size": experiment.SIZE, "split": experiment.SPLIT}
    assert record["settings"] == settings | {"close": experiment.CLOSE, "per_cluster": PER_CLUSTER}
    assert record["id"] == "experiments/color_clusters"
    assert "anime" in record["domains"]


def test_the_default_follows_from_the_record(record: dict) -> None:
    """The smallest power of two a cluster that leaves less than one picture in a hundred alone."""
    for domain in record["domains"].values():
        alone = {experiment.PICTURES // row["k"]: row["alone"] for row in domain["curve"]}
        assert alone[PER_CLUSTER] < 0.01
    crowded = [d["curve"][-1] for d in record["domains"].values()]
    assert all(row["k"] == experiment.PICTURES // (PER_CLUSTER // 2) for row in crowded)
    assert max(row["alone"] for row in crowded) > 0.01


def test_the_choices_are_the_better_ones(record: dict) -> None:
    for domain in record["domains"].values():
        rows = domain["choices"]
        for worse in ("a pixel counts for one bin", "without the square root", "all three"):
            assert rows["as chosen"]["delta_e"]["value"] < rows[worse]["delta_e"]["value"]
