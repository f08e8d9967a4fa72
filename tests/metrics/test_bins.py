"""NDB and JSD: closed forms, the floor that real pictures have, and what both are for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from repro.metrics.bins import SIDE, Bins, bins_summary, jsd, make_bins, ndb, shrunk


def noise(rng: np.random.Generator, n: int) -> np.ndarray:
    """n small pictures of two free numbers each: dark or light, red or blue."""
    flat = rng.integers(0, 256, (n, 2, 1, 1))
    return np.concatenate([flat, flat[:, :1]], axis=1).astype(np.uint8) * np.ones((1, 1, 4, 4), np.uint8)


def test_a_share_that_differs_is_counted() -> None:
    """50 of 100 against 64 of 100: z = 0.14 / √(0.57·0.43·0.02) = 2.0; against 63 it is 1.86."""
    real = np.array([50, 50])
    assert ndb(real, np.array([64, 36])) == 2
    assert ndb(real, np.array([63, 37])) == 0
    assert ndb(real, real * 3) == 0
    assert ndb(np.array([50, 50, 0]), np.array([50, 50, 0])) == 0
    assert ndb(np.array([60, 40, 0]), np.array([0, 40, 60])) == 2


def test_the_divergence_in_closed_form() -> None:
    """Half in common: both lie ½·log(4/3) + … from their mean."""
    assert jsd(np.array([3, 1]), np.array([6, 2])) == pytest.approx(0, abs=1e-12)
    assert jsd(np.array([5, 0]), np.array([0, 7])) == pytest.approx(math.log(2))
    p, q = np.array([0.75, 0.25]), np.array([0.25, 0.75])
    expected = float((p * np.log(p / 0.5)).sum() + (q * np.log(q / 0.5)).sum()) / 2
    assert jsd(p * 100, q * 40) == pytest.approx(expected)


@pytest.mark.parametrize("count", [20, 50])
def test_real_pictures_differ_in_one_bin_of_twenty(count: int) -> None:
    """The floor of the metric, at whatever N: not zero."""
    rng = np.random.default_rng(0)
    bins = make_bins(noise(rng, 4000), count)
    found = [ndb(bins.counts, np.bincount(bins(noise(rng, 2000)), minlength=count)) for _ in range(30)]
    assert np.mean(found) == pytest.approx(0.05 * count, rel=0.45)


def test_a_set_that_repeats_a_few_kinds_is_found_out() -> None:
    rng = np.random.default_rng(1)
    bins = make_bins(noise(rng, 2000), 20)
    whole = noise(rng, 1000)
    few = whole[bins(whole) < 5]
    repeated = few[rng.integers(0, len(few), 1000)]
    honest, dropped = (bins_summary(bins, bins(pictures), 50) for pictures in (whole, repeated))
    assert dropped["ndb_20"]["value"] > 15 > 6 > honest["ndb_20"]["value"]
    assert dropped["jsd_20"]["value"] > 10 * honest["jsd_20"]["value"]
    for found in (honest, dropped):
        for summary in found.values():
            assert summary["ci95"][0] <= summary["value"] <= summary["ci95"][1]
            assert summary["n"] == 1000


def test_every_picture_falls_into_the_nearest_bin() -> None:
    centres = np.array([[0.0] * 48, [1.0] * 48], np.float32)
    pictures = np.stack([np.full((3, 4, 4), v, np.uint8) for v in (0, 100, 160, 255)])
    assert Bins(centres, np.array([2, 2]))(pictures).tolist() == [0, 0, 1, 1]


def test_large_pictures_are_shrunk_by_their_means() -> None:
    picture = np.random.default_rng(2).integers(0, 256, (1, 3, 64, 96), np.uint8)
    found = shrunk(picture).reshape(3, SIDE, SIDE)
    assert found[1, 0, 0] == pytest.approx(picture[0, 1, :2, :3].mean() / 255, abs=1e-6)
    assert shrunk(picture[..., :16, :16]).shape == (1, 3 * 16 * 16)


def test_there_are_no_more_bins_than_pictures() -> None:
    with pytest.raises(ValueError, match="cannot fill 10 bins"):
        make_bins(noise(np.random.default_rng(3), 9), 10)
