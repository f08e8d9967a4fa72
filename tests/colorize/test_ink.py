"""Lines lifted off, colours spread, lines laid back: against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from repro.colorize.ink import ink_over, photo_ink, spread_colours, white_paper
from repro.data.images import resize

PEACH = np.array([240, 180, 150], np.uint8)


def lined(size: int, width: int, every: int) -> np.ndarray:
    """White paper (size, size) uint8 with upright black lines."""
    sketch = np.full((size, size), 255, np.uint8)
    for column in range(every // 2, size, every):
        sketch[:, column : column + width] = 0
    return sketch


def test_multiplying_is_exact() -> None:
    """round(colour · ink / 255) for every pair of bytes."""
    colours = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2).repeat(256, axis=1)
    ink = np.arange(256, dtype=np.uint8)[None].repeat(256, axis=0)
    expected = np.round(colours[..., 0].astype(np.float64) * ink / 255).astype(np.uint8)
    assert np.array_equal(ink_over(colours, ink)[..., 1], expected)


def test_white_and_black_ink_are_the_identity_and_nothing(noise: np.ndarray) -> None:
    assert np.array_equal(ink_over(noise, np.full((60, 90), 255, np.uint8)), noise)
    assert not ink_over(noise, np.zeros((60, 90), np.uint8)).any()


@pytest.mark.parametrize("width", [1, 2, 4, 8])
@pytest.mark.parametrize("dark", [0, 60])
def test_one_colour_under_lines_is_that_colour_everywhere(width: int, dark: int) -> None:
    """A drawing of one colour loses its lines without a trace, however broad and dark they are."""
    sketch = lined(64, width, 16)
    share = sketch[..., None] / 255.0
    drawn = np.round(PEACH * share + dark * (1 - share)).astype(np.uint8)
    assert np.abs(spread_colours(drawn, sketch, (64, 64)).astype(int) - PEACH).max() <= 1


@pytest.mark.parametrize("size", [(64, 64), (400, 300), (33, 150)])
def test_no_dark_halo_beside_soft_lines(size: tuple[int, int]) -> None:
    """Fine lines of a large sketch are grey at the network's size; the paper between stays light."""
    sketch = resize(lined(512, 4, 64), (64, 64))
    assert 100 < sketch.min() < 250  # soft: no pixel is all ink
    drawn = np.round(PEACH * (sketch[..., None] / 255.0)).astype(np.uint8)
    darker = PEACH - spread_colours(drawn, sketch, size).astype(int)
    assert (PEACH - drawn.astype(int)).max() > 60
    assert darker.max() <= 12


def test_white_paper_beside_a_dark_shape_gets_no_echo() -> None:
    """Enlarging spreads an edge over the pixels beside it and leaves no ripple further out."""
    drawn = np.full((32, 32, 3), 255, np.uint8)
    drawn[:, 16:] = (20, 30, 90)
    spread = spread_colours(drawn, np.full((32, 32), 255, np.uint8), (320, 320))
    assert (spread[:, :140] == 255).all()
    assert (spread[:, 180:].astype(int) - (20, 30, 90)).max() <= 0


def test_without_ink_nothing_is_changed(noise: np.ndarray) -> None:
    assert np.array_equal(spread_colours(noise, np.full((60, 90), 255, np.uint8), (60, 90)), noise)


def test_all_ink_is_left_as_it_is(noise: np.ndarray) -> None:
    """Where no paper is near there is no better colour to take."""
    assert np.array_equal(spread_colours(noise, np.zeros((60, 90), np.uint8), (60, 90)), noise)


# Photographs


def photo(side: int) -> np.ndarray:
    """A dark disc on light ground, (side, side, 3) uint8."""
    y, x = np.mgrid[:side, :side] / side - 0.5
    disc = (x**2 + y**2 < 0.1)[..., None]
    return np.where(disc, (90, 40, 60), (230, 220, 200)).astype(np.uint8)


def test_a_photograph_becomes_lines_at_its_edges() -> None:
    drawn = photo_ink(photo(256))
    y, x = np.mgrid[:256, :256] / 256 - 0.5
    distance = np.abs(np.sqrt(x**2 + y**2) - np.sqrt(0.1)) * 256
    assert drawn.shape == (256, 256)
    assert drawn[distance < 2].mean() < 150
    assert drawn[distance > 12].min() > 240


@pytest.mark.parametrize("side", [512, 1400])
def test_lines_grow_with_the_photograph(side: int) -> None:
    """An enlarged photograph gives the enlarged drawing."""
    small = photo_ink(photo(256))
    large = np.asarray(Image.fromarray(photo_ink(photo(side))).resize((256, 256), Image.Resampling.BOX))
    assert np.abs(small.astype(int) - large).mean() < 4


@pytest.mark.parametrize("size", [(8, 8), (8, 4000), (3000, 9), (40, 1000)])
def test_narrow_photographs_have_lines_too(size: tuple[int, int]) -> None:
    assert photo_ink(np.full((*size, 3), 200, np.uint8)).shape == size


def test_grey_paper_becomes_white_and_ink_stays_ink() -> None:
    sketch = lined(64, 2, 16)
    grey = (sketch * 0.8).astype(np.uint8)
    assert np.abs(white_paper(grey).astype(int) - sketch).max() <= 1


@pytest.mark.parametrize("level", [0, 60, 255])
def test_white_paper_and_dark_grounds_are_left_alone(level: int) -> None:
    sketch = np.full((32, 32), level, np.uint8)
    assert white_paper(sketch) is sketch
