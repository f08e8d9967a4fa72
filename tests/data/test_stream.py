"""Batches are a pure function of (seed, step): nothing to save, nothing to lose."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from repro.config import DataConfig
from repro.contracts import Batch
from repro.data.pairs import DataError, Pairs
from repro.data.stream import BatchStream, as_tensors
from repro.data.tps import sample_tps, warp

COUNT, SIDE = 10, 16
STRENGTHS = {"displacement": 0.12, "rotation": 15.0, "scale": 0.15, "shift": 0.10}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour clusters are not found again in another test."""
    monkeypatch.setenv("REPRO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def pairs() -> Pairs:
    """Ten pictures of noise; the first pixel of number i has the value i."""
    rng = np.random.default_rng(0)
    color = rng.integers(0, 256, (COUNT, 3, SIDE, SIDE), np.uint8)
    sketch = rng.integers(0, 256, (COUNT, 1, SIDE, SIDE), np.uint8)
    color[:, 0, 0, 0] = sketch[:, 0, 0, 0] = np.arange(COUNT)
    return Pairs(color, sketch, tuple(map(str, range(COUNT))))


def stream(pairs: Pairs, batch: int = 4, seed: int = 0, **data) -> BatchStream:
    return BatchStream(pairs, DataConfig(size=SIDE, **data), batch, seed)


def number(picture: torch.Tensor) -> list[int]:
    """Which of the ten it is."""
    return (picture[:, 0, 0, 0] * 255).round().int().tolist()


def numbers(batch: Batch) -> list[int]:
    """Which pictures are in the batch; sketch and picture must agree."""
    assert number(batch.x_s) == number(batch.x_e)
    assert number(batch.y_s) == number(batch.y_e)
    return number(batch.x_e)


def equal(a: Batch, b: Batch) -> bool:
    return all(torch.equal(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(Batch))


def test_shapes_and_range(pairs) -> None:
    batch = stream(pairs).at(0)
    for field in dataclasses.fields(Batch):
        picture = getattr(batch, field.name)
        assert picture.shape == (4, 1 if field.name.endswith("_s") else 3, SIDE, SIDE)
        assert picture.dtype == torch.float32
        assert picture.min() >= 0
        assert picture.max() <= 1
    for color in (batch.x_e, batch.y_e, batch.y_sim):
        assert torch.equal(color, torch.from_numpy(pairs.color[number(color)]).float() / 255)


def test_a_batch_depends_on_nothing_but_seed_and_step(pairs) -> None:
    """Not on what was asked before, not on the instance, not on the global random state."""
    first = stream(pairs)
    forward = [first.at(step) for step in range(8)]
    other = stream(pairs)
    for step in reversed(range(8)):
        torch.manual_seed(step)
        np.random.seed(step)  # noqa: NPY002
        assert equal(other.at(step), forward[step])
    assert equal(first.at(3), forward[3])
    assert equal(stream(pairs).at(5), forward[5])


def test_every_step_and_every_seed_differ(pairs) -> None:
    batches = [stream(pairs).at(step) for step in range(6)]
    batches += [stream(pairs, seed=1).at(step) for step in range(6)]
    for i, batch in enumerate(batches):
        assert not any(equal(batch, other) for other in batches[:i])
    assert not equal(stream(pairs, seed=0).at(1), stream(pairs, seed=1).at(0))  # as seed + step would be


def test_an_epoch_shows_each_picture_once(pairs) -> None:
    """Also where a batch reaches over the end of one: 5 batches of 4 are 2 epochs of 10."""
    seen = [number for step in range(25) for number in numbers(stream(pairs).at(step))]
    epochs = [seen[i : i + COUNT] for i in range(0, 100, COUNT)]
    assert all(sorted(epoch) == list(range(COUNT)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 10  # each in its own order


def test_a_batch_may_be_larger_than_the_set(pairs) -> None:
    assert sorted(numbers(stream(pairs, batch=20).at(0))) == sorted([*range(COUNT), *range(COUNT)])


def test_the_exemplar_is_a_warp_of_the_picture_itself(pairs) -> None:
    still = {f"tps_{name}": 0.0 for name in STRENGTHS}
    batch = stream(pairs, **still).at(2)
    torch.testing.assert_close(batch.x_t, batch.x_e, atol=1e-4, rtol=0)
    moved = stream(pairs).at(2)
    assert (moved.x_t - moved.x_e).abs().mean() > 0.05


def test_one_color_stays_that_color_under_the_warp() -> None:
    """Nothing from outside the picture, and nothing of its neighbour in the batch, gets in."""
    color = np.arange(COUNT, dtype=np.uint8)[:, None, None, None] * np.ones((1, 3, SIDE, SIDE), np.uint8)
    pairs = Pairs(color * 20, np.full((COUNT, 1, SIDE, SIDE), 255, np.uint8), tuple(map(str, range(COUNT))))
    batch = stream(pairs).at(0)
    torch.testing.assert_close(batch.x_t, batch.x_e, atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", STRENGTHS)
def test_every_strength_of_the_config_is_used(pairs, name: str) -> None:
    weaker = stream(pairs, **{f"tps_{name}": 0.01}).at(0)
    assert not torch.equal(weaker.x_t, stream(pairs).at(0).x_t)


def test_the_warp_is_drawn_from_the_steps_own_seed(pairs) -> None:
    """A planted fault: one seed for all steps would warp every batch alike."""
    fixed = sample_tps(4, torch.Generator().manual_seed(0), **STRENGTHS)
    batches = [stream(pairs).at(step) for step in range(3)]
    assert not any(torch.equal(warp(batch.x_e, fixed), batch.x_t) for batch in batches)


@pytest.mark.parametrize(
    ("seed", "step", "of_x", "of_y", "mean_of_x_t"),
    [
        (0, 0, [4, 6, 2, 7], [3, 1, 3, 1], 0.510289),
        (0, 7, [3, 9, 2, 7], [2, 1, 1, 8], 0.499460),
        (3, 100, [5, 2, 9, 0], [3, 7, 1, 8], 0.498559),
    ],
)
def test_the_stream_is_what_the_committed_runs_were_trained_on(
    pairs, seed: int, step: int, of_x: list[int], of_y: list[int], mean_of_x_t: float
) -> None:
    batch = stream(pairs, seed=seed).at(step)
    assert numbers(batch) == of_x
    assert number(batch.y_e) == of_y
    assert float(batch.x_t.mean()) == pytest.approx(mean_of_x_t, abs=2e-6)


# The exemplar and its mate


def test_the_exemplar_is_another_picture_any_of_them(pairs) -> None:
    """Nine others, each as often as the next: 800 draws, some 89 for every step around the circle."""
    batches = [stream(pairs, batch=20).at(step) for step in range(40)]
    steps = [(y - x) % COUNT for b in batches for x, y in zip(numbers(b), number(b.y_e), strict=True)]
    counts = np.bincount(steps, minlength=COUNT)
    assert counts[0] == 0
    assert counts[1:].min() > 55
    assert counts[1:].max() < 130


def test_exemplars_are_not_the_next_contents(pairs) -> None:
    """A planted fault: rolling the batch would pair the same pictures all through an epoch."""
    batches = [stream(pairs).at(step) for step in range(20)]
    assert len({tuple(number(b.y_e)) for b in batches}) == 20
    assert not any(sorted(number(b.y_e)) == sorted(numbers(b)) for b in batches)


def test_the_mate_is_another_picture_of_the_exemplars_cluster() -> None:
    tones = np.array([20, 120, 240], np.uint8)[np.arange(24) % 3]
    color = np.empty((24, 3, SIDE, SIDE), np.uint8)
    color[:] = tones[:, None, None, None]
    color[:, 0, 0, 0] = np.arange(24)
    pairs = Pairs(color, color[:, :1].copy(), tuple(map(str, range(24))))
    batches = stream(pairs, batch=24)
    assert len(batches.clusters) == 3
    for step in range(10):
        batch = batches.at(step)
        y, mate = np.array(number(batch.y_e)), np.array(number(batch.y_sim))
        assert (y % 3 == mate % 3).all()
        assert (y != mate).all()


def test_the_size_of_a_cluster_is_the_configs(pairs) -> None:
    assert len(stream(pairs, per_cluster=1).clusters) == COUNT
    assert len(stream(pairs, per_cluster=5).clusters) == 2
    assert len(stream(pairs, per_cluster=100).clusters) == 1


def test_one_picture_has_no_exemplar(pairs) -> None:
    alone = Pairs(pairs.color[:1], pairs.sketch[:1], pairs.names[:1])
    with pytest.raises(DataError, match="at least two"):
        stream(alone)


def test_as_tensors_keeps_the_order_asked_for(pairs) -> None:
    x_s, x_e = as_tensors(pairs, np.array([7, 7, 1]))
    assert (x_e[:, 0, 0, 0] * 255).round().tolist() == [7, 7, 1]
    assert (x_s[:, 0, 0, 0] * 255).round().tolist() == [7, 7, 1]
