"""`repro colorize`: the file that is written, and the one line when it cannot be."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from repro.cli import main
from repro.colorize import Colorizer

Files = tuple[Path, Path]


def run(weights: Path, *words: str | Path) -> int:
    return main(["colorize", *map(str, words), "--weights", str(weights)])


def test_the_result_lies_beside_the_sketch(
    weights: Path, model: Colorizer, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(weights, *files) == 0
    output = files[0].with_name("sketch-colored.png")
    assert capsys.readouterr().out.split() == [str(output)]
    assert np.array_equal(np.asarray(Image.open(output)), np.asarray(model.colorize(*files).image))


@pytest.mark.parametrize(
    ("show", "part"), [("image", "image"), ("coarse", "coarse"), ("correspondence", "matches")]
)
def test_what_is_shown_can_be_chosen(
    weights: Path, model: Colorizer, files: Files, tmp_path: Path, show: str, part: str
) -> None:
    assert run(weights, *files, "-o", tmp_path / "out.png", "--show", show) == 0
    expected = getattr(model.colorize(*files), part)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "out.png")), np.asarray(expected))


def test_a_photo_is_drawn_first(weights: Path, model: Colorizer, files: Files, tmp_path: Path) -> None:
    assert run(weights, files[1], files[1], "--photo", "--side", "48", "-o", tmp_path / "out.webp") == 0
    made = model.colorize(files[1], files[1], photo=True, side=48).image
    assert Image.open(tmp_path / "out.webp").size == made.size == (120, 90)
    assert not np.array_equal(np.asarray(made), np.asarray(model.colorize(files[1], files[1], side=48).image))


def bomb(path: Path) -> None:
    """A PNG of a few bytes whose header promises 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + parts)


def torn(path: Path) -> None:
    """A PNG that ends in the middle."""
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:4000])


# What a picture may be instead → how it becomes so, and what is said about it.
BAD = {
    "missing": (bool, "does not exist"),
    "empty": (Path.touch, "is empty"),
    "folder": (Path.mkdir, "is a folder"),
    "text": (lambda path: path.write_text("a sketch, in words"), "is not a picture"),
    "truncated": (torn, "truncated"),
    "bomb": (bomb, "too large"),
}


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_named_in_one_line(
    weights: Path, files: Files, tmp_path: Path, which: int, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil, said = BAD[kind]
    bad = tmp_path / f"{kind}.png"
    spoil(bad)
    before = sorted(tmp_path.iterdir())
    pair = [bad, files[1]] if which == 0 else [files[0], bad]
    assert run(weights, *pair, "-o", tmp_path / "out.png") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"repro colorize: the {('sketch', 'exemplar')[which]} {bad} ")
    assert said in err
    assert len(err.splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "output", ["gone/out.png", "out.xyz", "sketch.png", "exemplar.png", "./gone/../sketch.png"]
)
def test_a_bad_output_writes_nothing(
    weights: Path, files: Files, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = files[0].parent
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert run(weights, *files, "-o", folder / output) == 1
    err = capsys.readouterr().err
    assert Path(output).name in err
    assert len(err.splitlines()) == 1
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_bad_side_is_one_line(weights: Path, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(weights, *files, "--side", "0") == 1
    assert "16…1024" in capsys.readouterr().err
