"""What only a drawn answer tells: closed forms, an independent source, and faults that each must see."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from repro.metrics.truth import bleeding, color_error, copying, near_borders, part_color_error


@pytest.fixture
def part() -> np.ndarray:
    """Two parts side by side on paper, 32 × 32."""
    part = np.zeros((1, 32, 32), np.int64)
    part[:, 8:24, 4:16], part[:, 8:24, 16:28] = 1, 2
    return part


@pytest.fixture
def truth(part: np.ndarray) -> np.ndarray:
    palette = np.array([[255, 255, 255], [200, 30, 40], [30, 60, 210]], np.uint8)
    return np.moveaxis(palette[part], -1, 1)


def test_the_error_is_the_library_s_in_double_precision() -> None:
    rng = np.random.default_rng(0)
    one, other = (rng.integers(0, 256, (2, 3, 8, 8), np.uint8) for _ in range(2))
    lab = (rgb2lab(np.moveaxis(pictures, 1, -1).astype(np.float64) / 255) for pictures in (one, other))
    np.testing.assert_allclose(color_error(one, other), deltaE_ciede2000(*lab), atol=2e-2)
    assert color_error(one, one).max() == 0
    black, white = np.zeros((1, 3, 2, 2), np.uint8), np.full((1, 3, 2, 2), 255, np.uint8)
    np.testing.assert_allclose(color_error(black, white), 100, atol=1e-2)


def test_two_pixels_on_either_side_of_a_border_are_near_it() -> None:
    part = np.zeros((1, 9, 12), np.int64)
    part[..., 6:] = 3
    assert near_borders(part)[0, 4].nonzero()[0].tolist() == [4, 5, 6, 7]
    assert not near_borders(np.full((1, 9, 9), 5)).any()


def test_bleeding_is_the_error_near_borders_less_that_elsewhere(part: np.ndarray) -> None:
    near = near_borders(part)
    assert bleeding(np.where(near, 7.0, 3.0), part) == pytest.approx(4.0)
    assert bleeding(np.full(part.shape, 5.0), part) == pytest.approx(0.0)
    assert np.isnan(bleeding(np.zeros((1, 9, 9)), np.zeros((1, 9, 9), np.int64)))


def test_colour_that_runs_over_a_border_bleeds_and_a_wrong_hue_does_not(
    part: np.ndarray, truth: np.ndarray
) -> None:
    run, tinted = truth.copy(), truth.astype(np.int64)
    run[..., 8:24, 14:16] = truth[..., 12:13, 20:21]  # the right part's colour, two pixels into the left
    tinted[:, 1] = np.clip(tinted[:, 1] - 25, 0, 255)
    assert bleeding(color_error(run, truth), part)[0] > 3
    assert abs(bleeding(color_error(tinted.astype(np.uint8), truth), part)[0]) < 3


def test_a_small_part_counts_as_much_as_a_large_one(part: np.ndarray, truth: np.ndarray) -> None:
    part, truth = part.copy(), truth.copy()
    part[:, 10:14, 20:24] = 3  # an eye of 16 pixels
    wrong = truth.copy()
    wrong[..., 10:14, 20:24] = 0
    alone = color_error(wrong, truth)[part == 3].mean()
    assert part_color_error(wrong, truth, part)[0] == pytest.approx(alone / 3, rel=1e-3)
    assert np.isnan(part_color_error(wrong, truth, part * 0)[0])


def test_copying_is_the_share_of_the_exemplar(truth: np.ndarray) -> None:
    exemplar = np.ascontiguousarray(truth[..., ::-1, ::-1])
    mixed = (0.75 * truth + 0.25 * exemplar).round().astype(np.uint8)
    pictures = np.concatenate([truth, exemplar, mixed])
    found = copying(pictures, np.repeat(truth, 3, 0), np.repeat(exemplar, 3, 0))
    np.testing.assert_allclose(found, [0, 1, 0.25], atol=5e-3)
    assert np.isnan(copying(truth, truth, truth)).all()
