"""The net that the toybox features are made of: its questions, its loss, and its folding."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from repro.data.toybox import PARTS
from repro.models.features import HEADS, FeatureNet, Recipe
from repro.training.part_net import ASKED, CLASSES, PartNet, cell_shares, class_of, folded, part_loss

RECIPE = Recipe("toybox", (0.7, 0.6, 0.5), (0.3, 0.3, 0.2))


@pytest.fixture
def net() -> PartNet:
    """A net whose batch normalisation has seen something, and whose scales are not all 1."""
    net = PartNet(RECIPE)
    with torch.no_grad():
        for name, values in net.named_parameters():
            if name.endswith("1.weight") or name.endswith("1.bias"):
                values.add_(0.3 * torch.randn_like(values))
        for _ in range(3):
            net(torch.rand(4, 3, 32, 32))
    return net.eval()


# The questions


def test_every_part_of_every_domain_has_a_class_and_they_share_one_background() -> None:
    assert len(CLASSES) == 1 + sum(len(parts) - 1 for parts in PARTS.values())
    assert len(set(CLASSES)) == len(CLASSES) < 256
    for domain, parts in PARTS.items():
        names = [CLASSES[i] for i in class_of(domain)]
        assert names == ["background", *(f"{domain} {part}" for part in parts[1:])]


def test_cell_shares_are_counted() -> None:
    labels = torch.randint(0, len(CLASSES), (2, 8, 12), dtype=torch.uint8)
    shares = cell_shares(labels, 4)
    assert shares.shape == (2, len(CLASSES), 2, 3)
    for b, r, c in np.ndindex(2, 2, 3):
        cell = labels[b, 4 * r : 4 * r + 4, 4 * c : 4 * c + 4]
        expected = torch.bincount(cell.reshape(-1), minlength=len(CLASSES)) / 16
        torch.testing.assert_close(shares[b, :, r, c], expected)


def test_the_grids_are_the_heads_grids(net: PartNet) -> None:
    said = net(torch.rand(1, 3, 64, 96))
    labels = torch.zeros(1, 64, 96, dtype=torch.uint8)
    for layer, cell in ASKED.items():
        assert (
            said[layer].shape == cell_shares(labels, cell).shape == (1, len(CLASSES), 64 // cell, 96 // cell)
        )


# The loss


def test_the_loss_in_closed_form() -> None:
    """No opinion costs log K a head; certainty costs nothing where it is right, and its size where not."""
    labels = torch.full((2, 32, 32), 5, dtype=torch.uint8)
    sizes = {layer: (2, len(CLASSES), 32 // cell, 32 // cell) for layer, cell in ASKED.items()}
    blank = {layer: torch.zeros(size) for layer, size in sizes.items()}
    assert part_loss(blank, labels).item() == pytest.approx(3 * np.log(len(CLASSES)), rel=1e-5)
    right = {layer: values.clone() for layer, values in blank.items()}
    wrong = {layer: values.clone() for layer, values in blank.items()}
    for layer in ASKED:
        right[layer][:, 5] = wrong[layer][:, 6] = 50.0
    assert part_loss(right, labels).item() == pytest.approx(0, abs=1e-4)
    assert part_loss(wrong, labels).item() == pytest.approx(150, rel=1e-4)


def test_a_cell_of_two_parts_asks_for_both() -> None:
    labels = torch.zeros(1, 16, 16, dtype=torch.uint8)
    labels[:, ::2] = 1  # row by row, so that every cell of every grid is half of each
    said = {}
    for layer, cell in ASKED.items():
        said[layer] = torch.full((1, len(CLASSES), 16 // cell, 16 // cell), -50.0)
        said[layer][:, :2] = 0.0
    assert part_loss(said, labels).item() == pytest.approx(3 * np.log(2), rel=1e-4)
    for values in said.values():
        values[:, 1] = -50.0
    half_unnamed = 3 * 50 * 0.5
    assert part_loss(said, labels).item() == pytest.approx(half_unnamed, rel=1e-3)


def test_one_batch_is_learnt() -> None:
    net, images = PartNet(RECIPE), torch.rand(4, 3, 32, 32)
    labels = (images.mean(dim=1) > 0.5).to(torch.uint8) * 7
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    losses = []
    for _ in range(12):
        loss = part_loss(net(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.6 * losses[0]


# Folding


def test_folded_it_computes_the_same(net: PartNet) -> None:
    weights = folded(net)
    plain = FeatureNet(RECIPE, {name: t for name, t in weights.items() if not name.startswith(HEADS)})
    images = torch.rand(2, 3, 32, 48)
    features = plain(images, ASKED)
    with torch.no_grad():
        for layer, said in net(images).items():
            head = (weights[f"{HEADS}{layer}.weight"], weights[f"{HEADS}{layer}.bias"])
            made = torch.nn.functional.conv2d(features[layer], *head)
            torch.testing.assert_close(made, said, atol=1e-4, rtol=1e-4)


def test_a_forgotten_mean_is_seen(net: PartNet) -> None:
    images = torch.rand(1, 3, 32, 32)
    before = folded(net)
    with torch.no_grad():
        net.steps["conv2_1"][1].running_mean.zero_()  # type: ignore[index]
    kept = {name: t for name, t in before.items() if not name.startswith(HEADS)}
    with torch.no_grad():
        wrong = net.heads["relu3_2"](FeatureNet(RECIPE, kept)(images, ["relu3_2"])["relu3_2"])
        assert (wrong - net(images)["relu3_2"]).abs().max() > 1e-2
