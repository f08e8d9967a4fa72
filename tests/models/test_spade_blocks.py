"""The SPADE layer against its formula and a closed form; the decoder's sizes and official count."""

from __future__ import annotations

from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrize

from repro.models.spade_blocks import Flavour, Modulation, SpadeBlock, SpadeDecoder, grid, start_small

BATCH = Flavour(partial(nn.BatchNorm2d, affine=False), "zeros")
INSTANCE = Flavour(nn.InstanceNorm2d, "reflect")


def test_the_modulation_is_its_formula() -> None:
    """Eq. 1 written out: γ(m)·(h − μ_c)/σ_c + β(m), with γ = 1 + what the net says, μ and σ of the batch."""
    layer = Modulation(5, 2, 6, BATCH).double()
    h, m = torch.randn(3, 5, 8, 4).double(), torch.rand(3, 2, 16, 8).double()
    mean = h.mean(dim=(0, 2, 3), keepdim=True)
    std = (h.var(dim=(0, 2, 3), correction=0, keepdim=True) + 1e-5).sqrt()
    read = F.conv2d(m[..., ::2, ::2], layer.shared.weight, layer.shared.bias, padding=1).clamp(min=0)
    gamma, beta = (F.conv2d(read, net.weight, net.bias, padding=1) for net in (layer.gamma, layer.beta))
    torch.testing.assert_close(layer(h, m), (1 + gamma) * (h - mean) / std + beta)


def test_a_constant_map_is_one_scale_and_shift_of_each_channel() -> None:
    """Mirrored edges, a map of one value a, first net w₁·a + b₁ ≥ 0: γ and β are sums of their weights."""
    layer = Modulation(3, 1, 2, INSTANCE).double()
    with torch.no_grad():
        layer.shared.bias.fill_(20.0)  # far above 0: the ReLU does nothing
    a, h = 0.3, torch.randn(2, 3, 6, 6).double()
    read = layer.shared.weight.sum(dim=(1, 2, 3)) * a + 20.0
    gamma, beta = (
        (net.weight.sum(dim=(2, 3)) @ read + net.bias)[:, None, None] for net in (layer.gamma, layer.beta)
    )
    made = layer(h, torch.full((2, 1, 12, 12), a).double())
    torch.testing.assert_close(made, F.instance_norm(h) * (1 + gamma) + beta)


def test_a_new_layer_hardly_modulates() -> None:
    layer = Modulation(4, 1, 8, INSTANCE)
    start_small(layer)
    h = torch.randn(2, 4, 8, 8)
    torch.testing.assert_close(layer(h, torch.rand(2, 1, 8, 8)), F.instance_norm(h), atol=0.05, rtol=0.05)


@pytest.mark.parametrize(("inputs", "outputs"), [(6, 6), (6, 3), (3, 6)])
def test_a_block_is_two_ways_that_add_up(inputs: int, outputs: int) -> None:
    block = SpadeBlock(inputs, outputs, 1, 4, INSTANCE).eval()
    h, m = torch.randn(2, inputs, 8, 8), torch.rand(2, 1, 8, 8)
    assert block(h, m).shape == (2, outputs, 8, 8)
    assert hasattr(block, "shortcut") is (inputs != outputs)
    parametrize.remove_parametrizations(block.widen, "weight")
    for part in (block.widen.weight, block.widen.bias):
        nn.init.zeros_(part)
    aside = block.shortcut(block.third(h, m)) if block.aside else h
    torch.testing.assert_close(block(h, m), aside)


@pytest.mark.parametrize("size", [(16, 16), (32, 48), (64, 64), (80, 176)])
def test_the_decoder_draws_any_size(size: tuple[int, int]) -> None:
    decoder = SpadeDecoder(2, 1, INSTANCE)
    image = decoder(torch.randn(2, 32, 2, 2), torch.rand(2, 1, *size))
    assert image.shape == (2, 3, *size)
    assert image.min() >= 0
    assert image.max() <= 1


def test_grids_cover_the_picture() -> None:
    sizes = {stride: grid(torch.empty(1, 1, 256, 48), stride) for stride in (32, 16, 8, 1)}
    assert sizes == {32: (8, 2), 16: (16, 3), 8: (32, 6), 1: (256, 48)}
    assert grid(torch.empty(1, 16, 16), 32) == (2, 2)


def test_the_decoder_is_the_published_one() -> None:
    """GauGAN on Cityscapes: 93.0 M parameters (README of mit-han-lab/gan-compression), 36 label channels.

    Its first convolution, of the map itself, is not the decoder's.
    """
    labels, width = 36, 64
    with torch.device("meta"):
        first, decoder = nn.Conv2d(labels, 16 * width, 3), SpadeDecoder(width, labels, BATCH)
    count = sum(p.numel() for net in (first, decoder) for p in net.parameters())
    assert round(count / 1e6, 1) == 93.0
