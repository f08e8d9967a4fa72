"""The layouts of the real data sets, as rows of data: which folders, which files, what is in a file.

Counts and sizes are the official ones; a part of a data set is read just as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from os.path import isdir  # Path.is_dir raises where a folder may not be entered
from pathlib import Path
from typing import Literal

ANIMALS = ("cat", "dog", "wild")
COMMON = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}
MORE = {".webp": "WEBP", ".bmp": "BMP", ".tif": "TIFF", ".tiff": "TIFF"}


@dataclass(frozen=True)
class Layout:
    """How a data set lies on disk.

    name: as in ``data.dataset``.
    domains: the domains it has pictures of; empty for any.
    expected: the layout in words, for error messages.
    pair: the half of a file that is the colour picture, the other one being its sketch. "none": a file
        is a colour picture and its lines are drawn (xDoG); "folder": its sketch has the same name in
        the folder beside it.
    suffixes: extension → format, in Pillow's name.
    train, test: names of the folder of a split; the first that exists is taken. Without a folder for
        the test, some of training is held out.
    grouped: whether a split has a folder for each domain.
    wrappers: folders in which an archive may have put all of it.
    shuffled: hold out at random (by a hash of the names, stable for ever) rather than the first ones;
        for folders whose order has a meaning.
    official: release → folder → number of pictures.
    size: (width, height) of the official files, pixels; (0, 0) where there is none.
    """

    name: str
    domains: tuple[str, ...]
    expected: str
    pair: Literal["left", "right", "none", "folder"]
    suffixes: Mapping[str, str] = field(default_factory=lambda: COMMON)
    train: tuple[str, ...] = ("train",)
    test: tuple[str, ...] = ("val",)
    grouped: bool = False
    wrappers: tuple[str, ...] = ()
    shuffled: bool = False
    official: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    size: tuple[int, int] = (0, 0)


ANIME_PAIR = Layout(
    name="anime-pair",  # Kim 2018, Anime Sketch Colorization Pair
    domains=("anime",),
    expected="expected DIR/train/*.png and DIR/val/*.png, 1024 × 512, colour left, sketch right",
    pair="left",
    wrappers=("data",),  # as Kaggle packs it
    official={"": {"train": 14_224, "val": 3_545}},
    size=(1024, 512),
)

AFHQ = Layout(
    name="afhq",  # Choi et al. 2020
    domains=ANIMALS,
    expected="expected DIR/train/{cat,dog,wild}/*.jpg and DIR/val (or, of v2, DIR/test) alike, 512 × 512",
    pair="none",
    test=("val", "test"),
    grouped=True,
    wrappers=("afhq", "afhq_v2"),
    official={
        "v1": {
            **{"train/cat": 5_153, "train/dog": 4_739, "train/wild": 4_738},
            **{f"val/{animal}": 500 for animal in ANIMALS},
        },
        "v2": {
            **{"train/cat": 5_065, "train/dog": 4_678, "train/wild": 4_593},
            **{"test/cat": 493, "test/dog": 491, "test/wild": 483},
        },
    },
    size=(512, 512),
)

EDGES2SHOES = Layout(
    name="edges2shoes",  # Isola et al. 2017; photographs of UT-Zappos50K, Yu & Grauman 2014
    domains=("shoe",),
    expected="expected DIR/train/*.jpg and DIR/val/*.jpg, 512 × 256, edges left, shoe right",
    pair="right",
    wrappers=("edges2shoes",),
    official={"": {"train": 49_825, "val": 200}},
    size=(512, 256),
)

FOLDER = Layout(
    name="folder",
    domains=(),
    expected="expected colour pictures in DIR; or DIR/color and DIR/sketch with the same file names",
    pair="none",
    suffixes=COMMON | MORE,
    train=("",),
    test=(),
    shuffled=True,
)

TWO_FOLDERS = replace(FOLDER, pair="folder", train=("color",))
"""The same data set where sketches are given: DIR/color beside DIR/sketch."""

SKETCHES = "sketch"
"""The folder of the sketches, beside ``color``."""

LAYOUTS = {layout.name: layout for layout in (ANIME_PAIR, AFHQ, EDGES2SHOES, FOLDER)}

READER_OF: Mapping[str, Literal["anime-pair", "afhq", "edges2shoes"]] = {
    "anime": "anime-pair",
    "cat": "afhq",
    "dog": "afhq",
    "wild": "afhq",
    "shoe": "edges2shoes",
}
"""Domain → the data set that the paper took it from."""


def find_layout(dataset: str, root: Path) -> tuple[Layout, Path]:
    """The layout of ``dataset`` as it lies in ``root``, and the folder in which it begins.

    A wrapper that is a link out of ``root`` stays a part of the splits' names: whoever lists them sees
    where they lead. Raises KeyError for an unknown data set.
    """
    layout = LAYOUTS[dataset]
    if layout is FOLDER:
        return (TWO_FOLDERS if any(isdir(root / n) for n in ("color", SKETCHES)) else FOLDER), root
    wrapper = next((name for name in ("", *layout.wrappers) if isdir(root / name / "train")), "")
    if (root / wrapper).resolve().is_relative_to(root.resolve()):
        return layout, root / wrapper
    train, test = (tuple(f"{wrapper}/{name}" for name in names) for names in (layout.train, layout.test))
    return replace(layout, train=train, test=test), root
