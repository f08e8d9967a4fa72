"""A batch among several processes, pictures of several domains, and what is only looked for when wanted."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from repro.config import DataConfig, resolve
from repro.contracts import DOMAINS, Batch
from repro.data.pairs import DataError, Pairs
from repro.data.sources import shares, train_pairs
from repro.data.stream import BatchStream
from repro.data.trials import make_trials

SIDE = 16


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour clusters are not found again in another test."""
    monkeypatch.setenv("REPRO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def pairs() -> Pairs:
    """Ten pictures of noise of two domains, six and four."""
    rng = np.random.default_rng(0)
    color = rng.integers(0, 256, (10, 3, SIDE, SIDE), np.uint8)
    sketch = rng.integers(0, 256, (10, 1, SIDE, SIDE), np.uint8)
    color[:, 0, 0, 0] = sketch[:, 0, 0, 0] = np.arange(10)
    return Pairs(color, sketch, tuple(map(str, range(10))), domains=(6, 4))


def fields(batch: Batch) -> dict[str, torch.Tensor]:
    return {field.name: getattr(batch, field.name) for field in dataclasses.fields(batch)}


@pytest.mark.parametrize("processes", [2, 4])
def test_the_shares_make_up_the_batch_and_its_first_part(pairs: Pairs, processes: int) -> None:
    """Every so-manyth picture: so the first half of each share is the first half of the whole."""
    data = DataConfig(size=SIDE)
    for step in (0, 3):
        whole = fields(BatchStream(pairs, data, 8, 0).at(step))
        parts = [
            fields(BatchStream(pairs, data, 8, 0, share=(i, processes)).at(step)) for i in range(processes)
        ]
        for name, tensor in whole.items():
            together = torch.stack([part[name] for part in parts], dim=1).flatten(0, 1)
            torch.testing.assert_close(together, tensor, msg=name)


def test_an_exemplar_is_of_the_domain_of_its_sketch(pairs: Pairs) -> None:
    stream, seen = BatchStream(pairs, DataConfig(size=SIDE), 4, 0), set()
    for step in range(200):
        batch = stream.at(step)
        x, y = ((e[:, 0, 0, 0] * 255).round().int().tolist() for e in (batch.x_e, batch.y_e))
        seen |= set(zip(x, y, strict=True))
    assert seen == {(i, j) for i in range(10) for j in range(10) if i != j and (i < 6) == (j < 6)}


def test_a_domain_of_one_picture_has_no_exemplar(pairs: Pairs) -> None:
    with pytest.raises(DataError, match="at least two"):
        BatchStream(replace(pairs, domains=(9, 1)), DataConfig(size=SIDE), 4, 0)
    with pytest.raises(DataError, match="10 pictures, but domains of"):
        replace(pairs, domains=(9, 2))


def test_mates_are_looked_for_only_where_a_critic_asks(pairs: Pairs, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("clustered")

    monkeypatch.setattr("repro.data.stream.color_clusters", refuse)
    batch = BatchStream(pairs, DataConfig(size=SIDE), 4, 0, mates=False).at(0)
    assert torch.equal(batch.y_sim, batch.y_e)
    with pytest.raises(AssertionError, match="clustered"):
        BatchStream(pairs, DataConfig(size=SIDE), 4, 0).at(0)


def test_all_domains_have_their_share() -> None:
    assert shares("cat", 7) == {"cat": 7}
    assert shares("all", 12) == {"cat": 3, "dog": 3, "wild": 2, "anime": 2, "shoe": 2}
    data = resolve("smoke", "all", "ours", data__train_count=12).data
    pooled = train_pairs(data)
    assert pooled.groups == (3, 3, 2, 2, 2)
    alone = train_pairs(replace(data, domain="dog", train_count=3))
    assert pooled.names[3:6] == alone.names
    assert np.array_equal(pooled.color[3:6], alone.color)


def test_all_domains_are_tested_each_on_its_own_cases() -> None:
    data = DataConfig(domain="all", size=32)
    trials = make_trials(data, 11)
    assert [name.split("/")[1] for name, _ in trials.names] == ["cat"] * 3 + [
        domain for domain in DOMAINS[1:] for _ in range(2)
    ]
    assert all(x.split("/")[1] == y.split("/")[1] for x, y in trials.names)
    shoes = make_trials(replace(data, domain="shoe"), 2)
    assert trials.truth is not None
    assert trials.x_map is not None
    assert shoes.truth is not None
    assert shoes.x_map is not None
    assert np.array_equal(trials.truth[-2:], shoes.truth)
    assert np.array_equal(trials.x_map.part[-2:], shoes.x_map.part)
    assert len(trials) == len(trials.x_map.uv) == 11
