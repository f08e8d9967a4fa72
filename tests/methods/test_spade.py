"""SPADE with its encoder: sizes, closed forms, who is told what."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from repro.config import resolve
from repro.contracts import Batch
from repro.methods import build_method
from repro.methods.spade import Spade, SpadeGenerator, StyleEncoder, kl_to_normal


@pytest.fixture
def method() -> Spade:
    torch.manual_seed(0)
    return build_method(resolve("smoke", "anime", "spade"))


def a_batch(count: int = 4, side: int = 32) -> Batch:
    return Batch(*(torch.rand(count, c, side, side) for c in (1, 3, 3, 1, 3, 3)))


# Closed forms


def test_the_divergence_of_a_standard_normal_is_0() -> None:
    assert kl_to_normal(torch.zeros(3, 7), torch.zeros(3, 7)).item() == 0


def test_the_divergence_is_the_closed_form_and_the_integral() -> None:
    """D_KL(N(0.5, 2²) ‖ N(0, 1)) by hand and by torch, a sum over the code and a mean over the batch."""
    mean, log_variance = torch.tensor([[0.5, 0.0]]).double(), torch.tensor([[4.0, 1.0]]).double().log()
    by_hand = (0.25 + 4 - 1 - torch.tensor(4.0).log()) / 2
    assert kl_to_normal(mean, log_variance).item() == pytest.approx(by_hand.item(), rel=1e-6)
    mean, log_variance = torch.randn(3, 5).double(), torch.randn(3, 5).double()
    normal = torch.distributions.Normal(mean, (log_variance / 2).exp())
    standard = torch.distributions.Normal(torch.zeros(3, 5).double(), torch.ones(3, 5).double())
    expected = torch.distributions.kl_divergence(normal, standard).sum(dim=1).mean()
    torch.testing.assert_close(kl_to_normal(mean, log_variance), expected)


# Use


@pytest.mark.parametrize(
    ("sketch", "exemplar"),
    [((32, 32), (32, 32)), ((16, 48), (64, 32)), ((80, 16), (16, 16)), ((64, 64), (32, 48))],
)
def test_it_colours_any_size_from_any_other(
    method: Spade, sketch: tuple[int, int], exemplar: tuple[int, int]
) -> None:
    image = method.translate(torch.rand(2, 1, *sketch), torch.rand(2, 3, *exemplar)).image
    assert image.shape == (2, 3, *sketch)
    assert image.min() >= 0
    assert image.max() <= 1


def test_the_exemplar_is_a_style_without_places(method: Spade) -> None:
    """Only what the encoder makes of it reaches the picture, and in use nothing is drawn at random."""
    x_s, y_e = torch.rand(2, 1, 32, 32), torch.rand(2, 3, 32, 32)
    method.eval()
    mean, _ = method.encoder(y_e)
    expected = method.generator(mean, x_s)
    for _ in range(2):
        torch.testing.assert_close(method.translate(x_s, y_e).image, expected)
    assert not torch.equal(method.translate(x_s, y_e.flip(0)).image, expected)


# Training


def told(method: Spade, batch: Batch) -> list[tuple[str, list[str]]]:
    return [(player, [*terms]) for player, terms in method.phases(batch)]


def test_it_is_told_the_terms_of_the_paper(method: Spade) -> None:
    generator = ["adversarial", "matching", "perceptual", "kl"]
    assert told(method, a_batch()) == [("generator", generator), ("critics", ["adversarial"])]
    assert method.weights == {"adversarial": 1, "matching": 10, "perceptual": 10, "kl": 0.05}


def test_each_player_learns_from_its_own_phase_alone(method: Spade) -> None:
    for player, terms in method.phases(a_batch()):
        method.zero_grad()
        torch.stack([*terms.values()]).sum().backward()
        moved = {name.split(".")[0] for name, p in method.named_parameters() if p.grad is not None}
        assert moved == set(method.players[player])


def test_in_training_the_style_is_that_of_the_sketch_s_own_picture(method: Spade) -> None:
    """y, its mate and the warp are not looked at: what they are changes no term."""
    batch, other = a_batch(), a_batch()
    changed = Batch(batch.x_s, batch.x_e, other.x_t, other.y_s, other.y_e, other.y_sim)
    values = []
    for seen in (batch, changed):
        torch.manual_seed(1)
        twin: Spade = build_method(resolve("smoke", "anime", "spade"))
        torch.manual_seed(2)
        values.append([t.item() for _, terms in twin.phases(seen) for t in terms.values()])
    assert values[0] == values[1]


def test_the_code_is_drawn_from_what_the_encoder_says(method: Spade, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mean 3, standard deviation ½: z = 3 + ½ε, as the generator gets it."""
    codes: list[Tensor] = []
    forward = method.generator.forward

    def seen(code: Tensor, sketch: Tensor) -> Tensor:
        codes.append(code)
        return forward(code, sketch)

    monkeypatch.setattr(method.generator, "forward", seen)
    shape = (64, 12)
    spread = 2 * torch.tensor(0.5).log()
    monkeypatch.setattr(method.encoder, "forward", lambda _: (torch.full(shape, 3.0), spread.expand(shape)))
    next(method.phases(a_batch(64, 16)))
    assert codes[0].mean().item() == pytest.approx(3, abs=0.1)
    assert codes[0].std().item() == pytest.approx(0.5, abs=0.05)


# Size


def block(i: int, o: int, labels: int) -> int:
    """Parameters of an official SPADE block: 3×3 convolutions, modulation nets of 128 channels."""

    def conv(a: int, b: int) -> int:
        return a * b * 9 + b

    def layer(c: int) -> int:
        return conv(labels, 128) + 2 * conv(128, c)

    m = min(i, o)
    ways = conv(i, m) + conv(m, o) + layer(i) + layer(m)
    return ways + (layer(i) + i * o if i != o else 0)


def test_the_size_is_that_of_the_official_layer_list() -> None:
    """NVlabs/SPADE, models/networks: SPADEGenerator and ConvEncoder at 256² with an encoder, one label."""
    pairs = [(1024, 1024)] * 3 + [(1024, 512), (512, 256), (256, 128), (128, 64)]
    generator = 256 * 65_536 + 65_536 + sum(block(i, o, 1) for i, o in pairs) + 64 * 3 * 9 + 3
    widths = [3, 64, 128, 256, 512, 512, 512]
    encoder = sum(i * o * 9 for i, o in pairwise(widths))
    encoder += 2 * (512 * 16 * 256 + 256)
    with torch.device("meta"):
        nets = SpadeGenerator(64, 256), StyleEncoder(64, 256)
    assert [sum(p.numel() for p in net.parameters()) for net in nets] == [generator, encoder]
    assert (generator, encoder) == (108_832_195, 10_463_424)
