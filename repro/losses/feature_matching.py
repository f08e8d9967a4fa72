"""Feature matching: the discriminator's own layers should see no difference (Wang et al. 2018)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def feature_matching_loss(fake: Sequence[Sequence[Tensor]], real: Sequence[Sequence[Tensor]]) -> Tensor:
    """Mean over the scales of Σ over all layers but the scores of E|D_l(fake) − D_l(real)|.

    fake, real: for each scale what each layer of the discriminator answers, (B, C, h, w), the scores last.
    The real side is a target: no gradient goes there. Returns a scalar ≥ 0, at least in float32.

    Raises ValueError when the two do not have the same shapes, or when a scale has nothing but scores.
    Source: pix2pixHD, Eq. 4; SPADE and CoCosNet take its mean over the scales.
    """
    shapes = [[[tuple(answer.shape) for answer in scale] for scale in side] for side in (fake, real)]
    if shapes[0] != shapes[1] or not shapes[0] or any(len(scale) < 2 for scale in shapes[0]):
        raise ValueError(f"activations that cannot be matched: {shapes}")
    terms = [
        F.l1_loss(made.float(), true.detach().float())
        for ours, theirs in zip(fake, real, strict=True)
        for made, true in zip(ours[:-1], theirs[:-1], strict=True)
    ]
    return torch.stack(terms).sum() / len(fake)
