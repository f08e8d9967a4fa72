"""Lab and its histograms: against scikit-image, a slow reference, and colours whose bin is known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from kornia.color import lab_to_rgb, rgb_to_lab
from skimage.color import rgb2lab

from repro.data.color import BINS, GAMUT, NEAR_WHITE, bin_colors, lab_histogram, on_white, paper_mask

GRID = torch.stack(torch.meshgrid(*[torch.linspace(0, 1, 33)] * 3, indexing="ij")).reshape(1, 3, 33, -1)


def flat(*rgb: float) -> torch.Tensor:
    """A picture of one colour, (1, 3, 4, 4)."""
    return torch.tensor(rgb)[None, :, None, None].expand(1, 3, 4, 4)


def slow_histogram(image: np.ndarray, keep: np.ndarray, hard: bool) -> np.ndarray:
    """Pixel by pixel in float64, from scikit-image's Lab: (512,)."""
    found = np.zeros((BINS, BINS, BINS))
    for pixel in rgb2lab(image.astype(np.float64), channel_axis=0).reshape(3, -1).T[keep.ravel()]:
        places = [BINS * (v - low) / (high - low) for v, (low, high) in zip(pixel, GAMUT, strict=True)]
        if hard:
            found[tuple(min(BINS - 1, max(0, int(np.floor(p)))) for p in places)] += 1
            continue
        places = [min(BINS - 1.0, max(0.0, p - 0.5)) for p in places]
        for bins in itertools.product(range(BINS), repeat=3):
            found[bins] += np.prod([max(0.0, 1 - abs(p - b)) for p, b in zip(places, bins, strict=True)])
    return found.ravel() / keep.sum()


def test_kornias_lab_is_scikit_images() -> None:
    """To 1e-3 over the whole cube of sRGB, where 1 is about what an eye can tell."""
    ours = rgb_to_lab(GRID).numpy()
    np.testing.assert_allclose(ours, rgb2lab(GRID.double().numpy(), channel_axis=1), atol=1e-3)


def test_the_ranges_hold_every_colour_of_srgb_and_little_more() -> None:
    lab = rgb_to_lab(GRID)[0].flatten(1)
    for values, (low, high) in zip(lab, GAMUT, strict=True):
        assert low - 1e-3 <= values.min() < low + 1
        assert high - 1 < values.max() <= high + 1e-3


@pytest.mark.parametrize("hard", [False, True])
def test_it_is_the_slow_histogram(hard: bool) -> None:
    images, keep = torch.rand(3, 3, 5, 7), torch.rand(3, 5, 7) < 0.7
    found = lab_histogram(images, keep, hard=hard)
    for row, image, counted in zip(found, images, keep, strict=True):
        slow = slow_histogram(image.numpy(), counted.numpy(), hard)
        np.testing.assert_allclose(row.numpy(), slow, atol=2e-5)


@pytest.mark.parametrize("hard", [False, True])
def test_rows_are_shares(hard: bool) -> None:
    rows = lab_histogram(torch.rand(4, 3, 16, 16), hard=hard)
    assert rows.shape == (4, BINS**3)
    assert rows.min() >= 0
    torch.testing.assert_close(rows.sum(dim=1), torch.ones(4))


def test_the_colour_of_a_bins_middle_falls_into_that_bin_alone() -> None:
    middles = bin_colors()
    rgb = lab_to_rgb(middles.T.reshape(1, 3, -1, 1), clip=False)[0, :, :, 0].T
    shown = ((rgb > 0.001) & (rgb < 0.999)).all(dim=1)  # most middles lie outside what a screen can show
    assert shown.sum() > 30
    for number in shown.nonzero()[:, 0].tolist():
        (row,) = lab_histogram(flat(*rgb[number].tolist()))
        assert row[number] > 0.99, middles[number]


def test_the_histogram_remembers_the_mean_colour() -> None:
    """A closed form: shared linearly, a colour is the mean of the bins that share it."""
    images = 0.25 + 0.5 * torch.rand(2, 3, 9, 9)  # no colour beyond the outermost middles
    mean = rgb_to_lab(images).flatten(2).mean(dim=2)
    torch.testing.assert_close(lab_histogram(images) @ bin_colors(), mean, atol=1e-3, rtol=0)
    hard = lab_histogram(images, hard=True) @ bin_colors()
    assert (hard - mean).abs().max() > 0.1  # what the sharing is for


def test_two_shades_beside_an_edge_have_something_in_common() -> None:
    """The planted case of a hard bin: grey just below and just above L = 50."""
    low, high = (lab_histogram(flat(v, v, v), hard=False) for v in (0.460, 0.472))
    assert (low.sqrt() * high.sqrt()).sum() > 0.99
    low, high = (lab_histogram(flat(v, v, v), hard=True) for v in (0.460, 0.472))
    assert (low * high).sum() == 0


def test_only_what_is_kept_counts() -> None:
    image = torch.rand(1, 3, 4, 8)
    keep = torch.zeros(1, 4, 8, dtype=torch.bool)
    keep[..., :4] = True
    torch.testing.assert_close(lab_histogram(image, keep), lab_histogram(image[..., :4]))
    torch.testing.assert_close(lab_histogram(image, keep & False), lab_histogram(image))


def test_pictures_do_not_mix_in_a_batch() -> None:
    images = torch.rand(5, 3, 6, 6)
    together = lab_histogram(images)
    for image, row in zip(images, together, strict=True):
        torch.testing.assert_close(lab_histogram(image[None])[0], row)


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(B, 3, H, W\), got \[2, 1, 4, 4\]"):
        lab_histogram(torch.rand(2, 1, 4, 4))
    with pytest.raises(ValueError, match=r"keep must be \[2, 4, 4\]"):
        lab_histogram(torch.rand(2, 3, 4, 4), torch.ones(1, 4, 4, dtype=torch.bool))


# Paper


def disc(paper: int, figure: int) -> np.ndarray:
    """A ring of ``figure`` on ``paper``, its hole filled with paper again: (1, 3, 32, 32) uint8."""
    y, x = np.mgrid[:32, :32] - 15.5
    ring = np.abs(np.hypot(x, y) - 9) < 3
    return np.where(ring, figure, paper).astype(np.uint8)[None, None].repeat(3, axis=1)


def test_paper_is_what_is_white_up_to_the_edge() -> None:
    mask = paper_mask(disc(255, 60))
    assert mask.shape == (1, 32, 32)
    assert mask[0, 0, 0]
    assert mask[0, -1, 16]
    assert not mask[0, 16, 16], "the hole is part of the figure"
    assert mask.sum() == (np.hypot(*(np.mgrid[:32, :32] - 15.5)) >= 12).sum()


def test_what_is_not_white_is_not_paper() -> None:
    assert not paper_mask(disc(NEAR_WHITE - 1, 60)).any()
    assert paper_mask(disc(NEAR_WHITE, 60)).any()
    blue = disc(255, 60)
    blue[:, 2] = NEAR_WHITE - 1  # one channel is enough
    assert not paper_mask(blue).any()
    assert paper_mask(np.full((1, 3, 8, 8), 255, np.uint8)).all()


def test_a_set_stands_on_white_when_most_of_its_pictures_do() -> None:
    white, tinted = disc(250, 60), disc(225, 60)
    assert on_white(np.concatenate([white] * 6 + [tinted] * 4))
    assert not on_white(np.concatenate([white] * 4 + [tinted] * 6))
    leaving = white.copy()
    leaving[..., 25:, 12:20] = 60  # a figure may touch the edge here and there
    assert on_white(leaving)


@pytest.mark.parametrize(("share", "stands"), [(0.5, False), (0.8, False), (0.95, True)])
def test_an_edge_that_is_white_in_part_is_not_paper(share: float, stands: bool) -> None:
    """``share`` of the edge is white: a bright sky above a photograph's figure is no paper."""
    color = np.full((6, 3, 40, 40), 255, np.uint8)
    color[:, :, 40 - round(40 * 2 * (1 - share)) :, [0, -1]] = 60  # of the four sides, two from below
    color[:, :, 8:32, 8:32] = 60
    assert on_white(color) == stands
