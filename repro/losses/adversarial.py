"""The adversarial loss of one conditional discriminator, from both sides (Eq. 15).

A discriminator answers with one map of patch scores per scale: logits, of which the sigmoid is the D
of Eq. 15. Every function averages over the patches of a scale, then over the scales: a scale counts
as much as another however many patches it has, and a weight means the same for any number of them.
Eq. 15 adds two discriminators, structural and colorific: call once for each, and add.

The equation has no min or max and could be played in three ways (ambiguity 32):

- ``minimax``: as printed. The discriminator raises it, the generator lowers it.
- ``bce``: the same discriminator; the generator raises log D(fake) instead of lowering
  log(1 − D(fake)), whose gradient vanishes just when the discriminator wins (Goodfellow et al. 2014).
- ``hinge``: the loss of both parents, CoCosNet and Sun et al. (Lim and Ye 2017).

A fourth game, `LEAST_SQUARES`, is that of two rivals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor

Scores = Sequence[Tensor]
"""One map of logits per scale, each (B, 1, h, w), in one order of scales throughout."""


@dataclass(frozen=True)
class AdversarialLoss:
    """What the discriminator minimises and what the generator minimises.

    discriminator: scores of the real pairs, then of one or more kinds of negative pairs → scalar.
    generator: scores of the fake pairs → scalar.
    """

    discriminator: Callable[..., Tensor]
    generator: Callable[[Scores], Tensor]


def discriminator_bce(real: Scores, *negatives: Scores) -> Tensor:
    """Eq. 15, its sign changed so that the discriminator minimises it: −E[log D(real)] − E[log(1 − D(fake))].

    real, negatives: a list of (B, 1, h, w) logits, one per scale, of the same shapes. The first
    negatives are the fake pairs; pairs of real pictures that do not belong together may follow, and
    share the weight of the fakes evenly (ambiguity 33, after Reed et al. 2016).

    Returns a scalar ≥ 0, 2 log 2 for an undecided discriminator. Taken in float32 from logits, so it
    stays finite for any finite score. Raises ValueError without negatives, without a scale, or when
    shapes differ.
    """
    return _real_against_negatives(F.softplus, real, negatives)


def generator_minimax(fake: Scores) -> Tensor:
    """Eq. 15 as printed, the part that the generator minimises: E[log(1 − D(fake))].

    fake: a list of (B, 1, h, w) logits, one per scale. Returns a scalar ≤ 0, −log 2 for an undecided
    discriminator. Raises ValueError without a scale.
    """
    return -_mean(F.softplus, fake)


def generator_bce(fake: Scores) -> Tensor:
    """Eq. 15 with the generator's part turned round: −E[log D(fake)], which never runs out of gradient.

    fake: a list of (B, 1, h, w) logits, one per scale. Returns a scalar ≥ 0, log 2 for an undecided
    discriminator. Raises ValueError without a scale. Source: Goodfellow et al. 2014.
    """
    return _mean(lambda score: F.softplus(-score), fake)


def discriminator_hinge(real: Scores, *negatives: Scores) -> Tensor:
    """Eq. 15 with a hinge for the logarithm: E[max(0, 1 − real)] + E[max(0, 1 + fake)].

    Arguments and errors as `discriminator_bce`. Returns a scalar ≥ 0, 2 for an undecided
    discriminator. Source: Lim and Ye 2017.
    """
    return _real_against_negatives(lambda score: F.relu(1 + score), real, negatives)


def generator_hinge(fake: Scores) -> Tensor:
    """The generator's side of the hinge: −E[fake].

    fake: a list of (B, 1, h, w) scores, one per scale. Returns a scalar of any sign. Raises ValueError
    without a scale. Source: Lim and Ye 2017.
    """
    return _mean(torch.neg, fake)


def discriminator_least_squares(real: Scores, *negatives: Scores) -> Tensor:
    """E[(real − 1)²] + E[fake²]: a score is to be 1 for a real picture and 0 for a made one.

    Arguments and errors as `discriminator_bce`. Returns a scalar ≥ 0, 1/2 for a discriminator that
    answers 1/2 to everything. Source: Mao et al. 2017, with CycleGAN's and MUNIT's targets.
    """
    return _real_against_negatives(torch.square, [score - 1 for score in _maps(real)], negatives)


def generator_least_squares(fake: Scores) -> Tensor:
    """The generator's side of the least squares: E[(fake − 1)²].

    fake: a list of (B, 1, h, w) scores, one per scale. Returns a scalar ≥ 0. Raises ValueError without a
    scale. Source: Mao et al. 2017.
    """
    return _mean(lambda score: torch.square(score - 1), fake)


LEAST_SQUARES = AdversarialLoss(discriminator_least_squares, generator_least_squares)
"""The game of CycleGAN and MUNIT, no reading of Eq. 15. Its gradient does not fade for a score far off."""

ADVERSARIAL: Mapping[str, AdversarialLoss] = MappingProxyType(
    {
        "minimax": AdversarialLoss(discriminator_bce, generator_minimax),
        "bce": AdversarialLoss(discriminator_bce, generator_bce),
        "hinge": AdversarialLoss(discriminator_hinge, generator_hinge),
    }
)
"""Name → both sides of the game; what each means stands at the top of this module."""


def _real_against_negatives(
    penalty: Callable[[Tensor], Tensor], real: Scores, negatives: Sequence[Scores]
) -> Tensor:
    """E[penalty(−real)] + E[penalty(negative)]: ``penalty`` grows with a score that should be low."""
    if not negatives:
        raise ValueError("a discriminator needs negative pairs beside the real ones")
    shapes = [[list(score.shape) for score in scores] for scores in (real, *negatives)]
    if any(other != shapes[0] for other in shapes):
        raise ValueError(f"real and negative pairs have scores of other shapes: {shapes}")
    against = [_mean(penalty, scores) for scores in negatives]
    return _mean(lambda score: penalty(-score), real) + torch.stack(against).mean()


def _mean(penalty: Callable[[Tensor], Tensor], scores: Scores) -> Tensor:
    """Mean of ``penalty`` over the patches of each scale, then over the scales, at least in float32."""
    _maps(scores)
    if not scores or any(not score.numel() for score in scores):
        raise ValueError(f"a scale without scores: {[list(score.shape) for score in scores]}")
    wide = (score.to(torch.promote_types(score.dtype, torch.float32)) for score in scores)
    return torch.stack([penalty(score).mean() for score in wide]).mean()


def _maps(scores: Scores) -> Scores:
    """The scores; ValueError for a single map, which would be taken apart along the batch."""
    if isinstance(scores, Tensor):
        raise ValueError("scores must be a list of maps, one per scale, not a single map")
    return scores
