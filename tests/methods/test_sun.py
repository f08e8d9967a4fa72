"""Sun et al.: which pair each critic sees, what a residual block adds up, the count of the official list."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from repro.config import resolve
from repro.contracts import Batch
from repro.methods import build_method
from repro.methods.sun import IconCritic, IconGenerator, Residual, Sun


@pytest.fixture
def method() -> Sun:
    torch.manual_seed(0)
    return build_method(resolve("smoke", "anime", "sun"))


SHADES = {"x_s": 0.1, "x_e": 0.2, "x_t": 0.3, "y_s": 0.4, "y_e": 0.5, "y_sim": 0.6}
FAKE = 0.9


def told_apart(count: int = 4, side: int = 32) -> Batch:
    """Every picture of a shade of its own, so that it is known wherever it turns up."""
    channels = {"x_s": 1, "y_s": 1}
    return Batch(**{n: torch.full((count, channels.get(n, 3), side, side), v) for n, v in SHADES.items()})


def shades(picture: Tensor) -> list[str]:
    """The names of the pictures in a batch, one after the other."""
    names = {v: n for n, v in SHADES.items()} | {FAKE: "fake"}
    found = [names[min(names, key=lambda v, p=p: abs(v - p))] for p in picture[:, 0, 0, 0].tolist()]
    return [name for i, name in enumerate(found) if i == 0 or found[i - 1] != name]


def test_each_critic_sees_the_pairs_of_the_paper(method: Sun) -> None:
    """Colour: real (s1, s2), fake (G, s2). Contour: real (s3, its contour), fake (G, its contour)."""
    seen: dict[str, list[tuple[list[str], list[str]]]] = {"color": [], "contour": []}
    given: list[tuple[list[str], list[str]]] = []

    def generated(example: Tensor, contour: Tensor) -> Tensor:
        given.append((shades(example), shades(contour)))
        return torch.full_like(example, FAKE, requires_grad=True)

    def watch(name: str) -> None:
        judge = method.critics[name].forward

        def judged(picture: Tensor, condition: Tensor) -> Tensor:
            seen[name].append((shades(picture), shades(condition)))
            return judge(picture, condition)

        method.critics[name].forward = judged

    method.generator.forward = generated
    for name in seen:
        watch(name)
    players = [player for player, _ in method.phases(told_apart())]
    assert players == ["critics", "generator"]
    assert given == [(["y_e"], ["x_s"])]
    assert seen == {
        "color": [(["y_e", "fake"], ["y_sim"]), (["fake"], ["y_sim"])],
        "contour": [(["x_e", "fake"], ["x_s"]), (["fake"], ["x_s"])],
    }


def test_both_sides_are_hinges_of_weight_one(method: Sun) -> None:
    """With critics that answer 3 for a real picture and −0.5 for a fake one: 0 + 0.5, and then 0.5."""
    for critic in method.critics.values():
        critic.forward = lambda picture, _: torch.where(picture[:, :1] > 0.8, -0.5, 3.0)
    method.generator.forward = lambda example, _: torch.full_like(example, FAKE)
    told = {player: {n: t.item() for n, t in terms.items()} for player, terms in method.phases(told_apart())}
    assert told == {"critics": {"color": 0.5, "contour": 0.5}, "generator": {"color": 0.5, "contour": 0.5}}
    assert method.weights == {"color": 1, "contour": 1}


def test_each_player_learns_from_its_own_phase_alone(method: Sun) -> None:
    batch = Batch(*(torch.rand(4, c, 32, 32) for c in (1, 3, 3, 1, 3, 3)))
    for player, terms in method.phases(batch):
        method.zero_grad()
        torch.stack([*terms.values()]).sum().backward()
        moved = {name.split(".")[0] for name, p in method.named_parameters() if p.grad is not None}
        assert moved == {player}
    assert all(p.requires_grad for p in method.parameters())


@pytest.mark.parametrize(("inputs", "outputs", "magnify"), [(4, 4, 1), (4, 2, 2), (2, 2, 2)])
def test_a_block_adds_to_what_came_in(inputs: int, outputs: int, magnify: int) -> None:
    block = Residual(inputs, outputs, magnify).eval()
    x = torch.randn(2, inputs, 4, 6)
    raised = F.interpolate(x, scale_factor=magnify) if magnify > 1 else x
    inner = block.after[0](F.leaky_relu(block.before[0](raised), 0.2))
    added = block.after[3](F.leaky_relu(block.after[1](inner), 0.2))
    torch.testing.assert_close(block(x), block.shortcut(raised) + added)


@pytest.mark.parametrize(
    ("sketch", "exemplar"), [((32, 32), (32, 32)), ((16, 48), (64, 32)), ((80, 16), (16, 16))]
)
def test_it_colours_any_size_from_any_other(
    method: Sun, sketch: tuple[int, int], exemplar: tuple[int, int]
) -> None:
    image = method.translate(torch.rand(2, 1, *sketch), torch.rand(2, 3, *exemplar)).image
    assert image.shape == (2, 3, *sketch)
    assert image.min() >= 0
    assert image.max() <= 1


def test_an_exemplar_of_another_size_is_fitted(method: Sun) -> None:
    """Each 2×2 block of a larger exemplar is one pixel of the smaller."""
    method.eval()
    x_s, y_e = torch.rand(1, 1, 32, 32), torch.rand(1, 3, 32, 32)
    larger = y_e.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    torch.testing.assert_close(method.translate(x_s, larger).image, method.translate(x_s, y_e).image)


def test_the_size_is_that_of_the_official_layer_list() -> None:
    """network.py at 64 channels: 3×3 with biases, batch normalisation of two numbers a channel."""

    def conv(i: int, o: int, kernel: int = 3) -> int:
        return i * o * kernel**2 + o

    def block(i: int, o: int) -> int:
        return 2 * i + 2 * o + conv(i, o) + conv(o, o) + (conv(i, o, 1) if i != o else 0)

    encoders = [sum(conv(i, o) + 2 * o for i, o in pairwise((c, 64, 128, 256))) for c in (3, 1)]
    blocks = 4 * block(256, 256) + block(256, 128) + block(128, 64) + block(64, 64)
    generator = sum(encoders) + conv(512, 256) + blocks + 2 * 64 + conv(64, 3)
    critics = [sum(conv(i, o) for i, o in pairwise((c, 64, 128, 256, 512, 1))) for c in (6, 4)]
    nets = IconGenerator(64), IconCritic(3, 64), IconCritic(1, 64)
    assert [sum(p.numel() for p in net.parameters()) for net in nets] == [generator, *critics]
    assert (generator, sum(critics)) == (7_318_531, 3_113_474)
