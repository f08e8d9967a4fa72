"""The blocks that CycleGAN and MUNIT share."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from repro.models.residual import MirroredConv, ResidualBlock, draw_weights, small_normal


def convolved(features: Tensor, conv: nn.Module) -> Tensor:
    mirrored = F.pad(features, (1, 1, 1, 1), mode="reflect")
    return F.conv2d(mirrored, conv.get_parameter("weight"), conv.get_parameter("bias"))


def normed(features: Tensor) -> Tensor:
    """Mean 0 and variance 1 over the places of every channel of every picture."""
    centred = features - features.mean((2, 3), keepdim=True)
    return centred / (centred.square().mean((2, 3), keepdim=True) + 1e-5).sqrt()


def test_a_residual_block_is_its_formula() -> None:
    block = ResidualBlock(3).double()
    features = torch.randn(2, 3, 6, 5, dtype=torch.float64)
    inner = normed(convolved(features, block.first[0])).clamp_min(0)
    torch.testing.assert_close(block(features), features + normed(convolved(inner, block.second[0])))


def test_the_border_is_mirrored() -> None:
    """A constant stays one up to the border: zeros around it would show."""
    conv = MirroredConv(1, 1, 7, norm=None, activation=None)
    made = conv(torch.ones(1, 1, 8, 8))
    torch.testing.assert_close(made, made[..., :1, :1].expand_as(made))


def test_weights_start_as_published_and_amplify_alike_when_narrow() -> None:
    torch.manual_seed(0)
    for width in (64, 16):
        net = nn.Sequential(nn.Conv2d(width, width, 3), nn.Linear(width, 4 * width))
        draw_weights(net, small_normal(width))
        for layer in net:
            assert not layer.bias.any()  # type: ignore[operator]
            torch.testing.assert_close(
                layer.weight.std().item() * (width / 64) ** 0.5,  # type: ignore[operator]
                0.02,
                rtol=0.05,
                atol=0,
            )
