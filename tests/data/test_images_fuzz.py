"""Pictures damaged at random: reading one gives a picture or an ImageError, and nothing else, ever."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from repro.data.images import ImageError, read_image, read_sketch

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow also warns of what it refuses

SIDE = 24
ROUNDS = 22  # damaged files per kind of picture: some 300 in all

KINDS: dict[str, tuple[str, str, dict[str, object]]] = {
    "png": ("RGBA", "PNG", {}),
    "png palette": ("P", "PNG", {"transparency": 3}),
    "png 16 bit": ("I;16", "PNG", {}),
    "jpeg": ("RGB", "JPEG", {"quality": 90}),
    "jpeg cmyk": ("CMYK", "JPEG", {}),
    "jpeg progressive exif": (
        "RGB",
        "JPEG",
        {"progressive": True, "exif": b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"},
    ),
    "gif": ("P", "GIF", {}),
    "bmp": ("RGB", "BMP", {}),
    "tiff": ("RGB", "TIFF", {"compression": "tiff_lzw"}),
    "tiff float": ("F", "TIFF", {}),
    "tga": ("RGBA", "TGA", {"compression": "tga_rle"}),
    "ppm": ("RGB", "PPM", {}),
    "ico": ("RGBA", "ICO", {"sizes": [(SIDE, SIDE)]}),
    "webp": ("RGBA", "WEBP", {"lossless": True}),
}


def encoded(kind: str) -> bytes:
    """A small picture of this kind, whole."""
    mode, form, options = KINDS[kind]
    if form == "WEBP" and not features.check("webp"):
        pytest.skip("this Pillow has no WebP")
    noise = np.random.default_rng(7).integers(0, 256, (SIDE, SIDE, 4), dtype=np.uint8)
    if mode == "I;16":
        image = Image.fromarray(noise[..., 0].astype(np.uint16) * 257)
    elif mode == "F":
        image = Image.fromarray(noise[..., 0].astype(np.float32))
    else:
        image = Image.fromarray(noise, "RGBA").convert(mode if mode == "RGBA" else "RGB").convert(mode)
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def flipped(content: bytearray, dice: random.Random) -> bytearray:
    for _ in range(dice.choice((1, 2, 8, 64))):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    return content


def extreme(content: bytearray, dice: random.Random) -> bytearray:
    """A number in the header (sizes, counts, offsets) becomes an extreme one."""
    at = dice.randrange(min(len(content), 120))
    value = dice.choice(
        (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\x7f", b"\0\x01", b"\x80")
    )
    content[at : at + len(value)] = value
    return content


def cut(content: bytearray, dice: random.Random) -> bytearray:
    return content[: dice.randrange(1, len(content))]


def missing(content: bytearray, dice: random.Random) -> bytearray:
    start = dice.randrange(len(content))
    return content[:start] + content[start + dice.randrange(1, 40) :]


def noisy(content: bytearray, dice: random.Random) -> bytearray:
    start = dice.randrange(8, len(content))
    return content[:start] + dice.randbytes(len(content) - start)


def doubled(content: bytearray, dice: random.Random) -> bytearray:
    start = dice.randrange(len(content))
    return content[: start + 30] + content[start:]


HARMS: tuple[Callable[[bytearray, random.Random], bytearray], ...] = (
    flipped,
    extreme,
    cut,
    missing,
    noisy,
    doubled,
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_gives_a_picture_or_an_image_error(kind: str, tmp_path: Path) -> None:
    whole, dice = encoded(kind), random.Random(kind)
    path, refused = tmp_path / "picture", 0
    path.write_bytes(whole)
    assert read_image(path, what="sketch").shape == (SIDE, SIDE, 3)
    for round_ in range(ROUNDS):
        path.write_bytes(HARMS[round_ % len(HARMS)](bytearray(whole), dice))
        read = read_sketch if round_ % 2 else read_image
        try:
            picture = read(path, what="sketch")
        except ImageError:  # anything else fails the test
            refused += 1
            continue
        assert picture.dtype == np.uint8
        assert picture.ndim == (2 if round_ % 2 else 3)
        assert min(picture.shape[:2]) >= 8
    assert refused


@pytest.mark.parametrize("kind", KINDS)
def test_half_a_picture_is_never_taken_for_one(kind: str, tmp_path: Path) -> None:
    whole = encoded(kind)
    for tenths in range(1, 10):
        (tmp_path / "part").write_bytes(whole[: len(whole) * tenths // 10])
        with pytest.raises(ImageError, match="the sketch"):
            read_image(tmp_path / "part", what="sketch")


def test_noise_is_no_picture(tmp_path: Path) -> None:
    dice = random.Random(5)
    for size in (1, 7, 40, 4000):
        (tmp_path / "noise").write_bytes(dice.randbytes(size))
        with pytest.raises(ImageError, match=r"not a picture in a known format|cannot be decoded|too"):
            read_image(tmp_path / "noise", what="sketch")
