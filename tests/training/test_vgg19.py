"""Fetching VGG-19: a small stand-in from a server on the loopback interface, whole, damaged and malicious."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from repro.data.fetch import FetchError
from repro.data.fetch.transfer import Patience
from repro.methods.feature_nets import feature_net, feature_net_path
from repro.models.features import VGG19_DEPTHS, FeatureNetError, Recipe, torchvision_places
from repro.training.vgg19 import VGG19, Published, fetch_vgg19

DEPTHS = (1, 2)
QUICK = Patience(stall=5.0, tries=2, pause=0.01)
State = dict[str, Tensor]
Publish = Callable[[bytes], Published]


@pytest.fixture
def publish(serve: Callable[[bytes], str]) -> Publish:
    """``publish(content)``: serve these bytes as the published file, under their true checksum."""

    def make(content: bytes) -> Published:
        recipe = Recipe("vgg19", VGG19.recipe.mean, VGG19.recipe.std)
        return Published(
            serve(content), hashlib.sha256(content).hexdigest(), recipe, DEPTHS, {"licence": "none"}
        )

    return make


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REPRO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def state() -> State:
    """The state dict of a VGG of two blocks, with the classifier that nobody wants here."""
    shapes = {0: (4, 3), 3: (6, 4), 5: (6, 6)}
    weights = {f"features.{i}.weight": torch.randn(*shape, 3, 3) for i, shape in shapes.items()}
    biases = {f"features.{i}.bias": torch.randn(shape[0]) for i, shape in shapes.items()}
    return {**weights, **biases, "classifier.0.weight": torch.zeros(1000)}


def pickled(state: Any, *, legacy: bool = False) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer, _use_new_zipfile_serialization=not legacy)
    return buffer.getvalue()


def left_in(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.rglob("*") if path.is_file())


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "the format of 2017"])
def test_what_is_published_becomes_the_net_of_that_name(
    publish: Publish, state: State, own_cache: Path, legacy: bool
) -> None:
    published = publish(pickled(state, legacy=legacy))
    assert fetch_vgg19(published=published, patience=QUICK) == feature_net_path("vgg19")
    net = feature_net("vgg19")
    assert net.layers == ("relu1_1", "relu2_1", "relu2_2")
    assert net.recipe.mean == (0.485, 0.456, 0.406)
    assert net.about == {"licence": "none", "sha256": published.sha256}
    for conv, place in torchvision_places(DEPTHS).items():
        assert torch.equal(net.get_buffer(f"{conv}_weight"), state[f"features.{place}.weight"])
        assert torch.equal(net.get_buffer(f"{conv}_bias"), state[f"features.{place}.bias"])
    assert left_in(own_cache) == ["vgg19.safetensors"]


def test_the_second_call_asks_nobody(publish: Publish, state: State) -> None:
    fetch_vgg19(published=publish(pickled(state)), patience=QUICK)
    before = feature_net_path("vgg19").read_bytes()
    fetch_vgg19(url="http://127.0.0.1:9/gone.pth", patience=QUICK)
    assert feature_net_path("vgg19").read_bytes() == before


def test_a_file_fetched_by_hand_needs_no_server(publish: Publish, state: State, tmp_path: Path) -> None:
    published = publish(pickled(state))
    by_hand = tmp_path / "by_hand.pth"
    by_hand.write_bytes(pickled(state))
    fetch_vgg19(file=by_hand, published=published)
    assert by_hand.exists()
    assert feature_net("vgg19").depths == DEPTHS


@pytest.mark.parametrize("spoil", [lambda b: b[:-1], lambda b: b + b"x", lambda b: b[:50] + b"!" + b[51:]])
def test_another_file_under_the_address_is_refused_and_thrown_away(
    publish: Publish, state: State, own_cache: Path, spoil: Callable[[bytes], bytes]
) -> None:
    published = publish(pickled(state))
    publish(spoil(pickled(state)))
    with pytest.raises(FeatureNetError, match=f"is not the published file: .* not {published.sha256}"):
        fetch_vgg19(published=published, patience=QUICK)
    assert left_in(own_cache) == []


def test_a_truncated_file_of_ones_own_is_refused_and_left(
    publish: Publish, state: State, own_cache: Path, tmp_path: Path
) -> None:
    published, cut = publish(pickled(state)), tmp_path / "cut.pth"
    cut.write_bytes(pickled(state)[:-100])
    with pytest.raises(FeatureNetError, match=r"cut\.pth is not the published file"):
        fetch_vgg19(file=cut, published=published)
    with pytest.raises(FeatureNetError, match=r"none\.pth cannot be read"):
        fetch_vgg19(file=tmp_path / "none.pth", published=published)
    assert cut.exists()
    assert left_in(own_cache) == []


def test_a_server_without_it_is_told_in_words(publish: Publish, state: State, own_cache: Path) -> None:
    published = publish(pickled(state))
    with pytest.raises(FetchError, match="404"):
        fetch_vgg19(url=published.url + "x", published=published, patience=QUICK)
    assert left_in(own_cache) == []


class Trap:
    """Unpickled by anything but a restricted loader, it leaves a file behind."""

    def __init__(self, sprung: Path) -> None:
        self.sprung = sprung

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.sprung,)


@pytest.mark.parametrize("legacy", [False, True])
def test_what_could_run_is_refused_even_under_the_right_checksum(
    publish: Publish, state: State, own_cache: Path, tmp_path: Path, legacy: bool
) -> None:
    sprung = tmp_path / "sprung"
    content = pickled({**state, "trap": Trap(sprung)}, legacy=legacy)
    with pytest.raises(FeatureNetError, match="holds more than tensors"):
        fetch_vgg19(published=publish(content), patience=QUICK)
    assert not sprung.exists()
    assert left_in(own_cache) == []
    torch.load(io.BytesIO(content), weights_only=False)  # the trap is a real one
    assert sprung.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: {k: v for k, v in s.items() if k != "features.5.bias"}, "features.5.bias.* is missing"),
        (lambda s: s | {"features.3.weight": torch.zeros(6, 5, 3, 3)}, "conv2_1 has shape"),
        (lambda s: s | {"features.3.bias": torch.full((6,), torch.inf)}, "conv2_1.bias holds values"),
        (lambda s: list(s.values()), "is not a state dict"),
    ],
)
def test_another_net_is_refused(
    publish: Publish, state: State, own_cache: Path, change: Callable[[State], Any], message: str
) -> None:
    with pytest.raises(FeatureNetError, match=message):
        fetch_vgg19(published=publish(pickled(change(state))), patience=QUICK)
    assert left_in(own_cache) == []


def test_what_is_demanded_of_the_real_file() -> None:
    """The name of the published file carries the first digits of its hash: torchvision's own convention."""
    assert VGG19.url.endswith(f"/vgg19-{VGG19.sha256[:8]}.pth")
    assert VGG19.url.startswith("https://")
    assert len(VGG19.sha256) == 64
    assert VGG19.depths == VGG19_DEPTHS == (2, 2, 4, 4, 4)
    assert VGG19.recipe == Recipe("vgg19", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), "zeros", "max")
