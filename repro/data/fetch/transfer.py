"""One file over HTTP, however bad the line: resumed, retried, and never mistaken for whole.

requests speaks HTTP here. pooch, the usual frame for such downloads, was weighed and left out: it cannot
resume, and the file that it hands to a downloader of one's own is deleted when a download is interrupted.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
import urllib3
from tqdm import tqdm

from repro.data.fetch.addresses import FetchError
from repro.data.fetch.partial import Partial, Source
from repro.data.fetch.space import readable, require_room, room

BLOCK = 2**18
BUSY = {408, 425, 429, 500, 502, 503, 504}  # states of a server that may pass
LONGEST_PAUSE = 60.0  # s


@dataclass(frozen=True)
class Patience:
    """How long to put up with a bad line.

    stall: seconds without a single byte after which a connection is given up.
    tries: connections that may break in a row before the download is given up; one that brought
        something new counts as the first again.
    pause: seconds before the second try; doubled before each further one, up to LONGEST_PAUSE.
    """

    stall: float = 30.0
    tries: int = 6
    pause: float = 1.0


class Dropped(Exception):
    """This connection came to nothing; another one may do better."""


def download(url: str, target: Path, patience: Patience | None = None) -> Partial:
    """Bring ``target`` to the whole file at ``url``, going on from what an earlier call left there.

    What was left is gone on with only if the server confirms that its file is still the same (If-Range);
    otherwise it is thrown away and the download starts afresh. Interrupted at any moment, it can be resumed.

    Raises:
        FetchError: a bad address, a server that refuses or stays silent, a web page in place of a file, or
            too little room; what came so far is kept where going on can help.
    """
    patience = patience or Patience()
    part, failures, furthest = Partial(target), 0, 0
    while not part.complete(url):
        furthest = max(furthest, part.size)
        try:
            _connect(url, part, patience)
            return part
        except Dropped as error:
            failures = 1 if part.size > furthest else failures + 1
            if failures >= patience.tries:
                raise FetchError(
                    f"{url}: {error}; given up after {failures} tries. "
                    f"{readable(part.size)} are kept; the same command tries again"
                ) from error
            pause = min(LONGEST_PAUSE, patience.pause * 2 ** (failures - 1))
            tqdm.write(f"{error}; trying again in {pause:g} s", file=sys.stderr)
            time.sleep(pause)
    return part


def _connect(url: str, part: Partial, patience: Patience) -> None:
    """One connection, from request to the last byte. Raises Dropped when another one may help."""
    headers = {"Accept-Encoding": "identity", "User-Agent": "repro"}
    source = part.source(url)
    if source is not None and source.validator and part.size:
        headers |= {"Range": f"bytes={part.size}-", "If-Range": source.validator}
    with (
        _explained(url, patience),
        requests.get(url, headers=headers, stream=True, timeout=patience.stall) as response,
    ):
        _check_answer(url, response)
        if response.status_code == 200:  # the first try, or it changed, or the server knows no Range
            source = Source(url, _validator(response), _length(response))
            part.begin(source)
        elif source is None or not _continues(response, part.size, source):
            part.discard()
            raise Dropped("the file changed on the server, or it sent another part than was asked for")
        _receive(response, part, source.total)


@contextmanager
def _explained(url: str, patience: Patience) -> Iterator[None]:
    """Sort what can go wrong into Dropped (try again) and FetchError (no use)."""
    try:
        yield
    except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise Dropped(f"not a byte came for {patience.stall:g} s") from error
    except requests.ConnectionError as error:
        raise Dropped(f"no connection to {urlsplit(url).hostname}") from error
    except (requests.exceptions.ChunkedEncodingError, urllib3.exceptions.HTTPError) as error:
        raise Dropped("the connection broke off") from error
    except requests.TooManyRedirects as error:
        raise FetchError(f"{url} leads round in circles: give the address of the file with --url") from error
    except requests.RequestException as error:
        raise FetchError(f"{url} cannot be asked for: {error}") from error
    except OSError as error:
        raise FetchError(
            f"the download cannot be written: {error.strerror or error}; what came so far is kept, "
            "the same command goes on from there"
        ) from error


def _check_answer(url: str, response: requests.Response) -> None:
    """Raise for anything but a file or a part of one: Dropped if it may pass, FetchError if not."""
    status = response.status_code
    if url.startswith("https:") and not response.url.startswith("https:"):
        raise FetchError(f"{url} leads to {response.url}, which is not encrypted: not followed")
    if status in BUSY:
        raise Dropped(f"the server answered {status} {response.reason}")
    if status not in {200, 206, 416}:  # 416: it has no such part any more
        raise FetchError(
            f"{url}: the server answered {status} {response.reason}; the file may have moved: "
            "give its new address with --url, or download it by hand and unpack it into the folder"
        )
    if status != 416 and response.headers.get("Content-Type", "").startswith("text/html"):
        raise FetchError(
            f"{url} answered with a web page, not with a file: open it in a browser to see what it says, "
            "and give the address of the archive itself with --url"
        )


def _continues(response: requests.Response, offset: int, source: Source) -> bool:
    """Whether a partial answer goes on exactly where ``offset`` bytes of ``source`` end."""
    named = "ETag" if source.validator.startswith('"') else "Last-Modified"
    given = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    return (
        given is not None
        and int(given[1]) == offset
        and (source.total is None or given[2] in {"*", str(source.total)})
        and response.headers.get(named) in {None, source.validator}
    )


def _receive(response: requests.Response, part: Partial, total: int | None) -> None:
    """Append the body to ``part``. Raises Dropped when it ends early, FetchError when there is no room."""
    folder, start = part.path.parent, part.size
    if total is not None:  # pictures hardly shrink in an archive: unpacked they need as much again
        require_room(folder, 2 * total - start, f"the download of {readable(total)}, and unpacking it,")
    limit = start + room(folder)
    with (
        part.path.open("ab") as file,
        tqdm(total=total, initial=start, unit="B", unit_scale=True, desc="download", disable=None) as bar,
    ):
        # Raw bytes, whatever Content-Encoding says: some servers call every .tar.gz "gzip-encoded".
        while block := response.raw.read1(BLOCK, decode_content=False):
            if file.tell() + len(block) > limit:
                raise FetchError(f"the file does not end within {readable(limit)}, all the room there is")
            file.write(block)
            bar.update(len(block))
    if total is not None and part.size != total:
        raise Dropped(f"only {readable(part.size)} of {readable(total)} came")


def _validator(response: requests.Response) -> str:
    """What names this very version of the file: a strong ETag, else Last-Modified, else nothing."""
    tag = response.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")


def _length(response: requests.Response) -> int | None:
    """Bytes of the whole file as its server states them, or None."""
    stated = response.headers.get("Content-Length", "")
    return int(stated) if re.fullmatch(r"\d{1,18}", stated) else None
