"""CoCosNet: Zhang et al. 2020, on the contract of this package.

Faithful, from the paper and its official code (microsoft/CoCosNet) with the options of its commands for
edges, the closest of its tasks, and for poses, which alone has no label map of the exemplar, either: in both
``--use_attention --PONO --PONO_C --warp_bilinear --adaptor_kernel 4 --fm_ratio 1 --which_perceptual 4_2
--weight_perceptual 0.001``, in one ``--warp_cycle_w 1`` and in the other ``--warp_self_w 100``:

- correspondence: an adaptor for each domain to a quarter of the size, four shared residual blocks, θ and φ,
  3×3 neighbourhoods, centred over channels, cosine, softmax of temperature 0.01, and the mean colour of each
  cell carried over: `repro.models.correspondence.correspond`, which the paper has from here.
- generator: SPADE blocks with positional normalisation, modulated by warp and sketch, with self-attention.
- discriminator: two scales of a PatchGAN with self-attention, `repro.models.matched_critic`.
- losses and weights: WEIGHTS; rates 1e-4 and 4e-4, momenta 0 and 0.9, constant, then linear to 0.

**How it takes an exemplar**: a random y_e, warped; and, as officially for three pictures in ten, a distorted
version of the sketch's own picture, the pseudo exemplar: here x_t = TPS(x_e), there another crop of it, in
the paper another crop and flip. On these the picture and the warp must be x_e (terms ``pseudo``, ``warp``).

Other than there: the contextual loss is this package's, centred on the mean of the exemplar as in the paper,
where the code with ``--PONO`` takes the mean over channels in each place. The feature net is this package's:
terms that depend on the scale of features are weighted for that of the official one (CAFFE_SCALE). Adam's ε
is 1e-8 for both players, not 1e-3 for the generator; deviations over channels divide by C, not C − 1.
Neighbourhoods are not given up for memory: with them a position has 2,304 numbers, and N grows it linearly.

The size: 52.7 M parameters of the correspondence and 92.2 M of the generator for a sketch of one channel. On
ADE20K with 151 label channels the same list gives 59.3 M and 96.7 M, as the official files of 237.6 and 387.1
MB hold; the 167.9 M that the Open Model Zoo states for both are 8 % more than there is in these files.

Scaled in the small presets: the width, all other widths with it in the official proportions. Narrow nets
start at Xavier's own gain instead of 0.02, which takes more steps to be heard than a small preset has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from repro.config import Config
from repro.contracts import Batch, Terms, WarpedTranslation
from repro.losses.adversarial import ADVERSARIAL
from repro.losses.contextual import contextual_loss
from repro.losses.feature_matching import feature_matching_loss
from repro.losses.layerwise import Features, sum_over_layers
from repro.losses.reconstruction import align_loss, coarse_loss
from repro.models.alignment import GRID_STRIDE
from repro.models.cocosnet import DomainAdaptor, Matcher, SelfAttention, WarpedGenerator
from repro.models.correspondence import correspond
from repro.models.features import FeatureNet
from repro.models.matched_critic import MatchedCritic, compare, scores
from repro.models.spade_blocks import start_small

CAFFE_SCALE = 255 * 0.226
"""The official feature net reads colours of 0 to 255, ours of unit deviation (0.226 on ImageNet): what layers
say follows the scale of what they read, and the official weights were found on the former. Biases aside."""

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "adversarial": 10.0,
        "matching": 10.0,
        "align": 10.0,
        "perceptual": 0.001 * CAFFE_SCALE**2,
        "contextual": 10.0,
        "pseudo": 10.0 / 4 * CAFFE_SCALE,  # the official mean is over all four pictures of a device
        "warp": 2 * 100.0 / 4,  # the same mean; on colours in [−1, 1], as the next
        "cycle": 2 * 1.0,
    }
)
"""Term → its weight, from the official options and the two commands."""

PERCEPTUAL: Mapping[str, float] = MappingProxyType({"relu4_2": 1.0})
CONTEXTUAL: Mapping[str, float] = MappingProxyType({"relu5_2": 8.0, "relu4_2": 4.0, "relu3_2": 2.0})
PSEUDO: Mapping[str, float] = MappingProxyType(
    {"relu1_2": 1 / 32, "relu2_2": 1 / 16, "relu3_2": 1 / 8, "relu4_2": 1 / 4, "relu5_2": 1.0}
)
"""Layers of a term → their weights, of the official code."""

ALPHA = 100.0  # 1 / temperature
OWN_SHARE = 0.3  # of the pictures are shown their own, distorted: 1 − ``real_reference_probability``
HINGE = ADVERSARIAL["hinge"]


class CoCosNet(nn.Module):
    """Zhang et al. 2020. Implements `repro.contracts.Method`."""

    takes_exemplar = True
    weights = WEIGHTS

    def __init__(self, config: Config, load_features: Callable[[str], FeatureNet] | None) -> None:
        """Build the nets from torch's global generator; without ``load_features``, only those for use."""
        super().__init__()
        width = config.model.rival_channels
        self.sketches, self.pictures = DomainAdaptor(1, width), DomainAdaptor(3, width)
        self.matcher, self.generator = Matcher(width), WarpedGenerator(width)
        nets = ("sketches", "pictures", "matcher", "generator")
        self.players: dict[str, tuple[str, ...]] = {"generator": nets}
        if load_features is None:
            return
        self.critics = MatchedCritic(1, width, SelfAttention)
        start_small(self.critics)
        self.players["critics"] = ("critics",)
        self.features = load_features(config.loss.features)

    def translate(self, x_s: Tensor, y_e: Tensor) -> WarpedTranslation:
        """Colour ``x_s`` (B, 1, H, W) from ``y_e`` (B, 3, H', W'); range [0, 1], sides multiples of 16."""
        return self._refine(x_s, y_e, self.sketches(x_s), self.pictures(y_e))

    def phases(self, batch: Batch) -> Iterator[tuple[str, Terms]]:
        """Every sketch is coloured once, from y_e or, three times in ten, from its own picture distorted."""
        own = torch.rand(len(batch.x_s), device=batch.x_s.device) < OWN_SHARE
        exemplar = torch.where(own[:, None, None, None], batch.x_t, batch.y_e)
        f_s = self.sketches(batch.x_s)
        f_e, f_own = self.pictures(torch.cat([exemplar, batch.x_e])).chunk(2)
        made = self._refine(batch.x_s, exemplar, f_s, f_e)
        self.critics.requires_grad_(False)  # the generator learns from their verdict, they do not
        fake, real = compare(self.critics, made.image, batch.x_e, batch.x_s)
        yield (
            "generator",
            {
                "adversarial": HINGE.generator(scores(fake)),
                "matching": feature_matching_loss(fake, real),
                "align": align_loss(f_s.float(), f_own.float()),
                "warp": warp_loss(made.coarse, batch.x_e, own),
                "cycle": cycle_loss(made, exemplar),
                **self._seen(made.image, exemplar, batch.x_e, own),
            },
        )
        self.critics.requires_grad_(True)
        fake, real = compare(self.critics, made.image.detach(), batch.x_e, batch.x_s)
        yield "critics", {"adversarial": HINGE.discriminator(scores(real), scores(fake))}

    def _refine(self, x_s: Tensor, exemplar: Tensor, f_s: Tensor, f_e: Tensor) -> WarpedTranslation:
        """From the features of both domains to the picture."""
        x_c, y_c = self.matcher(f_s, f_e)
        coarse = correspond(x_c, y_c, F.avg_pool2d(exemplar, GRID_STRIDE), ALPHA)
        image = self.generator(_raised(coarse, x_s), x_s)
        return WarpedTranslation(image.float(), coarse, x_c, y_c)

    def _seen(self, image: Tensor, exemplar: Tensor, truth: Tensor, own: Tensor) -> Terms:
        """The terms that look through the feature net."""
        with torch.no_grad():
            known = self.features(torch.cat([exemplar, truth]), PSEUDO)
        style, content = ({layer: f.chunk(2)[i] for layer, f in known.items()} for i in (0, 1))
        made = self.features(image, PSEUDO)
        return {
            "perceptual": squared_distance(made, content),
            "contextual": contextual_loss(made, style, CONTEXTUAL),
            "pseudo": pseudo_pair_loss(made, content, own),
        }


def _raised(coarse: Tensor, picture: Tensor) -> Tensor:
    """The warp at the size of a picture (``--warp_bilinear``)."""
    return F.interpolate(coarse, size=picture.shape[2:], mode="bilinear")


def warp_loss(coarse: Tensor, truth: Tensor, own: Tensor) -> Tensor:
    """Mean absolute difference between the raised warp and x_e, over the pictures warped from their own.

    coarse: (B, 3, h, w), truth: (B, 3, H, W) in [0, 1]; own: (B,) bool. Returns a scalar ≥ 0, 0 where
    there is none. In the official code alone, and there in the command for poses.
    """
    return _mean_over(own, (_raised(coarse, truth) - truth).abs())


def _mean_over(own: Tensor, each: Tensor) -> Tensor:
    """The mean of (B, …) over the pictures that are chosen (B,); 0 where none is."""
    return (each.flatten(1).mean(dim=1) * own).sum() / own.sum().clamp(min=1)


def cycle_loss(made: WarpedTranslation, exemplar: Tensor) -> Tensor:
    """Mean absolute difference between the exemplar and its warp, warped back onto it, on the grid.

    The way back is the softmax over the sketch's places. exemplar: (B, 3, H', W') in [0, 1]. Returns a
    scalar ≥ 0.
    """
    back = correspond(made.y_c, made.x_c, made.coarse, ALPHA)
    return coarse_loss(back, F.avg_pool2d(exemplar, GRID_STRIDE))


def squared_distance(made: Features, truth: Features) -> Tensor:
    """Mean squared difference of relu4_2, the perceptual loss of the official code (the paper's Eq. 7)."""
    return sum_over_layers(lambda _, a, b: F.mse_loss(a, b), made, truth, PERCEPTUAL)


def pseudo_pair_loss(made: Features, truth: Features, own: Tensor) -> Tensor:
    """Σ_l λ_l E|ϕ_l(made) − ϕ_l(truth)| over the pictures that were coloured from their own (Eq. 6).

    made, truth: layer → (B, C, h, w); own: (B,) bool. Returns a scalar ≥ 0, 0 where there is none.
    """
    return sum_over_layers(lambda _, a, b: _mean_over(own, (a - b).abs()), made, truth, PSEUDO)
