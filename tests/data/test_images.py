"""Every mode, format, array and tensor becomes the same RGB bytes."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from repro.data.images import ImageError, read_image, read_sketch, resize

SIZE = (24, 16)  # width, height: a transposed picture shows


def colored(mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", SIZE, (220, 20, 20))
    image.paste((20, 20, 220), (12, 0, 24, 16))
    return image.quantize(4) if mode == "P" else image.convert(mode)


def with_alpha(mode: str) -> Image.Image:
    """The left half opaque and black, the right half transparent and black."""
    image = Image.new("RGBA", SIZE, (0, 0, 0, 255))
    image.paste((0, 0, 0, 0), (12, 0, 24, 16))
    return image.convert(mode)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV", "P"])
def test_colour_survives_every_mode(mode: str) -> None:
    picture = read_image(colored(mode), what="exemplar")
    assert picture.shape == (16, 24, 3)
    assert picture.dtype == np.uint8
    np.testing.assert_allclose(picture[8, 3].astype(int), (220, 20, 20), atol=12)
    np.testing.assert_allclose(picture[8, 20].astype(int), (20, 20, 220), atol=12)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "bmp", "tif", "tga", "ppm"])
def test_colour_survives_every_format(tmp_path: Path, suffix: str) -> None:
    colored().save(tmp_path / f"a.{suffix}")
    picture = read_image(tmp_path / f"a.{suffix}", what="exemplar")
    np.testing.assert_allclose(picture[8, 3].astype(int), (220, 20, 20), atol=12)
    np.testing.assert_array_equal(read_image(str(tmp_path / f"a.{suffix}"), what="exemplar"), picture)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I", "F"])
def test_grey_modes(mode: str) -> None:
    gray = Image.new("L", SIZE, 255)
    gray.paste(0, (12, 0, 24, 16))
    picture = read_image(gray.convert(mode), what="sketch")
    assert picture[8, 3].tolist() == [255] * 3
    assert picture[8, 20].tolist() == [0] * 3


@pytest.mark.parametrize("mode", ["LA", "RGBA", "PA", "La", "RGBa"])
def test_transparency_is_laid_over_white(mode: str) -> None:
    image = with_alpha("RGBA").convert("LA").convert(mode) if mode == "La" else with_alpha(mode)
    picture = read_image(image, what="sketch")
    assert picture[8, 3].tolist() == [0] * 3
    assert picture[8, 20].tolist() == [255] * 3


def test_half_transparency_mixes_with_white() -> None:
    picture = read_image(Image.new("RGBA", SIZE, (200, 0, 0, 128)), what="sketch")
    assert picture[0, 0].tolist() == [round(c * 128 / 255 + 255 - 128) for c in (200, 0, 0)]


@pytest.mark.parametrize("transparency", [1, bytes([255, 0])])
def test_a_palette_with_a_transparent_colour(tmp_path: Path, transparency: int | bytes) -> None:
    image = Image.new("P", SIZE, 0)
    image.putpalette([0, 0, 0, 90, 90, 90])
    image.paste(1, (12, 0, 24, 16))
    image.save(tmp_path / "a.png", transparency=transparency)
    picture = read_image(tmp_path / "a.png", what="sketch")
    assert picture[8, 3].tolist() == [0] * 3
    assert picture[8, 20].tolist() == [255] * 3


def png16(path: Path, pixels: np.ndarray) -> None:
    """A 16-bit PNG written by hand, (H, W) or (H, W, 3): Pillow itself writes no 16-bit colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 16, 2 if pixels.ndim == 3 else 0, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + parts)


@pytest.mark.parametrize("channels", [(), (3,)])
def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path, channels: tuple[int, ...]) -> None:
    deep = np.full((16, 24, *channels), 0x8080, np.uint16)
    deep[:, 12:] = 0x0100
    png16(tmp_path / "a.png", deep)
    picture = read_image(tmp_path / "a.png", what="sketch")
    assert picture[8, 3].tolist() == [128] * 3
    assert picture[8, 20].tolist() == [1] * 3


def test_deep_grey_in_memory() -> None:
    def first(array: np.ndarray) -> int:
        return int(read_image(Image.fromarray(array), what="sketch")[0, 0, 0])

    assert first(np.full((16, 24), 0x80 * 257, np.uint16)) == 128
    assert first(np.full((16, 24), 0x80 * 257, np.int32)) == 128
    assert first(np.full((16, 24), 0.5, np.float32)) == 128
    assert first(np.full((16, 24), 128.0, np.float32)) == 128
    for bad in (np.nan, -1.0, 1e6):
        with pytest.raises(ImageError, match="grey must lie in"):
            first(np.full((16, 24), bad, np.float32))


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_exif_orientation_is_applied(tmp_path: Path, suffix: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to view
    colored().save(tmp_path / f"a.{suffix}", exif=exif)
    picture = read_image(tmp_path / f"a.{suffix}", what="sketch")
    assert picture.shape == (24, 16, 3)
    assert picture[3, 8, 0] > 180  # what was left is on top
    assert picture[20, 8, 2] > 180


def test_of_an_animation_the_first_frame_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", SIZE, color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert read_image(tmp_path / "a.gif", what="sketch")[0, 0].tolist() == [255, 0, 0]


# Arrays and tensors

GRADIENT = np.arange(16 * 24 * 3, dtype=np.float64).reshape(16, 24, 3) / (16 * 24 * 3)
BYTES = np.rint(GRADIENT * 255).astype(np.uint8)
CHW = torch.from_numpy(GRADIENT).permute(2, 0, 1)


@pytest.mark.parametrize(
    "source",
    [
        BYTES,
        BYTES[:, ::-1][:, ::-1],
        GRADIENT,
        GRADIENT.astype(np.float32),
        CHW,
        CHW.float()[None],
        CHW.float().requires_grad_(),
        torch.from_numpy(BYTES).permute(2, 0, 1),
        np.dstack([BYTES, np.full((16, 24), 255, np.uint8)]),
    ],
)
def test_arrays_and_tensors_read_alike(source: np.ndarray | torch.Tensor) -> None:
    np.testing.assert_array_equal(read_image(source, what="exemplar"), BYTES)


@pytest.mark.parametrize(
    "source",
    [BYTES[..., 0], BYTES[..., :1], torch.from_numpy(BYTES[..., 0]), torch.from_numpy(BYTES[..., 0])[None]],
)
def test_one_channel_becomes_grey(source: np.ndarray | torch.Tensor) -> None:
    np.testing.assert_array_equal(read_image(source, what="sketch"), BYTES[..., :1].repeat(3, 2))
    np.testing.assert_array_equal(read_sketch(source), BYTES[..., 0])


def test_other_arrays() -> None:
    assert (
        read_image(torch.full((3, 16, 16), 0.5, dtype=torch.bfloat16), what="x")[0, 0].tolist() == [128] * 3
    )
    assert read_image(np.eye(16, dtype=bool), what="x")[0, :2, 0].tolist() == [255, 0]
    clear = np.zeros((16, 16, 4), np.float32)
    assert read_image(clear, what="x").min() == 255


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (np.zeros((16, 16, 3), np.uint16), "the sketch is of type uint16: convert it to uint8"),
        (np.zeros((16, 16, 3), np.int64), "is of type int64"),
        (np.zeros((16, 16), object), "is of type object"),
        (np.zeros((16, 16), complex), "is of type complex128"),
        (np.full((16, 16), 2.0), r"values from 2 to 2: float must lie in \[0, 1\]"),
        (np.full((16, 16), -0.1), "float must lie"),
        (np.full((16, 16), np.nan), "float must lie"),
        (torch.full((1, 16, 16), torch.inf), "float must lie"),
        (np.zeros((3, 16, 16), np.uint8), r"has shape \(3, 16, 16\): it must be \(H, W\) or \(H, W, C\)"),
        (torch.zeros(16, 16, 3), r"it must be \(C, H, W\)"),
        (torch.zeros(2, 3, 16, 16), r"has shape \(2, 3, 16, 16\)"),
        (np.zeros(16, np.uint8), "has shape"),
        (np.zeros((0, 16, 3), np.uint8), "has shape"),
        (np.zeros((16, 7, 3), np.uint8), "too small .7 × 16 pixels.: each side needs 8"),
        (Image.new("L", (100, 5)), "too small .100 × 5 pixels"),
        (None, "must be a path, a PIL image, an array or a tensor, not NoneType"),
        ([[0, 1]], "not list"),
        (b"\x89PNG", "not bytes"),
    ],
)
def test_what_is_no_picture_is_refused(source: object, says: str) -> None:
    with pytest.raises(ImageError, match=says):
        read_image(source, what="sketch")


def test_a_sketch_is_never_inverted() -> None:
    night = np.zeros((16, 16), np.uint8)
    night[8] = 255
    np.testing.assert_array_equal(read_sketch(night), night)
    np.testing.assert_allclose(read_sketch(Image.new("RGB", SIZE, (255, 0, 0))), 76)  # luma of red


# Size


def test_resize_averages_when_it_shrinks_and_is_smooth_when_it_grows() -> None:
    checks = np.indices((32, 32)).sum(0) % 2 * np.uint8(254)
    assert np.unique(resize(checks.astype(np.uint8), (8, 16))).tolist() == [127]
    assert resize(BYTES, (31, 50)).shape == (31, 50, 3)
    ramp = np.tile(np.arange(0, 256, 16, dtype=np.uint8), (16, 1))
    assert np.abs(np.diff(resize(ramp, (32, 64)).astype(int), axis=1)).max() <= 6  # no steps of 16
    np.testing.assert_array_equal(resize(BYTES, (16, 24)), BYTES)


def test_torch_is_not_imported() -> None:
    code = "import sys, repro.data.images; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
