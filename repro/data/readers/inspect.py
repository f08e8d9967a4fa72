"""The bytes of one picture file: what they are, whether they are whole, and the picture in them."""

from __future__ import annotations

import re
import struct
import warnings
import zlib
from io import BytesIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from repro.data.images import MAX_PIXELS, MIN_SIDE, ImageError, read_image, readable_formats
from repro.data.readers.problems import Unsound

MAGIC: dict[str, bytes | tuple[bytes, ...]] = {
    "JPEG": b"\xff\xd8\xff",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "TIFF": (b"II*\0", b"MM\0*"),
    "WEBP": b"RIFF",
    "BMP": b"BM",
}
"""How a file of each format begins."""

COLOURS = frozenset({"RGB", "RGBA", "RGBX", "RGBa", "P", "PA"})
"""Pillow's modes in which a colour picture comes through unchanged: transparent places get white paper."""

GREYS = frozenset({"1", "L", "LA", "La"})
"""Modes of a sketch, besides those. Left out everywhere: CMYK and Lab, whose colours hang on a profile,
and grey of 16 bits and more, whose white may lie anywhere."""

_CUT = re.compile(r"truncat|unexpected end|not enough|0 bytes|premature|incomplete", re.IGNORECASE)
_ORIENTATION = 0x0112  # the EXIF tag


def decode(content: bytes, form: str, *, sketch: bool, upright: bool) -> np.ndarray:
    """The picture in ``content``, (H, W, 3) uint8.

    Args:
        content: a whole file.
        form: the format it must be in, in Pillow's name.
        sketch: whether a grey picture will do.
        upright: whether a picture that is to be turned by its EXIF orientation is refused; if not, it
            is turned.

    Raises:
        Unsound: with its kind, whatever is wrong with it; never anything else, unless memory runs out.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tags that Pillow skips, and of sizes: our own limit is lower
        with _opened(content, form) as image:
            _check_size(*image.size)
            turned, frames = _header(image)
            if frames > 1:
                raise Unsound("several pages" if form == "TIFF" else "animated", f"{frames} in one file")
            _check_mode(image, sketch)
            if upright and turned:
                raise Unsound("rotated", "by its EXIF orientation")
            _check_whole(content, form)
            try:
                return read_image(image, what="picture")
            except ImageError as error:
                raise _damage(error.__cause__ or error) from error


def _opened(content: bytes, form: str) -> Image.Image:
    """The header of a picture in the format ``form``."""
    try:
        image = Image.open(BytesIO(content), formats=readable_formats())
    except Image.DecompressionBombError as error:
        raise Unsound("too many pixels", f"at most {MAX_PIXELS // 10**6} megapixels") from error
    except Exception as error:  # a broken header can raise nearly anything
        if isinstance(error, UnidentifiedImageError) and not content.startswith(MAGIC[form]):
            raise Unsound("not a picture", _look(content)) from error
        _check_whole(content, form)
        raise _damage(error) from error
    found = "JPEG" if image.format == "MPO" else image.format  # what many phones write
    if found != form:
        image.close()
        raise Unsound("wrong extension", f"a {found} file")
    return image


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise Unsound("too many pixels", f"{width} × {height}, at most {MAX_PIXELS // 10**6} megapixels")
    if min(width, height) < MIN_SIDE:
        raise Unsound("too small", f"{width} × {height} pixels")


def _header(image: Image.Image) -> tuple[bool, int]:
    """Whether EXIF turns the picture, and how many pictures there are (previews are not counted)."""
    try:
        frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
        return image.getexif().get(_ORIENTATION, 1) not in {0, 1}, frames
    except Exception as error:  # a broken header can raise nearly anything
        raise _damage(error) from error


def _check_mode(image: Image.Image, sketch: bool) -> None:
    """Refuse what would come through in other colours, or in none."""
    if image.mode in COLOURS or (sketch and image.mode in GREYS):
        return
    raise Unsound("odd mode", f"{image.mode}, no colours in it" if image.mode in GREYS else image.mode)


def _check_whole(content: bytes, form: str) -> None:
    """What a decoder lets pass, or is vague about: wrong checksums in a PNG, an end that is missing.

    A JPEG ends with a marker after its last scan; a RIFF file, which a WebP is, says how long it is.
    """
    if form == "PNG":
        _check_chunks(content)
    endless = {
        "JPEG": content.rfind(b"\xff\xd9") <= content.rfind(b"\xff\xda"),
        "WEBP": len(content) < int.from_bytes(content[4:8], "little") + 8,
    }
    if endless.get(form):
        raise Unsound("truncated", "its end is missing")


def _check_chunks(content: bytes) -> None:
    """Walk the chunks of a PNG: length, name, data, CRC-32 of name and data (PNG, third edition, 5.3)."""
    place = 8  # after the signature
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        end = place + 8 + length
        if end + 4 > len(content):
            break
        (checksum,) = struct.unpack_from(">I", content, end)
        if zlib.crc32(memoryview(content)[place + 4 : end]) != checksum:
            raise Unsound("damaged", f"wrong checksum at byte {end}")
        if content[place + 4 : place + 8] == b"IEND":
            return
        place = end + 4
    raise Unsound("truncated", "its end is missing")


def _damage(error: BaseException) -> Unsound:
    """A decoder's words as a kind of problem."""
    if isinstance(error, MemoryError):
        raise error
    text = str(error).partition("\n")[0][:100]
    return Unsound("truncated" if _CUT.search(text) else "damaged", text)


def _look(content: bytes) -> str:
    """What a file that is no picture looks like."""
    begins = content[:512].lstrip().lower()
    if begins.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg")):
        return "a web page"
    if begins.startswith((b"pk\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"rar!")):
        return "an archive"
    return "text" if begins and all(byte >= 9 for byte in begins) else ""
