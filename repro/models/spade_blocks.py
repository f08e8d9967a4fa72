"""Spatially-adaptive normalisation and the decoder built on it: shared by SPADE and CoCosNet.

A SPADE layer normalises its features without any parameters and then scales and shifts every place of
every channel by what a small net reads off a map: the sketch, or the sketch and a warped picture. So the
map is told again at every size, and no normalisation can wash it out.

Park et al. 2019, "Semantic Image Synthesis with Spatially-Adaptive Normalization", §3.1 and its figures of
the block and the generator; sizes from the official code (NVlabs/SPADE).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm

DECODER = ((16, 16, 32), (16, 16, 16), (16, 16, 16), (16, 8, 8), (8, 4, 4), (4, 2, 2), (2, 1, 1))
"""The seven blocks: channels in and out, as multiples of the width, and pixels to a cell of the grid."""

LOOKING_STRIDE = 2  # of the one block before which features may look at one another
SMALLEST_GRID = 2  # cells a side: below, nothing is beside the edge to be mirrored, and no mean to be taken
INITIAL_GAIN = 0.02  # of Xavier's rule, in the official options


@dataclass(frozen=True)
class Flavour:
    """In what the two families of SPADE layers differ.

    normalise: number of channels → a normalisation without parameters. padding: of 3×3 convolutions.
    """

    normalise: Callable[[int], nn.Module]
    padding: Literal["zeros", "reflect"]


class Modulation(nn.Module):
    """The SPADE layer: normalised features times 1 + γ plus β, both read off a map at every place (Eq. 1)."""

    def __init__(self, channels: int, label_channels: int, hidden: int, flavour: Flavour) -> None:
        super().__init__()
        self.normalise = flavour.normalise(channels)
        self.shared = nn.Conv2d(label_channels, hidden, 3, padding=1, padding_mode=flavour.padding)
        self.gamma = nn.Conv2d(hidden, channels, 3, padding=1, padding_mode=flavour.padding)
        self.beta = nn.Conv2d(hidden, channels, 3, padding=1, padding_mode=flavour.padding)

    def forward(self, features: Tensor, labels: Tensor) -> Tensor:
        """features (B, C, h, w), labels (B, L, H, W) of any size → (B, C, h, w)."""
        read = F.relu(self.shared(F.interpolate(labels, size=features.shape[2:], mode="nearest")))
        return self.normalise(features) * (1 + self.gamma(read)) + self.beta(read)


class SpadeBlock(nn.Module):
    """SPADE ResBlk: modulation, leaky ReLU, convolution, twice; a shortcut where the width changes."""

    def __init__(self, inputs: int, outputs: int, label_channels: int, hidden: int, flavour: Flavour) -> None:
        super().__init__()
        middle = min(inputs, outputs)
        self.first = Modulation(inputs, label_channels, hidden, flavour)
        self.narrow = spectral_norm(nn.Conv2d(inputs, middle, 3, padding=1, padding_mode=flavour.padding))
        self.second = Modulation(middle, label_channels, hidden, flavour)
        self.widen = spectral_norm(nn.Conv2d(middle, outputs, 3, padding=1, padding_mode=flavour.padding))
        self.aside = inputs != outputs
        if self.aside:
            self.third = Modulation(inputs, label_channels, hidden, flavour)
            self.shortcut = spectral_norm(nn.Conv2d(inputs, outputs, 1, bias=False))

    def forward(self, features: Tensor, labels: Tensor) -> Tensor:
        """features (B, inputs, h, w), labels (B, L, H, W) → (B, outputs, h, w)."""
        made = self.narrow(F.leaky_relu(self.first(features, labels), 0.2))
        made = self.widen(F.leaky_relu(self.second(made, labels), 0.2))
        return made + (self.shortcut(self.third(features, labels)) if self.aside else features)


class SpadeDecoder(nn.Module):
    """Seven SPADE blocks from a thirty-second of the picture's size up to it, and a convolution to colour."""

    def __init__(
        self,
        width: int,
        label_channels: int,
        flavour: Flavour,
        looks: Callable[[int], nn.Module] = nn.Identity,
    ) -> None:
        """Build it with ``width`` channels in the last block, sixteen times as many in the first.

        The nets that read the map have twice as many: 128 at the official 64. looks: number of channels →
        what features at half the picture's size pass before their block.
        """
        super().__init__()
        self.looks = nn.ModuleList(
            looks(inputs * width) if stride == LOOKING_STRIDE else nn.Identity()
            for inputs, _, stride in DECODER
        )
        self.blocks = nn.ModuleList(
            SpadeBlock(inputs * width, outputs * width, label_channels, 2 * width, flavour)
            for inputs, outputs, _ in DECODER
        )
        self.color = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, head: Tensor, labels: Tensor) -> Tensor:
        """head (B, 16·width, h, w) of any size, labels (B, L, H, W) → image (B, 3, H, W) in [0, 1]."""
        features = head
        for look, block, (_, _, stride) in zip(self.looks, self.blocks, DECODER, strict=True):
            features = F.interpolate(features, size=grid(labels, stride), mode="nearest")
            features = block(look(features), labels)
        return (self.color(F.leaky_relu(features, 0.2)).tanh() + 1) / 2


def grid(picture: Tensor, stride: int) -> tuple[int, int]:
    """Cells of ``stride`` pixels a side that cover a picture (…, H, W): rounded up, and at least two."""
    height, width = picture.shape[-2:]
    return max(SMALLEST_GRID, -(-height // stride)), max(SMALLEST_GRID, -(-width // stride))


def start_small(net: nn.Module, gain: float = INITIAL_GAIN) -> None:
    """The official initialisation: Xavier's with gain 0.02, so that γ, β and the picture start near 0.

    gain: another one. Biases are 0. Weights under spectral normalisation are left alone: their size has no
    effect.
    """
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            if not parametrize.is_parametrized(layer):
                nn.init.xavier_normal_(layer.weight, gain)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
