"""The file boundary: any picture in, RGB bytes out, and the way back.

Everything here is uint8 and numpy; torch is not imported, so that a command that only reads a
picture starts at once. Whatever is wrong with a picture surfaces as an :class:`ImageError` whose
message is meant for the person who supplied it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PIXELS = 64_000_000
"""Larger pictures are refused from their header: 64 MP are 192 MB once decoded."""

MIN_SIDE = 8
"""Pixels. Below this there is nothing to match."""

READABLE = (
    "PNG",
    "JPEG",
    "MPO",
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


class ImageError(ValueError):
    """A picture cannot be read or written; the message says which one, why, and what to do."""


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
        picture = _rgb(source, f"the {what}")
    else:
        array = _over_white(_bytes(source, what))
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
    target = Path(os.path.realpath(path))  # a link stays a link to what it points to
    if target.suffix.lower() not in WRITABLE:
        raise ImageError(f"cannot write {path}: use one of the extensions {', '.join(WRITABLE)}")
    if target.is_dir():
        raise ImageError(f"cannot write {path}: that is a folder")
    if not target.parent.is_dir():
        raise ImageError(f"cannot write {path}: there is no folder {target.parent}")
    if target.exists() and not os.access(target, os.W_OK):
        raise ImageError(f"cannot write {path}: the file is read-only")
    pixels = _bytes(array, "picture to write")
    if pixels.shape[2] == 4:
        raise ImageError("the picture to write has an alpha channel: drop it first")
    try:
        _replace(target, _encode(pixels, target.suffix.lower()))
    except OSError as error:
        raise ImageError(f"cannot write {path}: {error.strerror or error}") from error


def _encode(pixels: np.ndarray, suffix: str) -> bytes:
    """(H, W, 1 | 3) uint8 in the format of ``suffix``. OSError if the format cannot hold it (too large)."""
    form, options = WRITABLE[suffix]
    buffer = BytesIO()
    try:
        Image.fromarray(pixels.squeeze(2) if pixels.shape[2] == 1 else pixels).save(buffer, form, **options)
    except ValueError as error:
        raise OSError(str(error)) from error
    return buffer.getvalue()


def _replace(target: Path, content: bytes) -> None:
    """Put ``content`` at ``target`` in one step; on failure the target is as it was, and no litter."""
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:  # not tempfile: that would ignore the user's umask
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _open(path: Path, what: str) -> np.ndarray:
    """Read and decode a file; the size is checked from the header, before a pixel is decoded."""
    name = f"the {what} {path}"
    try:
        if path.is_dir():
            raise ImageError(f"{name} is a folder, not a picture")
        if not path.is_file():
            raise ImageError(
                f"{name} does not exist" if not path.exists() else f"{name} is not a regular file"
            )
        if path.stat().st_size == 0:
            raise ImageError(f"{name} is empty (0 bytes)")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            image = Image.open(path, formats=READABLE)
        with image:
            _check_size(*image.size, name)
            return _rgb(image, name)
    except Image.DecompressionBombError as error:
        raise ImageError(f"{name} is too large: at most {MAX_PIXELS // 10**6} megapixels are read") from error
    except UnidentifiedImageError as error:
        raise ImageError(f"{name} is not a picture in a known format (PNG, JPEG, WebP, TIFF, …)") from error
    except PermissionError as error:
        raise ImageError(f"{name} may not be read: permission denied") from error


def _check_size(width: int, height: int, name: str) -> None:
    """Raise ImageError for a picture too large to decode or too small to mean anything."""
    if width * height > MAX_PIXELS:
        limit = f"at most {MAX_PIXELS // 10**6} megapixels are read; make it smaller first"
        raise ImageError(f"{name} is too large ({width} × {height} pixels): {limit}")
    if min(width, height) < MIN_SIDE:
        raise ImageError(f"{name} is too small ({width} × {height} pixels): each side needs {MIN_SIDE}")


def _rgb(image: Image.Image, name: str) -> np.ndarray:
    """A PIL image of any mode as (H, W, 3) uint8."""
    try:
        image = ImageOps.exif_transpose(image)
        if image.mode.startswith("I") or image.mode == "F":
            image = Image.fromarray(_deep_grey(np.asarray(image), name))
        if image.has_transparency_data:
            return _over_white(np.asarray(image.convert("RGBA")))
        return np.asarray(image.convert("RGB"))
    except ImageError:
        raise
    except Exception as error:  # a broken file can raise nearly anything inside a decoder
        raise ImageError(f"{name} cannot be decoded, the file is truncated or damaged: {error}") from error


def _deep_grey(values: np.ndarray, name: str) -> np.ndarray:
    """Grey of more than 8 bits (H, W) as uint8; PIL also holds plain 0…255 in its modes I and F."""
    low, high = float(values.min()), float(values.max())
    if not (low >= 0 and high <= 65535):  # also true of NaN
        raise ImageError(f"{name} has values from {low:g} to {high:g}: grey must lie in 0…65535")
    if values.dtype == np.uint16 or high > 255:
        scale = 255 / 65535
    else:
        scale = 255 if values.dtype.kind == "f" and high <= 1 else 1
    return np.rint(values * scale).astype(np.uint8)


def _over_white(array: np.ndarray) -> np.ndarray:
    """(H, W, C) uint8 with its alpha, if it has one, laid over white paper."""
    if array.shape[2] != 4:
        return array
    color, alpha = array[..., :3].astype(np.uint16), array[..., 3:].astype(np.uint16)
    return ((color * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def _bytes(source: Any, what: str) -> np.ndarray:
    """An array or a tensor as (H, W, 1 | 3 | 4) uint8; torch is recognised without being imported."""
    tensor = hasattr(source, "detach") and hasattr(source, "cpu")
    if tensor:
        source = source.detach().cpu()
        source = (source.float() if source.is_floating_point() else source).numpy()
        source = source[0] if source.ndim == 4 and len(source) == 1 else source
    if not isinstance(source, np.ndarray):
        raise ImageError(
            f"the {what} must be a path, a PIL image, an array or a tensor, not {type(source).__name__}"
        )
    array = source[..., None] if source.ndim == 2 else np.moveaxis(source, 0, -1) if tensor else source
    if array.ndim != 3 or array.shape[2] not in {1, 3, 4} or 0 in array.shape:
        wanted = "(C, H, W)" if tensor else "(H, W) or (H, W, C)"
        raise ImageError(f"the {what} has shape {source.shape}: it must be {wanted} with C 1, 3 or 4")
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * 255
    if array.dtype.kind != "f":
        raise ImageError(f"the {what} is of type {array.dtype}: convert it to uint8, or to float in [0, 1]")
    if not (array.min() >= 0 and array.max() <= 1):  # also true of NaN
        raise ImageError(
            f"the {what} has values from {array.min():g} to {array.max():g}: float must lie in [0, 1]"
        )
    return np.rint(array * 255).astype(np.uint8)
