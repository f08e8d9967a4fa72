"""The nets of CoCosNet: sizes, neighbourhoods, attention, and the count of the official layer list."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from repro.models.cocosnet import (
    DomainAdaptor,
    Matcher,
    PositionalNorm,
    SelfAttention,
    SharedBlock,
    WarpedGenerator,
    around,
)
from repro.models.layers import MOMENT_EPS


def test_the_positional_norm_is_over_channels() -> None:
    x = torch.randn(2, 5, 3, 4).double()
    std = (x.var(dim=1, correction=0, keepdim=True) + MOMENT_EPS).sqrt()
    torch.testing.assert_close(PositionalNorm()(x), (x - x.mean(dim=1, keepdim=True)) / std)


def test_a_place_holds_its_neighbourhood() -> None:
    x = torch.arange(12.0).reshape(1, 1, 3, 4)
    made = around(x)
    assert made.shape == (1, 9, 3, 4)
    assert made[0, :, 1, 2].tolist() == [1, 2, 3, 5, 6, 7, 9, 10, 11]
    assert made[0, :, 0, 0].tolist() == [0, 0, 0, 0, 0, 1, 0, 4, 5]


def test_attention_begins_as_nothing_and_is_then_its_formula() -> None:
    look = SelfAttention(16).eval()
    x = torch.randn(2, 16, 6, 4)
    assert torch.equal(look(x), x)
    nn.init.constant_(look.share, 0.7)
    q, k, v = look.query(x), F.max_pool2d(look.key(x), 2), F.max_pool2d(look.value(x), 2)
    beta = torch.softmax(q.flatten(2).mT @ k.flatten(2), dim=-1)
    found = (v.flatten(2) @ beta.mT).reshape(2, 8, 6, 4)
    torch.testing.assert_close(look(x), x + 0.7 * look.back(found))


@pytest.mark.parametrize("size", [(16, 16), (32, 48), (20, 36)])
def test_both_domains_come_to_unit_features_on_the_grid(size: tuple[int, int]) -> None:
    for inputs in (1, 3):
        features = DomainAdaptor(inputs, 2)(torch.rand(2, inputs, *size))
        assert features.shape == (2, 8, size[0] // 4, size[1] // 4)
        torch.testing.assert_close(features.norm(dim=1), torch.ones(2, size[0] // 4, size[1] // 4))


def test_one_slope_serves_a_shared_block_twice() -> None:
    assert sum(isinstance(part, nn.PReLU) for part in SharedBlock(4).modules()) == 1
    x, block = torch.randn(1, 4, 6, 6), SharedBlock(4)
    padded = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), block.first.weight, block.first.bias)
    inner = F.prelu(F.instance_norm(padded), block.rectify.weight)
    inner = F.conv2d(F.pad(inner, (1, 1, 1, 1), mode="reflect"), block.second.weight, block.second.bias)
    torch.testing.assert_close(block(x), F.prelu(F.instance_norm(inner) + x, block.rectify.weight))


@pytest.mark.parametrize("size", [(16, 16), (48, 32), (64, 64)])
def test_the_generator_draws_any_size(size: tuple[int, int]) -> None:
    image = WarpedGenerator(2)(torch.rand(2, 3, *size), torch.rand(2, 1, *size))
    assert image.shape == (2, 3, *size)
    assert image.min() >= 0
    assert image.max() <= 1


# Size


def conv(i: int, o: int, kernel: int = 3) -> int:
    return i * o * kernel**2 + o


def block(i: int, o: int, labels: int) -> int:
    """An official SPADE block with modulation nets of 128 channels."""

    def layer(c: int) -> int:
        return conv(labels, 128) + 2 * conv(128, c)

    m = min(i, o)
    ways = conv(i, m) + conv(m, o) + layer(i) + layer(m)
    return ways + (layer(i) + i * o if i != o else 0)


def adaptor(labels: int, kernel: int) -> int:
    """AdaptiveFeatureGenerator: five convolutions without a bias, three blocks."""
    layers = [(labels, 64, 3), (64, 128, kernel), (128, 256, 3), (256, 512, kernel), (512, 512, 3)]
    convs = sum(i * o * k**2 for i, o, k in layers)
    return convs + 2 * block(512, 512, labels) + block(512, 256, labels)


def matcher(mixed: int) -> int:
    """Four residual blocks with one slope each, θ and φ; ``mixed`` label channels beside the 256."""
    c = 256 + mixed
    return 4 * (2 * conv(c, c) + 1) + 2 * (c * 256 + 256)


def generator(labels: int) -> int:
    """SPADEGenerator with attention of 256 channels, on the labels and the warp."""
    pairs = [(1024, 1024)] * 3 + [(1024, 512), (512, 256), (256, 128), (128, 64)]
    attention = 256 * (32 + 32 + 128 + 128) + 1
    return conv(labels + 3, 1024) + sum(block(i, o, labels + 3) for i, o in pairs) + attention + conv(64, 3)


def test_the_arithmetic_is_that_of_the_official_files() -> None:
    """ADE20K, 151 label channels: Corr of 237.6 MB and G of 387.1 MB in float32, as the authors share them.

    The 167.9 M parameters on the card of openvino/open_model_zoo are 8 % more than the files can hold.
    """
    corr, gen = adaptor(151, 3) + adaptor(3, 3) + matcher(151), generator(151)
    assert corr * 4e-6 == pytest.approx(237.6, rel=0.003)
    assert gen * 4e-6 == pytest.approx(387.1, rel=0.003)
    assert (corr + gen) / 167.9e6 == pytest.approx(0.929, abs=0.001)


def test_the_size_is_that_of_the_official_layer_list() -> None:
    """With a sketch for a label map, kernels of 4 in the adaptors and no label map of the exemplar."""
    expected = {"sketches": adaptor(1, 4), "pictures": adaptor(3, 4), "matcher": matcher(0)}
    expected["generator"] = generator(1)
    with torch.device("meta"):
        nets = DomainAdaptor(1, 64), DomainAdaptor(3, 64), Matcher(64), WarpedGenerator(64)
    counts = [sum(p.numel() for p in net.parameters()) for net in nets]
    assert counts == [*expected.values()] == [23_906_624, 23_923_904, 4_852_228, 92_171_460]
