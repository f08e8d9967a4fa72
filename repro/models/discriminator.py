"""The structural and the colorific discriminator (§3.3 of the paper).

Each is shown a picture beside what it has to agree with: the sketch that was coloured, or another
picture of the exemplar's colours. Eq. 15 pairs them in a way that cannot be built, so the pairs are
those of Sun et al. (2019), from whom the paper has the idea (ambiguity 30).

Both are a PatchGAN at two scales (Isola et al. 2017; Wang et al. 2018): every number returned is the
score of one patch. The paper says "multi-scale" and no more; kernels, depth and widths are those of
CoCosNet (ambiguity 38), but for the instance normalisation, which would subtract the mean colour
before the colorific discriminator could judge it: spectral normalisation alone bounds the layers.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

STRIDES = (2, 2, 2, 1, 1)
SMALLEST_SIDE = 16  # px: below, the half-size picture is smaller than one step of its patch map


class PatchDiscriminator(nn.Sequential):
    """One scale: four convolutions with leaky ReLU 0.2, and a fifth to one score for each patch of 70².

    Every weight, as a matrix with a row for each output channel, is divided by its largest singular
    value, estimated by a power iteration for each forward pass in training (Miyato et al. 2018).
    """

    def __init__(self, inputs: int, width: int) -> None:
        channels = [inputs, width, 2 * width, 4 * width, 8 * width, 1]
        layers: list[nn.Module] = []
        for i, stride in enumerate(STRIDES):
            # Padding 2 and not 1: the half-size picture of a 32² one still has a map, of 5².
            layers.append(spectral_norm(nn.Conv2d(channels[i], channels[i + 1], 4, stride, padding=2)))
            layers.append(nn.LeakyReLU(0.2))
        super().__init__(*layers[:-1])  # a score is not rectified


class TwoScaleDiscriminator(nn.Module):
    """A `PatchDiscriminator` for the pair as it is and another for the pair at half its size.

    Patches are 70² and, in pixels of the whole picture, 140². About 5.53 M parameters at width 64.
    """

    def __init__(self, condition_channels: int, width: int) -> None:
        super().__init__()
        self.condition_channels = condition_channels
        self.scales = nn.ModuleList(PatchDiscriminator(3 + condition_channels, width) for _ in range(2))

    def forward(self, picture: Tensor, condition: Tensor) -> list[Tensor]:
        """picture (B, 3, H, W) and condition (B, C, H, W) in [0, 1] → scores of the patches, unbounded.

        One map for each scale, finest first. Where H and W are multiples of 16 they are
        (B, 1, H/8 + 3, W/8 + 3) and (B, 1, H/16 + 3, W/16 + 3): at the rim, patches are mostly padding.

        Raises ValueError for a side below 16 or a condition of another shape.
        """
        expected = [len(picture), self.condition_channels, *picture.shape[2:]]
        if list(condition.shape) != expected:
            raise ValueError(f"the condition must be of shape {expected}, got {list(condition.shape)}")
        if min(picture.shape[2:]) < SMALLEST_SIDE:
            raise ValueError(
                f"a discriminator needs sides of at least {SMALLEST_SIDE}, got {list(picture.shape[2:])}"
            )
        pair = torch.cat([picture, condition], dim=1) * 2 - 1
        fine, coarse = self.scales
        return [fine(pair), coarse(F.avg_pool2d(pair, 2))]


class StructuralDiscriminator(TwoScaleDiscriminator):
    """D_s: does the picture have the structure of the sketch?

    Real (x_e, x_s), fake (G(x_s, y_e), x_s). 5,531,522 parameters at width 64.
    """

    def __init__(self, width: int) -> None:
        super().__init__(1, width)


class ColorificDiscriminator(TwoScaleDiscriminator):
    """D_r: does the picture have the colours of its companion, I_similar?

    Real (y_e, I_similar), fake (G(x_s, y_e), I_similar). 5,535,618 parameters at width 64.

    The two pictures are of different layout and yet one input, as in Sun et al. (2019). What lies at the
    same place in both means nothing, in real and fake pairs alike, so that only the colours within a
    patch can tell: away from the rim, a patch of the coarser scale takes in all of both pictures at 64²,
    and three tenths at 256². A companion that fits the outlines of one picture would give away which pair
    is which: so I_similar is never y_e, and it is x_e only by chance, once in as many pairs as there are
    pictures.
    """

    def __init__(self, width: int) -> None:
        super().__init__(3, width)
