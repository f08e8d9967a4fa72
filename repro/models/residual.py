"""Blocks of the networks that descend from Johnson et al. (2016): CycleGAN's and MUNIT's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

OFFICIAL_WIDTH = 64
"""Base width of both networks as published."""


class MirroredConv(nn.Sequential):
    """A convolution whose border is mirrored, then a normalisation and an activation, where there are any.

    (B, C, H, W) → (B, C', H/stride, W/stride), for an odd kernel at stride 1 and kernel 4 at stride 2.
    """

    def __init__(  # one layer, each part of it named
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        stride: int = 1,
        norm: Callable[[int], nn.Module] | None = nn.InstanceNorm2d,
        activation: Callable[[], nn.Module] | None = nn.ReLU,
    ) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, padding_mode="reflect")
        ]
        if norm:
            layers.append(norm(outputs))
        if activation:
            layers.append(activation())
        super().__init__(*layers)


class ResidualBlock(nn.Module):
    """x + IN(conv(ReLU(IN(conv(x))))), 3×3 over mirrored borders: (B, C, H, W) → the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = MirroredConv(channels, channels, 3)
        self.second = MirroredConv(channels, channels, 3, activation=None)

    def forward(self, features: Tensor) -> Tensor:
        """features: (B, C, H, W), sides of at least 2."""
        return features + self.second(self.first(features))


def draw_weights(net: nn.Module, draw: Callable[[Tensor], object]) -> None:
    """Draw the weights of all convolutions and linear layers anew; their biases become 0."""
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            draw(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def small_normal(width: int) -> Callable[[Tensor], object]:
    """The start of both papers, N(0, 0.02²) at their base width of 64.

    A narrower net draws larger weights, ∝ 1/√width, so that its layers amplify as the official ones do.
    """
    return partial(nn.init.normal_, std=0.02 * (OFFICIAL_WIDTH / width) ** 0.5)


def as_picture(sketch: Tensor) -> Tensor:
    """(B, 1, H, W) in [0, 1] → (B, 3, H, W) in [-1, 1]: both papers read a sketch as any image file."""
    return sketch.expand(-1, 3, -1, -1) * 2 - 1
