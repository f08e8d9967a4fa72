"""The readers on miniature folders of the real layouts: order, sides, splits, sizes, what is fine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from repro.config import DataConfig
from repro.data.images import read_image
from repro.data.pairs import DataError
from repro.data.readers import LAYOUTS, READER_OF, check_folder, read_pairs
from repro.data.sources import test_pairs as unseen_pairs
from repro.data.sources import train_pairs

REAL = ("anime-pair", "edges2shoes", "afhq")


def test_every_domain_has_the_data_set_of_the_paper() -> None:
    for domain, dataset in READER_OF.items():
        assert domain in LAYOUTS[dataset].domains


def test_the_official_numbers_are_those_of_the_paper() -> None:
    """§4.2: 16,130 animal faces; 14,224 + 3,545 anime pairs; 49,825 + 200 shoes. AFHQ v2 has 15,803."""
    total = {(name, release): sum(folders.values()) for name, layout in LAYOUTS.items()
             for release, folders in layout.official.items()}  # fmt: skip
    assert total == {
        ("anime-pair", ""): 14_224 + 3_545,
        ("afhq", "v1"): 16_130,
        ("afhq", "v2"): 15_803,
        ("edges2shoes", ""): 49_825 + 200,
    }


@pytest.mark.parametrize(("dataset", "names"), [
    ("anime-pair", ("1.png", "2.png", "3.png", "10.png")),
    ("edges2shoes", ("1_AB.jpg", "2_AB.jpg", "3_AB.jpg", "10_AB.jpg")),
    ("afhq", ("flickr_cat_1.jpg", "flickr_cat_2.jpg", "flickr_cat_10.jpg")),
])  # fmt: skip
def test_pairs_come_in_natural_order_each_with_its_own_sketch(
    dataset: str, names: tuple[str, ...], mini: Callable, config: Callable
) -> None:
    pairs = read_pairs(config(dataset, mini(dataset)), "train")
    assert pairs.names == names
    assert pairs.color.shape == (len(names), 3, 16, 16)
    assert pairs.sketch.shape == (len(names), 1, 16, 16)
    assert pairs.color.dtype == pairs.sketch.dtype == np.uint8
    assert pairs.skipped == ()
    shape = pairs.color[:, :, 6:11, 6:11].mean((2, 3))  # its red is the number of the file
    np.testing.assert_allclose(shape[:, 0], 10 + 6 * np.arange(1, len(names) + 1), atol=3)
    np.testing.assert_allclose(shape[:, 1], 190, atol=4)
    assert (pairs.sketch.mean((1, 2, 3)) > 150).all()  # mostly paper
    assert (pairs.sketch[:, 0, 6:11, 4].max(1) < 150).all()  # the left edge of the shape


@pytest.mark.parametrize("dataset", ["folder", "two folders"])
def test_a_folder_of_ones_own(dataset: str, mini: Callable, config: Callable) -> None:
    root = mini(dataset)
    train = read_pairs(config(dataset, root, holdout=2), "train")
    test = read_pairs(config(dataset, root, holdout=2), "test")
    files = {path.name for path in (root / "color" if dataset == "two folders" else root).iterdir()}
    assert len(test) == 2
    assert set(train.names) | set(test.names) == files
    assert not set(train.names) & set(test.names)
    assert (train.sketch[:, 0, 6:11, 4].max(1) < 150).all()


def test_who_is_held_out_of_a_folder_does_not_hang_on_the_order_of_names(
    mini: Callable, config: Callable
) -> None:
    """The same pictures for ever: another machine must hold out the same ones."""
    root = mini("folder")
    assert read_pairs(config("folder", root, holdout=3), "test").names == ("sun.jpeg", "cat.tif", "moon.jpg")
    (root / "tree.png").unlink()
    assert read_pairs(config("folder", root, holdout=3), "test").names == ("sun.jpeg", "cat.tif", "moon.jpg")


def test_the_kaggle_archive_and_the_bare_one_read_alike(
    mini: Callable, config: Callable, tmp_path: Path
) -> None:
    root = mini("anime-pair")
    plain = read_pairs(config("anime-pair", root), "train")
    (tmp_path / "wrapped").mkdir()
    shutil.move(root, tmp_path / "wrapped" / "data")
    wrapped = read_pairs(config("anime-pair", tmp_path / "wrapped"), "train")
    assert np.array_equal(plain.color, wrapped.color)
    assert check_folder("anime-pair", tmp_path / "wrapped").problems == ()


def test_afhq_of_either_release_reads_one_domain(mini: Callable, config: Callable) -> None:
    root = mini("afhq")
    assert read_pairs(config("afhq", root, domain="dog"), "train").names == ("pixabay_dog_1.png",)
    assert check_folder("afhq", root).counts["train/cat"] == (3, 5_153)
    first = read_pairs(config("afhq", root), "test")
    (root / "val").rename(root / "test")
    assert read_pairs(config("afhq", root), "test").names == first.names
    assert check_folder("afhq", root).counts["test/cat"] == (2, 493)
    assert check_folder("afhq", root).counts["train/cat"] == (3, 5_065)


def test_without_a_test_folder_the_first_are_held_out(mini: Callable, config: Callable) -> None:
    root = mini("edges2shoes")
    shutil.rmtree(root / "val")
    data = config("edges2shoes", root, holdout=2)
    assert read_pairs(data, "test").names == ("1_AB.jpg", "2_AB.jpg")
    assert read_pairs(data, "train").names == ("3_AB.jpg", "10_AB.jpg")
    assert read_pairs(data, "train", 1).names == ("3_AB.jpg",)
    with pytest.raises(DataError, match=r"none is left after 4 are kept for the test \(--data.holdout\)"):
        read_pairs(config("edges2shoes", root, holdout=4), "train")
    report = check_folder("edges2shoes", root)
    assert report.problems == ()
    assert "no val" in report.notes[0]


def test_shrinking_averages_areas(tmp_path: Path, config: Callable) -> None:
    """One dark pixel in every 4 × 4 block leaves grey 15/16: no pixel is skipped."""
    (tmp_path / "train").mkdir()
    picture = np.full((64, 128, 3), 255, np.uint8)
    picture[1::4, 2::4] = 0
    Image.fromarray(picture).save(tmp_path / "train" / "1_AB.png")
    pairs = read_pairs(config("edges2shoes", tmp_path, holdout=0), "train")
    assert set(np.unique(pairs.color)) | set(np.unique(pairs.sketch)) == {239}


def test_what_is_not_square_is_cut_to_its_middle(tmp_path: Path, config: Callable) -> None:
    stripes = np.zeros((16, 48, 3), np.uint8)
    stripes[:, 16:32] = (200, 100, 50)
    stripes[4:8, 20:24] = (0, 0, 90)
    Image.fromarray(stripes).save(tmp_path / "wide.png")
    Image.fromarray(stripes.transpose(1, 0, 2)).save(tmp_path / "high.png")
    pairs = read_pairs(config("folder", tmp_path, holdout=0), "train")
    wide, high = (pairs.color[pairs.names.index(name)] for name in ("wide.png", "high.png"))
    assert np.array_equal(wide, stripes[:, 16:32].transpose(2, 0, 1))
    assert np.array_equal(high, wide.transpose(0, 2, 1))


def test_xdog_can_be_asked_for_where_there_are_sketches(mini: Callable, config: Callable) -> None:
    root = mini("edges2shoes")
    own, drawn = (read_pairs(config("edges2shoes", root, sketch=s), "train") for s in ("own", "xdog"))
    assert np.array_equal(own.color, drawn.color)
    assert not np.array_equal(own.sketch, drawn.sketch)


FINE: dict[str, Callable[[Image.Image, Path], object]] = {
    "palette": lambda image, path: image.quantize(16).save(path.with_suffix(".png")),
    "transparent": lambda image, path: image.convert("RGBA").save(path.with_suffix(".png")),
    "progressive": lambda image, path: image.save(path.with_suffix(".jpg"), progressive=True),
    "with more after its end": lambda image, path: _trailing(image, path.with_suffix(".jpg")),
    "large extension": lambda image, path: image.save(path.with_suffix(".JPG")),
    "hidden": lambda _, path: path.with_name("._1.jpg").write_bytes(b"litter"),
    "of a file manager": lambda _, path: path.with_name("Thumbs.db").write_bytes(b"litter"),
    "named with a wide space": lambda image, path: image.save(path.with_name("猫\u3000白_AB.png")),
    "named with an emoji": lambda image, path: image.save(
        path.with_name("\U0001f469\u200d\U0001f3a4_AB.png")
    ),
    "a link inside": lambda image, path: _moved_and_linked(image, path.with_suffix(".png")),
}


def _trailing(image: Image.Image, path: Path) -> None:
    image.save(path)
    with path.open("ab") as file:
        file.write(bytes(99))


def _moved_and_linked(image: Image.Image, path: Path) -> None:
    (path.parent.parent / "originals").mkdir()
    image.save(path.parent.parent / "originals" / "a.png")
    path.symlink_to("../originals/a.png")


@pytest.mark.parametrize("what", FINE)
def test_what_reads_well_is_no_problem(what: str, mini: Callable, config: Callable, shapes: dict) -> None:
    root = mini("edges2shoes")
    FINE[what](shapes["file"]("edges2shoes", 9), root / "train" / "77_AB.jpg")
    assert check_folder("edges2shoes", root).problems == ()
    assert len(read_pairs(config("edges2shoes", root), "train")) in {4, 5}


@pytest.mark.parametrize(("ground", "lines", "kinds"), [
    (200, 245, []), (245, 200, ["halves swapped"]), (220, 208, ["halves swapped"]), (220, 216, []),
    (255, 244, []),
])  # fmt: skip
def test_the_sketch_of_a_grey_picture_is_not_much_darker(
    ground: int, lines: int, kinds: list[str], tmp_path: Path
) -> None:
    """Without a colour to tell the halves by, their means must: 8 of 255 apart, and no sheet of paper."""
    (tmp_path / "train").mkdir()
    picture = np.empty((64, 128, 3), np.uint8)
    picture[:, :64], picture[:, 64:] = lines, ground
    picture[8:12, 8:12], picture[8:12, 72:76] = lines - 100, ground - 100  # so that neither is one colour
    Image.fromarray(picture).save(tmp_path / "train" / "1_AB.png")
    problems = check_folder("edges2shoes", tmp_path).problems
    assert [problem.kind for problem in problems if problem.file.endswith(".png")] == kinds


def test_a_photograph_turned_by_exif_is_read_upright(tmp_path: Path, config: Callable) -> None:
    picture = np.zeros((32, 32, 3), np.uint8)
    picture[:16] = (200, 100, 0)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned right by a quarter
    Image.fromarray(np.rot90(picture)).save(tmp_path / "a.jpg", quality=100, exif=exif)
    assert check_folder("folder", tmp_path).problems == ()
    pairs = read_pairs(config("folder", tmp_path, holdout=0, size=32), "train")
    expected = read_image(tmp_path / "a.jpg", what="picture").transpose(2, 0, 1)
    assert np.array_equal(pairs.color[0], expected)
    assert pairs.color[0, 0, :12].min() > 150


def test_the_real_samples(real_data: Callable[[str], Path]) -> None:
    shoes = DataConfig(dataset="edges2shoes", domain="shoe", root=str(real_data("edges2shoes")), holdout=3)
    pairs = unseen_pairs(shoes, 3)
    assert pairs.names == ("1_AB.jpg", "2_AB.jpg", "3_AB.jpg")
    assert pairs.sketch.mean() > 235  # mostly paper
    assert pairs.sketch.min() < 140
    assert pairs.color[:, :, :4].mean() > 240  # a shoe on white
    saturation = pairs.color.max(1).astype(int) - pairs.color.min(1)
    assert saturation.mean() > 5  # the coloured half is the coloured one
    cats = train_pairs(DataConfig(dataset="afhq", domain="cat", root=str(real_data("afhq")), train_count=5))
    assert cats.sketch.mean() > 170
    assert (cats.sketch.min((1, 2, 3)) < 60).all()
