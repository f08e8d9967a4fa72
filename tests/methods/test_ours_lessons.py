"""What the paper's method is told in training: every term of Eq. 10 to 15, for both players."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from repro.config import Config, resolve
from repro.contracts import Batch, Terms
from repro.data.sources import train_pairs
from repro.data.stream import BatchStream
from repro.losses.adversarial import ADVERSARIAL
from repro.losses.contextual import contextual_loss
from repro.losses.perceptual import perceptual_loss
from repro.losses.style import style_loss
from repro.methods import build_method


def smoke(**overrides) -> Config:
    return resolve("smoke", "anime", "ours", **overrides)


@pytest.fixture(scope="module")
def batch() -> Batch:
    """Four drawings of 32 × 32 with their warps."""
    data = smoke(data__train_count=4).data
    return BatchStream(train_pairs(data), data, batch=4, seed=0).at(0)


TERMS = {"perceptual", "style", "context", "pseudo", "align", "structural", "colorific", "coarse"}
CROSSED = {"perceptual", "style", "context", "structural", "colorific"}  # look at G(x_s, y_e)
ALONE = {f"loss__{name}": 0.0 for name in CROSSED}  # the first slice: nothing looks at it


def lessons(method: nn.Module, batch: Batch) -> dict[str, Terms]:
    """Player → terms, stepping nobody."""
    return dict(method.phases(batch))  # type: ignore[operator]


def test_every_term_is_the_equation_on_what_the_paper_names(batch: Batch) -> None:
    config = smoke(train__cross_share=1.0)
    method = build_method(config).train()
    terms = lessons(method, batch)["generator"]
    assert set(terms) == TERMS
    assert all(term.shape == () and hasattr(config.loss, name) for name, term in terms.items())
    own, crossed = method.translate(batch.x_s, batch.x_t), method.translate(batch.x_s, batch.y_e)
    torch.testing.assert_close(terms["pseudo"], (own.image - batch.x_e).abs().mean())  # Eq. 13
    small = F.avg_pool2d(batch.x_e, 4)
    torch.testing.assert_close(terms["coarse"], (own.coarse - small).abs().mean())
    pairs = ((batch.x_s, batch.x_e), (batch.y_s, batch.y_e))
    apart = [method.domain(*method.pyramids(*pair)) for pair in pairs]  # before CSFT
    expected = torch.stack([(a - b).abs().mean() for a, b in apart]).mean()
    torch.testing.assert_close(terms["align"], expected)  # Eq. 14, both its terms
    layers = ("relu2_2", "relu3_2", "relu4_2", "relu5_2")
    made, content, exemplar = (method.features(p, layers) for p in (crossed.image, batch.x_e, batch.y_e))
    torch.testing.assert_close(terms["perceptual"], perceptual_loss(made, content))  # Eq. 10
    torch.testing.assert_close(terms["style"], style_loss(made, exemplar))  # Eq. 11
    torch.testing.assert_close(terms["context"], contextual_loss(made, exemplar))  # Eq. 12


def test_the_critics_see_the_pairs_of_the_paper(batch: Batch) -> None:
    """Eq. 15 in evaluation mode, where spectral normalisation stands still, pair by pair."""
    method = build_method(smoke(train__cross_share=1.0)).eval()
    game, image = ADVERSARIAL["bce"], method.translate(batch.x_s, batch.y_e).image.detach()
    pairs = {"structural": (batch.x_e, batch.x_s), "colorific": (batch.y_e, batch.y_sim)}
    told = lessons(method, batch)
    for name, (real, condition) in pairs.items():
        critic = method.critics[name]
        fake = critic(image, condition)
        torch.testing.assert_close(told["generator"][name], game.generator(fake))
        torch.testing.assert_close(told["critics"][name], game.discriminator(critic(real, condition), fake))


def test_mismatched_pairs_are_real_pictures_of_another_pair(batch: Batch) -> None:
    method = build_method(smoke(train__cross_share=1.0, loss__negatives="mismatched")).eval()
    image, critic = method.translate(batch.x_s, batch.y_e).image.detach(), method.critics["structural"]
    scores = [critic(p, batch.x_s) for p in (batch.x_e, image, batch.x_e.roll(1, dims=0))]
    expected = ADVERSARIAL["bce"].discriminator(*scores)
    torch.testing.assert_close(lessons(method, batch)["critics"]["structural"], expected)


@pytest.mark.parametrize("gan", ADVERSARIAL)
def test_each_game_is_played_by_both_sides(batch: Batch, gan: str) -> None:
    told = lessons(build_method(smoke(loss__gan=gan)).eval(), batch)
    plain = lessons(build_method(smoke(loss__gan="bce")).eval(), batch)
    assert set(told) == {"generator", "critics"}
    assert set(told["critics"]) == {"structural", "colorific"}
    same = torch.allclose(told["critics"]["structural"], plain["critics"]["structural"], atol=0.1)
    assert same is (gan != "hinge")


def test_the_generator_learns_from_the_critics_verdict_and_they_do_not(batch: Batch) -> None:
    method = build_method(smoke())
    phases = method.phases(batch)
    _, terms = next(phases)
    (terms["structural"] + terms["colorific"]).backward()
    assert all(p.grad is None for p in method.critics.parameters())
    assert all(p.grad is not None for p in method.generator.parameters())
    for p in method.parameters():
        p.grad = None
    player, terms = next(phases)
    assert player == "critics"
    sum(terms.values()).backward()  # type: ignore[union-attr]
    assert all(p.grad is not None for p in method.critics.parameters())
    assert all(p.grad is None for p in method.generator.parameters())


@pytest.mark.parametrize("name", sorted(TERMS))
def test_a_term_of_weight_zero_is_not_built(batch: Batch, name: str) -> None:
    terms = lessons(build_method(smoke(**{f"loss__{name}": 0.0})), batch)["generator"]
    assert set(terms) == TERMS - {name}


@pytest.mark.parametrize(
    ("method", "critics", "looks"),
    [
        ("ours", ["structural", "colorific"], True),
        ("wo_cc", ["structural"], True),
        ("wo_sc", ["colorific"], True),
        ("wo_adv", None, True),
        ("wo_context", ["structural", "colorific"], True),
    ],
)
def test_a_variant_builds_no_net_for_what_is_off(method: str, critics: list[str] | None, looks: bool) -> None:
    built = build_method(resolve("smoke", "anime", method))
    nets = dict(built.named_children())
    assert (list(nets["critics"]) if "critics" in nets else None) == critics
    assert ("features" in nets) is looks
    assert set(built.players) == {"generator"} | ({"critics"} if critics else set())


def test_a_method_for_use_has_neither_critics_nor_feature_net(batch: Batch) -> None:
    built = build_method(smoke(), load_features=None)
    assert set(dict(built.named_children())) == set(built.players["generator"])
    assert built.translate(batch.x_s, batch.y_e).image.shape == batch.x_e.shape


def test_where_nothing_looks_at_the_other_exemplar_it_costs_nothing(batch: Batch) -> None:
    seen: list[int] = []
    for overrides in (ALONE, ALONE | {"loss__align": 0.0}, {}, {"train__cross_share": 1.0}):
        method = build_method(smoke(**overrides))
        assert ("features" in dict(method.named_children())) is (
            overrides in ({}, {"train__cross_share": 1.0})
        )
        method.pyramids.exemplar.register_forward_hook(lambda _, inputs, __: seen.append(len(inputs[0])))
        list(method.phases(batch))
    assert seen == [8, 4, 10, 12]  # x_t and x_e; x_t alone; with two, with four of y_e


def test_only_the_layers_that_a_term_looks_at_are_computed(batch: Batch) -> None:
    asked: list[list[str]] = []
    for overrides in ({}, {"loss__context": 0.0}):
        method = build_method(smoke(**overrides))
        method.features.register_forward_hook(lambda _, inputs, __: asked.append(list(inputs[1])))
        list(method.phases(batch))
    assert asked == [["relu2_2", "relu3_2", "relu4_2", "relu5_2"]] * 2 + [["relu5_2"]] * 2


def test_half_precision_translates_nearly_alike(batch: Batch) -> None:
    """Eq. 4 multiplies rounding by α = 100: it is taken in float32 whatever surrounds it."""
    method = build_method(smoke())
    exact = method.translate(batch.x_s, batch.y_e)
    with torch.autocast("cpu", torch.bfloat16):
        rough = method.translate(batch.x_s, batch.y_e)
    assert rough.coarse.dtype == torch.float32
    assert (rough.coarse - exact.coarse).abs().mean() < 0.03
    assert (rough.image.float() - exact.image).abs().mean() < 0.03
