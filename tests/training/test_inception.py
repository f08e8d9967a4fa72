"""Fetching Inception: a stand-in of two tensors from the loopback interface, whole and wrong."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from repro.data.fetch.transfer import Patience
from repro.methods.feature_nets import inception_path
from repro.methods.weights import read_tensors
from repro.models.features import FeatureNetError
from repro.training.inception import FIRST, LAST, SHA256, URL, fetch_inception

QUICK = Patience(stall=5.0, tries=2, pause=0.01)
Serve = Callable[[bytes], str]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPRO_CACHE", str(tmp_path / "cache"))


def pickled(state: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def test_what_is_published_is_kept_as_tensors_and_asked_for_once(serve: Serve) -> None:
    state = {FIRST: torch.rand(2, 3), LAST: torch.rand(4)}
    content = pickled(state)
    digest = hashlib.sha256(content).hexdigest()
    assert fetch_inception(url=serve(content), sha256=digest, patience=QUICK) == inception_path()
    kept, card = read_tensors(inception_path())
    assert all(torch.equal(kept[name], tensor) for name, tensor in state.items())
    assert card["about"]["source"] == URL
    assert [path.name for path in inception_path().parent.iterdir()] == ["inception.safetensors"]
    fetch_inception(url="http://127.0.0.1:9/gone.pth", patience=QUICK)


def test_another_file_is_refused(serve: Serve, tmp_path: Path) -> None:
    with pytest.raises(FeatureNetError, match=f"is not the published file: .* not {SHA256}"):
        fetch_inception(url=serve(pickled({FIRST: torch.zeros(1)})), patience=QUICK)
    other = pickled({"something": torch.zeros(1)})
    by_hand = tmp_path / "by_hand.pth"
    by_hand.write_bytes(other)
    with pytest.raises(FeatureNetError, match="not a state dict of Inception"):
        fetch_inception(file=by_hand, sha256=hashlib.sha256(other).hexdigest())
    assert not inception_path().exists()


def test_the_address_carries_the_first_digits_of_the_checksum() -> None:
    assert URL.endswith(f"-{SHA256[:8]}.pth")
    assert len(SHA256) == 64
