"""The file boundary: any picture in, RGB bytes out, and the way back.

Everything here is uint8 and numpy; torch is not imported, so that a command that only reads a
picture starts at once. Whatever is wrong with a picture surfaces as an :class:`ImageError` whose
message is meant for the person who supplied it.
"""

from __future__ import annotations

import os
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from repro.data.pixels import ImageError, damaged, from_array, from_pil, over_white
from repro.record import atomic_path

__all__ = ["ImageError", "read_image", "read_sketch", "resize", "write_image"]

MAX_PIXELS = 64_000_000
"""Larger pictures are refused from their header: 64 MP are 192 MB once decoded."""

LIMIT = f"at most {MAX_PIXELS // 10**6} megapixels are read; make it smaller first"

MIN_SIDE = 8
"""Pixels. Below this there is nothing to match."""

READABLE = (
    "PNG",
    "JPEG",
    "WEBP",
    "GIF",
    "BMP",
    "DIB",
    "TIFF",
    "PPM",
    "TGA",
    "ICO",
    "JPEG2000",
    "AVIF",
)
"""Pillow's names of the formats that are opened. EPS is left out on purpose: it would start Ghostscript."""

WRITABLE: dict[str, tuple[str, dict[str, Any]]] = {
    ".png": ("PNG", {}),
    ".jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".webp": ("WEBP", {"quality": 95}),
    ".bmp": ("BMP", {}),
    ".tif": ("TIFF", {"compression": "tiff_lzw"}),
    ".tiff": ("TIFF", {"compression": "tiff_lzw"}),
}
"""Extension → Pillow format and its options."""


def read_image(source: Any, *, what: str) -> np.ndarray:
    """Any picture as RGB: (H, W, 3) uint8.

    Transparency is laid over white paper, EXIF orientation is applied, of an animation the first
    frame is taken, 16-bit and float pictures are scaled to 8 bits.

    Args:
        source: a path; a PIL image of any mode; an array (H, W), (H, W, 1 | 3 | 4) or a tensor
            (1 | 3 | 4, H, W), (1, C, H, W) or (H, W), each uint8, bool, or float in [0, 1].
        what: what the picture is to its reader, e.g. "sketch"; error messages begin with it.

    Raises:
        ImageError: no such file, a folder, empty, truncated, not a picture, more than MAX_PIXELS,
            a side below MIN_SIDE, or an array of another shape, type or range.
    """
    if isinstance(source, str | os.PathLike):
        picture = _open(Path(source), what)
    elif isinstance(source, Image.Image):
        _check_size(*source.size, f"the {what}")  # a PIL image may not be decoded yet
        picture = from_pil(source, f"the {what}")
    else:
        array = over_white(from_array(source, what))
        picture = array if array.shape[2] == 3 else array.repeat(3, axis=2)
    _check_size(picture.shape[1], picture.shape[0], f"the {what}")
    return np.ascontiguousarray(picture)


def read_sketch(source: Any, *, what: str = "sketch") -> np.ndarray:
    """Any picture as a grey sketch: (H, W) uint8, the luma of :func:`read_image`; raises as it does.

    A sketch of light lines on dark ground stays one: nothing is inverted behind anyone's back.
    """
    return np.asarray(Image.fromarray(read_image(source, what=what)).convert("L"))


def resize(array: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(H, W) or (H, W, 3) uint8 at ``size`` = (height, width): area average to shrink, Lanczos to grow."""
    height, width = size
    shrinks = height <= array.shape[0] and width <= array.shape[1]
    how = Image.Resampling.BOX if shrinks else Image.Resampling.LANCZOS
    return np.asarray(Image.fromarray(array).resize((width, height), how))


def write_image(array: Any, path: str | os.PathLike[str]) -> None:
    """Write (H, W) or (H, W, 1 | 3) uint8, or float in [0, 1], to ``path``: whole or not at all.

    The extension chooses the format, one of WRITABLE. The picture is encoded in memory, written beside its
    target and moved over it, so that a crash leaves the old file or the new one, never half of either.

    Raises:
        ImageError: unknown extension, missing folder, no permission, full disk, or a bad array.
    """
    pixels = from_array(array, "picture to write")
    if pixels.shape[2] == 4:
        raise ImageError("the picture to write has an alpha channel: drop it first")
    target = Path(os.path.realpath(path))  # a link stays a link to what it points to
    suffix = target.suffix.lower()
    if suffix not in WRITABLE:
        raise ImageError(f"cannot write {path}: use one of the extensions {', '.join(WRITABLE)}")
    try:
        _check_target(target)
        content = _encode(pixels, suffix)
        with atomic_path(target) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise ImageError(f"cannot write {path}: {error.strerror or error}") from error


def _check_target(target: Path) -> None:
    """Raise OSError, in words for a person, if nothing can be put at ``target``."""
    if target.is_dir():
        raise OSError("that is a folder")
    if not target.parent.is_dir():
        raise OSError(f"there is no folder {target.parent}")
    if target.exists() and not os.access(target, os.W_OK):
        raise OSError("the file is read-only")


def _encode(pixels: np.ndarray, suffix: str) -> bytes:
    """(H, W, 1 | 3) uint8 in the format of ``suffix``. OSError if the format cannot hold it (too large)."""
    form, options = WRITABLE[suffix]
    buffer = BytesIO()
    try:
        Image.fromarray(pixels.squeeze(2) if pixels.shape[2] == 1 else pixels).save(buffer, form, **options)
    except ValueError as error:
        raise OSError(str(error)) from error
    return buffer.getvalue()


def readable_formats() -> list[str]:
    """READABLE, less what this build of Pillow was made without."""
    Image.init()
    return [form for form in READABLE if form in Image.OPEN]


def _open(path: Path, what: str) -> np.ndarray:
    """Read and decode a file; the size is checked from the header, before a pixel is decoded."""
    name = f"the {what} {path}"
    try:
        _check_file(path, name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            image = Image.open(path, formats=readable_formats())
    except ImageError:
        raise
    except Image.DecompressionBombError as error:
        raise ImageError(f"{name} is too large: {LIMIT}") from error
    except UnidentifiedImageError as error:
        raise ImageError(f"{name} is not a picture in a known format (PNG, JPEG, WebP, TIFF, …)") from error
    except PermissionError as error:
        raise ImageError(f"{name} may not be read: permission denied") from error
    except Exception as error:
        raise damaged(name, error) from error
    with image:
        _check_size(*image.size, name)
        return from_pil(image, name)


def _check_file(path: Path, name: str) -> None:
    """Raise ImageError unless ``path`` is a file with something in it."""
    if path.is_dir():
        raise ImageError(f"{name} is a folder, not a picture")
    if not path.exists():
        raise ImageError(f"{name} does not exist")
    if not path.is_file():
        raise ImageError(f"{name} is not a regular file")
    if path.stat().st_size == 0:
        raise ImageError(f"{name} is empty (0 bytes)")


def _check_size(width: int, height: int, name: str) -> None:
    """Raise ImageError for a picture too large to decode or too small to mean anything."""
    if width * height > MAX_PIXELS:
        raise ImageError(f"{name} is too large ({width} × {height} pixels): {LIMIT}")
    if min(width, height) < MIN_SIDE:
        raise ImageError(f"{name} is too small ({width} × {height} pixels): each side needs {MIN_SIDE}")
