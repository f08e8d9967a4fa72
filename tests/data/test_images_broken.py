"""Every kind of damage is named to the person, and none is read as a picture."""

from __future__ import annotations

import contextlib
import os
import pickle
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from repro.data.images import ImageError, read_image


def sound(path: Path) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "webp", "bmp", "tif"])
@pytest.mark.parametrize("share", [0.98, 0.5, 0.03])
def test_a_truncated_file_is_never_read_as_a_picture(tmp_path: Path, suffix: str, share: float) -> None:
    path = tmp_path / f"a.{suffix}"
    whole = sound(path)
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ImageError, match=r"the sketch .*a\.\w+ (cannot be decoded|is not a picture)"):
        read_image(path, what="sketch")


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow comments on the tags it skips
def test_flipped_bytes_give_a_picture_or_an_image_error(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for suffix in ("png", "jpg", "gif", "webp", "tif"):
        whole = sound(tmp_path / f"a.{suffix}")
        for _ in range(25):
            broken = bytearray(whole)
            for place in rng.integers(0, min(len(whole), 400), 6):
                broken[place] = int(rng.integers(0, 256))
            (tmp_path / f"b.{suffix}").write_bytes(broken)
            with contextlib.suppress(ImageError):  # anything else is a failure
                assert read_image(tmp_path / f"b.{suffix}", what="sketch").dtype == np.uint8


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a picture in a known format"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n", "is not a picture in a known format"),
        (pickle.dumps(np.zeros((16, 16))), "is not a picture in a known format"),
        (bytes(1000), "is not a picture in a known format"),
    ],
)
def test_a_file_that_is_no_picture(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(ImageError, match=rf"the exemplar .*a\.png {says}"):
        read_image(tmp_path / "a.png", what="exemplar")


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"the sketch .*none\.png does not exist"):
        read_image(tmp_path / "none.png", what="sketch")
    with pytest.raises(ImageError, match="is a folder"):
        read_image(tmp_path, what="sketch")
    with pytest.raises(ImageError, match="is not a regular file"):
        read_image(os.devnull, what="sketch")
    with pytest.raises(ImageError, match=r"does not exist|cannot be decoded"):
        read_image("a\0b.png", what="sketch")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    sound(tmp_path / "a.png")
    (tmp_path / "a.png").chmod(0)
    with pytest.raises(ImageError, match="permission denied"):
        read_image(tmp_path / "a.png", what="sketch")


@pytest.mark.parametrize("side", [8001, 9500, 12000, 20000])
def test_a_decompression_bomb_is_refused_from_its_header(tmp_path: Path, side: int) -> None:
    content = bytearray(sound(tmp_path / "bomb.png"))
    content[16:24] = struct.pack(">II", side, side)  # what the header claims
    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    (tmp_path / "bomb.png").write_bytes(content)
    start = time.perf_counter()
    with pytest.raises(ImageError, match=r"too large.*at most 64 megapixels"):
        read_image(tmp_path / "bomb.png", what="sketch")
    assert time.perf_counter() - start < 1
