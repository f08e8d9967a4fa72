"""The discriminators' weights: every layer is bounded, and the state comes back exactly."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrize import remove_parametrizations

from repro.config import Config
from repro.methods.weights import CHECKPOINT, NETS, read_tensors
from repro.models.discriminator import (
    ColorificDiscriminator,
    PatchDiscriminator,
    StructuralDiscriminator,
    TwoScaleDiscriminator,
)
from repro.training.checkpoint import load_checkpoint, save_checkpoint
from repro.training.devices import launch

NO_AVERAGE: Any = SimpleNamespace(kept={}, restore=lambda _: None)


def alone(**optimizers: torch.optim.Optimizer) -> Any:
    """Players that are their optimisers and no more."""
    return SimpleNamespace(optimizers=optimizers, fabric=launch(Config().train))


BOTH = pytest.mark.parametrize("kind", [StructuralDiscriminator, ColorificDiscriminator])


def a_pair(critic: TwoScaleDiscriminator) -> tuple[Tensor, Tensor]:
    """A picture and a condition of noise, float32 in [0, 1]."""
    return torch.rand(2, 3, 32, 32), torch.rand(2, critic.condition_channels, 32, 32)


def convolutions(critic: nn.Module) -> list[nn.Conv2d]:
    return [layer for layer in critic.modules() if isinstance(layer, nn.Conv2d)]


def original(layer: nn.Conv2d) -> Tensor:
    """The weight that is trained, before it is divided by its largest singular value."""
    return layer.get_parameter("parametrizations.weight.original")


def total(maps: list[Tensor]) -> Tensor:
    """Some scalar that every score has a part in."""
    return torch.stack([scores.square().mean() for scores in maps]).sum()


def gains(critic: nn.Module) -> Tensor:
    """Largest singular value of every layer's weight as it is applied."""
    with torch.no_grad():
        return torch.stack(
            [torch.linalg.matrix_norm(layer.weight.flatten(1), 2) for layer in convolutions(critic)]
        )


# Spectral normalisation


def by_hand(critic: PatchDiscriminator, pair: Tensor) -> Tensor:
    """One scale in float64, layer by layer, each weight divided by its singular value from an SVD."""
    features = pair.double()
    for i, layer in enumerate(convolutions(critic)):
        weight, bias = original(layer).double(), layer.get_parameter("bias").double()
        weight = weight / torch.linalg.svdvals(weight.reshape(len(weight), -1))[0]
        features = F.conv2d(features, weight, bias, stride=2 if i < 3 else 1, padding=2)
        if i < 4:
            features = torch.where(features > 0, features, 0.2 * features)
    return features


def test_a_scale_is_five_convolutions() -> None:
    critic, pair = PatchDiscriminator(6, 3), torch.randn(2, 6, 32, 40)
    with torch.no_grad():
        for layer in convolutions(critic):
            for _ in range(300):
                _ = layer.weight  # asking for it in training mode is one power iteration
        torch.testing.assert_close(critic.eval()(pair).double(), by_hand(critic, pair), atol=1e-4, rtol=1e-4)


@BOTH
def test_every_layer_is_bounded(kind: type) -> None:
    critic = kind(4)
    with torch.no_grad():
        for layer in convolutions(critic):  # as if training had let the weights grow, each in its own way
            original(layer).mul_(10).add_(torch.randn_like(layer.weight))
            for _ in range(200):
                _ = layer.weight
    assert len(gains(critic)) == 10
    torch.testing.assert_close(gains(critic), torch.ones(10), atol=1e-3, rtol=0)


def test_a_layer_that_is_not_bounded_is_seen() -> None:
    critic = StructuralDiscriminator(4)
    layer = convolutions(critic)[3]
    original(layer).data.mul_(10)
    remove_parametrizations(layer, "weight", leave_parametrized=False)
    assert (gains(critic) - 1).abs().max() > 0.1


def test_the_size_of_a_weight_is_no_matter() -> None:
    critic = PatchDiscriminator(4, 4).eval()
    image = torch.randn(1, 4, 32, 32)
    with torch.no_grad():
        before = critic(image)
        for layer in convolutions(critic):
            original(layer).mul_(7)
        torch.testing.assert_close(critic(image), before)


def test_judging_for_use_changes_nothing() -> None:
    """Only training moves the estimate of the singular value: in eval mode equal inputs, equal scores."""
    critic = ColorificDiscriminator(2).eval()
    pair = a_pair(critic)
    state = {name: tensor.clone() for name, tensor in critic.state_dict().items()}
    assert all(map(torch.equal, critic(*pair), critic(*pair)))
    assert all(torch.equal(tensor, state[name]) for name, tensor in critic.state_dict().items())


def test_half_precision_keeps_the_bound() -> None:
    critic = StructuralDiscriminator(4)
    pair = a_pair(critic)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for _ in range(50):
            critic(*pair)
        total(critic(*pair)).backward()
    torch.testing.assert_close(gains(critic), torch.ones(10), atol=2e-2, rtol=0)
    assert all(weight.grad.isfinite().all() for weight in critic.parameters() if weight.grad is not None)


# State


@BOTH
def test_a_seed_decides_all(kind: type) -> None:
    made = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        made.append(kind(2))
    first, again, other = (critic.state_dict() for critic in made)
    assert all(torch.equal(tensor, again[name]) for name, tensor in first.items())
    drawn = [name for name, _ in made[0].named_parameters()]
    assert not any(torch.equal(first[name], other[name]) for name in drawn)
    fine, coarse = (scale.parameters() for scale in made[0].scales)
    assert not any(map(torch.equal, fine, coarse))  # the two scales have weights of their own


def train(critic: TwoScaleDiscriminator, optimizer: torch.optim.Optimizer, steps: range) -> None:
    for step in steps:
        torch.manual_seed(step)
        loss = total(critic(*a_pair(critic)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def built(kind: type) -> tuple[TwoScaleDiscriminator, torch.optim.Optimizer]:
    critic = kind(2)
    return critic, torch.optim.Adam(critic.parameters(), lr=1e-3)


@BOTH
def test_training_goes_on_from_a_checkpoint_as_if_never_stopped(kind: type, tmp_path: Path) -> None:
    critic, optimizer = built(kind)
    train(critic, optimizer, range(4))
    progress = {"step": 4}
    save_checkpoint(tmp_path, Config(), critic, alone(critic=optimizer), NO_AVERAGE, progress)
    resumed, its_optimizer = built(kind)
    assert load_checkpoint(tmp_path, Config(), resumed, alone(critic=its_optimizer), NO_AVERAGE)["step"] == 4
    for each in ((critic, optimizer), (resumed, its_optimizer)):
        train(*each, range(4, 8))
    state = resumed.state_dict()
    assert all(torch.equal(tensor, state[name]) for name, tensor in critic.state_dict().items())


@BOTH
def test_built_of_nothing_and_loaded_by_name(kind: type, tmp_path: Path) -> None:
    """As weights are loaded: on the meta device, then given the tensors of a file."""
    critic, optimizer = built(kind)
    train(critic, optimizer, range(2))
    save_checkpoint(tmp_path, Config(), critic, alone(), NO_AVERAGE, {"step": 2})
    tensors, _ = read_tensors(tmp_path / CHECKPOINT)
    with torch.device("meta"):
        empty = kind(2)
    empty.load_state_dict({n.removeprefix(NETS): t for n, t in tensors.items()}, assign=True)
    pair = a_pair(critic)
    assert all(map(torch.equal, critic.eval()(*pair), empty.eval()(*pair)))
