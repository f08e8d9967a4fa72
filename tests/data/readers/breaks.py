"""What can happen to a file of a data set. A break returns the broken file, if that is another one."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

Break = Callable[[Path, "Kit"], Path | None]


class Kit:
    """What a break may need: the data set, its root, a sound picture of it, and a noisy one."""

    def __init__(self, dataset: str, root: Path, shapes: dict[str, Callable], noise: Image.Image) -> None:
        self.dataset, self.root, self.shapes, self.noise = dataset, root, shapes, noise
        self.picture: Image.Image = shapes["file"](dataset, 21)

    def encoded(self, form: str, picture: Image.Image | None = None, **options: Any) -> bytes:
        buffer = BytesIO()
        (picture or self.picture).save(buffer, form, **options)
        return buffer.getvalue()


def form_of(path: Path) -> str:
    return {".png": "PNG", ".webp": "WEBP", ".tif": "TIFF"}.get(path.suffix, "JPEG")


def cut(keep: float, **options: Any) -> Break:
    def change(path: Path, kit: Kit) -> None:
        whole = kit.encoded(form_of(path), kit.noise, **options)
        path.write_bytes(whole[: int(len(whole) * keep)])

    return change


def without_end(form: str, count: int) -> Break:
    return lambda path, kit: path.write_bytes(kit.encoded(form)[:-count]) and None


def gutted(keep: float) -> Break:
    """A JPEG that lost most of its data, but neither its header nor its end."""

    def change(path: Path, kit: Kit) -> None:
        whole = kit.encoded("JPEG", kit.noise)
        path.write_bytes(whole[: int(len(whole) * keep)] + b"\xff\xd9")

    return change


def directory_first(path: Path, kit: Kit) -> None:
    """Half of a TIFF packed by deflate, whose directory lies before its pixels: it says how many they are."""
    pixels = zlib.compress(kit.noise.tobytes())
    width, height = kit.noise.size
    table = {256: width, 257: height, 259: 8, 262: 2, 273: 256, 277: 3, 278: height, 279: len(pixels)}
    rows = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in table.items()]
    rows.insert(2, struct.pack("<HHII", 258, 3, 3, 240))  # bits of a sample: three numbers, at byte 240
    head = b"II*\0" + struct.pack("<IH", 8, len(rows)) + b"".join(rows) + bytes(4)
    head = head.ljust(240, b"\0") + struct.pack("<HHH", 8, 8, 8)
    whole = head.ljust(256, b"\0") + pixels
    assert Image.open(BytesIO(whole)).tobytes() == kit.noise.tobytes()
    path.write_bytes(whole[: len(whole) // 2])


def several(form: str) -> Break:
    """Two pictures in one file."""

    def change(path: Path, kit: Kit) -> None:
        second = kit.noise.resize(kit.picture.size)
        path.write_bytes(kit.encoded(form, save_all=True, append_images=[second]))

    return change


def turned(orientation: int) -> Break:
    """A JPEG whose EXIF orientation says that it lies on its side (6) or on its head (3)."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return under(".jpg", encoded_as("JPEG", exif=exif.tobytes()))


def holds(content: bytes) -> Break:
    return lambda path, _: path.write_bytes(content) and None


def encoded_as(form: str, mode: str = "RGB", **options: Any) -> Break:
    """The sound picture in another format or mode, under the name it has."""

    def change(path: Path, kit: Kit) -> None:
        path.write_bytes(kit.encoded(form, kit.picture.convert(mode), **options))

    return change


def under(suffix: str, change: Break) -> Break:
    """The same, on a file of another extension in its place."""

    def moved(path: Path, kit: Kit) -> Path:
        path.unlink()
        change(path.with_suffix(suffix), kit)
        return path.with_suffix(suffix)

    return moved


def drawn(make: Callable[[Kit], Image.Image]) -> Break:
    return lambda path, kit: kit.shapes["save"](make(kit), path)


def swapped(kit: Kit) -> Image.Image:
    width, height = kit.picture.size
    left, right = kit.picture.crop((0, 0, height, height)), kit.picture.crop((height, 0, width, height))
    return kit.shapes["beside"](right, left)


def with_sketch(change: Callable[[Image.Image], Image.Image]) -> Callable[[Kit], Image.Image]:
    def make(kit: Kit) -> Image.Image:
        color, sketch = kit.shapes["color"](21), change(kit.shapes["sketch"](21))
        return kit.shapes["beside"](*((color, sketch) if kit.dataset == "anime-pair" else (sketch, color)))

    return make


def png_chunks(content: bytes, name: bytes, change: Callable[[bytearray], None], crc: bool) -> bytes:
    """A PNG in which ``change`` was done to the data of the first chunk ``name``, with or without its CRC."""
    place = content.index(name)
    (length,) = struct.unpack(">I", content[place - 4 : place])
    data = bytearray(content[place + 4 : place + 4 + length])
    change(data)
    end = zlib.crc32(name + data).to_bytes(4) if crc else content[place + 4 + length : place + 8 + length]
    changed = len(data).to_bytes(4) + name + bytes(data) + end
    return content[: place - 4] + changed + content[place + 8 + length :]


def png(name: bytes, change: Callable[[bytearray], None], crc: bool = True) -> Break:
    def broken(path: Path, kit: Kit) -> None:
        path.write_bytes(png_chunks(kit.encoded("PNG", kit.noise), name, change, crc))

    return under(".png", broken)


def lying_checksum(path: Path, kit: Kit) -> None:
    """Sound pixels, and a checksum that is not theirs: a decoder would not mind."""
    content = bytearray(kit.encoded("PNG"))
    content[content.index(b"IEND") - 5] ^= 255  # the last byte of the chunk before
    path.write_bytes(content)


def flip(data: bytearray) -> None:
    data[len(data) // 2] ^= 255


def halve(data: bytearray) -> None:
    """The first half of the rows, well packed."""
    rows = zlib.decompress(data)
    data[:] = zlib.compress(rows[: len(rows) // 2])


def claim(side: int) -> Callable[[bytearray], None]:
    def change(data: bytearray) -> None:
        data[:8] = struct.pack(">II", side, side)

    return change


def replaced_by(make: Callable[[Path], Any]) -> Break:
    def change(path: Path, _: Kit) -> None:
        path.unlink()
        make(path)

    return change


def link(to: str) -> Break:
    return replaced_by(lambda path: path.symlink_to(to))


def outside(path: Path, kit: Kit) -> None:
    shutil.move(path, kit.root.parent / f"elsewhere{path.suffix}")
    path.symlink_to(kit.root.parent / f"elsewhere{path.suffix}")


def added(name: str, make: Callable[[Path], Any]) -> Break:
    def change(path: Path, _: Kit) -> Path:
        make(path.with_name(name))
        return path.with_name(name)

    return change


def listening(path: Path) -> None:
    """A socket under that name; by way of a short path, since those of sockets are limited."""
    here = os.open(path.parent, os.O_RDONLY)
    server = socket.socket(socket.AF_UNIX)
    server.bind(f"/proc/self/fd/{here}/{path.name}")
    server.close()
    os.close(here)


def copied(from_split: str | None) -> Break:
    """The content of another file: of the first in its folder, or of the first in ``from_split``."""

    def change(path: Path, kit: Kit) -> None:
        folder = path.parent if from_split is None else kit.root / from_split
        if from_split and kit.dataset == "afhq":
            folder /= "cat"
        others = (p for p in folder.iterdir() if p != path and p.suffix == path.suffix)
        first = min(others, key=lambda p: (len(p.name), p.name))
        path.write_bytes(first.read_bytes())

    return change


def renamed(name: Callable[[Path], str]) -> Break:
    return lambda path, _: path.rename(path.with_name(name(path)))


def twin(path: Path, kit: Kit) -> Path:
    """The same name but for the extension, another picture."""
    kit.noise.save(path.with_suffix(".png"))
    return path.with_suffix(".png")


def zipped(path: Path, _: Kit) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "not a picture" * 99)
