"""From the name of a data set to a whole folder of it, or to no folder at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from repro.data.fetch.addresses import FetchError, address_of
from repro.data.fetch.kaggle import download_from_kaggle
from repro.data.fetch.members import UnpackError
from repro.data.fetch.transfer import Patience, download
from repro.data.fetch.unpack import unpack, unwrapped
from repro.record import RecordError, read_json, write_json

CARD = "fetched.json"
"""What was fetched, from where and when; lies inside the data folder."""


@dataclass(frozen=True)
class Fetched:
    """The card of a fetched data set.

    address: the URL of the archive, or ``kaggle:owner/name``.
    bytes, sha256: of the archive; 0 and empty for Kaggle, where kagglehub checks it and throws it away.
    date: when it was fetched, ISO 8601, UTC.
    files: folder within the data set → how many files lie in it.
    """

    dataset: str
    address: str
    bytes: int
    sha256: str
    date: str
    files: dict[str, int]


def fetch(
    dataset: str,
    folder: Path,
    *,
    url: str | None = None,
    sha256: str | None = None,
    patience: Patience | None = None,
) -> Fetched:
    """Download ``dataset`` and unpack it as ``folder``; returns its card, which lies in it as CARD.

    The archive is compared to ``sha256`` where one is given, else to the card of an earlier fetch from the
    same address where ``folder`` holds nothing but that card; else there is nothing to compare it to, and its
    hash is only written down. Everything is made in a working folder beside ``folder`` and moved there when
    whole. A call that finds its data already there, as its card says, changes nothing; one that was
    interrupted is gone on with by the next.

    Args:
        url: of a zip or tar(.gz) to take instead of the documented address.
        sha256: 64 hexadecimal digits.

    Raises:
        FetchError: for everything that is wrong, in words for a person (UnpackError for the archive itself).
    """
    address = address_of(dataset)
    demanded = _checked(sha256)
    folder = Path(os.path.realpath(folder))
    source = url or address.url or f"kaggle:{address.kaggle}"
    if demanded and source.startswith("kaggle:"):
        raise FetchError(f"--sha256 cannot be demanded of Kaggle's {dataset}: kagglehub unpacks it unseen")
    earlier = _earlier(folder)
    if earlier is not None and earlier.files == count_files(folder):
        _check_same(earlier, dataset, demanded, folder)
        return earlier
    _check_free(folder, earlier)
    if earlier is not None and earlier.address == source:
        demanded = demanded or earlier.sha256
    with _working_folder(folder) as work:
        card = Fetched(dataset, source, 0, "", datetime.now(UTC).isoformat(timespec="seconds"), {})
        if source.startswith("kaggle:"):
            data = unwrapped(download_from_kaggle(address.kaggle, work / "unpacked"))
        else:
            data, card = _from_archive(card, demanded, work, patience)
        card = replace(card, files=count_files(data))
        write_json(data / CARD, asdict(card))
        _move(data, folder)
    return card


def _from_archive(
    card: Fetched, demanded: str, work: Path, patience: Patience | None
) -> tuple[Path, Fetched]:
    """Download, compare and unpack in ``work``; returns the unpacked folder, and the card with the hash."""
    part = download(card.address, work / "archive", patience)
    with part.path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    card = replace(card, bytes=part.size, sha256=found)
    if demanded and found != demanded:
        part.discard()
        raise FetchError(
            f"{card.address} is not the file it should be: its sha256 is {found}, but {demanded} was "
            f"demanded, by --sha256 or by the {CARD} of an earlier fetch. It was thrown away; if you trust "
            f"it none the less, give --sha256 {found}"
        )
    try:
        return unpack(part.path, work / "unpacked"), card
    except UnpackError:
        part.discard()  # going on with it would fail again
        raise


def _move(data: Path, folder: Path) -> None:
    """Put the finished data in place: in one step where ``folder`` is new.

    An empty folder stays the folder it is, for it may be someone's working directory; then each of the few
    things in ``data`` is moved there, the card last.
    """
    if not folder.exists():
        os.replace(data, folder)
        return
    for path in sorted(data.iterdir(), key=lambda path: path.name == CARD):
        os.replace(path, folder / path.name)


def count_files(folder: Path) -> dict[str, int]:
    """Folder within ``folder`` (``train/cat``; ``.`` is itself) → how many files lie in it, without CARD."""
    found = Counter(
        path.parent.relative_to(folder).as_posix()
        for path in folder.rglob("[!.]*")
        if path != folder / CARD and path.is_file()
    )
    return dict(sorted(found.items()))


def _checked(sha256: str | None) -> str:
    """A hash in lower case, or empty. Raises FetchError for what is none."""
    given = (sha256 or "").strip().lower().removeprefix("sha256:")
    if given and not re.fullmatch(r"[0-9a-f]{64}", given):
        raise FetchError(f"--sha256 needs 64 hexadecimal digits, not {sha256!r}")
    return given


def _earlier(folder: Path) -> Fetched | None:
    """The card of an earlier fetch, if a readable one lies there."""
    try:
        return Fetched(**read_json(folder / CARD))
    except (RecordError, TypeError):
        return None


def _check_same(earlier: Fetched, dataset: str, demanded: str, folder: Path) -> None:
    """Raise FetchError if what lies there, whole, is not what is asked for."""
    if earlier.dataset != dataset:
        raise FetchError(f"{folder} already holds {earlier.dataset}: choose another folder for {dataset}")
    if demanded and earlier.sha256 != demanded:
        raise FetchError(
            f"{folder} holds {dataset} from an archive of sha256 {earlier.sha256 or 'unknown'}, demanded was "
            f"{demanded}: remove the folder to fetch it again, or choose another"
        )


def _check_free(folder: Path, earlier: Fetched | None) -> None:
    """Raise FetchError if there is anything at ``folder`` that a new folder would replace."""
    if folder.exists() and not folder.is_dir():
        raise FetchError(f"{folder} is a file: name a folder that does not exist yet")
    if not folder.is_dir() or not any(path.name != CARD for path in folder.iterdir()):
        return
    if earlier is None:
        raise FetchError(f"{folder} is not empty, and nothing is overwritten: name a new or an empty folder")
    raise FetchError(
        f"{folder} holds {earlier.dataset} of {earlier.date}, but not all of it any more: move it away or "
        f"delete it. If you leave {CARD} in it, the new download is compared to the old one"
    )


@contextmanager
def _working_folder(folder: Path) -> Iterator[Path]:
    """A folder beside ``folder`` that keeps an interrupted download, and goes when all is done."""
    work = folder.with_name(f"{folder.name}.fetching")
    unpacked, lock = work / "unpacked", work / "lock"
    try:
        work.mkdir(parents=True, exist_ok=True)
        with _locked(lock, folder):
            shutil.rmtree(unpacked, ignore_errors=True)  # of a call that was killed
            try:
                yield work
            finally:
                shutil.rmtree(unpacked, ignore_errors=True)
                if set(work.iterdir()) <= {lock}:  # nothing in it to go on with
                    shutil.rmtree(work)
    except OSError as error:
        raise FetchError(f"{folder} cannot be made: {error.strerror or error} ({error.filename})") from error
    shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _locked(lock: Path, folder: Path) -> Iterator[None]:
    """One fetch into a folder at a time; the system lets go of the lock of a process that died."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FetchError(f"another fetch into {folder} is at work: wait for it, or stop it") from error
        except OSError:
            pass  # some cluster file systems have no locks
        yield
