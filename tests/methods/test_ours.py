"""The paper's method: it colours any pair, trains all of itself, and learns."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from repro.config import Config, ConfigError, resolve
from repro.contracts import Batch
from repro.data.sources import train_pairs
from repro.data.stream import BatchStream
from repro.methods import METHOD_CLASSES, build_method
from repro.methods.ours import Ours
from repro.training.players import weighted_total


def smoke(**overrides) -> Config:
    return resolve("smoke", "anime", "ours", **overrides)


@pytest.fixture(scope="module")
def batch() -> Batch:
    """Four drawings of 32 × 32 with their warps."""
    data = smoke(data__train_count=4).data
    return BatchStream(train_pairs(data), data, batch=4, seed=0).at(0)


def total(method: Ours, batch: Batch) -> Tensor:
    """Σ weight · term over all phases."""
    return torch.stack([weighted_total(terms, method.weights) for _, terms in method.phases(batch)]).sum()


@pytest.mark.parametrize(
    ("sketch", "exemplar"),
    [((32, 32), (32, 32)), ((16, 48), (64, 32)), ((48, 32), (20, 36)), ((80, 16), (16, 16))],
)
def test_it_colours_any_size_from_any_other(sketch: tuple[int, int], exemplar: tuple[int, int]) -> None:
    made = build_method(smoke()).translate(torch.rand(2, 1, *sketch), torch.rand(2, 3, *exemplar))
    h, w = sketch[0] // 4, sketch[1] // 4
    assert made.image.shape == (2, 3, *sketch)
    assert made.coarse.shape == (2, 3, h, w)
    assert made.x_c.shape == (2, 48, h, w)
    assert made.y_c.shape == (2, 48, exemplar[0] // 4, exemplar[1] // 4)
    for picture in (made.image, made.coarse):
        assert picture.isfinite().all()
        assert picture.min() >= 0
        assert picture.max() <= 1


def test_the_colours_come_from_the_exemplar() -> None:
    """A new generator adds nothing, so an exemplar of one colour gives a picture of that colour."""
    color = torch.tensor([0.9, 0.2, 0.4])[None, :, None, None].expand(1, 3, 32, 32)
    made = build_method(smoke()).translate(torch.rand(1, 1, 32, 32), color)
    torch.testing.assert_close(made.coarse, color[..., :8, :8])
    torch.testing.assert_close(made.image, color)


@pytest.mark.parametrize("overrides", [{"model__csft_mode": m} for m in ("symmetric", "self", "residual")])
def test_every_csft_mode_translates_and_trains(batch: Batch, overrides: dict[str, str]) -> None:
    method = build_method(smoke(**overrides))
    total(method, batch).backward()
    assert method.translate(batch.x_s, batch.x_t).image.shape == batch.x_e.shape


def test_alpha_reaches_the_picture(batch: Batch) -> None:
    made = []
    for alpha in (1.0, 100.0):
        torch.manual_seed(0)
        made.append(build_method(smoke(model__alpha=alpha)).translate(batch.x_s, batch.x_t))
    torch.testing.assert_close(made[0].x_c, made[1].x_c)
    assert (made[0].coarse - made[1].coarse).abs().mean() > 0.01


def test_the_exemplar_and_the_sketch_both_matter(batch: Batch) -> None:
    method = build_method(smoke())
    first = method.translate(batch.x_s, batch.x_t).image
    assert not torch.allclose(first, method.translate(batch.x_s, batch.x_t.flip(0)).image, atol=1e-3)
    assert not torch.allclose(first, method.translate(batch.x_s.flip(0), batch.x_t).image, atol=1e-3)


@pytest.mark.parametrize("name", METHOD_CLASSES)
def test_the_players_own_every_weight_exactly_once(name: str) -> None:
    method = build_method(resolve("smoke", "anime", name))
    modules = [child for children in method.players.values() for child in children]  # type: ignore[attr-defined]
    owned = [id(p) for child in modules for p in getattr(method, child).parameters()]
    assert sorted(owned) == sorted(id(p) for p in method.parameters())
    assert set(modules) == {name for name, net in method.named_children() if [*net.parameters()]}
    assert set(method.players) <= {"generator", "critics"}


def test_it_learns_one_batch_by_heart(batch: Batch) -> None:
    config = smoke()
    method = build_method(config)
    optimizer = torch.optim.Adam(method.parameters(), lr=3e-3)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = total(method, batch)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
    untouched = [name for name, weight in method.named_parameters() if weight.grad is None]
    assert untouched == []


def test_batches_do_not_leak_into_each_other(batch: Batch) -> None:
    """A picture's colours do not depend on what else is in the batch."""
    method = build_method(smoke())
    together = method.translate(batch.x_s, batch.x_t).image
    alone = method.translate(batch.x_s[2:3], batch.x_t[2:3]).image
    torch.testing.assert_close(together[2:3], alone, atol=1e-3, rtol=0)


def test_a_seed_fixes_the_weights() -> None:
    states = []
    for seed in (5, 5, 6):
        torch.manual_seed(seed)
        states.append(torch.cat([p.flatten() for p in build_method(smoke()).parameters()]))
    assert torch.equal(states[0], states[1])
    assert not torch.equal(states[0], states[2])


def test_a_method_without_a_class_is_refused() -> None:
    with pytest.raises(ConfigError, match="no implementation"):
        build_method(replace(smoke(), method="planted"))
