"""Miniature folders of the real layouts: a few small pictures, each to be told from the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from repro.config import DataConfig

SIDE = 32
SPLITS: dict[str, dict[str, list[str]]] = {
    "anime-pair": {"train": ["1.png", "2.png", "3.png", "10.png"], "val": ["4.png", "5.png"]},
    "edges2shoes": {"train": ["1_AB.jpg", "2_AB.jpg", "3_AB.jpg", "10_AB.jpg"], "val": ["1_AB.jpg"]},
    "afhq": {
        "train/cat": ["flickr_cat_1.jpg", "flickr_cat_2.jpg", "flickr_cat_10.jpg"],
        "train/dog": ["pixabay_dog_1.png"],
        "train/wild": ["flickr_wild_1.jpg"],
        "val/cat": ["flickr_cat_4.jpg", "flickr_cat_5.jpg"],
        "val/dog": ["pixabay_dog_4.png"],
        "val/wild": ["flickr_wild_4.jpg"],
    },
    "folder": {"": ["tree.png", "house.webp", "cat.tif", "dog.bmp", "sun.jpeg", "moon.jpg"]},
    "two folders": {"color": ["tree.png", "house.jpg", "cat.webp", "dog.bmp"]},
}
DOMAIN = {"anime-pair": "anime", "edges2shoes": "shoe", "afhq": "cat", "folder": "cat", "two folders": "cat"}


def colour_picture(number: int) -> Image.Image:
    """A shape on a ground: the red of the shape is the number, so that files of equal size differ."""
    picture = Image.new("RGB", (SIDE, SIDE), (230, 240, 250))
    ImageDraw.Draw(picture).rectangle((8, 6, 25, 27), (10 + 6 * number, 190, 60), (20, 20, 40), 2)
    return picture


def sketch_picture(number: int) -> Image.Image:
    """The outline of the same shape, black on white, RGB as the real files are."""
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    ImageDraw.Draw(picture).rectangle((8, 6, 25, 27), outline="black", width=2)
    picture.putpixel((number, 0), (0, 0, 0))
    return picture


def beside(left: Image.Image, right: Image.Image) -> Image.Image:
    """Two halves in one picture."""
    pair = Image.new(left.mode, (2 * SIDE, SIDE))
    pair.paste(left, (0, 0))
    pair.paste(right, (SIDE, 0))
    return pair


def content(dataset: str, number: int) -> Image.Image:
    """What file ``number`` of a data set shows."""
    color, sketch = colour_picture(number), sketch_picture(number)
    if dataset == "anime-pair":
        return beside(color, sketch)
    return beside(sketch, color) if dataset == "edges2shoes" else color


def save(picture: Image.Image, path: Path) -> None:
    """As good as the format of its name can."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"quality": 100, "subsampling": 0} if path.suffix in {".jpg", ".jpeg"} else {}
    picture.save(path, **(options | ({"lossless": True} if path.suffix == ".webp" else {})))


@pytest.fixture
def mini(tmp_path: Path) -> Callable[[str], Path]:
    """``mini("afhq")``: a sound miniature of that data set; files are numbered in the order of SPLITS."""

    def build(dataset: str) -> Path:
        root = tmp_path / dataset
        number = 0
        for split, names in SPLITS[dataset].items():
            for name in names:
                number += 1
                save(content(dataset, number), root / split / name)
                if dataset == "two folders":
                    save(sketch_picture(number), (root / "sketch" / name).with_suffix(".png"))
        return root

    return build


@pytest.fixture
def config() -> Callable[..., DataConfig]:
    """``config("afhq", root, …)``: reads that folder at 16 pixels."""

    def make(dataset: str, root: Path, **fields: object) -> DataConfig:
        name = "folder" if dataset == "two folders" else dataset
        asked = {"dataset": name, "domain": DOMAIN[dataset], "root": str(root), "size": 16, "holdout": 1}
        return DataConfig(**(asked | fields))  # type: ignore[arg-type]

    return make


@pytest.fixture
def shapes() -> dict[str, Callable]:
    """What files are made of, for tests that break them."""
    return {
        "color": colour_picture,
        "sketch": sketch_picture,
        "beside": beside,
        "file": content,
        "save": save,
    }


@pytest.fixture
def noise() -> Image.Image:
    """A picture that no format makes small, twice as wide as high."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 128, 3), np.uint8))
