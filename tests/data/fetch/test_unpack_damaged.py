"""Archives that are broken: they are told from whole ones, and nothing but an UnpackError comes of them."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from repro.data.fetch import FetchError
from repro.data.fetch.members import UnpackError
from repro.data.fetch.unpack import unpack

Made = Callable[..., bytes]
Unpacked = Callable[..., Path]


def contents(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_truncated_archive_is_never_taken_for_whole(packed: Made, unpacked: Unpacked) -> None:
    pictures = {"afhq/train/1.jpg": b"a picture", "afhq/val/2.jpg": b"another"}
    whole = packed(pictures)
    end = len(whole.rstrip(b"\0")) if whole[:2] not in {b"PK", b"\x1f\x8b"} else len(whole)
    end = -(-end // 512) * 512 + 512 if end < len(whole) else end  # a tar needs one block of zeros of its end
    for cut in sorted({*range(0, end, 173), *range(0, end, 512), end - 1}):
        with pytest.raises(UnpackError):
            unpacked(whole[:cut])
    assert contents(unpacked(whole)) == sorted(pictures.values())


def test_flipped_bits_give_an_error_or_the_very_same_pictures(packed: Made, unpacked: Unpacked) -> None:
    """A plain tar has no checksum of its content: there a changed picture cannot be seen."""
    files = {f"train/{i}": random.Random(i).randbytes(700) for i in range(3)}
    whole, dice = packed(files), random.Random(3)
    checked = whole[:2] in {b"PK", b"\x1f\x8b"}
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(dice.choice((1, 1, 4, 40))):
            broken[dice.randrange(len(broken))] ^= 1 << dice.randrange(8)
        try:
            came = contents(unpacked(bytes(broken)))
        except FetchError:  # anything else fails the test
            continue
        assert len(came) <= len(files)
        assert not checked or set(came) <= set(files.values())


def test_random_bytes_behind_the_right_beginning_are_refused(packed: Made, unpacked: Unpacked) -> None:
    dice = random.Random(4)
    whole = packed({"train/a": dice.randbytes(3000)})
    for kept in (4, 30, 200, 520):
        with pytest.raises(UnpackError):
            unpacked(whole[:kept] + dice.randbytes(2000))


@pytest.mark.parametrize(
    "content",
    [b"", b"P", b"PK", b"PK\x03\x04", b"\x1f\x8b", b"<html>no</html>" * 99, bytes(600), b"Rar!\x1a\x07"],
)
def test_what_is_no_archive_is_refused(content: bytes, unpacked: Unpacked) -> None:
    with pytest.raises(UnpackError, match=r"damaged or truncated|empty"):
        unpacked(content)


def test_an_empty_archive_is_refused(packed: Made, unpacked: Unpacked) -> None:
    for files in ({}, {".DS_Store": b"x"}):
        with pytest.raises(UnpackError, match="empty"):
            unpacked(packed(files))


def test_an_encrypted_zip_is_refused(zipped: Made, unpacked: Unpacked) -> None:
    content = bytearray(zipped({"train/a": b"secret"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag in the central directory
    with pytest.raises(UnpackError, match="encrypted"):
        unpacked(bytes(content))


def test_a_method_of_compression_that_python_has_not_is_refused(zipped: Made, unpacked: Unpacked) -> None:
    content = bytearray(zipped({"train/a": b"x"}))
    for mark, offset in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
        content[content.index(mark) + offset] = 99
    with pytest.raises(UnpackError, match="compression"):
        unpacked(bytes(content))


def test_names_that_are_no_utf_8_are_refused(unpacked: Unpacked) -> None:
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT, encoding="latin-1") as archive:
        archive.addfile(tarfile.TarInfo("train/caf\u00e9"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("train/caf\u00e9", b"x")
    unmarked = bytearray(buffer.getvalue())
    for mark, offset in ((b"PK\x01\x02", 9), (b"PK\x03\x04", 7)):
        unmarked[unmarked.index(mark) + offset] &= ~0x08
    for content in (tar.getvalue(), bytes(unmarked)):
        with pytest.raises(UnpackError, match="UTF-8"):
            unpacked(content)


def test_a_name_that_hides_its_end_behind_a_nul_is_refused(zipped: Made, unpacked: Unpacked) -> None:
    content = zipped({"train/a.jpgX.exe": b"x"}).replace(b"jpgX", b"jpg\0")
    with pytest.raises(UnpackError, match="not plain UTF-8"):
        unpacked(content)


def test_a_member_shorter_or_longer_than_stated_is_refused(zipped: Made, unpacked: Unpacked) -> None:
    for stated in (1, 7):
        content = bytearray(zipped({"train/a": b"12345"}))
        for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
            content[content.index(mark) + offset] = stated
        with pytest.raises(UnpackError, match=r"damaged|not as long as"):
            unpacked(bytes(content))


def test_the_checksum_at_the_end_of_a_gzip_counts(tarred: Made, unpacked: Unpacked) -> None:
    content = bytearray(gzip.compress(gzip.decompress(tarred({"train/a": b"x"}))))
    content[-8] ^= 1
    with pytest.raises(UnpackError, match="CRC"):
        unpacked(bytes(content))


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_archive(tmp_path: Path, zipped: Made) -> None:
    (tmp_path / "archive").write_bytes(zipped({"train/a": b"x"}))
    with pytest.raises(FetchError, match="out cannot be written: No such file") as raised:
        unpack(tmp_path / "archive", tmp_path / "missing" / "out")
    assert not isinstance(raised.value, UnpackError)
