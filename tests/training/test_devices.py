"""Where the nets lie and what they keep must change nothing of what is learnt."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from repro.config import Config, resolve
from repro.contracts import Batch
from repro.data.sources import train_pairs
from repro.data.stream import BatchStream
from repro.methods import build_method
from repro.training.budget import budget
from repro.training.devices import forget_activations, launch, place
from repro.training.players import weighted_total


def smoke(**overrides: object) -> Config:
    return resolve("smoke", "anime", "ours", **overrides)


@pytest.fixture(scope="module")
def batch() -> Batch:
    data = smoke(data__train_count=4).data
    return BatchStream(train_pairs(data), data, batch=4, seed=0).at(0)


def gradients(config: Config, batch: Batch) -> dict[str, torch.Tensor]:
    torch.manual_seed(3)
    method = place(build_method(config), launch(config.train), config.train)
    for _, terms in method.phases(batch):  # type: ignore[operator]
        weighted_total(terms, method.weights).backward()
    return {name: p.grad for name, p in method.named_parameters() if p.grad is not None}


@pytest.mark.parametrize(
    ("field", "value"),
    [("layout", "channels_last"), ("recompute", "nets")],
)
def test_the_gradients_stay(batch: Batch, field: str, value: str) -> None:
    plain, changed = gradients(smoke(), batch), gradients(smoke(**{f"train__{field}": value}), batch)
    assert plain.keys() == changed.keys()
    longest = max(float(g.abs().max()) for g in plain.values())
    for name, gradient in plain.items():
        torch.testing.assert_close(changed[name], gradient, atol=1e-4 * longest, rtol=1e-2, msg=name)


def test_the_layout_reaches_the_kernels() -> None:
    config = smoke(train__layout="channels_last")
    method = place(build_method(config), launch(config.train), config.train)
    kernel = method.generator.encoder[0].first.weight
    assert kernel.is_contiguous(memory_format=torch.channels_last)
    assert not kernel.is_contiguous()


def test_compiling_is_asked_of_every_net(monkeypatch: pytest.MonkeyPatch) -> None:
    """That it gives the same is torch's promise; on a processor it takes minutes, so it is not run here."""
    compiled: list[nn.Module] = []
    monkeypatch.setattr(nn.Module, "compile", lambda self: compiled.append(self))
    config = smoke(train__compile="nets")
    method = place(build_method(config), launch(config.train), config.train)
    nets = {name for name, net in method.named_modules() if net in compiled}
    assert nets == {"pyramids", "csft", "domain", "generator", "features"} | {
        f"critics.{name}" for name in ("structural", "colorific")
    }


def test_a_forgetful_net_keeps_its_inputs_alone() -> None:
    method = nn.ModuleDict({"net": nn.Sequential(nn.Linear(8, 512), nn.ReLU(), nn.Linear(512, 1))})
    kept: list[int] = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        kept.append(tensor.numel())
        return tensor

    for forget in (False, True):
        kept.clear()
        if forget:
            forget_activations(method, ["net"])
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            method["net"](torch.rand(64, 8, requires_grad=True)).sum().backward()
        assert (max(kept) >= 64 * 512) is not forget
    with torch.no_grad():
        assert method["net"](torch.rand(2, 8)).shape == (2, 1)


def test_what_a_net_estimates_does_not_move_when_it_is_computed_once_more() -> None:
    """Spectral and batch normalisation: the same gradients and the same estimates, to the bit."""
    found = []
    for forget in (False, True):
        torch.manual_seed(5)
        conv = spectral_norm(nn.Conv2d(3, 4, 3))
        method = nn.ModuleDict({"net": nn.Sequential(conv, nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 1, 3))})
        if forget:
            forget_activations(method, ["net"])
        for _ in range(2):
            method["net"](torch.rand(2, 3, 8, 8)).square().sum().backward()
        gradients = {f"{name}.grad": p.grad for name, p in method.named_parameters()}
        found.append(gradients | {name: buffer.clone() for name, buffer in method.named_buffers()})
    assert any(name.endswith("_u") for name in found[0])
    assert any(name.endswith("running_var") for name in found[0])
    assert [name for name in found[0] if not torch.equal(found[0][name], found[1][name])] == []


def test_the_paper_s_step_fits_where_activations_are_recomputed() -> None:
    """256², batch 8, N = 64²: counted without computing anything."""
    paper, greedy = (
        budget(resolve("paper", "anime", "ours", train__recompute=how)) for how in ("nets", "nothing")
    )
    assert paper.activations + paper.weights < 16 * 2**30 < greedy.activations
    assert paper.parameters == greedy.parameters
    assert 20e6 < paper.used < 30e6  # CoCosNet: 167.9 million
    assert 200e9 < paper.flops < 500e9  # CoCosNet: 1,080.7 GFLOPs
