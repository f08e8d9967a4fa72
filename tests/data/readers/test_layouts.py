"""The edges2shoes reader on miniature folders of the official layout, sound and broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from repro.data.edges2shoes import read_edges2shoes
from repro.data.pairs import DataError, Pairs

SIDE = 64


def pair_file(path: Path, number: int, size: tuple[int, int] = (2 * SIDE, SIDE)) -> None:
    """A pair to be recognised by: a black stroke on white, and a shoe whose red is its number."""
    picture = Image.new("RGB", size, "white")
    picture.paste((0, 0, 0), (8, 16, 24, 48))
    picture.paste((10 * number, 200, 40), (SIDE, 0, 2 * SIDE, SIDE))
    picture.save(path, quality=100, subsampling=0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve training pairs, numbered as the official ones are, and two for validation."""
    for split, numbers in (("train", range(1, 13)), ("val", (1, 2))):
        (tmp_path / split).mkdir()
        for number in numbers:
            pair_file(tmp_path / split / f"{number}_AB.jpg", number)
    return tmp_path


def test_shapes_order_and_sides(folder: Path) -> None:
    pairs = read_edges2shoes(folder, "train", 32)
    assert len(pairs) == 12
    assert pairs.names == tuple(f"{i}_AB.jpg" for i in range(1, 13))  # 2 before 10
    assert pairs.color.shape == (12, 3, 32, 32)
    assert pairs.sketch.shape == (12, 1, 32, 32)
    assert pairs.color.dtype == pairs.sketch.dtype == np.uint8
    red = pairs.color[:, 0].mean((1, 2))
    np.testing.assert_allclose(red, 10 * np.arange(1, 13), atol=3)
    np.testing.assert_allclose(pairs.color[:, 1].mean((1, 2)), 200, atol=3)


def test_the_sketch_is_dark_on_white(folder: Path) -> None:
    sketch = read_edges2shoes(folder, "val", 32).sketch[0, 0]
    assert sketch[9:23, 5:11].max() < 10
    assert sketch[:, 16:].min() > 245


def test_shrinking_averages_areas(tmp_path: Path) -> None:
    """One dark pixel in every 4 × 4 block leaves grey 15/16: no pixel is skipped."""
    (tmp_path / "train").mkdir()
    picture = np.full((SIDE, 2 * SIDE, 3), 255, np.uint8)
    picture[1::4, 2::4] = 0
    Image.fromarray(picture).save(tmp_path / "train" / "1_AB.png")
    pairs = read_edges2shoes(tmp_path, "train", 16)
    assert set(np.unique(pairs.color)) | set(np.unique(pairs.sketch)) == {239}


def test_skip_and_limit_hold_out(folder: Path) -> None:
    held_out = read_edges2shoes(folder, "train", 8, limit=4)
    rest = read_edges2shoes(folder, "train", 8, skip=4)
    assert held_out.names == ("1_AB.jpg", "2_AB.jpg", "3_AB.jpg", "4_AB.jpg")
    assert rest.names[0] == "5_AB.jpg"
    assert len(rest) == 8
    assert read_edges2shoes(folder, "train", 8, limit=2, skip=9).names == ("10_AB.jpg", "11_AB.jpg")
    assert len(read_edges2shoes(folder, "train", 8, limit=99)) == 12
    with pytest.raises(DataError, match="holds 12 pairs: none is left after skipping 12"):
        read_edges2shoes(folder, "train", 8, skip=12)


@pytest.mark.parametrize("wrong", [{"skip": -1}, {"limit": 0}, {"size": 0}])
def test_numbers_that_make_no_sense(folder: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="need skip >= 0"):
        read_edges2shoes(folder, "train", **{"size": 8, **wrong})  # type: ignore[arg-type]


def test_a_missing_folder_says_what_is_there(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"no folder .*test: .* has the folders train, val; expected DIR/train"
    ):
        read_edges2shoes(folder, "test", 8)
    with pytest.raises(DataError, match="nowhere is not a folder"):
        read_edges2shoes(tmp_path / "nowhere", "train", 8)
    with pytest.raises(DataError, match="train has no folders"):
        read_edges2shoes(folder / "train", "train", 8)


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    with pytest.raises(DataError, match="train holds no pictures"):
        read_edges2shoes(tmp_path, "train", 8)


def test_a_picture_of_another_aspect_is_named(folder: Path) -> None:
    pair_file(folder / "train" / "7_AB.jpg", 7, size=(SIDE, 2 * SIDE))
    with pytest.raises(DataError, match=r"7_AB\.jpg is 64 × 128 pixels .* twice as wide as high, 512 × 256"):
        read_edges2shoes(folder, "train", 8)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-300])


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (truncate, "truncated or damaged"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_text("<html>404</html>"), "is not a picture"),
    ],
)
def test_a_broken_file_is_named_and_never_skipped(folder: Path, damage: Callable, says: str) -> None:
    damage(folder / "train" / "5_AB.jpg")
    with pytest.raises(DataError, match=rf"5_AB\.jpg.*{says}.*replace the file or remove it"):
        read_edges2shoes(folder, "train", 8)


def test_a_stranger_is_named_but_litter_is_not(folder: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "._1_AB.jpg"):
        (folder / "train" / name).write_text("litter")
    assert len(read_edges2shoes(folder, "train", 8)) == 12
    (folder / "train" / "notes.txt").write_text("a note")
    with pytest.raises(DataError, match=r"notes\.txt is not a \.jpg or \.png"):
        read_edges2shoes(folder, "train", 8)


def test_the_real_sample(real_data: Callable[[str], Path]) -> None:
    root = real_data("edges2shoes")
    pairs = read_edges2shoes(root, "train", 64, limit=50)
    assert pairs.names[:3] == ("1_AB.jpg", "2_AB.jpg", "3_AB.jpg")
    assert pairs.sketch.mean() > 235  # mostly paper
    assert pairs.sketch.min() < 120
    assert pairs.color[:, :, :4].mean() > 240  # a shoe on white
    saturation = pairs.color.max(1).astype(int) - pairs.color.min(1)
    assert saturation.mean() > 5  # the coloured half is the coloured one


def arrays(n: int = 2) -> dict:
    return {
        "color": np.zeros((n, 3, 8, 8), np.uint8),
        "sketch": np.zeros((n, 1, 8, 8), np.uint8),
        "names": tuple(f"{i}.png" for i in range(n)),
    }


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"color": np.zeros((2, 3, 8, 8), np.float32)}, "color must be uint8"),
        ({"color": np.zeros((2, 8, 8, 3), np.uint8)}, "color must be uint8 of shape"),
        ({"sketch": np.zeros((2, 3, 8, 8), np.uint8)}, "sketch must be uint8 of shape"),
        ({"sketch": np.zeros((2, 1, 8, 9), np.uint8)}, "differ in size"),
        ({"sketch": np.zeros((3, 1, 8, 8), np.uint8)}, "differ in number: 2 pictures, 3 sketches, 2 names"),
        ({"names": ("a",)}, "differ in number"),
        ({"names": ("a", "a")}, "same name"),
        (arrays(0), "not one picture"),
    ],
)
def test_pairs_that_do_not_fit_together(wrong: dict, says: str) -> None:
    Pairs(**arrays())
    with pytest.raises(DataError, match=says):
        Pairs(**{**arrays(), **wrong})
