"""Kaggle's data set, with a stand-in for kagglehub: what it left is taken over, errors become advice."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from repro.data.fetch import CARD, FetchError, fetch
from repro.data.fetch.kaggle import download_from_kaggle

HANDLE = "ktaebum/anime-sketch-colorization-pair"
Install = Callable[[Any], None]


class UnauthenticatedError(Exception):
    """Called as kagglehub's own."""


def refused(status: int) -> Exception:
    """What kagglehub raises for a status of Kaggle's server."""
    error = Exception(f"{status} Client Error")
    error.response = SimpleNamespace(status_code=status)  # type: ignore[attr-defined]
    return error


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A miniature of the real layout, where kagglehub would have put it."""
    for name in ("data/train/1.png", "data/train/2.png", "data/val/3.png", "data/colorgram/1.json"):
        path = tmp_path / "cache" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "cache"


@pytest.fixture
def kagglehub(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Install:
    """``kagglehub(error)``: from now on a stand-in raises ``error``, or returns the cache for None."""

    def install(error: Exception | None) -> None:
        def dataset_download(handle: str) -> str:
            assert handle == HANDLE
            if error is not None:
                raise error
            return str(cache)

        monkeypatch.setitem(sys.modules, "kagglehub", SimpleNamespace(dataset_download=dataset_download))

    return install


def test_what_kagglehub_left_becomes_the_folder(kagglehub: Install, cache: Path, tmp_path: Path) -> None:
    kagglehub(None)
    card = fetch("anime-pair", tmp_path / "anime")
    assert card.files == {"colorgram": 1, "train": 2, "val": 1}
    assert (card.address, card.sha256, card.bytes) == (f"kaggle:{HANDLE}", "", 0)
    assert (tmp_path / "anime" / "val" / "3.png").read_text() == "data/val/3.png"
    assert (tmp_path / "anime" / CARD).is_file()
    assert (cache / "data" / "train" / "1.png").is_file()  # kagglehub's own copy stays as it was
    assert {path.name for path in tmp_path.iterdir()} == {"cache", "anime"}
    assert fetch("anime-pair", tmp_path / "anime") == card


def test_across_disks_it_is_copied(
    kagglehub: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: Any) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", no_links)
    kagglehub(None)
    assert fetch("anime-pair", tmp_path / "anime").files["train"] == 2


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (UnauthenticatedError(), "you are not logged in to Kaggle. To log in, make an API token"),
        (refused(401), "you are not logged in"),
        (refused(403), "agree to its terms"),
        (refused(404), "no such data set any more"),
        (ConnectionError("reset"), "Kaggle cannot be reached; what came so far is kept"),
        (ValueError("odd archive"), "ValueError: odd archive. What came so far is kept"),
    ],
)
def test_errors_become_advice(error: Exception, advice: str, kagglehub: Install, tmp_path: Path) -> None:
    kagglehub(error)
    with pytest.raises(FetchError) as raised:
        fetch("anime-pair", tmp_path / "anime")
    assert advice in str(raised.value)
    assert f"https://www.kaggle.com/datasets/{HANDLE}" in str(raised.value)
    assert {path.name for path in tmp_path.iterdir()} == {"cache"}


def test_without_kagglehub_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "kagglehub", None)
    with pytest.raises(FetchError, match=r"pip install 'repro\[data\]'; or download https://www\.kaggle"):
        fetch("anime-pair", tmp_path / "anime")


def test_a_link_in_what_came_is_refused(kagglehub: Install, cache: Path, tmp_path: Path) -> None:
    (cache / "data" / "train" / "evil.png").symlink_to("/etc/passwd")
    kagglehub(None)
    with pytest.raises(FetchError, match="holds a link or device"):
        download_from_kaggle(HANDLE, tmp_path / "anime")
    assert not (tmp_path / "anime").exists()


def test_a_hash_cannot_be_demanded_of_kaggle(kagglehub: Install, tmp_path: Path) -> None:
    kagglehub(None)
    with pytest.raises(FetchError, match="cannot be demanded of Kaggle's anime-pair"):
        fetch("anime-pair", tmp_path / "anime", sha256="0" * 64)
