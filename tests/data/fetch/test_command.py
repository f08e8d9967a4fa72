"""``repro data fetch``: what a person types, what it prints, and what Ctrl-C leaves."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from repro.cli import main

Made = Callable[..., bytes]


def test_what_came_is_told(
    site: Any, zipped: Made, pictures: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.content = zipped(pictures)
    assert main(["data", "fetch", "afhq", str(tmp_path / "afhq"), "--url", site.url]) == 0
    out, _ = capsys.readouterr()
    assert "train/cat            1 files" in out
    assert f"{len(site.content):,} bytes, sha256 {hashlib.sha256(site.content).hexdigest()}" in out
    assert "terms: CC BY-NC 4.0" in out
    assert f"next: repro data check afhq {tmp_path}/afhq" in out


def test_a_failure_is_one_line_and_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "fetch", "folder", str(tmp_path / "x")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("repro data: 'folder' means pictures of your own")
    assert len(err.splitlines()) == 1


def test_the_help_is_honest_about_checksums(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["data", "fetch", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "No publisher of the three states a checksum" in text
    assert "--sha256 HEX" in text


def test_without_the_packages_it_is_said_which(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("repro.data.fetch")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "requests", None)
    assert main(["data", "fetch", "afhq", str(tmp_path / "afhq")]) == 1
    assert "pip install 'repro[data]'" in capsys.readouterr().err


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_download_that_was_stopped_is_gone_on_with(
    how: signal.Signals, site: Any, zipped: Made, pictures: dict[str, bytes], tmp_path: Path, root: Path
) -> None:
    site.content = zipped(pictures | {"afhq/train/cat/2.jpg": bytes(50_000)})
    site.answer(after=30_000, stalls=True)
    words = ["data", "fetch", "afhq", str(tmp_path / "afhq"), "--url", site.url]
    # A job that a script has put in the background inherits a deaf ear for SIGINT: this one is to hear it.
    program = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    program += "from repro.cli import main; sys.exit(main(sys.argv[1:]))"
    running = subprocess.Popen(
        [sys.executable, "-c", program, *words], stderr=subprocess.PIPE, text=True, cwd=root
    )
    part, deadline = tmp_path / "afhq.fetching" / "archive", time.monotonic() + 30
    while not (part.is_file() and part.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(how)
    _, err = running.communicate(timeout=20)
    if how == signal.SIGINT:
        assert running.returncode == 130
        assert "the same command goes on from there" in err
        assert "Traceback" not in err
    assert not (tmp_path / "afhq").exists()
    came = part.stat().st_size
    assert came > 0
    assert main(words) == 0
    assert site.ranges == ["", f"bytes={came}-"]
    assert (tmp_path / "afhq" / "train" / "cat" / "2.jpg").read_bytes() == bytes(50_000)
    assert {path.name for path in tmp_path.iterdir()} == {"afhq"}
