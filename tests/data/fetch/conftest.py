"""A web server on the loopback interface that misbehaves as it is told, and archives to serve."""

from __future__ import annotations

import io
import shutil
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from repro.data.fetch import space, transfer
from repro.data.fetch.members import Limits
from repro.data.fetch.transfer import Patience
from repro.data.fetch.unpack import unpack

Made = Callable[..., bytes]
KINDS = ("cat", "dog", "wild")


@dataclass(frozen=True)
class Answer:
    """How the server answers one request; the default is to behave.

    after: bytes of the body after which it stops sending and hangs up; None sends all.
    stalls: it goes silent instead of hanging up.
    claims: a Content-Length of its own invention, or None for the truth.
    silent: it gives no Content-Length at all.
    ranges: it knows the Range header; ``deaf``: it obeys Range without a look at If-Range.
    start: first byte of the part it sends, whatever was asked for.
    """

    status: int = 200
    after: int | None = None
    stalls: bool = False
    claims: int | None = None
    silent: bool = False
    ranges: bool = True
    deaf: bool = False
    start: int | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Site:
    """What is served: ``content`` at any path, under ``tag``; of ``answers`` each request uses one up."""

    url: str = ""
    content: bytes = b""
    tag: str = '"one"'
    answers: list[Answer] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def answer(self, **how: Any) -> None:
        """Answer one more request in this way (the fields of Answer)."""
        self.answers.append(Answer(**how))

    @property
    def ranges(self) -> list[str]:
        """The Range header of each request, empty where there was none."""
        return [headers.get("Range", "") for headers in self.asked]


class Handler(BaseHTTPRequestHandler):
    """Sends what the site's next answer says."""

    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        """Answer one request and hang up."""
        site, self.close_connection = self.site, True
        site.asked.append(dict(self.headers))
        answer = site.answers.pop(0) if site.answers else Answer()
        body, status, extra = self._part(answer)
        self.send_response(status)
        for name, value in (*extra, *answer.headers):
            self.send_header(name, value)
        if not answer.silent:
            self.send_header("Content-Length", str(len(body) if answer.claims is None else answer.claims))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body[: answer.after])
        self.wfile.flush()
        if answer.stalls:
            site.done.wait(10)

    def _part(self, answer: Answer) -> tuple[bytes, int, list[tuple[str, str]]]:
        """The body, its status and its headers."""
        site = self.site
        tag = [("ETag", site.tag)] if site.tag else []
        asked = self.headers.get("Range", "")
        same = answer.deaf or self.headers.get("If-Range") == site.tag
        if answer.status != 200:
            return b"no", answer.status, []
        if not (asked and answer.ranges and same):
            return site.content, 200, tag
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if answer.start is None else answer.start
        last, total = len(site.content) - 1, len(site.content)
        if start > last:
            return b"no", 416, [("Content-Range", f"bytes */{total}")]
        return site.content[start:], 206, [*tag, ("Content-Range", f"bytes {start}-{last}/{total}")]

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    """A running server of 100,000 bytes without a pattern."""
    served = Site(content=bytes((i * i * 31 + i // 251) % 256 for i in range(100_000)))
    handler = type("Bound", (Handler,), {"site": served})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        served.url = f"http://127.0.0.1:{server.server_port}/set.zip"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield served
        served.done.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def quick() -> Patience:
    """Hardly a pause, so that the tests are quick; but a long stall, for a machine that is busy."""
    return Patience(stall=5.0, tries=3, pause=0.01)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """``disk(n)``: from now on the disk has room for n bytes."""

    def holds(room: int) -> None:
        for module in (space, transfer):
            monkeypatch.setattr(module, "room", lambda _: room)

    return holds


@pytest.fixture
def zipped() -> Made:
    """``zipped({name: content})``: a zip of these files; a name that ends in a slash is a folder."""

    def make(files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(name), content, compression)
        return buffer.getvalue()

    return make


@pytest.fixture
def tarred() -> Made:
    """``tarred({name: content}, extra=[TarInfo…])``: a tar.gz of these, then of members without content."""

    def make(files: dict[str, bytes], mode: Any = "w:gz", extra: Sequence[tarfile.TarInfo] = ()) -> bytes:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode=mode) as archive:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            for info in extra:
                archive.addfile(info)
        return buffer.getvalue()

    return make


@pytest.fixture
def pictures() -> dict[str, bytes]:
    """A miniature data set in its wrapper; a few words stand for each picture."""
    return {
        f"afhq/{split}/{kind}/1.jpg": f"{split} {kind}".encode()
        for split in ("train", "val")
        for kind in KINDS
    }


@pytest.fixture(params=["zip", "zip deflated", "tar.gz", "tar"])
def packed(request: pytest.FixtureRequest, zipped: Made, tarred: Made) -> Made:
    """The same files in each format."""
    kinds: dict[str, Made] = {
        "zip": zipped,
        "zip deflated": lambda files: zipped(files, zipfile.ZIP_DEFLATED),
        "tar.gz": tarred,
        "tar": lambda files: tarred(files, "w"),
    }
    return kinds[request.param]


@pytest.fixture
def unpacked(tmp_path: Path) -> Callable[..., Path]:
    """``unpacked(bytes[, limits])``: unpack into ``box/out``; nothing may ever appear outside of it."""
    box = tmp_path / "box"

    def run(archive: bytes, limits: Limits | None = None) -> Path:
        shutil.rmtree(box, ignore_errors=True)
        box.mkdir()
        (box / "archive").write_bytes(archive)
        before = set(tmp_path.iterdir())
        try:
            return unpack(box / "archive", box / "out", limits)
        finally:
            assert {path.name for path in box.iterdir()} <= {"archive", "out"}
            assert set(tmp_path.iterdir()) == before
            assert not any(path.is_symlink() for path in box.rglob("*"))

    return run
