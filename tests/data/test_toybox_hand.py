"""The hand of a sketch, on lines whose length and place are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from repro.data import toybox
from repro.data.toybox import HUMAN_HAND, PLAIN, Difficulty
from repro.data.toybox.dice import Dice
from repro.data.toybox.lines import drawn_again

SIDE = 256  # canvas pixels of a 64² picture
PIXEL = SIDE // 64


def ruled() -> np.ndarray:
    """Six level lines, six canvas pixels thick, as a 64² picture's outlines are."""
    ink = np.zeros((SIDE, SIDE), np.uint8)
    for row in range(20, 240, 40):
        ink[row : row + 6, 16:240] = 255
    return ink


def test_a_steady_hand_leaves_the_ink_alone():
    np.testing.assert_array_equal(drawn_again(ruled(), PLAIN, Dice(1)), ruled())


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_broken_takes_its_share_of_the_lines_and_spares_solid_black(share):
    ink = ruled()
    cv2.circle(ink, (128, 120), 18, 255, -1)
    left = drawn_again(ink, Difficulty(broken=share), Dice(1))
    assert (left <= ink).all()
    solid = np.hypot(*(np.indices(ink.shape) - np.array([120, 128])[:, None, None])) < 12
    assert (left[solid] == 255).all()
    near = np.hypot(*(np.indices(ink.shape) - np.array([120, 128])[:, None, None])) < 24
    assert 1 - (left[~near] > 0).sum() / (ink[~near] > 0).sum() == pytest.approx(share, abs=0.04)
    pieces, _ = cv2.connectedComponents(left)
    assert pieces > 10  # gaps, not one missing half


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_doubled_draws_its_share_again_beside(share):
    ink = ruled()
    again = drawn_again(ink, Difficulty(doubled=share), Dice(2))
    assert (again >= ink).all()
    added = (again > 127) & (ink == 0)
    assert added.sum() / (ink > 0).sum() == pytest.approx(share, abs=0.25 * share)
    apart = cv2.distanceTransform(255 - ink, cv2.DIST_L2, 5)[added] / PIXEL
    assert apart.max() < 3.2 + 0.75  # the far edge of the double
    assert np.median(apart) > 0.9


@pytest.mark.parametrize("pixels", [0.5, 2.0])
def test_wobble_moves_lines_by_no_more_than_it_says_and_breaks_none(pixels):
    ink = ruled()
    moved = drawn_again(ink, Difficulty(wobble=pixels), Dice(3))
    outside = cv2.distanceTransform((255 - ink), cv2.DIST_L2, 5)[moved > 127] / PIXEL
    assert 0.3 * pixels < outside.max() < pixels + 0.3
    assert cv2.connectedComponents((moved > 127).astype(np.uint8))[0] == 7
    assert (moved > 127).sum() == pytest.approx((ink > 0).sum(), rel=0.05)


def test_stray_strokes_are_counted():
    blank = np.zeros((SIDE, SIDE), np.uint8)
    for index in range(20):
        one = drawn_again(blank, Difficulty(stray=1), Dice(index))
        assert cv2.connectedComponents(one)[0] == 2
        assert 20 < (one > 0).sum() < 600
    many = drawn_again(blank, Difficulty(stray=6), Dice(0))
    assert 4 <= cv2.connectedComponents(many)[0] <= 7  # some may cross
    assert (drawn_again(ruled(), Difficulty(stray=3), Dice(0)) >= ruled()).all()


def test_each_habit_has_its_own_dice():
    """The strays are the same strays however much the lines wobble."""
    blank = np.zeros((SIDE, SIDE), np.uint8)
    strays = drawn_again(blank, Difficulty(stray=3), Dice(5))
    both = drawn_again(ruled(), Difficulty(stray=3, broken=0.2), Dice(5))
    assert (both[strays > 0] == 255).all()


@pytest.mark.parametrize("factor", [2, 4])
def test_a_sketch_is_equally_shaky_at_every_size(factor):
    for index in range(3):
        small = toybox.picture("anime", "val", index, 64, "drawn", HUMAN_HAND).sketch
        large = toybox.picture("anime", "val", index, 64 * factor, "drawn", HUMAN_HAND).sketch
        steady = toybox.picture("anime", "val", index, 64, "drawn").sketch
        mean = large.reshape(1, 64, factor, 64, factor).mean((2, 4))
        assert np.abs(mean - small).mean() < 0.5 * np.abs(steady - small).mean()
