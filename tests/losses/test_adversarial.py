"""Eq. 15 from both sides against cases worked by hand, a slow reference, and planted faults."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from repro.losses import adversarial
from repro.losses.adversarial import (
    ADVERSARIAL,
    discriminator_bce,
    discriminator_hinge,
    generator_bce,
    generator_hinge,
    generator_minimax,
)

Scores = list[Tensor]
DISCRIMINATORS = pytest.mark.parametrize("loss", [discriminator_bce, discriminator_hinge])
GENERATORS = pytest.mark.parametrize("loss", [generator_minimax, generator_bce, generator_hinge])


def scores(*values: float, side: int = 2) -> Scores:
    """A constant map per scale, the second of half the side and so on."""
    return [torch.full((2, 1, max(1, side >> i), max(1, side >> i)), v) for i, v in enumerate(values)]


def log_d(score: float) -> float:
    return math.log(1 / (1 + math.exp(-score)))


def log_not_d(score: float) -> float:
    return math.log(1 - 1 / (1 + math.exp(-score)))


def mean(f: Callable[[float], float], maps: Sequence[Tensor]) -> float:
    """The mean over patches, then over scales, score by score in float64."""
    each = [[f(value) for value in m.double().flatten().tolist()] for m in maps]
    return sum(sum(values) / len(values) for values in each) / len(each)


REFERENCE: dict[str, tuple[Callable[[Scores, Scores], float], Callable[[Scores], float]]] = {
    "minimax": (lambda r, f: -mean(log_d, r) - mean(log_not_d, f), lambda f: mean(log_not_d, f)),
    "bce": (lambda r, f: -mean(log_d, r) - mean(log_not_d, f), lambda f: -mean(log_d, f)),
    "hinge": (
        lambda r, f: mean(lambda s: max(0, 1 - s), r) + mean(lambda s: max(0, 1 + s), f),
        lambda f: -mean(float, f),
    ),
}


def drawn() -> tuple[Scores, Scores]:
    draw = torch.Generator().manual_seed(15)
    real, fake = ([2 * torch.randn(3, 1, s, s, generator=draw) for s in (4, 2)] for _ in range(2))
    return real, fake


def agrees(kind: str, discriminator: Callable[..., Tensor], generator: Callable[..., Tensor]) -> bool:
    """Whether both sides are those of the reference, on two scales of unequal size."""
    real, fake = drawn()
    expected = [side(*args) for side, args in zip(REFERENCE[kind], ((real, fake), (fake,)), strict=True)]
    return np.allclose([discriminator(real, fake).item(), generator(fake).item()], expected, rtol=1e-5)


@pytest.mark.parametrize("kind", ADVERSARIAL)
def test_both_sides_agree_with_the_slow_reference(kind: str) -> None:
    assert agrees(kind, ADVERSARIAL[kind].discriminator, ADVERSARIAL[kind].generator)


def test_the_minimax_game_is_one_sum_that_both_sides_share() -> None:
    """Eq. 15 as printed: what the discriminator gains the generator loses, up to the part about reals."""
    real, fake = drawn()
    equation = mean(log_d, real) + mean(log_not_d, fake)
    assert discriminator_bce(real, fake).item() == pytest.approx(-equation)
    leaf = [m.requires_grad_() for m in fake]
    of_d = torch.autograd.grad(discriminator_bce(real, leaf), leaf)
    of_g = torch.autograd.grad(generator_minimax(leaf), leaf)
    for a, b in zip(of_d, of_g, strict=True):
        torch.testing.assert_close(a, -b)


def test_an_undecided_discriminator() -> None:
    zero = scores(0, 0)
    assert discriminator_bce(zero, zero).item() == pytest.approx(2 * math.log(2))
    assert generator_minimax(zero).item() == pytest.approx(-math.log(2))
    assert generator_bce(zero).item() == pytest.approx(math.log(2))
    assert discriminator_hinge(zero, zero).item() == 2
    assert generator_hinge(zero).item() == 0


def test_a_two_by_two_map_by_hand() -> None:
    real = [torch.tensor([[[[2.0, 1.0], [0.5, -1.0]]]])]  # hinge: 0, 0, 0.5, 2
    fake = [torch.tensor([[[[-2.0, -1.0], [0.0, 3.0]]]])]  # hinge: 0, 0, 1, 4
    assert discriminator_hinge(real, fake).item() == pytest.approx(2.5 / 4 + 5 / 4)
    assert generator_hinge(fake).item() == 0
    odds = [torch.tensor([[[[3.0, 1.0], [1 / 3, 1.0]]]]).log()]  # D = 3/4, 1/2, 1/4, 1/2
    log_of_product = math.log(3 / 4 * 1 / 2 * 1 / 4 * 1 / 2)
    assert generator_bce(odds).item() == pytest.approx(-log_of_product / 4)
    assert generator_minimax(odds).item() == pytest.approx(log_of_product / 4)  # 1 − D: the same four


@DISCRIMINATORS
def test_a_discriminator_that_is_sure_and_right_pays_nothing(loss) -> None:
    assert loss(scores(60, 60), scores(-60, -60)).item() == pytest.approx(0, abs=1e-12)
    assert loss(scores(-60, -60), scores(60, 60)).item() > 100


@DISCRIMINATORS
def test_the_discriminator_raises_reals_and_lowers_negatives(loss) -> None:
    real, fake = ([m.requires_grad_() for m in scores(0.1, 0.2)] for _ in range(2))
    grads = torch.autograd.grad(loss(real, fake), [*real, *fake])
    assert all((grad < 0).all() for grad in grads[:2])
    assert all((grad > 0).all() for grad in grads[2:])


@GENERATORS
def test_the_generator_raises_fakes(loss) -> None:
    fake = [m.requires_grad_() for m in scores(0.1, 0.2)]
    assert all((grad < 0).all() for grad in torch.autograd.grad(loss(fake), fake))


def test_only_the_printed_game_loses_its_gradient_when_the_discriminator_wins() -> None:
    """Why the other two exist: the gradient of a fake that is surely found out."""

    def gradient(loss: Callable[[Scores], Tensor]) -> float:
        fake = torch.full((1, 1, 1, 1), -20.0, requires_grad=True)
        loss([fake]).backward()
        assert fake.grad is not None
        return fake.grad.item()

    assert abs(gradient(generator_minimax)) < 1e-8
    assert gradient(generator_bce) == pytest.approx(-1)
    assert gradient(generator_hinge) == -1


def test_scales_count_alike_however_many_patches_they_have() -> None:
    """One patch at the coarse scale weighs as much as sixteen at the fine one; more scales do not add up."""
    assert generator_hinge(scores(1.0, 3.0, side=4)).item() == -2
    assert generator_hinge(scores(3.0, 1.0, side=4)).item() == -2
    assert generator_hinge(scores(1.0, 1.0, 1.0, side=4)).item() == -1


@DISCRIMINATORS
def test_mismatched_reals_share_the_weight_of_the_fakes(loss) -> None:
    real, fake = drawn()
    mismatched = [m + 0.5 for m in fake]
    both = (loss(real, fake) + loss(real, mismatched)) / 2
    assert loss(real, fake, mismatched).item() == pytest.approx(both.item())
    assert loss(real, fake, fake).item() == pytest.approx(loss(real, fake).item())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
@pytest.mark.parametrize("size", [1e-3, 30.0, 6e4])
def test_any_finite_score_gives_a_finite_loss_and_gradient(dtype: torch.dtype, size: float) -> None:
    for sign in (1, -1):
        real, fake = ([m.to(dtype).requires_grad_() for m in scores(sign * size, -size)] for _ in range(2))
        for kind in ADVERSARIAL.values():
            with torch.autocast("cpu", dtype=torch.bfloat16):
                value = kind.discriminator(real, fake) + kind.generator(fake)
            assert value.dtype == torch.float32
            assert value.isfinite()
            assert all(grad.isfinite().all() for grad in torch.autograd.grad(value, [*real, *fake]))


@pytest.mark.parametrize("kind", ADVERSARIAL)
def test_gradients_are_right(kind: str) -> None:
    shape = (2, 1, 2, 2)
    maps = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for _ in range(3)]
    sides = ADVERSARIAL[kind]
    assert torch.autograd.gradcheck(lambda r, f, m: sides.discriminator([r], [f], [m]), maps)
    assert torch.autograd.gradcheck(lambda a, b: sides.generator([a, b]), maps[:2])


@DISCRIMINATORS
def test_scores_that_do_not_belong_together_are_refused(loss) -> None:
    with pytest.raises(ValueError, match="negative pairs"):
        loss(scores(0, 0))
    for other in (scores(0), scores(0, 0, 0), scores(0, 0, side=4), []):
        with pytest.raises(ValueError, match="other shapes"):
            loss(scores(0, 0), other)


@GENERATORS
def test_scores_that_are_none_are_refused(loss) -> None:
    for none in ([], [torch.empty(0, 1, 2, 2)]):
        with pytest.raises(ValueError, match="a scale without scores"):
            loss(none)
    with pytest.raises(ValueError, match="a list of maps"):
        loss(torch.zeros(2, 1, 4, 4))


# Faults, planted in what the losses are made of


def by_patch(penalty: Callable[[Tensor], Tensor], maps: Sequence[Tensor]) -> Tensor:
    return torch.cat([penalty(m).flatten() for m in maps]).mean()


MEANS: dict[str, Callable[[Callable[[Tensor], Tensor], Sequence[Tensor]], Tensor]] = {
    "patches count alike, not scales": by_patch,
    "the finest scale alone": lambda penalty, maps: penalty(maps[0]).mean(),
    "a sum over scales": lambda penalty, maps: torch.stack([penalty(m).mean() for m in maps]).sum(),
    "a sum over patches": lambda penalty, maps: torch.stack([penalty(m).sum() for m in maps]).mean(),
    "the penalty of the mean": lambda penalty, maps: penalty(torch.stack([m.mean() for m in maps])).mean(),
    "scores for their negatives": lambda penalty, maps: by_patch(lambda m: penalty(-m), maps),
}


@pytest.mark.parametrize("kind", ADVERSARIAL)
@pytest.mark.parametrize("fault", MEANS)
def test_a_planted_fault_is_caught(kind: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adversarial, "_mean", MEANS[fault])
    assert not agrees(kind, ADVERSARIAL[kind].discriminator, ADVERSARIAL[kind].generator)


@pytest.mark.parametrize("kind", ADVERSARIAL)
def test_swapped_targets_are_caught(kind: str) -> None:
    sides = ADVERSARIAL[kind]
    assert not agrees(kind, lambda real, fake: sides.discriminator(fake, real), sides.generator)
    assert not agrees(kind, sides.discriminator, lambda fake: -sides.generator(fake))


def test_sides_of_another_game_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, other in (("minimax", "bce"), ("bce", "hinge"), ("hinge", "minimax")):
        assert not agrees(kind, ADVERSARIAL[kind].discriminator, ADVERSARIAL[other].generator)
    monkeypatch.setattr(F, "softplus", torch.sigmoid)  # probabilities, their logarithm forgotten
    assert not agrees("bce", discriminator_bce, generator_bce)
