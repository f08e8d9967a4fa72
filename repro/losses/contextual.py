"""The contextual loss: every place of the output resembles one place of the exemplar (Eq. 12).

Features are compared by the cosine distance d, after the mean of the exemplar was taken from both.
An affinity A turns each row of distances into a distribution over the exemplar's places; it is peaked
when one place is much nearer than all others. A falls with d, so its largest entry belongs to the
nearest place, and the exponent there cancels:

    max_j A_ij = 1 / Σ_j exp((min_k d_ik − d_ij) / (h · (min_k d_ik + ε))).

Only that sum is needed, never A itself. It is formed a block of rows at a time and, where there is
more than one block, once more in the backward pass: memory grows with N, not with N², and no tensor
of N×N×C ever exists.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from repro.losses.layerwise import Features, Weights, sum_over_layers

CONTEXTUAL_WEIGHTS: Weights = MappingProxyType(
    {"relu5_2": 8.0, "relu4_2": 4.0, "relu3_2": 2.0, "relu2_2": 1.0}
)
"""The ω_l, missing in the paper: CoCosNet's, its optional relu2_2 included (ambiguity 24)."""

CONTEXTUAL_POOLS: Mapping[str, int] = MappingProxyType({"relu3_2": 2, "relu2_2": 4})
"""Layer → side of the average pooling before it is compared: CoCosNet's, all on relu4_2's grid or coarser."""

BANDWIDTH = 0.1  # h, of CoCosNet: small makes the affinity peaked
EPSILON = 1e-3  # ε beside the nearest distance, of CoCosNet's output → exemplar direction
NOISE = 1e-5  # a centred feature this short, beside the exemplar's longest, is float32's rounding
TINY = 1e-6  # length of a feature that is 0 in effect; times NOISE, its square is still a float32
BLOCK_ENTRIES = 2**24  # distances formed at a time: 64 MiB in float32


def contextual_loss(
    made: Features,
    exemplar: Features,
    weights: Weights = CONTEXTUAL_WEIGHTS,
    pools: Mapping[str, int] = CONTEXTUAL_POOLS,
    bandwidth: float = BANDWIDTH,
) -> Tensor:
    """Eq. 12: Σ_l ω_l · [−log(1/n_l · Σ_i max_j A_ij)], from the output's places i to the exemplar's j.

    made, exemplar: layer name → (B, C, h, w), features of G(x_s, y_e) and of y_e, with one B and C in
    both; the grids may differ. weights: layer name → ω_l. pools: layer name → side of an average
    pooling of that layer, 1 where it is not named. bandwidth: h > 0 of the affinity.

    Returns a scalar, the mean over the batch, between 0 and Σ_l ω_l · log N'_l, where N'_l is the
    number of the exemplar's places. Moving the places of either picture about, or scaling both by one
    factor, leaves it alone. Features without any contrast, such as those of an empty sheet, have no
    direction: they give the largest value, and no gradient. Half precision: see `sum_over_layers`. On
    GPUs, TF32 matrix products (off by default in torch) would blur the nearest distances: leave them off.

    Raises ValueError when bandwidth is not positive, a pooling side is not at least 1, and as
    `sum_over_layers` does. Source: Mechrez et al. 2018, in the direction and with the constants of
    Zhang et al. 2020 (CoCosNet), which the paper follows (ambiguity 23).
    """
    if not 0 < bandwidth < math.inf:
        raise ValueError(f"the bandwidth must be positive and finite, got {bandwidth}")
    if any(side < 1 for side in pools.values()):
        raise ValueError(f"pooling sides must be at least 1, got {dict(pools)}")

    def term(name: str, a: Tensor, b: Tensor) -> Tensor:
        side = pools.get(name, 1)
        # Windows over the edge count what they hold: small pictures stay in, and no row is dropped.
        a, b = (F.avg_pool2d(features, side, ceil_mode=True) for features in (a, b))
        return _mismatch(a, b, bandwidth)

    return sum_over_layers(term, made, exemplar, weights)


def _mismatch(made: Tensor, exemplar: Tensor, bandwidth: float) -> Tensor:
    """One layer of Eq. 12: (B, C, h, w) and (B, C, h', w') → scalar."""
    centre = exemplar.flatten(2).mean(dim=2, keepdim=True)
    longest = exemplar.detach().flatten(2).norm(dim=1, keepdim=True).amax(dim=2, keepdim=True)
    noise = NOISE * longest.clamp(min=TINY)
    queries, keys = _directions(made, centre, noise), _directions(exemplar, centre, noise)
    rows = max(1, BLOCK_ENTRIES // (keys.shape[0] * keys.shape[2]))
    blocks = queries.mT.split(rows, dim=1)
    if len(blocks) == 1:
        best = _log_best(queries.mT, keys, bandwidth)
    else:
        best = torch.cat([_recomputed(block, keys, bandwidth) for block in blocks], dim=1)
    return (math.log(best.shape[1]) - torch.logsumexp(best, dim=1)).mean()


def _directions(features: Tensor, centre: Tensor, noise: Tensor) -> Tensor:
    """(B, C, h, w) less the centre (B, C, 1), of unit length over channels: (B, C, N).

    What is shorter than the noise (B, 1, 1) has no direction and becomes 0, instead of being blown up
    to one that means nothing and to a gradient that knows no bound.
    """
    centred = features.flatten(2) - centre
    length = centred.norm(dim=1, keepdim=True)
    return centred * (length > noise) / length.clamp(min=noise)


def _log_best(rows: Tensor, columns: Tensor, bandwidth: float) -> Tensor:
    """log max_j A_ij for some places i: (B, R, C) and (B, C, N') → (B, R), between −log N' and 0."""
    distance = (1 - rows @ columns).clamp(min=0)  # coarse products could bring it, and the denominator, below
    nearest = distance.amin(dim=2, keepdim=True)
    return -torch.logsumexp((nearest - distance) / (bandwidth * (nearest + EPSILON)), dim=2)


def _recomputed(rows: Tensor, columns: Tensor, bandwidth: float) -> Tensor:
    """`_log_best`, which forgets its distances and forms them once more in the backward pass."""
    best = checkpoint(_log_best, rows, columns, bandwidth, use_reentrant=False, preserve_rng_state=False)
    assert isinstance(best, Tensor)
    return best
