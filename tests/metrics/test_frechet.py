"""The Fréchet distance: closed forms, a slow reference, and that it sees what it is for."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import torch
from scipy.ndimage import gaussian_filter

from repro.data.toybox import picture_arrays
from repro.metrics.embedders import embedder
from repro.metrics.frechet import frechet_distance, frechet_summary


def with_moments(rng: np.random.Generator, mean: np.ndarray, spread: np.ndarray, n: int = 200) -> np.ndarray:
    """n vectors that have exactly this mean and covariance."""
    raw = rng.standard_normal((n, len(mean)))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw, rowvar=False))).T
    return mean + white @ np.linalg.cholesky(spread).T


def test_of_two_gaussians_it_is_the_closed_form() -> None:
    rng = np.random.default_rng(0)
    first = with_moments(rng, np.array([1.0, 2.0, 3.0]), np.diag([1.0, 4.0, 9.0]))
    second = with_moments(rng, np.array([1.0, 0.0, 3.0]), np.diag([4.0, 4.0, 16.0]))
    expected = 2.0**2 + (1 - 2) ** 2 + (2 - 2) ** 2 + (3 - 4) ** 2
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(second, first) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(first, first + 5) == pytest.approx(3 * 25, rel=1e-9)


def test_it_agrees_with_the_matrix_root_of_the_formula() -> None:
    rng = np.random.default_rng(1)
    one, other = (rng.standard_normal((60, 7)) @ rng.standard_normal((7, 7)) + i for i in (0, 1))
    first, second = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    root = scipy.linalg.sqrtm(first @ second).real
    gap = np.square(one.mean(axis=0) - other.mean(axis=0)).sum()
    assert frechet_distance(one, other) == pytest.approx(gap + np.trace(first + second - 2 * root), rel=1e-6)


def test_fewer_pictures_than_features_are_no_trouble() -> None:
    few = np.random.default_rng(2).standard_normal((5, 40))
    assert frechet_distance(few, few) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(few, few[::-1] + 1) == pytest.approx(40, rel=1e-6)


@pytest.mark.parametrize("shapes", [((3, 4), (3, 5)), ((1, 4), (3, 4)), ((3,), (3,))])
def test_what_cannot_be_compared_is_refused(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match="two sets of at least two vectors"):
        frechet_distance(*(np.zeros(shape) for shape in shapes))


def test_the_interval_holds_the_distance_and_shrinks_with_more_pictures() -> None:
    rng = np.random.default_rng(3)
    widths = []
    for n in (50, 800):
        found = frechet_summary(rng.standard_normal((n, 4)), rng.standard_normal((n, 4)) + 1, 200)
        low, high = found["ci95"]  # type: ignore[misc]
        assert low < found["value"] < high  # type: ignore[operator]
        assert found["n"] == n
        widths.append(high - low)
    assert widths[1] < 0.5 * widths[0]


def test_it_agrees_with_the_library_from_pictures_on() -> None:
    """torch-fidelity's own statistics and distance, of the same features."""
    from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric

    net = embedder("toybox")
    (one, _), (other, _) = (picture_arrays("cat", split, 40, 32) for split in ("train", "test"))
    statistics = [fid_features_to_statistics(torch.from_numpy(net(pictures))) for pictures in (one, other)]
    theirs = fid_statistics_to_metric(*statistics, False)["frechet_inception_distance"]
    assert frechet_distance(net(one), net(other)) == pytest.approx(theirs, rel=1e-3)


def test_without_resamples_there_is_no_interval() -> None:
    sets = (np.random.default_rng(i).standard_normal((9, 2)) for i in (0, 1))
    assert set(frechet_summary(*sets, 0)) == {"value", "n"}


def test_it_sees_blur_more_than_another_sample() -> None:
    net = embedder("toybox")
    (one, _), (other, _) = (picture_arrays("anime", split, 60, 64) for split in ("train", "test"))
    seen = net(other)
    blurred = gaussian_filter(other, (0, 0, 1, 1))
    sample, blur = (frechet_distance(net(p), seen) for p in (one, blurred))
    assert blur > 5 * sample > 0
