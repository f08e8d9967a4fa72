"""The networks of MUNIT (Huang et al. 2018): content, style, and a decoder that brings the two together."""

from __future__ import annotations

from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from repro.models.layers import without_autocast
from repro.models.residual import MirroredConv, ResidualBlock, draw_weights, small_normal

STYLE = 8  # numbers in a style code; appendix B.1 and the official configs
RESIDUALS = 4  # residual blocks of a content encoder, and of a decoder
SCALES = 3  # of a discriminator
EPS = 1e-5

START = partial(nn.init.kaiming_normal_, a=0, mode="fan_in")
"""How all but the discriminators start (He et al. 2015)."""


class ContentEncoder(nn.Sequential):
    """What a picture shows, wherever it comes from: c7s1-64, d128, d256, four R256.

    (B, 3, H, W) in [-1, 1] → (B, 4·width, H/4, W/4). Instance normalisation takes away the mean and the
    variance of every channel, and the style with them. 5,385,856 parameters at width 64.
    """

    def __init__(self, width: int) -> None:
        super().__init__(
            MirroredConv(3, width, 7),
            MirroredConv(width, 2 * width, 4, stride=2),
            MirroredConv(2 * width, 4 * width, 4, stride=2),
            *(ResidualBlock(4 * width) for _ in range(RESIDUALS)),
        )
        draw_weights(self, START)


class StyleEncoder(nn.Sequential):
    """How a picture shows it: c7s1-64, d128, d256, d256, d256, the mean over all places, eight numbers.

    (B, 3, H, W) in [-1, 1], sides of at least 16 → (B, 8). No normalisation: it would remove the mean and
    the variance that are to be told. 2,764,936 parameters at width 64.
    """

    def __init__(self, width: int) -> None:
        widths = [width, 2 * width, 4 * width, 4 * width, 4 * width]
        super().__init__(
            MirroredConv(3, width, 7, norm=None),
            *(MirroredConv(widths[i], widths[i + 1], 4, stride=2, norm=None) for i in range(4)),
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(widths[-1], STYLE, 1),
            nn.Flatten(),
        )
        draw_weights(self, START)


class Decoder(nn.Module):
    """A picture of content in a style: four residual blocks under AdaIN, u128, u64, c7s1-3.

    A perceptron of three layers turns the style code into a mean and a deviation for each channel of each
    AdaIN. 6,875,395 parameters at width 64, 1,120,768 of them in the perceptron.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        channels, hidden = 4 * width, 4 * width  # 256 and 256
        self.blocks = nn.ModuleList(StyledBlock(channels) for _ in range(RESIDUALS))
        self.moments = nn.Sequential(
            nn.Linear(STYLE, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, RESIDUALS * 4 * channels),  # mean and deviation, twice a block
            nn.Unflatten(1, (RESIDUALS, 4, channels)),
        )
        self.painter = nn.Sequential(
            nn.Upsample(scale_factor=2),
            MirroredConv(channels, 2 * width, 5, norm=PictureNorm),
            nn.Upsample(scale_factor=2),
            MirroredConv(2 * width, width, 5, norm=PictureNorm),
            MirroredConv(width, 3, 7, norm=None, activation=nn.Tanh),
        )
        draw_weights(self, START)

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        """content: (B, 4·width, h, w); style: (B, 8) → (B, 3, 4h, 4w) in [-1, 1]."""
        moments = self.moments(style)
        for i, block in enumerate(self.blocks):
            content = block(content, moments[:, i])
        return self.painter(content)


class StyledBlock(nn.Module):
    """x + AdaIN(conv(ReLU(AdaIN(conv(x))))), 3×3 over mirrored borders."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = MirroredConv(channels, channels, 3, norm=None, activation=None)
        self.second = MirroredConv(channels, channels, 3, norm=None, activation=None)

    def forward(self, features: Tensor, moments: Tensor) -> Tensor:
        """features: (B, C, h, w); moments: (B, 4, C), mean and deviation for each AdaIN."""
        inner = F.relu(adain(self.first(features), moments[:, 0], moments[:, 1]))
        return features + adain(self.second(inner), moments[:, 2], moments[:, 3])


def adain(features: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
    """Give every channel the asked-for mean and standard deviation over its places (Eq. 8 of MUNIT).

    features: (B, C, h, w), more than one place; mean, deviation: (B, C), of any sign: a negative deviation
    also turns the channel round. Returns (B, C, h, w). Raises ValueError for a single place.
    """
    return F.instance_norm(features, eps=EPS) * deviation[..., None, None] + mean[..., None, None]


class PictureNorm(nn.Module):
    """Mean 0 and deviation 1 over a whole picture's features, then a scale and a shift for each channel.

    Unlike instance normalisation it keeps how channels differ, which is what AdaIN has just written.
    (B, C, h, w) → the same. Scales start between 0 and 1. Source: Ba et al. 2016, as in the official code.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.rand(channels, 1, 1))
        self.shift = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, features: Tensor) -> Tensor:
        """features: (B, C, h, w)."""
        with without_autocast(features.device):  # a sum over a whole picture
            wide = features.to(self.scale.dtype)
            deviation, mean = torch.std_mean(wide, dim=(1, 2, 3), keepdim=True)
            return (wide - mean) / (deviation + EPS) * self.scale + self.shift


class Critic(nn.Module):
    """The discriminator of one domain: C64-C128-C256-C512 and a score, at up to three scales.

    No normalisation. 8,271,171 parameters at width 64 and three scales.
    """

    def __init__(self, width: int, scales: int) -> None:
        super().__init__()
        self.scales = nn.ModuleList(_patches(width) for _ in range(scales))

    def forward(self, picture: Tensor) -> list[Tensor]:
        """(B, 3, H, W) in [-1, 1] → a map of scores for each scale, finest first: 1 real, 0 made."""
        scores = []
        for scale in self.scales:
            scores.append(scale(picture))
            picture = F.avg_pool2d(picture, 3, stride=2, padding=1, count_include_pad=False)
        return scores


def scales_for(size: int) -> int:
    """How many scales fit pictures of ``size`` px: three, but at the coarsest 16 px must be left."""
    return min(SCALES, (size // 16).bit_length())


def _patches(width: int) -> nn.Sequential:
    widths = [3, width, 2 * width, 4 * width, 8 * width]
    relu = partial(nn.LeakyReLU, 0.2)
    layers = [
        MirroredConv(widths[i], widths[i + 1], 4, stride=2, norm=None, activation=relu) for i in range(4)
    ]
    net = nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 1))
    draw_weights(net, small_normal(width))
    return net
