"""The nets of CoCosNet: two domains made comparable, positional SPADE, a generator that looks around.

Zhang et al. 2020, "Cross-domain Correspondence Learning for Exemplar-based Image Translation"; sizes from
the official code (microsoft/CoCosNet, models/networks/generator.py, correspondence.py, architecture.py).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from repro.models.layers import positional_norm, without_autocast
from repro.models.spade_blocks import (
    DECODER,
    INITIAL_GAIN,
    Flavour,
    SpadeBlock,
    SpadeDecoder,
    grid,
    start_small,
)

MATCH_KERNEL = 3  # cells a side of the neighbourhood that is compared, the official default
SHARED_BLOCKS = 4
OFFICIAL_WIDTH = 64


def _gain(width: int) -> float:
    """Official at the official width; Xavier's own below it.

    Positional normalisation keeps what is alike at all places, so that maps read with gain 0.02 are not heard
    beside it for thousands of steps: more than a small preset has.
    """
    return INITIAL_GAIN if width >= OFFICIAL_WIDTH else 1.0


class PositionalNorm(nn.Module):
    """Every place of its own mean and deviation over the channels (``--PONO``)."""

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, h, w) → the same shape."""
        return positional_norm(features)[0]


POSITIONAL = Flavour(lambda _: PositionalNorm(), "reflect")


class SelfAttention(nn.Module):
    """Features plus a learnt share of what each place finds in all others (``--use_attention``).

    Keys and values are pooled to half the size; the share starts at 0. Zhang et al. 2019 (SAGAN).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.narrow, self.wide = max(1, channels // 8), channels // 2
        self.query, self.key = _mixed(channels, self.narrow), _mixed(channels, self.narrow)
        self.value, self.back = _mixed(channels, self.wide), _mixed(self.wide, channels)
        self.share = nn.Parameter(torch.tensor(0.0))

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, h, w), sides of two at least → the same shape."""
        maps = self.query(features), *(F.max_pool2d(net(features), 2) for net in (self.key, self.value))
        query, key, value = (part.flatten(2).mT.float() for part in maps)
        # Torch's fused kernel wants one width of keys and values, side by side in memory.
        fill = (0, self.wide - self.narrow)
        q, k, v = (t.contiguous()[:, None] for t in (F.pad(query, fill), F.pad(key, fill), value))
        with without_autocast(features.device):
            found = F.scaled_dot_product_attention(q, k, v, scale=1.0)[:, 0]
        return features + self.share * self.back(found.mT.unflatten(2, features.shape[2:]))


def _mixed(inputs: int, outputs: int) -> nn.Module:
    return spectral_norm(nn.Conv2d(inputs, outputs, 1, bias=False))


class DomainAdaptor(nn.Module):
    """One domain's pictures → features that can be compared with the other domain's."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        layers = ((1, 3, 1), (2, 4, 2), (4, 3, 1), (8, 4, 2), (8, 3, 1))  # channels, kernel, stride
        self.layers, channels = nn.Sequential(), inputs
        for multiple, kernel, stride in layers:
            conv = nn.Conv2d(channels, multiple * width, kernel, stride, padding=1, bias=False)
            self.layers.extend([spectral_norm(conv), nn.InstanceNorm2d(multiple * width), nn.LeakyReLU(0.2)])
            channels = multiple * width
        self.layers.pop(-1)  # a SPADE block begins with a normalisation of its own
        self.blocks = nn.ModuleList(
            SpadeBlock(8 * width, outputs * width, inputs, 2 * width, POSITIONAL) for outputs in (8, 8, 4)
        )
        start_small(self, _gain(width))

    def forward(self, picture: Tensor) -> Tensor:
        """(B, inputs, H, W) in [0, 1], sides multiples of 4 → (B, 4·width, H/4, W/4) of unit length."""
        labels = picture * 2 - 1  # the picture itself modulates its features
        features = self.layers(labels)
        for block in self.blocks:
            features = block(features, labels)
        return F.normalize(features)


class SharedBlock(nn.Module):
    """A residual block without spectral norm; one rectifier, with a learnt slope, is used twice."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.second = (
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect") for _ in range(2)
        )
        self.norm, self.rectify = nn.InstanceNorm2d(channels), nn.PReLU()

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, h, w) → the same shape."""
        made = self.norm(self.second(self.rectify(self.norm(self.first(features)))))
        return self.rectify(made + features)


class Matcher(nn.Module):
    """Features of both domains → the neighbourhoods that are compared."""

    def __init__(self, width: int) -> None:
        super().__init__()
        channels = 4 * width
        self.shared = nn.Sequential(*(SharedBlock(channels) for _ in range(SHARED_BLOCKS)))
        self.theta, self.phi = (nn.Conv2d(channels, channels, 1) for _ in range(2))
        start_small(self, _gain(width))

    def forward(self, sketch: Tensor, exemplar: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, h, w) and (B, C, h', w') → x_c (B, 9·C, h, w) and y_c (B, 9·C, h', w').

        Each place holds the features of its 3×3 neighbourhood, 0 beyond the edge.
        """
        return around(self.theta(self.shared(sketch))), around(self.phi(self.shared(exemplar)))


def around(features: Tensor) -> Tensor:
    """(B, C, h, w) → (B, 9·C, h, w): every place with its neighbours, ``--match_kernel 3``."""
    taken = F.unfold(features, MATCH_KERNEL, padding=MATCH_KERNEL // 2)
    return taken.unflatten(2, features.shape[2:])


class WarpedGenerator(nn.Module):
    """Warped exemplar and sketch → picture: both are the map of a SPADE decoder, and its first features."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(4, 16 * width, 3, padding=1)
        self.decoder = SpadeDecoder(width, 4, POSITIONAL, SelfAttention)
        start_small(self, _gain(width))

    def forward(self, warped: Tensor, sketch: Tensor) -> Tensor:
        """warped (B, 3, H, W), sketch (B, 1, H, W), both in [0, 1] → image (B, 3, H, W) in [0, 1]."""
        labels = torch.cat([warped, sketch], dim=1) * 2 - 1
        small = F.interpolate(labels, size=grid(labels, DECODER[0][2]), mode="nearest")
        return self.decoder(self.first(small), labels)
