"""SPADE with its image encoder (GauGAN): Park et al. 2019, on the contract of this package.

Faithful, from the paper and its official code (NVlabs/SPADE, with ``--use_vae``):

- generator: seven SPADE blocks of 16, 16, 16, 8, 4, 2, 1 times 64 channels from a grid of H/32 on, spectral
  norm, param-free **batch** normalisation, modulation nets of 128 channels, and a fully connected layer
  from the style code to the first grid. The sketch takes the label map's place, one channel.
- encoder: six strided convolutions and two fully connected layers to mean and log variance of 256 numbers.
- discriminator: two scales of a PatchGAN, `repro.models.matched_critic`.
- losses: hinge, feature matching ×10, perceptual ×10 over relu1_1 … relu5_1, KL ×0.05; rates 1e-4 and
  4e-4, momenta 0 and 0.9, constant for the first half and linear to 0 from there on.

**How it takes an exemplar**: as one style code, without places. In training the encoder sees x_e, the real
picture of the sketch, so that the pair can be rebuilt; in use it sees y_e, and the code is the mean of its
distribution, where the official test draws from it.

Other than there: batch statistics are a device's own (the official ones are shared by all devices). The KL
term is the paper's, of one picture, averaged over the batch; the official code adds up the four pictures
of a device. The feature net is this package's, with as many layers as the official VGG.

Scaled in the small presets: the width; in the official proportions with it the modulation nets (2×), the
style code (4×) and the critic (1×). The first grid is a thirty-second of the training size, two cells at
least, and the encoder has as many strided layers as lead from that size to 4×4. Of other sizes, a picture
starts from the first grid resized, and an exemplar is resized to the encoder's size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from repro.config import Config
from repro.contracts import Batch, Terms, Translation
from repro.losses.adversarial import ADVERSARIAL
from repro.losses.feature_matching import feature_matching_loss
from repro.losses.perceptual import perceptual_loss
from repro.models.features import FeatureNet
from repro.models.matched_critic import MatchedCritic, compare, scores
from repro.models.spade_blocks import DECODER, SMALLEST_GRID, Flavour, SpadeDecoder, grid, start_small

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"adversarial": 1.0, "matching": 10.0, "perceptual": 10.0, "kl": 0.05}
)
"""Term → its weight: the defaults of the official options, as in §4 and the appendix of the paper."""

LAYERS: Mapping[str, float] = MappingProxyType(
    {"relu1_1": 1 / 32, "relu2_1": 1 / 16, "relu3_1": 1 / 8, "relu4_1": 1 / 4, "relu5_1": 1.0}
)
"""Layers of the perceptual term and their weights, of pix2pixHD."""

BATCH_NORM = Flavour(partial(nn.BatchNorm2d, affine=False), "zeros")
ENCODER = (1, 2, 4, 8, 8, 8)  # channels of the encoder's layers, as multiples of the width
ENCODED_SIDE = 4  # cells a side of what the encoder flattens
HINGE = ADVERSARIAL["hinge"]


class StyleEncoder(nn.Module):
    """A picture of any size → mean and log variance of its style code."""

    def __init__(self, width: int, size: int) -> None:
        """size: of the training pictures; as many layers halve it as lead to 4×4, six at the most."""
        super().__init__()
        depth = min(len(ENCODER), (size // ENCODED_SIDE).bit_length() - 1)
        self.side = ENCODED_SIDE * 2**depth
        channels = [3, *(width * multiple for multiple in ENCODER[:depth])]
        self.layers = nn.Sequential()
        for inputs, outputs in pairwise(channels):
            conv = spectral_norm(nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False))
            self.layers.extend([conv, nn.InstanceNorm2d(outputs), nn.LeakyReLU(0.2)])
        self.mean = nn.Linear(channels[-1] * ENCODED_SIDE**2, 4 * width)
        self.log_variance = nn.Linear(channels[-1] * ENCODED_SIDE**2, 4 * width)
        start_small(self)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 3, H, W) in [0, 1] → mean and log variance, (B, 4·width) each."""
        resized = F.interpolate(picture * 2 - 1, size=(self.side, self.side), mode="bilinear")
        features = self.layers(resized).flatten(1)
        return self.mean(features), self.log_variance(features)


class SpadeGenerator(nn.Module):
    """Style code and sketch → picture."""

    def __init__(self, width: int, size: int, label_channels: int = 1) -> None:
        """size: of the training pictures, which fixes the grid that the code is unfolded to."""
        super().__init__()
        self.first_grid = max(SMALLEST_GRID, size // DECODER[0][2])
        self.unfold = nn.Linear(4 * width, 16 * width * self.first_grid**2)
        self.decoder = SpadeDecoder(width, label_channels, BATCH_NORM)
        start_small(self)

    def forward(self, code: Tensor, sketch: Tensor) -> Tensor:
        """code (B, 4·width), sketch (B, 1, H, W) in [0, 1] → image (B, 3, H, W) in [0, 1]."""
        head = self.unfold(code).unflatten(1, (-1, self.first_grid, self.first_grid))
        head = F.interpolate(head, size=grid(sketch, DECODER[0][2]), mode="nearest")
        return self.decoder(head, sketch * 2 - 1)


class Spade(nn.Module):
    """Park et al. 2019. Implements `repro.contracts.Method`."""

    takes_exemplar = True
    weights = WEIGHTS

    def __init__(self, config: Config, load_features: Callable[[str], FeatureNet] | None) -> None:
        """Build the nets from torch's global generator; without ``load_features``, only those for use."""
        super().__init__()
        width = config.model.rival_channels
        self.encoder = StyleEncoder(width, config.data.size)
        self.generator = SpadeGenerator(width, config.data.size)
        self.players: dict[str, tuple[str, ...]] = {"generator": ("encoder", "generator")}
        if load_features is None:
            return
        self.critics = MatchedCritic(1, width)
        start_small(self.critics)
        self.players["critics"] = ("critics",)
        self.features = load_features(config.loss.features)

    def translate(self, x_s: Tensor, y_e: Tensor) -> Translation:
        """Colour ``x_s`` (B, 1, H, W) in the mean style of ``y_e`` (B, 3, H', W'); range [0, 1]."""
        mean, _ = self.encoder(y_e)
        return Translation(self.generator(mean, x_s).float())

    def phases(self, batch: Batch) -> Iterator[tuple[str, Terms]]:
        """Every sketch is coloured in its own picture's style, drawn anew, and compared with that picture."""
        mean, log_variance = (moment.float() for moment in self.encoder(batch.x_e))
        code = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        made = self.generator(code, batch.x_s)
        self.critics.requires_grad_(False)  # the generator learns from their verdict, they do not
        fake, real = compare(self.critics, made, batch.x_e, batch.x_s)
        yield (
            "generator",
            {
                "adversarial": HINGE.generator(scores(fake)),
                "matching": feature_matching_loss(fake, real),
                "perceptual": self._perceptual(made, batch.x_e),
                "kl": kl_to_normal(mean, log_variance),
            },
        )
        self.critics.requires_grad_(True)
        fake, real = compare(self.critics, made.detach(), batch.x_e, batch.x_s)
        yield "critics", {"adversarial": HINGE.discriminator(scores(real), scores(fake))}

    def _perceptual(self, made: Tensor, truth: Tensor) -> Tensor:
        with torch.no_grad():
            known = self.features(truth, LAYERS)
        return perceptual_loss(self.features(made, LAYERS), known, LAYERS)


def kl_to_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """D_KL(N(μ, σ²) ‖ N(0, 1)) = ½ Σ (μ² + σ² − 1 − log σ²), mean over the batch.

    mean, log_variance: (B, Z), μ and log σ². Returns a scalar ≥ 0, 0 only for a standard normal.
    Source: Kingma and Welling 2014, appendix B; the L_KLD of SPADE's appendix.
    """
    each = mean.square() + log_variance.exp() - 1 - log_variance
    return each.sum(dim=1).mean() / 2
