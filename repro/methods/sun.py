"""Sun et al. 2019, "Adversarial Colorization of Icons Based on Contour and Color Conditions".

Faithful, from the paper and its official code (jxcodetw/Adversarial-Colorization-Of-Icons-Based-On-Structure-
And-Color-Conditions, network.py and train.py in their last version):

- generator: an encoder for the contour and one for the coloured example, three convolutions each down to an
  eighth of the size, joined; four residual blocks, three more that double the size, batch and spectral norm.
- two discriminators of five convolutions, spectral norm alone.
- losses: two hinges with weight 1 and nothing else: no pixel is ever compared. Critics first, then the
  generator on the same picture; rates 5e-5 and 2e-4, momenta 0 and 0.999, constant.

**Which picture is which.** The code knows s1, the example; s2, another picture of s1's colour cluster; and
s3, another picture with its contour. Here s1 = y_e, s2 = y_sim, s3 = x_e and its contour x_s. The colour
critic sees (s1, s2) as real and (G, s2) as fake, the contour critic (s3, contour) as real and (G, contour)
as fake; the paper that this package rebuilds has its two discriminators from here. y_sim is a true mate of
y_e while ``loss.colorific`` is above 0, as it is by default.

**How it takes an exemplar**: place by place, beside the sketch, so that it must be of the sketch's size, and
is resized to it. That they do not fit is what the residual blocks have to cope with.

Other than there: pictures are 256² in the preset ``paper``, with a batch of 8, not 128² and 64; examples are
not cropped and flipped at random; clusters are `repro.data.clusters`, whose histograms are the paper's.

Scaled in the small presets: the width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from repro.config import Config
from repro.contracts import Batch, Terms, Translation
from repro.losses.adversarial import ADVERSARIAL
from repro.models.features import FeatureNet

WEIGHTS: Mapping[str, float] = MappingProxyType({"color": 1.0, "contour": 1.0})
"""Condition → weight of its adversarial term, on both sides."""

BLOCKS = ((4, 4, 1), (4, 4, 1), (4, 4, 1), (4, 4, 1), (4, 2, 2), (2, 1, 2), (1, 1, 2))
"""Residual blocks of the decoder: channels in and out, as multiples of the width, and magnification."""

CRITIC = ((1, 2), (2, 2), (4, 2), (8, 1))
"""Layers of a critic before its scores: channels as multiples of the width, and stride."""

HINGE = ADVERSARIAL["hinge"]


def _conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Module:
    """A convolution that keeps the size, or divides it by ``stride``, under spectral normalisation."""
    return spectral_norm(nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2))


class Residual(nn.Module):
    """Normalise, rectify, magnify, convolve; normalise, rectify, convolve; plus what came in."""

    def __init__(self, inputs: int, outputs: int, magnify: int) -> None:
        super().__init__()
        self.before = nn.Sequential(nn.BatchNorm2d(inputs), nn.LeakyReLU(0.2))
        self.magnify = nn.Upsample(scale_factor=magnify) if magnify > 1 else nn.Identity()
        self.after = nn.Sequential(
            _conv(inputs, outputs), nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2), _conv(outputs, outputs)
        )
        self.shortcut = _conv(inputs, outputs, kernel=1) if inputs != outputs else nn.Identity()

    def forward(self, features: Tensor) -> Tensor:
        """(B, inputs, h, w) → (B, outputs, magnify·h, magnify·w)."""
        made = self.after(self.magnify(self.before(features)))
        return self.shortcut(self.magnify(features)) + made


class IconGenerator(nn.Module):
    """Coloured example and contour → picture."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.style, self.content = _encoder(3, width), _encoder(1, width)
        self.decoder = nn.Sequential(
            _conv(8 * width, 4 * width),
            *(Residual(inputs * width, outputs * width, magnify) for inputs, outputs, magnify in BLOCKS),
            nn.BatchNorm2d(width),
            nn.LeakyReLU(0.2),
            _conv(width, 3),
            nn.Tanh(),
        )

    def forward(self, example: Tensor, contour: Tensor) -> Tensor:
        """example (B, 3, H', W'), contour (B, 1, H, W), sides multiples of 8, in [0, 1] → (B, 3, H, W)."""
        fitted = F.interpolate(example, size=contour.shape[2:], mode="bilinear")
        joined = torch.cat([self.style(fitted * 2 - 1), self.content(contour * 2 - 1)], dim=1)
        return (self.decoder(joined) + 1) / 2


def _encoder(inputs: int, width: int) -> nn.Sequential:
    """Three times convolution, batch normalisation, rectifier and pooling to half the size."""
    net = nn.Sequential()
    for i, o in pairwise((inputs, width, 2 * width, 4 * width)):
        net.extend([_conv(i, o), nn.BatchNorm2d(o), nn.LeakyReLU(0.2), nn.AvgPool2d(2)])
    return net


class IconCritic(nn.Module):
    """A picture beside a condition → a score for each patch."""

    def __init__(self, condition_channels: int, width: int) -> None:
        super().__init__()
        self.layers, channels = nn.Sequential(), 3 + condition_channels
        for multiple, stride in CRITIC:
            self.layers.extend([_conv(channels, multiple * width, stride=stride), nn.LeakyReLU(0.2)])
            channels = multiple * width
        self.layers.append(_conv(channels, 1))

    def forward(self, picture: Tensor, condition: Tensor) -> Tensor:
        """picture (B, 3, H, W) and condition (B, C, H, W) in [0, 1] → scores (B, 1, H/8, W/8)."""
        return self.layers(torch.cat([picture, condition], dim=1) * 2 - 1)


class Sun(nn.Module):
    """Sun et al. 2019. Implements `repro.contracts.Method`."""

    takes_exemplar = True
    weights = WEIGHTS

    def __init__(self, config: Config, load_features: Callable[[str], FeatureNet] | None) -> None:
        """Build the nets from torch's global generator; without ``load_features``, only those for use.

        No loss looks through a feature net, so none is loaded.
        """
        super().__init__()
        width = config.model.rival_channels
        self.generator = IconGenerator(width)
        self.players: dict[str, tuple[str, ...]] = {"generator": ("generator",)}
        if load_features is None:
            return
        self.critics = nn.ModuleDict({"color": IconCritic(3, width), "contour": IconCritic(1, width)})
        self.players["critics"] = ("critics",)

    def translate(self, x_s: Tensor, y_e: Tensor) -> Translation:
        """Colour ``x_s`` (B, 1, H, W) from ``y_e`` (B, 3, H', W'); range [0, 1], sides multiples of 16."""
        return Translation(self.generator(y_e, x_s).float())

    def phases(self, batch: Batch) -> Iterator[tuple[str, Terms]]:
        """Both critics learn from the new pictures, and then the generator from them."""
        made = self.generator(batch.y_e, batch.x_s)
        pairs = {"color": (batch.y_e, batch.y_sim), "contour": (batch.x_e, batch.x_s)}
        yield "critics", {name: self._judged(name, made.detach(), *pair) for name, pair in pairs.items()}
        self.critics.requires_grad_(False)  # the generator learns from their verdict, they do not
        yield (
            "generator",
            {
                name: HINGE.generator([self.critics[name](made, condition)])
                for name, (_, condition) in pairs.items()
            },
        )
        self.critics.requires_grad_(True)

    def _judged(self, name: str, fake: Tensor, real: Tensor, condition: Tensor) -> Tensor:
        """The critic's side: a real and a fake picture beside one condition, in one pass."""
        true, false = self.critics[name](torch.cat([real, fake]), condition.repeat(2, 1, 1, 1)).chunk(2)
        return HINGE.discriminator([true], [false])
