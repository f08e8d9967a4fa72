"""Sixty kinds of broken file in the real layouts: each named, none fatal, none ever used."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from repro.data.pairs import DataError
from repro.data.readers import KINDS, check_folder, read_pairs
from repro.data.readers.problems import Problem, printable
from tests.data.readers.breaks import (
    Break,
    Kit,
    added,
    claim,
    copied,
    cut,
    drawn,
    encoded_as,
    flip,
    holds,
    link,
    listening,
    lying_checksum,
    outside,
    png,
    renamed,
    replaced_by,
    several,
    swapped,
    turned,
    twin,
    under,
    with_sketch,
    without_end,
    zipped,
)

TARGET = {
    "anime-pair": "train/2.png",
    "edges2shoes": "train/2_AB.jpg",
    "afhq": "train/cat/flickr_cat_2.jpg",
    "folder": "house.webp",
}
REAL = ("anime-pair", "edges2shoes", "afhq")
PAIRS = ("anime-pair", "edges2shoes")
ALL = (*REAL, "folder")
TWO = ("anime-pair", "folder")

BREAKS: list[tuple[str, str, tuple[str, ...], Break]] = [
    ("zero bytes", "zero bytes", ALL, holds(b"")),
    ("half a file", "truncated", ALL, cut(0.5)),
    ("the last bytes are missing", "truncated", ALL, cut(0.99)),
    ("the header alone", "truncated", TWO, cut(0.002)),
    ("a JPEG without its end", "truncated", REAL, under(".jpg", without_end("JPEG", 2))),
    ("a PNG without its end", "truncated", REAL, under(".png", without_end("PNG", 12))),
    ("a web page", "not a picture", TWO, holds(b"<!DOCTYPE html><html>404</html>" * 9)),
    ("a text", "not a picture", TWO, holds(b"see the other folder\n" * 9)),
    ("an archive", "not a picture", TWO, zipped),
    ("a pickle", "not a picture", TWO, holds(pickle.dumps(np.zeros((16, 16))))),
    ("nothing but zeros", "not a picture", TWO, holds(bytes(999))),
    ("an SVG", "not a picture", TWO, holds(b"<svg xmlns='http://www.w3.org/2000/svg'/>")),
    ("PostScript", "not a picture", TWO, holds(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n")),
    ("a GIF of another name", "wrong extension", ALL, encoded_as("GIF")),
    ("a BMP of another name", "wrong extension", TWO, encoded_as("BMP")),
    ("a JPEG called PNG", "wrong extension", REAL, under(".png", encoded_as("JPEG"))),
    ("a PNG called JPEG", "wrong extension", REAL, under(".jpg", encoded_as("PNG"))),
    ("a lying checksum", "damaged", ALL, under(".png", lying_checksum)),
    ("wrong checksum of the pixels", "damaged", ALL, png(b"IDAT", flip, crc=False)),
    ("pixels that do not unpack", "damaged", ALL, png(b"IDAT", flip)),
    ("wrong checksum of the header", "damaged", TWO, png(b"IHDR", flip, crc=False)),
    ("a decompression bomb", "too many pixels", ALL, png(b"IHDR", claim(60_000))),
    ("a smaller bomb", "too many pixels", TWO, png(b"IHDR", claim(9_000))),
    ("a huge file", "too many bytes", ALL, lambda path, _: os.truncate(path, 2**40)),
    ("four pixels high", "too small", TWO, drawn(lambda kit: kit.noise.resize((8, 4)))),
    ("CMYK", "odd mode", REAL, under(".jpg", encoded_as("JPEG", "CMYK"))),
    ("16 bits of grey", "odd mode", TWO, under(".png", encoded_as("PNG", "I;16"))),
    ("grey", "odd mode", ALL, under(".png", encoded_as("PNG", "L"))),
    ("grey with alpha", "odd mode", TWO, under(".png", encoded_as("PNG", "LA"))),
    ("one bit", "odd mode", TWO, under(".png", encoded_as("PNG", "1"))),
    ("float", "odd mode", ("folder",), under(".tif", encoded_as("TIFF", "F"))),
    ("Lab", "odd mode", ("folder",), under(".tif", encoded_as("TIFF", "LAB"))),
    ("an animated PNG", "animated", ALL, under(".png", several("PNG"))),
    ("an animated WebP", "animated", ("folder",), several("WEBP")),
    ("a TIFF of two pages", "several pages", ("folder",), under(".tif", several("TIFF"))),
    ("turned by EXIF", "rotated", PAIRS, turned(6)),
    ("upside down by EXIF", "rotated", PAIRS, turned(3)),
    ("one half alone", "wrong aspect", PAIRS, drawn(lambda kit: kit.shapes["color"](21))),
    ("three pictures in a row", "wrong aspect", PAIRS, drawn(lambda kit: kit.noise.resize((96, 32)))),
    ("the halves swapped", "halves swapped", PAIRS, drawn(swapped)),
    ("light lines on dark ground", "dark sketch", PAIRS, drawn(with_sketch(ImageOps.invert))),
    ("an empty sketch", "one colour", PAIRS, drawn(with_sketch(lambda s: Image.new("RGB", s.size, "white")))),
    ("all of one colour", "one colour", ALL, drawn(lambda kit: Image.new("RGB", kit.picture.size, "teal"))),
    ("the same twice", "duplicate", REAL, copied(None)),
    ("a test picture", "leak", REAL, copied("val")),
    ("a link to nowhere", "broken link", ALL, link("gone.png")),
    ("a link to itself", "link loop", ALL, replaced_by(lambda path: path.symlink_to(path.name))),
    ("a link to its folder", "link loop", ALL, link(".")),
    ("a link up", "link loop", REAL, link("..")),
    ("a picture elsewhere", "link leads outside", ALL, outside),
    ("a system file", "link leads outside", TWO, link("/etc/hostname")),
    ("a device", "link leads outside", TWO, link("/dev/zero")),
    ("a folder of that name", "folder, not a picture", ALL, replaced_by(Path.mkdir)),
    ("a folder", "nested folder", ALL, added("more", Path.mkdir)),
    ("a pipe", "not a regular file", ALL, replaced_by(os.mkfifo)),
    ("a socket", "not a regular file", ALL, replaced_by(listening)),
    ("a note", "unexpected file", ALL, added("notes.txt", lambda path: path.write_text("a note"))),
    ("a table", "unexpected file", TWO, added("labels.csv", lambda path: path.write_text("1,2"))),
    ("an archive beside", "unexpected file", TWO, added("all.zip", lambda path: path.write_bytes(b"PK"))),
    ("a name that is not UTF-8", "odd name", ALL, renamed(lambda path: f"\udcff{path.name}")),
    ("a name of two lines", "odd name", TWO, renamed(lambda path: f"a\n{path.name}")),
    ("a name that turns text around", "odd name", TWO, renamed(lambda path: f"\u202e{path.name}")),
    ("two extensions", "name clash", ("edges2shoes", "afhq"), twin),
]  # fmt: skip
CASES = [(dataset, *row) for row in BREAKS for dataset in row[2]]


@pytest.fixture(autouse=True)
def cheap_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing lines is tested elsewhere."""
    monkeypatch.setattr("repro.data.readers.decode._lines", lambda color, _: color[..., 0])


@pytest.mark.parametrize(
    ("dataset", "kind", "change"),
    [(dataset, kind, change) for dataset, _, kind, _, change in CASES],
    ids=[f"{dataset}-{what}" for dataset, what, *_ in CASES],
)
def test_it_is_named_and_never_used(
    dataset: str, kind: str, change: Break, mini: Callable, config: Callable, shapes: dict, noise: Image.Image
) -> None:
    root = mini(dataset)
    data = config(dataset, root, holdout=0)
    before = read_pairs(data, "train")
    target = root / TARGET[dataset]
    broken = change(target, Kit(dataset, root, shapes, noise)) or target
    file = broken.relative_to(root).as_posix()

    problems = check_folder(dataset, root).problems
    assert [(problem.file, problem.kind) for problem in problems] == [(file, kind)]

    with pytest.raises(DataError) as refused:
        read_pairs(data, "train")
    assert f"{printable(file)}: {kind}" in str(refused.value)
    assert "--data.broken skip" in str(refused.value)
    assert str(refused.value).isprintable()

    kept = read_pairs(config(dataset, root, holdout=0, broken="skip"), "train")
    assert [left_out.file for left_out in kept.skipped] == [printable(file)]
    assert kept.skipped[0].problem.startswith(kind)
    sound = [i for i, name in enumerate(before.names) if (target.parent / name) not in {target, broken}]
    if broken != target and target.exists():  # something was added, the file itself is still there
        sound = list(range(len(before.names)))
    assert [before.names[i] for i in sound] == list(kept.names)
    assert np.array_equal(before.color[sound], kept.color)
    assert np.array_equal(before.sketch[sound], kept.sketch)


def test_there_are_thirty_kinds_and_every_kind_is_met() -> None:
    met = {kind for _, kind, *_ in BREAKS}
    elsewhere = {"missing folder", "empty folder", "unpaired", "no permission"}
    assert len(BREAKS) >= 30
    assert met | elsewhere == set(KINDS)


def test_a_problem_says_file_kind_finding_and_remedy() -> None:
    assert (
        str(Problem("train/1.png", "zero bytes")) == "train/1.png: zero bytes: fetch it again, or remove it"
    )
    odd = Problem("train/\udcff\x1b[31m.png", "odd name")
    assert str(odd).startswith(r"train/\xff\x1b[31m.png: odd name")
