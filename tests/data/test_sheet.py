"""Contact sheets: the right picture in the right place."""

from __future__ import annotations

import numpy as np
import pytest

from repro.data.sheet import GAP, TITLE, contact_sheet, spread


def plain(shade: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.full(shape, shade, np.uint8)


def tile(sheet: np.ndarray, row: int, column: int, side: int) -> np.ndarray:
    top, left = TITLE + row * (side + GAP), GAP + column * (side + GAP)
    return sheet[top : top + side, left : left + side]


def test_pictures_of_any_layout_and_size_land_in_their_cell() -> None:
    rows = [
        [plain(10, (3, 16, 16)), plain(60, (1, 64, 64)), plain(110, (40, 30, 3))],
        [plain(160, (3, 8, 8)), plain(200, (1, 16, 24)), plain(230, (16, 16, 3))],
    ]
    sheet = contact_sheet(rows, ["a", "b", "c"], side=24)
    assert sheet.dtype == np.uint8
    assert sheet.shape == (TITLE + 2 * (24 + GAP), 3 * (24 + GAP) + GAP, 3)
    for i, row in enumerate(rows):
        for j, picture in enumerate(row):
            assert np.unique(tile(sheet, i, j, 24)).tolist() == [picture.flat[0]]


def test_colours_keep_their_order_and_a_picture_its_way_up() -> None:
    picture = np.zeros((3, 16, 16), np.uint8)
    picture[0, :8], picture[2, 8:] = 255, 255  # red above, blue below
    found = tile(contact_sheet([[picture]], ["x"], side=16), 0, 0, 16)
    assert found[0, 0].tolist() == [255, 0, 0]
    assert found[-1, -1].tolist() == [0, 0, 255]
    assert np.array_equal(
        found, tile(contact_sheet([[np.moveaxis(picture, 0, -1)]], ["x"], side=16), 0, 0, 16)
    )


def test_a_three_pixel_high_picture_is_not_taken_for_channels_first() -> None:
    picture = np.zeros((3, 9, 3), np.uint8)
    picture[..., 1] = 200
    assert np.unique(tile(contact_sheet([[picture]], ["x"], side=12), 0, 0, 12)[..., 1]).tolist() == [200]


def test_titles_stand_above_and_the_gaps_are_white() -> None:
    sheet = contact_sheet([[plain(0, (3, 8, 8))] * 2], ["sketch", "exemplar"], side=80)
    assert (sheet[:TITLE] < 128).any()
    middle = GAP + 80 + GAP // 2
    assert (sheet[TITLE:, middle] == 255).all()
    assert (contact_sheet([[plain(0, (3, 8, 8))] * 2], ["", ""], side=80)[:TITLE] == 255).all()


@pytest.mark.parametrize("side", [16, 128])
def test_no_rows_give_a_heading_alone(side: int) -> None:
    assert contact_sheet([], ["a"], side=side).shape == (TITLE, side + 2 * GAP, 3)


def test_rows_are_spread_over_all_cases() -> None:
    assert spread(500, 8) == [0, 62, 125, 187, 250, 312, 375, 437]
    assert spread(8, 8) == list(range(8))  # those that are shown, and no others: all of them
    assert spread(2, 4) == [0, 0, 1, 1]
