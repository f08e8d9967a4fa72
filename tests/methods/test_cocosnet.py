"""CoCosNet: its warp and its contextual loss are ours; which exemplar is whose; who is told what."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from repro.config import resolve
from repro.contracts import Batch, WarpedTranslation
from repro.losses.contextual import contextual_loss
from repro.methods import build_method
from repro.methods.cocosnet import (
    CONTEXTUAL,
    PERCEPTUAL,
    CoCosNet,
    cycle_loss,
    pseudo_pair_loss,
    squared_distance,
    warp_loss,
)


@pytest.fixture
def method() -> CoCosNet:
    torch.manual_seed(0)
    return build_method(resolve("smoke", "anime", "cocosnet"))


def a_batch(count: int = 4, side: int = 32) -> Batch:
    return Batch(*(torch.rand(count, c, side, side) for c in (1, 3, 3, 1, 3, 3)))


# The warp


def literal_warp(theta: Tensor, phi: Tensor, exemplar: Tensor) -> Tensor:
    """The official code's way: unfold, centre over channels, divide by the norm, softmax(f / 0.01)."""
    parts = []
    for features in (theta, phi):
        taken = F.unfold(features, 3, padding=1)
        taken = taken - taken.mean(dim=1, keepdim=True)
        parts.append(taken / taken.norm(dim=1, keepdim=True))
    f = parts[0].permute(0, 2, 1) @ parts[1]
    colors = F.avg_pool2d(exemplar, 4)
    y = torch.softmax(f / 0.01, dim=-1) @ colors.flatten(2).permute(0, 2, 1)
    return y.permute(0, 2, 1).reshape(len(y), 3, *theta.shape[2:])


def test_its_warp_is_the_literal_one(method: CoCosNet) -> None:
    method.eval()
    x_s, y_e = torch.rand(2, 1, 32, 48), torch.rand(2, 3, 48, 16)
    made = method.translate(x_s, y_e)
    matcher = method.matcher
    theta = matcher.theta(matcher.shared(method.sketches(x_s)))
    phi = matcher.phi(matcher.shared(method.pictures(y_e)))
    torch.testing.assert_close(made.coarse, literal_warp(theta, phi, y_e), atol=1e-4, rtol=0)
    raised = F.interpolate(made.coarse, scale_factor=4, mode="bilinear")
    torch.testing.assert_close(made.image, method.generator(raised, x_s))


def test_there_and_back_is_the_exemplar_where_the_match_is_one_to_one() -> None:
    """With features of its own, each place finds its own; where all are alike, both ways end at the mean."""
    exemplar = torch.rand(1, 3, 32, 32)
    cells = F.avg_pool2d(exemplar, 4)
    unlike, alike = torch.eye(64).reshape(1, 64, 8, 8), torch.ones(1, 64, 8, 8)
    mirrored = WarpedTranslation(exemplar, cells.flip(3), unlike, unlike.flip(3))
    assert cycle_loss(mirrored, exemplar).item() == pytest.approx(0, abs=1e-5)
    mean = cells.mean(dim=(2, 3), keepdim=True)
    blurred = WarpedTranslation(exemplar, mean.expand_as(cells), alike, alike)
    assert cycle_loss(blurred, exemplar).item() == pytest.approx((cells - mean).abs().mean().item(), rel=1e-3)


# The losses


def literal_contextual(made: Tensor, exemplar: Tensor) -> Tensor:
    """ContextualLoss_forward, centred on the exemplar's mean: distances, affinity, the best of each row."""
    mean = exemplar.mean(dim=(2, 3), keepdim=True)
    x, y = (F.normalize(features - mean).flatten(2) for features in (made, exemplar))
    d = 1 - x.permute(0, 2, 1) @ y
    w = torch.exp((1 - d / (d.amin(dim=-1, keepdim=True) + 1e-3)) / 0.1)
    affinity = w / w.sum(dim=-1, keepdim=True)
    return -affinity.amax(dim=-1).mean(dim=1).log().mean()


def test_its_contextual_loss_is_the_literal_one() -> None:
    sizes = {"relu5_2": 4, "relu4_2": 8, "relu3_2": 16}
    made, style = ({n: torch.rand(2, 6, s, s).double() for n, s in sizes.items()} for _ in range(2))
    expected = 8 * literal_contextual(made["relu5_2"], style["relu5_2"])
    expected += 4 * literal_contextual(made["relu4_2"], style["relu4_2"])
    pooled = (F.avg_pool2d(features["relu3_2"], 2) for features in (made, style))
    expected += 2 * literal_contextual(*pooled)
    torch.testing.assert_close(contextual_loss(made, style, CONTEXTUAL), expected)


def test_only_pictures_coloured_from_their_own_are_rebuilt() -> None:
    own = torch.tensor([False, True, True])
    layers = ("relu1_2", "relu2_2", "relu3_2", "relu4_2", "relu5_2")
    truth = {name: torch.zeros(3, 2, 4, 4) for name in layers}
    made = {name: torch.tensor([100.0, 1, 3])[:, None, None, None].expand(3, 2, 4, 4) for name in layers}
    weights = 1 / 32 + 1 / 16 + 1 / 8 + 1 / 4 + 1
    assert pseudo_pair_loss(made, truth, own).item() == pytest.approx(2 * weights)
    assert pseudo_pair_loss(made, truth, own & False).item() == 0


def test_only_a_warp_of_their_own_is_told_the_truth() -> None:
    """Constant pictures, so that raising changes nothing: 0.1 and 0.3 off, and one that is not asked."""
    own, truth = torch.tensor([False, True, True]), torch.full((3, 3, 16, 16), 0.5)
    coarse = torch.tensor([0.0, 0.6, 0.2])[:, None, None, None].expand(3, 3, 4, 4)
    assert warp_loss(coarse, truth, own).item() == pytest.approx(0.2)
    assert warp_loss(coarse, truth, own & False).item() == 0


def test_the_perceptual_loss_is_squared() -> None:
    truth, made = ({"relu4_2": torch.full((1, 2, 3, 3), value)} for value in (1.0, 4.0))
    assert squared_distance(made, truth).item() == pytest.approx(9)
    assert [*PERCEPTUAL] == ["relu4_2"]


# Training


def test_it_is_told_the_terms_of_the_paper(method: CoCosNet) -> None:
    told = [(player, {*terms}) for player, terms in method.phases(a_batch())]
    assert told == [("generator", {*method.weights}), ("critics", {"adversarial"})]


def test_each_player_learns_from_its_own_phase_alone(method: CoCosNet) -> None:
    for player, terms in method.phases(a_batch()):
        method.zero_grad()
        torch.stack([*terms.values()]).sum().backward()
        moved = {name.split(".")[0] for name, p in method.named_parameters() if p.grad is not None}
        assert moved == set(method.players[player])


def test_three_pictures_in_ten_are_shown_their_own_distorted(
    method: CoCosNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """x_t is black and y_e white: what is warped says which it was, and no picture is a mixture."""
    seen: list[Tensor] = []

    def warped(_: Tensor, exemplar: Tensor, *__: Tensor) -> None:
        seen.append(exemplar)
        raise StopIteration

    monkeypatch.setattr(method, "_refine", warped)
    count = 400
    dark, light = torch.zeros(count, 3, 16, 16), torch.ones(count, 3, 16, 16)
    batch = replace(a_batch(count, 16), x_t=dark, y_e=light)
    with pytest.raises(RuntimeError, match="StopIteration"):
        next(method.phases(batch))
    assert (seen[0].flatten(1) == seen[0].flatten(1)[:, :1]).all()
    assert (1 - seen[0].mean()).item() == pytest.approx(0.3, abs=0.08)


@pytest.mark.parametrize(
    ("sketch", "exemplar"),
    [((32, 32), (32, 32)), ((16, 48), (64, 32)), ((48, 32), (20, 36)), ((80, 16), (16, 16))],
)
def test_it_colours_any_size_from_any_other(
    method: CoCosNet, sketch: tuple[int, int], exemplar: tuple[int, int]
) -> None:
    made = method.translate(torch.rand(2, 1, *sketch), torch.rand(2, 3, *exemplar))
    assert made.image.shape == (2, 3, *sketch)
    assert made.coarse.shape[2:] == made.x_c.shape[2:] == (sketch[0] // 4, sketch[1] // 4)
    assert made.y_c.shape[2:] == (exemplar[0] // 4, exemplar[1] // 4)
    for picture in (made.image, made.coarse):
        assert picture.min() >= 0
        assert picture.max() <= 1
