"""Blocks that more than one network is built from."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

MOMENT_EPS = 1e-5  # inside the square root, as in positional normalisation


class ConvBlock(nn.Sequential):
    """3×3 convolution, instance normalisation, leaky ReLU 0.2: (B, C, H, W) → (B, C', H/s, W/s)."""

    def __init__(self, inputs: int, outputs: int, *, stride: int = 1, dilation: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, stride=stride, padding=dilation, dilation=dilation),
            nn.InstanceNorm2d(outputs, affine=True),
            nn.LeakyReLU(0.2),
        )


def positional_moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over channels at every position.

    features: (B, C, H, W). Returns μ and σ, both (B, 1, H, W), σ > 0.
    Source: positional normalisation (Li et al. 2019), the paper's [33].
    """
    variance, mean = torch.var_mean(features, dim=1, keepdim=True, correction=0)
    return mean, torch.sqrt(variance + MOMENT_EPS)


def positional_norm(features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(features − μ)/σ together with the moments it strips: shapes (B, C, H, W), (B, 1, H, W) twice."""
    mean, std = positional_moments(features)
    return (features - mean) / std, mean, std


def without_autocast(device: torch.device) -> AbstractContextManager[object]:
    """What is computed within keeps the precision of its inputs, even where a run is in half precision."""
    if not torch.amp.is_autocast_available(device.type):
        return nullcontext()
    return torch.autocast(device.type, enabled=False)
