"""Weights on disk: there and back, and nothing strange gets in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from repro.config import Config, resolve, to_dict
from repro.methods import build_method
from repro.methods.weights import (
    CHECKPOINT,
    NETS,
    load_method,
    load_run,
    read_tensors,
    save_tensors,
    save_weights,
)
from repro.record import RecordError


@pytest.fixture(scope="module")
def config() -> Config:
    return resolve("smoke", "anime", "ours")


@pytest.fixture(scope="module")
def method(config: Config) -> torch.nn.Module:
    torch.manual_seed(0)
    return build_method(config, load_features=None)


@pytest.fixture
def saved(tmp_path: Path, method, config) -> Path:
    path = tmp_path / "w.safetensors"
    save_weights(path, method, config, {"psnr": 25.0})
    return path


def refused(path: Path, message: str) -> None:
    """`load_method` says what is wrong with the file, and soon."""
    started = time.perf_counter()
    with pytest.raises(RecordError, match=message) as caught:
        load_method(path)
    assert path.name in str(caught.value)
    assert time.perf_counter() - started < 5


def test_tensors_go_there_and_back(tmp_path: Path) -> None:
    tensors = {
        "a": torch.randn(3, 4).T,
        "step": torch.tensor(7),
        "half": torch.rand(2).half(),
        "empty": torch.empty(0),
    }
    save_tensors(tmp_path / "t.safetensors", tensors, {"k": [1, "ä"]})
    found, card = read_tensors(tmp_path / "t.safetensors")
    assert card == {"k": [1, "ä"]}
    assert set(found) == set(tensors)
    assert all(torch.equal(found[k], t) and found[k].dtype == t.dtype for k, t in tensors.items())
    assert [p.name for p in tmp_path.iterdir()] == ["t.safetensors"]


def test_a_method_goes_there_and_back_in_half_precision(saved: Path, method, config) -> None:
    loaded, its_config, card = load_method(saved)
    assert its_config == config
    assert card["numbers"] == {"psnr": 25.0}
    assert not loaded.training
    assert not any(p.requires_grad for p in loaded.parameters())
    for (name, old), (same, new) in zip(method.named_parameters(), loaded.named_parameters(), strict=True):
        assert name == same
        assert new.dtype == torch.float32
        assert torch.equal(new, old.half().float())
    x_s, y_e = torch.rand(1, 1, 32, 32), torch.rand(1, 3, 32, 32)
    pictures = [m.translate(x_s, y_e).image for m in (method, loaded)]
    torch.testing.assert_close(*pictures, atol=0.05, rtol=0)


def test_the_data_folder_of_one_machine_does_not_travel(tmp_path: Path, method, config) -> None:
    """And a file without it loads all the same."""
    real = replace(config, data=replace(config.data, dataset="edges2shoes", root="~someone/shoes"))
    save_weights(tmp_path / "w.safetensors", method, real, {})
    assert b"someone" not in (tmp_path / "w.safetensors").read_bytes()
    assert load_method(tmp_path / "w.safetensors")[1].data.dataset == "edges2shoes"


# Files from elsewhere


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    refused(tmp_path / "gone.safetensors", "does not exist")


@pytest.mark.parametrize("keep", [0, 5, 100, 0.5, 0.999])
def test_a_truncated_file_is_refused(saved: Path, keep: float) -> None:
    content = saved.read_bytes()
    saved.write_bytes(content[: int(keep * len(content)) if 0 < keep < 1 else int(keep)])
    refused(saved, "not a weights file")


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"\xff" * 1000,
        b"\x10" + b"\x00" * 7 + b"{" * 16,
        b"PK\x03\x04" + b"\x00" * 100,
        b"\x00" * 64,
    ],
    ids=["text", "huge header", "broken header", "zip", "zeros"],
)
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.safetensors").write_bytes(content)
    refused(tmp_path / "x.safetensors", "not a weights file")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "not a weights file")


def test_a_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    class Planted:
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
            return (Path.write_text, (tmp_path / "ran", "code ran"))

    torch.save({"state": Planted()}, tmp_path / "x.safetensors")
    refused(tmp_path / "x.safetensors", "not a weights file")
    assert not (tmp_path / "ran").exists()


def hostile(path: Path, method, edit: Callable[[dict[str, Any], dict[str, Tensor]], None]) -> Path:
    """A well-formed file whose card or tensors were edited."""
    card: dict[str, Any] = {"config": to_dict(resolve("smoke", "anime", "ours"))}
    tensors = {NETS + name: t for name, t in method.state_dict().items()}
    edit(card, tensors)
    save_tensors(path / "x.safetensors", tensors, card)
    return path / "x.safetensors"


HUGE = {"pyramid_channels": [4096] * 16, "pyramid_dilations": [1] * 16, "generator_channels": [4096] * 5}


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda card: card.clear(), "config is not usable"),
        (lambda card: card.update(config=None), "config is not usable"),
        (lambda card: card.update(config=[1, 2]), "config is not usable"),
        (lambda card: card["config"].update(planted=1), "planted"),
        (lambda card: card["config"].update(method="theirs"), "no implementation"),
        (lambda card: card["config"]["model"].update(alpha=float("nan")), "model.alpha"),
        (lambda card: card["config"]["model"].update(common_channels=10**9), "model.common_channels"),
        (lambda card: card["config"]["model"].update(common_channels=49), "do not fit"),
        (lambda card: card["config"]["model"].update(HUGE), "do not fit"),
    ],
)
def test_a_strange_card_is_refused(tmp_path: Path, method, edit, message: str) -> None:
    refused(hostile(tmp_path, method, lambda card, _: edit(card)), message)


@pytest.mark.parametrize(
    "edit",
    [
        lambda tensors: tensors.clear(),
        lambda tensors: tensors.pop(next(iter(tensors))),
        lambda tensors: tensors.update({NETS + "planted": torch.zeros(2)}),
        lambda tensors: tensors.update({name: t.flatten() for name, t in tensors.items()}),
    ],
    ids=["none", "one missing", "one too many", "other shapes"],
)
def test_tensors_that_do_not_fit_the_card_are_refused(tmp_path: Path, method, edit) -> None:
    refused(hostile(tmp_path, method, lambda _, tensors: edit(tensors)), "do not fit")


@pytest.mark.parametrize("card", [None, "{", "[" * 100_000, "3"], ids=["none", "broken", "deep", "number"])
def test_a_card_that_is_no_table_is_refused(tmp_path: Path, card: str | None) -> None:
    path = tmp_path / "x.safetensors"
    save_file({"a": torch.zeros(1)}, path, None if card is None else {"card": card})
    refused(path, "not a weights file|not usable")


# Runs


def finished(config: Config, step: Any) -> dict[str, Any]:
    return {"config": to_dict(config), "progress": {"step": step}}


def test_a_finished_run_is_loaded_and_an_unfinished_one_is_not(tmp_path: Path, method, config) -> None:
    with pytest.raises(RecordError, match="holds no checkpoint"):
        load_run(tmp_path)
    tensors = {NETS + name: t for name, t in method.state_dict().items()}
    tensors["optim.generator.0.exp_avg"] = torch.zeros(3)  # a checkpoint holds more than the nets
    save_tensors(tmp_path / CHECKPOINT, tensors, finished(config, config.train.steps - 1))
    with pytest.raises(RecordError, match="stopped at step 19 of 20"):
        load_run(tmp_path)
    save_tensors(tmp_path / CHECKPOINT, tensors, finished(config, config.train.steps))
    loaded, _, card = load_run(tmp_path)
    assert card["progress"]["step"] == 20
    for name, tensor in loaded.state_dict().items():
        assert torch.equal(tensor, method.state_dict()[name])


@pytest.mark.parametrize("progress", [None, {}, [], {"step": None}, {"step": "many"}], ids=json.dumps)
def test_a_checkpoint_without_progress_is_refused(tmp_path: Path, method, config, progress: Any) -> None:
    tensors = {NETS + name: t for name, t in method.state_dict().items()}
    save_tensors(tmp_path / CHECKPOINT, tensors, {"config": to_dict(config), "progress": progress})
    with pytest.raises(RecordError, match="how far"):
        load_run(tmp_path)
