"""The picture of who matched whom: equal tints must mean matched."""

from __future__ import annotations

import numpy as np
import torch

from repro.colorize.matches_picture import GAP, matches_picture
from repro.contracts import WarpedTranslation


def answer(x_c: torch.Tensor, y_c: torch.Tensor) -> WarpedTranslation:
    return WarpedTranslation(torch.zeros(1), torch.zeros(1), x_c, y_c)


def test_every_place_wears_the_tint_of_its_match() -> None:
    """Features of the sketch are those of the exemplar mirrored: so are the tints."""
    y_c = torch.randn(1, 32, 8, 8)
    white = np.full((32, 32), 255, np.uint8), np.full((32, 32, 3), 255, np.uint8)
    picture = matches_picture(answer(y_c.flip(3), y_c), *white)
    left, right = picture[:, :256], picture[:, 256 + GAP :]
    assert picture.shape == (256, 512 + GAP, 3)
    assert np.array_equal(left, right[:, ::-1])
    tints = right[16::32, 16::32].reshape(-1, 3)
    assert len(np.unique(tints, axis=0)) == 64  # a tint of its own for every place
    assert (picture[:, 256 : 256 + GAP] == 255).all()


def test_a_constant_shift_of_places_is_seen() -> None:
    y_c = torch.randn(1, 32, 8, 8)
    white = np.full((32, 32), 255, np.uint8), np.full((32, 32, 3), 255, np.uint8)
    picture = matches_picture(answer(y_c.roll(2, dims=2), y_c), *white)
    left, right = picture[:, :256], picture[:, 256 + GAP :]
    assert np.array_equal(left[64:], right[:-64])
    assert not np.array_equal(left, right)


def test_pictures_of_other_shapes_stand_side_by_side() -> None:
    made = answer(torch.randn(1, 8, 4, 16), torch.randn(1, 8, 16, 4))
    picture = matches_picture(made, np.zeros((16, 64), np.uint8), np.zeros((64, 16, 3), np.uint8))
    assert picture.shape == (256, 256 + GAP + 64, 3)
    assert (picture[:90, :256] == 255).all()  # the low one is centred on white
    assert (picture[-90:, :256] == 255).all()
