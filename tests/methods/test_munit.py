"""MUNIT: its size, its terms on pictures that come apart exactly, what it has from an exemplar."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from repro.config import resolve
from repro.contracts import Batch, Terms
from repro.methods import build_method
from repro.methods.munit import MUNIT
from repro.models import munit as nets
from repro.training.players import rate_factor

# The layers of the official configuration, counted by hand: (inputs, outputs, kernel) of a convolution.
ENTRY, DOWN = [(3, 64, 7)], [(64, 128, 4), (128, 256, 4)]
CONTENT = ENTRY + DOWN + 8 * [(256, 256, 3)]
STYLE = ENTRY + DOWN + 2 * [(256, 256, 4)] + [(256, 8, 1)]
DECODER = 8 * [(256, 256, 3)] + [(256, 128, 5), (128, 64, 5), (64, 3, 7)]
PERCEPTRON = [(8, 256, 1), (256, 256, 1), (256, 4 * 4 * 256, 1)]
LAYER_NORMS = 2 * 128 + 2 * 64
CRITIC = [(3, 64, 4), (64, 128, 4), (128, 256, 4), (256, 512, 4), (512, 1, 1)]


def weights(layers: list[tuple[int, int, int]]) -> int:
    return sum(i * o * k * k + o for i, o, k in layers)


@pytest.fixture
def batch() -> Batch:
    """Two pictures of 32² of noise; x_e and y_s, which are no business of MUNIT's, are no numbers."""
    nothing = torch.full((2, 3, 32, 32), torch.nan)
    x_s, y_e = torch.rand(2, 1, 32, 32), torch.rand(2, 3, 32, 32)
    return Batch(x_s=x_s, x_e=nothing, x_t=nothing, y_s=nothing[:, :1], y_e=y_e, y_sim=nothing)


def built(**overrides) -> MUNIT:
    method = build_method(resolve("smoke", "anime", "munit", **overrides))
    assert isinstance(method, MUNIT)
    return method


def told(method: MUNIT, batch: Batch) -> dict[str, Terms]:
    """Player → terms, stepping nobody."""
    return dict(method.phases(batch))


# Size


def test_at_full_size_it_is_the_official_network() -> None:
    with torch.device("meta"):
        method = build_method(resolve("paper", "anime", "munit"))
    sizes = {name: sum(p.numel() for p in net.parameters()) for name, net in method.named_children()}
    for domain in ("color", "sketch"):
        assert sizes.pop(f"content_{domain}") == weights(CONTENT)
        assert sizes.pop(f"style_{domain}") == weights(STYLE)
        assert sizes.pop(f"decoder_{domain}") == weights(DECODER) + weights(PERCEPTRON) + LAYER_NORMS
    assert sizes == {"critics": 2 * 3 * weights(CRITIC)}


@pytest.mark.parametrize("preset", ["smoke", "laptop", "shipped", "colab"])
def test_in_a_small_preset_it_has_the_common_budget(preset: str) -> None:
    counts = []
    for name in ("ours", "munit"):
        with torch.device("meta"):
            counts.append(sum(p.numel() for p in build_method(resolve(preset, "anime", name)).parameters()))
    assert 0.8 < counts[1] / counts[0] < 1.2


# Terms


class Flat(nn.Module):
    """Planted: the content is what a picture has beside its mean colour, the style is that colour."""

    def __init__(self, what: str, gain: float = 1.0) -> None:
        super().__init__()
        self.what, self.gain = what, gain

    def forward(self, *given: Tensor) -> Tensor:
        if self.what == "decoder":
            content, style = given
            return self.gain * (content + style[..., None, None])
        mean = given[0].mean((2, 3), keepdim=True)
        return mean.flatten(1) if self.what == "style" else given[0] - mean


def planted(monkeypatch: pytest.MonkeyPatch, **gains: float) -> MUNIT:
    monkeypatch.setattr(nets, "STYLE", 3)
    method = built()
    for what in ("content", "style", "decoder"):
        for domain in ("color", "sketch"):
            setattr(method, f"{what}_{domain}", Flat(what, gains.get(f"{what}_{domain}", 1.0)))
    return method


RECONSTRUCTED = [
    f"{what}_{domain}" for what in ("picture", "style", "content") for domain in ("color", "sketch")
]


def test_what_comes_apart_exactly_is_put_together_exactly(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Own content and style give the picture; foreign content in a drawn style gives both of them back."""
    terms = told(planted(monkeypatch), batch)["generator"]
    for name in RECONSTRUCTED:
        torch.testing.assert_close(terms[name], torch.tensor(0.0), atol=1e-6, rtol=0)


def test_a_decoder_that_is_wrong_costs_the_domain_whose_it_is(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that doubles everything: the picture, the drawn style, and the other domain's content are off."""
    torch.manual_seed(0)
    method = planted(monkeypatch, decoder_color=2.0)
    terms = told(method, batch)["generator"]
    wrong = {name for name in RECONSTRUCTED if terms[name] > 1e-3}
    assert wrong == {"picture_color", "style_color", "content_sketch"}
    torch.testing.assert_close(terms["picture_color"], (batch.y_e * 2 - 1).abs().mean())  # |2x − x|
    sketch = (batch.x_s * 2 - 1).expand(-1, 3, -1, -1)
    torch.testing.assert_close(
        terms["content_sketch"], (sketch - sketch.mean((2, 3), keepdim=True)).abs().mean()
    )


def test_a_planted_swap_has_the_sketchs_content_and_the_exemplars_colour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    method, sketch, exemplar = planted(monkeypatch), torch.rand(2, 1, 32, 48), torch.rand(2, 3, 16, 16)
    image = method.translate(sketch, exemplar).image
    expected = sketch - sketch.mean((2, 3), keepdim=True) + exemplar.mean((2, 3), keepdim=True)
    torch.testing.assert_close(image, expected)


def test_both_players_play_least_squares_on_swapped_pictures(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with styles of its own, drawn one after the other."""
    method = planted(monkeypatch)
    torch.manual_seed(3)
    terms = told(method, batch)
    torch.manual_seed(3)
    real: dict[str, Any] = {"color": batch.y_e * 2 - 1, "sketch": (batch.x_s * 2 - 1).expand(-1, 3, -1, -1)}
    for player, term in (("critics", "judge"), ("generator", "fool")):
        for domain, other in (("color", "sketch"), ("sketch", "color")):
            content = real[other] - real[other].mean((2, 3), keepdim=True)
            fake = method.critics[domain](content + torch.randn(2, 3)[..., None, None])
            aims = [(fake, 1)] if term == "fool" else [(fake, 0), (method.critics[domain](real[domain]), 1)]
            scales = [(scores - aim).square().mean() for maps, aim in aims for scores in maps]
            assert len(scales) == 2 * len(aims)
            summed = method.weights[f"{term}_{domain}"] * terms[player][f"{term}_{domain}"]
            torch.testing.assert_close(summed, torch.stack(scales).sum())  # over scales, as officially


def test_the_weights_are_the_official_ones(batch: Batch) -> None:
    with torch.device("meta"):
        method = build_method(resolve("paper", "anime", "munit"))
    official = {"fool": 3, "judge": 3, "picture": 10, "style": 1, "content": 1}  # 3 scales, each with 1
    assert method.weights == {f"{t}_{d}": w for t, w in official.items() for d in ("color", "sketch")}
    assert {name for terms in told(built(), batch).values() for name in terms} == set(built().weights)


def test_each_player_is_told_what_is_its_own(batch: Batch) -> None:
    method = built()
    for player, terms in method.phases(batch):
        method.zero_grad()
        torch.stack([*terms.values()]).sum().backward()
        for name, weight in method.named_parameters():
            assert (weight.grad is not None) is (name.startswith("critics.") is (player == "critics")), name


def test_it_works_in_half_precision(batch: Batch) -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for _, terms in built().phases(batch):
            total = torch.stack([*terms.values()]).sum()
            assert total.isfinite()
            total.backward()


# Use


@pytest.mark.parametrize(("sketch", "exemplar"), [((16, 48), (64, 32)), ((80, 16), (16, 16))])
def test_it_colours_any_size_from_any_other(sketch: tuple[int, int], exemplar: tuple[int, int]) -> None:
    image = built().translate(torch.rand(2, 1, *sketch), torch.rand(2, 3, *exemplar)).image
    assert image.shape == (2, 3, *sketch)
    assert 0 <= image.min() < image.max() <= 1


def test_the_exemplar_and_the_sketch_both_matter(batch: Batch) -> None:
    method = built()
    first = method.translate(batch.x_s, batch.y_e).image
    assert method.takes_exemplar
    assert (first - method.translate(batch.x_s, batch.y_e.square()).image).abs().max() > 1e-3
    assert (first - method.translate(batch.x_s.flip(0), batch.y_e).image).abs().max() > 1e-3


def test_the_rate_is_halved_after_every_tenth_of_the_run() -> None:
    optim = resolve("paper", "anime", "munit").optim
    factors = [rate_factor(step, optim, 1000) for step in range(1000)]
    assert factors == [0.5 ** (step // 100) for step in range(1000)]
