"""The discriminator whose features are matched, too: a PatchGAN at two scales, of SPADE and CoCosNet.

Wang et al. 2018 (pix2pixHD), as in the official code of both (NVlabs/SPADE, microsoft/CoCosNet): four
convolutions of 4×4 and a fifth to the scores, instance and spectral normalisation in the three middle ones.
Padding is SPADE's; CoCosNet's, of 1, would leave nothing of a 32² picture at the coarser scale.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

STRIDES = (2, 2, 2, 1, 1)
PADDING = 2

Activations = list[list[Tensor]]
"""For each scale, finest first, what each layer answers (B, C, h, w); the last are the scores, C = 1."""


class MatchedPatches(nn.Module):
    """One scale, and all that its layers answer."""

    def __init__(self, inputs: int, width: int, looks: Callable[[int], nn.Module]) -> None:
        super().__init__()
        channels = [inputs, width, 2 * width, 4 * width, 8 * width, 1]
        shapes = list(zip(channels[:-1], channels[1:], STRIDES, strict=True))
        first, *middle, last = (
            nn.Conv2d(i, o, 4, stride, PADDING, bias=position in (0, len(shapes) - 1))
            for position, (i, o, stride) in enumerate(shapes)
        )
        normed = [
            nn.Sequential(spectral_norm(conv), nn.InstanceNorm2d(conv.out_channels), nn.LeakyReLU(0.2))
            for conv in middle
        ]
        normed[-1].insert(0, looks(4 * width))
        self.layers = nn.ModuleList([nn.Sequential(first, nn.LeakyReLU(0.2)), *normed, last])

    def forward(self, pair: Tensor) -> list[Tensor]:
        """(B, inputs, H, W) → the activations of the five layers, scores last."""
        answers = []
        for layer in self.layers:
            pair = layer(pair)
            answers.append(pair)
        return answers


class MatchedCritic(nn.Module):
    """Two scales of `MatchedPatches`: the pair as it is, and at half its size."""

    def __init__(
        self, condition_channels: int, width: int, looks: Callable[[int], nn.Module] = nn.Identity
    ) -> None:
        """looks: number of channels → what features pass before the last normalised layer."""
        super().__init__()
        self.scales = nn.ModuleList(MatchedPatches(3 + condition_channels, width, looks) for _ in range(2))

    def forward(self, picture: Tensor, condition: Tensor) -> Activations:
        """picture (B, 3, H, W) and condition (B, C, H, W) in [0, 1], sides of 16 at least → activations."""
        pair, answers = torch.cat([condition, picture], dim=1) * 2 - 1, []
        for scale in self.scales:
            answers.append(scale(pair))
            pair = F.avg_pool2d(pair, 3, stride=2, padding=1, count_include_pad=False)
        return answers


def compare(
    critic: MatchedCritic, fake: Tensor, real: Tensor, condition: Tensor
) -> tuple[Activations, Activations]:
    """What the critic answers to the fake and to the real picture beside one condition, in one pass."""
    both = critic(torch.cat([fake, real]), condition.repeat(2, 1, 1, 1))
    halves = [[answer.chunk(2) for answer in scale] for scale in both]
    return tuple([[half[i] for half in scale] for scale in halves] for i in (0, 1))  # type: ignore[return-value]


def scores(answers: Activations) -> list[Tensor]:
    """The maps of patch scores alone, one a scale."""
    return [scale[-1] for scale in answers]
