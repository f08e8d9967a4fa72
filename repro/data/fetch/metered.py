"""A decompressed stream on a leash: tarfile believes the sizes that headers claim, this does not."""

from __future__ import annotations

import io
from typing import IO

from repro.data.fetch.members import UnpackError

LARGEST_READ = 2**20
"""Bytes of one read. tarfile reads some headers into memory at the size that they themselves claim."""

SLACK = 2**20  # bytes of headers and padding that even a small archive may have


class Metered(io.BufferedIOBase):
    """Reads ``file`` up to ``most`` bytes (and some slack), in pieces of at most LARGEST_READ.

    It can be read again from one byte back without a seek: tarfile looks at the last byte of each member
    once more, and a seek backwards would decompress a gzip from its very beginning.
    """

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file, self._most = file, most + SLACK
        self._at, self._last = 0, b""

    def read(self, size: int | None = -1, /) -> bytes:
        """At most ``size`` bytes. Raises UnpackError for a read without bounds, and past the limit."""
        if size is None or not 0 <= size <= LARGEST_READ:
            raise UnpackError("a header claims to be huge: taken for a bomb")
        again = b""
        if self._at == self._file.tell() - 1 and size:
            again, size = self._last, size - 1
        elif self._at != self._file.tell():
            self._file.seek(self._at)
        block = again + self._file.read(size)
        self._at += len(block)
        self._last = block[-1:] or self._last
        self._check()
        return block

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to ``offset`` from the start; nothing is read before the next read."""
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("only from the start")
        self._at = offset
        self._check()
        return offset

    def tell(self) -> int:
        """Bytes from the start."""
        return self._at

    def seekable(self) -> bool:
        """Always."""
        return True

    def _check(self) -> None:
        if self._at > self._most:
            raise UnpackError(f"it would unpack to more than {self._most:,} bytes: taken for a bomb")
