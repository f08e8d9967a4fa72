"""The bytes of one picture file: what they are, whether they are whole, and the picture in them.

What cannot be seen: bytes that were changed or lost inside a JPEG, a WebP, a BMP or a TIFF, and still decode
to something plausible. Only PNG has checksums; of the others the ends are looked at, and of a JPEG the
even colour that a decoder puts where data is missing (:mod:`repro.data.readers.decode`).
"""

from __future__ import annotations

import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO

import numpy as np
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

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
_OBJECT = re.compile(r"<[^<>]* at 0x[0-9a-f]+>")  # an object of Python in a message, with its address
_ORIENTATION = 0x0112  # the EXIF tag
_PLACES = ((273, 279), (324, 325))  # TIFF tags: where strips or tiles begin, and how many bytes each has
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_SLICE = 2**16  # bytes that are unpacked at a time
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # colour type of a PNG → samples in a pixel


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
            _check_held(content, image)
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

    A JPEG ends with a marker after its last scan; a TIFF says where its directory lies, behind the pixels
    as a rule; a RIFF file, which a WebP is, says how long it is.
    """
    if form == "PNG":
        for _ in _chunks(content):
            pass  # each is checked as it comes
    endless = {
        "JPEG": content.rfind(b"\xff\xd9") <= content.rfind(b"\xff\xda"),
        "TIFF": _directory(content) >= len(content),
        "WEBP": len(content) < int.from_bytes(content[4:8], "little") + 8,
    }
    if endless.get(form):
        raise Unsound("truncated", "its end is missing")


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Names and data of the chunks of a PNG, each checked when its turn comes.

    A chunk is a length, a name, data, and the CRC-32 of name and data (PNG, third edition, 5.3).
    """
    place = 8  # after the signature
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        end = place + 8 + length
        if end + 4 > len(content):
            break
        (checksum,) = struct.unpack_from(">I", content, end)
        named = memoryview(content)[place + 4 : end]
        if zlib.crc32(named) != checksum:
            raise Unsound("damaged", f"wrong checksum at byte {end}")
        yield bytes(named[:4]), named[4:]
        if named[:4] == b"IEND":
            return
        place = end + 4
    raise Unsound("truncated", "its end is missing")


def _check_held(content: bytes, image: Image.Image) -> None:
    """Refuse a PNG with fewer rows, and a TIFF with fewer bytes, than its header promises."""
    if image.format == "PNG":
        chunks = list(_chunks(content))
        header = next(data for name, data in chunks if name == b"IHDR")
        promised = _png_bytes(*image.size, header)
        held = _unpacked([data for name, data in chunks if name == b"IDAT"], promised)
        if held < promised:
            raise Unsound("truncated", f"{held} of {promised} bytes of its pixels are there")
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        for starts, counts in _PLACES:
            ends = map(sum, zip(_numbers(image, starts), _numbers(image, counts), strict=False))
            if max(ends, default=0) > len(content):
                raise Unsound("truncated", "its end is missing")


def _png_bytes(width: int, height: int, header: memoryview) -> int:
    """Bytes of all rows of a PNG, before packing: each is a filter type and its samples (ibid., 7 to 9)."""
    depth, kind, interlaced = header[8], header[9], header[12]
    total = 0
    for left, top, across, down in _ADAM7 if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        row = 1 + -(-columns * depth * _SAMPLES.get(kind, 0) // 8)
        total += rows * row if columns > 0 and rows > 0 else 0
    return total


def _unpacked(parts: list[memoryview], enough: int) -> int:
    """How many bytes a zlib stream in ``parts`` holds, counted up to ``enough`` and never kept."""
    packed, count = zlib.decompressobj(), 0
    slices = (part[at : at + _SLICE] for part in parts for at in range(0, len(part), _SLICE))
    try:
        for rest in slices:
            while len(rest) and count < enough and not packed.eof:
                count += len(packed.decompress(rest, min(_SLICE, enough - count)))
                rest = packed.unconsumed_tail
    except zlib.error as error:
        raise Unsound("damaged", "its pixels do not unpack") from error
    return count


def _numbers(image: TiffImagePlugin.TiffImageFile, tag: int) -> tuple[int, ...]:
    """The whole numbers under a tag of a TIFF; none where it is missing or holds something else."""
    try:
        found = image.tag_v2.get(tag, ())
    except Exception:  # a broken directory can raise nearly anything; the decoder will say so
        return ()
    found = found if isinstance(found, tuple) else (found,)
    return tuple(number for number in found if isinstance(number, int))


def _directory(content: bytes) -> int:
    """Where the first directory of a TIFF begins (TIFF 6.0, section 2)."""
    place = content[8:16] if b"+" in content[2:4] else content[4:8]  # "+" instead of "*": a BigTIFF
    return int.from_bytes(place, "little" if content.startswith(b"II") else "big")


def _damage(error: BaseException) -> Unsound:
    """A decoder's words as a kind of problem, the same whenever it is met: no address of an object."""
    if isinstance(error, MemoryError):
        raise error
    if isinstance(error, UnidentifiedImageError):
        return Unsound("damaged", "its header cannot be read")
    text = _OBJECT.sub("it", str(error).partition("\n")[0])[:100]
    return Unsound("truncated" if _CUT.search(text) else "damaged", text)


def _look(content: bytes) -> str:
    """What a file that is no picture looks like."""
    begins = content[:512].lstrip().lower()
    if begins.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg")):
        return "a web page"
    if begins.startswith((b"pk\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"rar!")):
        return "an archive"
    return "text" if begins and all(byte >= 9 for byte in begins) else ""
