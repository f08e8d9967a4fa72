"""Part accuracy and PCK on maps made by hand, and on drawings matched with themselves."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from repro.data import toybox
from repro.metrics.matching import cell_parts, part_accuracy, pck

SIDE, STRIDE = 32, 4
GRID = SIDE // STRIDE
IDENTITY = np.arange(GRID * GRID).reshape(GRID, GRID)


def halves() -> np.ndarray:
    """Part 1 on the left, part 2 on the right."""
    part = np.ones((SIDE, SIDE), np.int64)
    part[:, SIDE // 2 :] = 2
    return part


def coordinates() -> np.ndarray:
    """uv is the place in the picture itself, from −1 to 1: column, row."""
    axis = (np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE * 2 - 1
    return np.stack([np.tile(axis, (SIDE, 1)), np.tile(axis[:, None], (1, SIDE))])


def shifted(columns: int) -> np.ndarray:
    """Every cell matches the one ``columns`` to its right, around the edge."""
    return np.roll(IDENTITY, -columns, axis=1)


# Cells


def test_a_cell_belongs_to_the_part_that_covers_most_of_it() -> None:
    part = np.zeros((8, 12), np.int64)
    part[:4, :4] = 3  # all of the first cell
    part[0:2, 8:12], part[2, 8:10] = 2, 2  # 10 of 16 pixels: 62.5 %
    part[4:6, 0:4], part[6, 0] = 1, 1  # 9 of 16: 56 %, neither part reaches 60 %
    assert cell_parts(part, 4).tolist() == [[3, 0, 2], [1, 0, 0]]
    assert cell_parts(part, 4, pure=0.6).tolist() == [[3, 0, 2], [-1, 0, 0]]
    assert cell_parts(part, 4, pure=0.7).tolist() == [[3, 0, -1], [-1, 0, 0]]


# Part accuracy


def test_identity_is_right_everywhere() -> None:
    assert part_accuracy(IDENTITY, halves(), halves()) == 1.0


@pytest.mark.parametrize(("columns", "expected"), [(1, 6 / 8), (2, 4 / 8), (4, 0.0), (8, 1.0)])
def test_a_shift_errs_where_it_crosses_the_border(columns: int, expected: float) -> None:
    """Of eight columns, ``columns`` cross the middle and as many the edge."""
    assert part_accuracy(shifted(columns), halves(), halves()) == expected


def test_one_wrong_match_counts_as_one() -> None:
    matches = IDENTITY.copy()
    matches[2, 1] = 2 * GRID + 6  # from left to right
    assert part_accuracy(matches, halves(), halves()) == 1 - 1 / GRID**2
    matches[2, 2] = 3 * GRID + 1  # another place, but of the same part
    assert part_accuracy(matches, halves(), halves()) == 1 - 1 / GRID**2


def test_cells_that_cannot_be_right_are_not_counted() -> None:
    """A part that the exemplar lacks, and cells of no clear part."""
    x_part, y_part = halves(), np.ones((SIDE, SIDE), np.int64)
    assert part_accuracy(IDENTITY, x_part, y_part) == 1.0  # only part 1 counts
    assert math.isnan(part_accuracy(IDENTITY, np.full_like(x_part, 5), y_part))
    mixed = np.indices((SIDE, SIDE)).sum(axis=0) % 2 + 1  # a chequerboard: 50 % each
    assert math.isnan(part_accuracy(IDENTITY, mixed, mixed))


# PCK


def test_identity_finds_every_keypoint() -> None:
    drawn = halves(), coordinates()
    assert pck(IDENTITY, drawn, drawn, 0.05) == 1.0


@pytest.mark.parametrize(
    ("columns", "share", "expected"),
    [
        (1, 0.10, 0.0),  # 4 px off; 3.2 px allowed
        (1, 0.15, 7 / 8),  # 4.8 px allowed; the last column wraps to the far edge
        (2, 0.15, 0.0),
        (2, 0.30, 6 / 8),
    ],
)
def test_a_shift_is_measured_in_pixels_of_the_side(columns: int, share: float, expected: float) -> None:
    drawn = halves(), coordinates()
    assert pck(shifted(columns), drawn, drawn, share) == pytest.approx(expected)


def test_one_wrong_keypoint_counts_as_one() -> None:
    drawn = halves(), coordinates()
    matches = IDENTITY.copy()
    matches[0, 0] = GRID * GRID - 1
    assert pck(matches, drawn, drawn, 0.1) == pytest.approx(1 - 1 / GRID**2)


def test_the_true_place_moves_with_the_part() -> None:
    """The exemplar mirrored left to right: the right match is the mirrored cell, not the same one."""
    x = halves(), coordinates()
    y = halves()[:, ::-1].copy(), coordinates()[:, :, ::-1].copy()
    mirrored = IDENTITY[:, ::-1]
    assert pck(mirrored, x, y, 0.05) == 1.0
    assert part_accuracy(mirrored, x[0], y[0]) == 1.0
    assert pck(IDENTITY, x, y, 0.05) < 0.1


def test_background_and_places_the_exemplar_does_not_show_are_no_keypoints() -> None:
    part = halves() - 1  # left is background now
    drawn = part, coordinates()
    matches = IDENTITY.copy()
    matches[:, : GRID // 2] = 0  # nonsense on the background
    assert pck(matches, drawn, drawn, 0.05) == 1.0
    assert math.isnan(pck(matches, (np.zeros_like(part), coordinates()), drawn, 0.05))
    assert math.isnan(pck(matches, drawn, (part, coordinates() + 3), 0.05))  # same part, no such place
    assert math.isnan(pck(matches, drawn, (part * 5, coordinates()), 0.05))  # no such part


@pytest.mark.parametrize("size", [32, 64])
def test_a_drawing_matched_with_itself_is_perfect(size: int) -> None:
    identity = np.arange((size // 4) ** 2).reshape(size // 4, -1)
    for index in range(5):
        drawing = toybox.picture("anime", "test", index, size)
        drawn = drawing.part, drawing.uv
        assert part_accuracy(identity, drawing.part, drawing.part) == 1.0
        assert pck(identity, drawn, drawn, 0.05) == 1.0


def test_a_random_match_on_drawings_is_poor() -> None:
    rng = np.random.default_rng(0)
    drawings = [toybox.picture("anime", "test", index, 64) for index in range(8)]
    scores = [
        pck(rng.permutation(256).reshape(16, 16), (x.part, x.uv), (y.part, y.uv), 0.10)
        for x, y in pairwise(drawings)
    ]
    assert np.mean(scores) < 0.15
