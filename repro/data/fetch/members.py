"""What an archive may contain: the rules for names and sizes, whatever its format.

The traps are those of Python's own data filter (PEP 706) and of the usual lists of archive attacks, held
more strictly: a data set is plain files in plain folders, so that anything else is refused, not mended.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from repro.data.fetch.addresses import FetchError

LITTER = re.compile(r"(^|/)(__MACOSX(/|$)|\._|\.DS_Store$|Thumbs\.db$)")
"""What file managers leave in archives; passed over."""

LONGEST_NAME = 255  # bytes of one component: more cannot be written on any common file system
DEEPEST = 32  # folders within folders


class UnpackError(FetchError):
    """The archive is damaged, or not one that a data set would be published as."""


@dataclass(frozen=True)
class Limits:
    """Above these an archive is taken for a bomb. The largest of the three sets has 50,025 files, 2 GB.

    files: number of files and folders.
    file_bytes: of one unpacked file.
    total_bytes: of all unpacked files.
    ratio: unpacked bytes per byte of the archive, once they are more than ``small`` bytes;
        pictures in JPEG or PNG hardly shrink, zeros shrink 1,000-fold.
    """

    files: int = 250_000
    file_bytes: int = 2**28
    total_bytes: int = 2**36
    ratio: float = 100.0
    small: int = 2**24

    def unpacked(self, archive_bytes: int) -> int:
        """The most bytes that an archive of this size may unpack to."""
        return min(self.total_bytes, max(self.small, int(self.ratio * archive_bytes)))


class Gate:
    """Lets the members of one archive pass, one by one, or raises UnpackError."""

    def __init__(self, limits: Limits, archive_bytes: int) -> None:
        self._limits = limits
        self.most = limits.unpacked(archive_bytes)
        self._spelled: dict[str, tuple[str, str]] = {}  # folded path → (as written, file or folder)
        self._bytes = 0

    def admit(self, name: str, size: int, kind: str) -> PurePosixPath | None:
        """The relative path at which to write a member, or None for litter.

        Args:
            name: as the archive spells it.
            size: bytes of the unpacked file, as the archive states them.
            kind: ``file``, ``folder``, or what else it is, in words.

        Raises:
            UnpackError: a name that leads outside or cannot be written everywhere, a name used twice, a
                member that is neither file nor folder, or more than the limits allow.
        """
        if kind not in {"file", "folder"}:
            raise UnpackError(f"the archive holds a {kind} ({name!r}): only files and folders are unpacked")
        path = safe_path(name)
        self._weigh(name, size)
        if LITTER.search(path.as_posix()):
            return None
        for folder in list(path.parents)[:-1]:  # the last parent is "."
            self._note(folder, "folder")
        if path.parts:
            self._note(path, kind)
        elif kind == "file":
            raise UnpackError("the archive holds a file without a name")
        return path

    def _weigh(self, name: str, size: int) -> None:
        """Count a member against the limits."""
        self._bytes += size
        if size > self._limits.file_bytes:
            raise UnpackError(f"{name!r} would unpack to {size:,} bytes, too large for a picture")
        if self._bytes > self.most:
            raise UnpackError(f"the archive would unpack to more than {self.most:,} bytes: taken for a bomb")

    def _note(self, path: PurePosixPath, kind: str) -> None:
        """Remember a path; refuse one that comes twice, or in two spellings that some disks hold for one."""
        written = path.as_posix()
        key = folded(written)
        before = self._spelled.setdefault(key, (written, "new"))
        self._spelled[key] = (written, kind)
        if len(self._spelled) > self._limits.files:
            raise UnpackError(f"the archive holds more than {self._limits.files:,} files and folders")
        if before[0] != written:
            raise UnpackError(f"{before[0]!r} and {written!r} are one name on disks that ignore case")
        if before[1] != "new" and "file" in {before[1], kind}:
            raise UnpackError(f"the archive holds {written!r} twice")


def folded(name: str) -> str:
    """A name as disks compare it that ignore case (and, on macOS, how accents are composed)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def safe_path(name: str) -> PurePosixPath:
    """A member's name as a relative path that stays inside. Raises UnpackError, never mends."""
    if not name.isprintable():  # control characters, NUL, and bytes that are no UTF-8 (lone surrogates)
        raise UnpackError(f"the name {name!r} in the archive is not plain UTF-8 text")
    if "\\" in name or ":" in name:
        raise UnpackError(f"the name {name!r} in the archive has a backslash or a colon, as Windows paths do")
    path = PurePosixPath(name)  # drops "./" and doubled slashes
    if path.is_absolute() or ".." in path.parts:
        raise UnpackError(f"the name {name!r} in the archive leads outside its folder")
    if len(path.parts) > DEEPEST or any(len(part.encode()) > LONGEST_NAME for part in path.parts):
        raise UnpackError(f"the name {name[:80]!r}… in the archive is too long or too deep")
    return path
