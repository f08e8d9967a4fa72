"""Archives that claim little and unpack to much: refused before the disk or the memory is full."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from repro.data.fetch.members import Limits, UnpackError
from repro.data.fetch.metered import Metered

Made = Callable[..., bytes]
Unpacked = Callable[..., Path]


def test_an_archive_that_swells_is_refused(
    tmp_path: Path, unpacked: Unpacked, zipped: Made, tarred: Made
) -> None:
    zeros, limits = {"train/a": bytes(2**22)}, Limits(small=2**20)
    for content in (zipped(zeros, zipfile.ZIP_DEFLATED), tarred(zeros)):
        with pytest.raises(UnpackError, match="taken for a bomb"):
            unpacked(content, limits)
        assert not any((tmp_path / "box" / "out").rglob("*"))


def test_many_small_files_swell_too(packed: Made, unpacked: Unpacked) -> None:
    files = {f"train/{i}": bytes(1000) for i in range(40)}
    with pytest.raises(UnpackError, match=r"more than 20,000 bytes: taken for a bomb"):
        unpacked(packed(files), Limits(ratio=0.0, small=20_000))


def test_too_many_files_and_too_large_files_are_refused(packed: Made, unpacked: Unpacked) -> None:
    files = {f"train/{i}": b"12345" for i in range(10)}
    with pytest.raises(UnpackError, match="more than 9 files"):
        unpacked(packed(files), Limits(files=9))
    with pytest.raises(UnpackError, match="too large for a picture"):
        unpacked(packed(files), Limits(file_bytes=4))


def test_a_header_that_claims_to_be_huge_is_not_read_into_memory(unpacked: Unpacked) -> None:
    """tarfile reads an extended header whole, at the size it claims: here 2 MB from 2 kB, or 10 GB."""
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 2 * 2**20
    bomb = gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) + bytes(header.size + 1024))
    with pytest.raises(UnpackError, match="a header claims to be huge"):
        unpacked(bomb)


def test_a_tail_of_zeros_behind_the_end_is_not_read_for_ever(unpacked: Unpacked, tarred: Made) -> None:
    plain = gzip.decompress(tarred({"train/a": b"x"}))
    with pytest.raises(UnpackError, match="taken for a bomb"):
        unpacked(gzip.compress(plain + bytes(4 * 2**20)), Limits(small=2**20))


def test_a_gzip_is_decompressed_once(tmp_path: Path) -> None:
    """A seek backwards would decompress it from its start, for every member anew."""

    class Counted(io.BytesIO):
        back = 0

        def seek(self, offset: int, whence: int = 0, /) -> int:
            self.back += offset < self.tell()
            return super().seek(offset, whence)

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for i in range(20):
            info = tarfile.TarInfo(str(i))
            info.size = 512 * i
            archive.addfile(info, io.BytesIO(bytes([i]) * info.size))
    file = Counted(buffer.getvalue())
    with tarfile.open(fileobj=Metered(file, 2**20), mode="r:") as archive:  # type: ignore[arg-type]
        for i, member in enumerate(archive):
            content = archive.extractfile(member)
            assert content is not None
            assert content.read() == bytes([i]) * member.size
    assert file.back == 0
