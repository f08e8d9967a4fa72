"""Seventy kinds of broken file in the real layouts: each named, none fatal, none ever used."""

from __future__ import annotations

import os
import pickle
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from repro.data.pairs import DataError
from repro.data.readers import KINDS, check_folder, read_pairs
from repro.data.readers.inspect import decode
from repro.data.readers.problems import Problem, Unsound, harmful, printable
from tests.data.readers.breaks import (
    Break,
    Kit,
    added,
    claim,
    copied,
    cut,
    directory_first,
    drawn,
    encoded_as,
    flip,
    gutted,
    halve,
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
    ("half the rows of a PNG", "truncated", ALL, png(b"IDAT", halve)),
    ("a JPEG that lost its inside", "truncated", REAL, under(".jpg", gutted(0.4))),
    ("half a TIFF", "truncated", ("folder",), under(".tif", cut(0.5))),
    ("half a TIFF, LZW", "truncated", ("folder",), under(".tif", cut(0.5, compression="tiff_lzw"))),
    ("half a TIFF, deflate", "truncated", ("folder",), under(".tif", cut(0.5, compression="tiff_deflate"))),
    ("half a TIFF, JPEG", "truncated", ("folder",), under(".tif", cut(0.5, compression="jpeg"))),
    ("half a TIFF after its directory", "truncated", ("folder",), under(".tif", directory_first)),
    ("a TIFF of nothing", "damaged", ("folder",), under(".tif", holds(b"II*\0\x08\0\0\0" + bytes(99)))),
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
    assert " at 0x" not in str(problems[0])  # an object's address would be another one at every look

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


@pytest.mark.parametrize(("shape", "depth"), [((37, 29), 8), ((8, 9), 8), ((64, 64), 16)])
def test_an_interlaced_png_is_read_whole_or_not_at_all(shape: tuple[int, int], depth: int) -> None:
    """Seven passes (PNG, third edition, 8.1), written here as a table: the pass of each pixel of 8 × 8."""
    table = np.full((8, 8), 7)
    for number, places in enumerate(["1::2,::1", "::2,1::2", "2::4,::2", "::4,2::4", "4::8,::4", "::8,4::8"]):
        rows, columns = (slice(*(int(n) if n else None for n in s.split(":"))) for s in places.split(","))
        table[rows, columns] = 7 - number
    table[0, 0] = 1
    picture = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    which = np.tile(table, (8, 8))[: shape[0], : shape[1]]
    rows = [row[here == number] for number in range(1, 8) for row, here in zip(picture, which, strict=True)]
    raw = [b"\0" + row.repeat(depth // 8, axis=1).tobytes() for row in rows if len(row)]
    whole = interlaced_png(picture.shape, depth, b"".join(raw))
    assert np.array_equal(decode(whole, "PNG", sketch=False, upright=True), picture)
    with pytest.raises(Unsound, match="bytes of its pixels"):
        decode(interlaced_png(picture.shape, depth, b"".join(raw[:-1])), "PNG", sketch=False, upright=True)


def interlaced_png(shape: tuple[int, ...], depth: int, raw: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", shape[1], shape[0], depth, 2, 0, 0, 1)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")
    packed = [len(d).to_bytes(4) + n + d + zlib.crc32(n + d).to_bytes(4) for n, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.mark.parametrize(("color", "rows", "truncated"), [
    ("teal", 16, True), ("teal", 8, False), ("white", 32, False), ("black", 32, False), ("grey", 48, True),
])  # fmt: skip
def test_an_even_end_of_a_jpeg_is_missing_data_unless_it_is_paper_or_a_bar(
    color: str, rows: int, truncated: bool, tmp_path: Path, noise: Image.Image
) -> None:
    picture = noise.resize((64, 64))
    picture.paste(color, (0, 64 - rows, 64, 64))
    for dataset, folder in (("afhq", tmp_path / "train" / "cat"), ("folder", tmp_path / "own")):
        folder.mkdir(parents=True)
        picture.save(folder / "1.jpg", quality=100, subsampling=0)
        root = tmp_path if dataset == "afhq" else folder
        kinds = [problem.kind for problem in check_folder(dataset, root).problems if problem.file[-1] == "g"]
        assert kinds == ["truncated"] * (truncated and dataset == "afhq")  # flat art may be meant


def test_only_what_can_do_harm_is_odd_in_a_name() -> None:
    assert not any(map(harmful, "猫\u3000白\xa0é\u0301\U0001f469\u200d\U0001f3a4שלום क्\u200cष ~-_'.jpg"))
    assert all(map(harmful, "\0\n\x1b\x7f\x85\udcff\u061c\u200e\u200f\u202a\u202e\u2066\u2069"))


def test_a_problem_says_file_kind_finding_and_remedy() -> None:
    assert (
        str(Problem("train/1.png", "zero bytes")) == "train/1.png: zero bytes: fetch it again, or remove it"
    )
    odd = Problem("train/\udcff\x1b[31m.png", "odd name")
    assert str(odd).startswith(r"train/\xff\x1b[31m.png: odd name")
