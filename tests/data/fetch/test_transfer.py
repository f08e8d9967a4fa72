"""Downloading over a bad line: every file that counts as whole is the server's, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from repro.data.fetch import FetchError
from repro.data.fetch.partial import Partial
from repro.data.fetch.transfer import Patience, download


def begun(site: Any, target: Path, size: int, **how: Any) -> None:
    """Leave the first ``size`` bytes behind, as an interrupted download does."""
    site.answer(after=size, **how)
    with pytest.raises(FetchError, match="kept"):
        download(site.url, target, Patience(stall=5, tries=1))
    assert target.read_bytes() == site.content[:size]


def test_a_file_comes_whole(site: Any, tmp_path: Path, quick: Patience) -> None:
    part = download(site.url, tmp_path / "file", quick)
    assert part.path.read_bytes() == site.content
    assert site.ranges == [""]
    assert site.asked[0]["Accept-Encoding"] == "identity"


def test_a_whole_file_is_not_asked_for_again(site: Any, tmp_path: Path, quick: Patience) -> None:
    download(site.url, tmp_path / "file", quick)
    download(site.url, tmp_path / "file", quick)
    assert len(site.asked) == 1


BAD_STARTS: dict[str, list[dict[str, Any]]] = {
    "hangs up": [{"after": 40_000}],
    "hangs up at once": [{"after": 0}],
    "hangs up four times, each time later": [{"after": 20_000}] * 4,
    "goes silent": [{"after": 40_000, "stalls": True}],
    "goes silent before a byte": [{"after": 0, "stalls": True}],
    "claims to be longer than it is": [{"claims": 100_001}],
    "busy": [{"status": 503}, {"status": 429}],
    "broken inside": [{"status": 500}, {"after": 60_000}],
    "knows no Range": [{"after": 40_000}, {"ranges": False}],
    "sends another part than asked for": [{"after": 40_000}, {"start": 39_999}],
    "sends a part nobody asked for": [{"status": 206}],
}


@pytest.mark.parametrize("case", BAD_STARTS)
def test_a_bad_line_does_not_show_in_the_file(case: str, site: Any, tmp_path: Path) -> None:
    for how in BAD_STARTS[case]:
        site.answer(**how)
    patience = Patience(stall=0.25 if "silent" in case else 5.0, tries=5, pause=0.01)
    assert download(site.url, tmp_path / "file", patience).path.read_bytes() == site.content


def test_only_the_rest_is_asked_for(site: Any, tmp_path: Path, quick: Patience) -> None:
    site.answer(after=40_000)
    download(site.url, tmp_path / "file", quick)
    assert site.ranges == ["", "bytes=40000-"]
    assert site.asked[1]["If-Range"] == '"one"'


def test_a_later_call_goes_on(site: Any, tmp_path: Path, quick: Patience) -> None:
    begun(site, tmp_path / "file", 70_000)
    assert download(site.url, tmp_path / "file", quick).path.read_bytes() == site.content
    assert site.ranges == ["", "bytes=70000-"]


@pytest.mark.parametrize("deaf", [False, True], ids=["If-Range obeyed", "If-Range ignored"])
@pytest.mark.parametrize("size", [100_000, 30_000, 250_000])
def test_a_file_that_changed_meanwhile_comes_from_its_start(
    deaf: bool, size: int, site: Any, tmp_path: Path, quick: Patience
) -> None:
    begun(site, tmp_path / "file", 40_000)
    site.content, site.tag = hashlib.shake_128(b"new").digest(size), '"two"'
    site.answer(deaf=deaf)
    assert download(site.url, tmp_path / "file", quick).path.read_bytes() == site.content


@pytest.mark.parametrize("tag", ["", 'W/"one"'], ids=["no validator", "weak validator"])
def test_nothing_is_glued_together_without_proof(
    tag: str, site: Any, tmp_path: Path, quick: Patience
) -> None:
    site.tag = tag
    begun(site, tmp_path / "file", 40_000)
    download(site.url, tmp_path / "file", quick)
    assert site.ranges == ["", ""]


def test_the_date_of_a_file_serves_where_it_has_no_tag(site: Any, tmp_path: Path, quick: Patience) -> None:
    site.tag, dated = "", (("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"),)
    begun(site, tmp_path / "file", 40_000, headers=dated)
    site.answer(deaf=True, headers=dated)
    assert download(site.url, tmp_path / "file", quick).path.read_bytes() == site.content
    assert site.asked[1]["If-Range"] == dated[0][1]
    assert len(site.asked) == 2


def test_the_beginning_of_another_address_is_not_gone_on_with(
    site: Any, tmp_path: Path, quick: Patience
) -> None:
    begun(site, tmp_path / "file", 40_000)
    download(site.url + "?other", tmp_path / "file", quick)
    assert site.ranges == ["", ""]


@pytest.mark.parametrize("card", ["", "[]", '{"url": 1}', "gone", "too long"])
def test_bytes_of_unknown_origin_are_thrown_away(
    card: str, site: Any, tmp_path: Path, quick: Patience
) -> None:
    begun(site, tmp_path / "file", 40_000)
    beside = tmp_path / "file.json"
    if card == "gone":
        beside.unlink()
    elif card == "too long":
        (tmp_path / "file").write_bytes(bytes(200_000))
    else:
        beside.write_text(card)
    assert download(site.url, tmp_path / "file", quick).path.read_bytes() == site.content
    assert site.ranges == ["", ""]


def test_a_length_that_is_too_short_cannot_be_seen_here(site: Any, tmp_path: Path, quick: Patience) -> None:
    """HTTP ends where it says it ends; the hash and the archive's own end tell (test_acquire)."""
    site.answer(claims=99_000)
    assert download(site.url, tmp_path / "file", quick).size == 99_000


def test_a_server_that_gives_no_length_is_believed(site: Any, tmp_path: Path, quick: Patience) -> None:
    site.answer(silent=True)
    assert download(site.url, tmp_path / "file", quick).path.read_bytes() == site.content


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"status": 404}, "404 Not Found; the file may have moved"),
        ({"status": 403}, "403"),
        ({"status": 302, "headers": (("Location", "/round"),)}, "round in circles"),
        ({"status": 302, "headers": (("Location", "file:///etc/passwd"),)}, "cannot be asked for"),
        ({"headers": (("Content-Type", "text/html; charset=utf-8"),)}, "web page, not with a file"),
    ],
)
def test_what_will_not_pass_is_said_at_once(
    how: dict[str, Any], message: str, site: Any, tmp_path: Path, quick: Patience
) -> None:
    for _ in range(40):
        site.answer(**how)
    with pytest.raises(FetchError, match=message):
        download(site.url, tmp_path / "file", quick)
    assert list(tmp_path.iterdir()) == []
    assert len(site.asked) == (31 if "circles" in message else 1)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"status": 500}, "500 Internal Server Error"),
        ({"after": 30_000, "ranges": False}, "connection broke off"),
        ({"after": 30_000, "stalls": True, "ranges": False}, r"not a byte came for 0\.1 s"),
    ],
)
def test_patience_ends(how: dict[str, Any], message: str, site: Any, tmp_path: Path) -> None:
    for _ in range(9):
        site.answer(**how)
    with pytest.raises(FetchError, match=message):
        download(
            site.url,
            tmp_path / "file",
            Patience(stall=0.1 if "byte" in message else 5.0, tries=3, pause=0.01),
        )
    assert len(site.asked) <= 3


def test_pauses_grow(site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    for _ in range(9):
        site.answer(status=503)
    with pytest.raises(FetchError):
        download(site.url, tmp_path / "file", Patience(stall=1, tries=9, pause=1.0))
    assert slept == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://127.0.0.1/x.zip", "http://", "file:///x.zip", "http://[1/"]
)
def test_an_address_that_is_none(url: str, tmp_path: Path, quick: Patience) -> None:
    with pytest.raises(FetchError, match="cannot be asked for"):
        download(url, tmp_path / "file", quick)


def test_a_server_that_is_not_there(tmp_path: Path, quick: Patience) -> None:
    with pytest.raises(FetchError, match=r"no connection to 127\.0\.0\.1; given up after 3 tries"):
        download("http://127.0.0.1:9/x.zip", tmp_path / "file", quick)


# The disk


def test_room_is_asked_for_before_a_byte_is_written(
    site: Any, tmp_path: Path, quick: Patience, disk: Callable[[int], None]
) -> None:
    disk(199_999)
    with pytest.raises(FetchError, match=r"needs 200\.0 kB, and .* has room for 200\.0 kB: make room"):
        download(site.url, tmp_path / "file", quick)
    assert Partial(tmp_path / "file").size == 0
    disk(200_000)
    assert download(site.url, tmp_path / "file", quick).size == 100_000


def test_an_endless_file_does_not_fill_the_disk(
    site: Any, tmp_path: Path, quick: Patience, disk: Callable[[int], None]
) -> None:
    disk(50_000)
    site.answer(silent=True)
    with pytest.raises(FetchError, match=r"does not end within 50\.0 kB"):
        download(site.url, tmp_path / "file", quick)
    assert Partial(tmp_path / "file").size <= 50_000


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_disk_that_fills_up_is_said_in_words(
    site: Any, tmp_path: Path, quick: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(site, tmp_path / "file", 40_000)
    usual = Path.open

    def full(path: Path, mode: str = "r", **how: Any) -> Any:
        return usual(Path("/dev/full") if mode == "ab" else path, mode, **how)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(
        FetchError, match="cannot be written: No space left on device; what came so far is kept"
    ):
        download(site.url, tmp_path / "file", quick)
