"""The perceptual loss: the content of the output is that of the true picture (Eq. 10)."""

from __future__ import annotations

from types import MappingProxyType

import torch.nn.functional as F
from torch import Tensor

from repro.losses.layerwise import Features, Weights, sum_over_layers

PERCEPTUAL_WEIGHTS: Weights = MappingProxyType({"relu5_2": 1.0})
"""The one layer that the paper names (ambiguity 21)."""


def perceptual_loss(made: Features, truth: Features, weights: Weights = PERCEPTUAL_WEIGHTS) -> Tensor:
    """Eq. 10: mean absolute difference between the features of G(x_s, y_e) and of x_e.

    made, truth: layer name → (B, C, h, w) of one shape in both, features ϕ of the output and of x_e.
    weights: layer name → ω_l. The paper names relu5_2 alone and yet speaks of several scales: more
    layers may be given, their terms are added (ambiguity 21).

    The norm is a mean over batch, channels and positions, so that a weight means the same for every
    size of picture and network. Returns a scalar ≥ 0. Half precision: see `sum_over_layers`.

    Raises ValueError when the shapes of a layer differ, and as `sum_over_layers` does.
    Source: Johnson et al. 2016, with an L1 norm as in the paper; CoCosNet's code squares instead.
    """
    return sum_over_layers(_distance, made, truth, weights)


def _distance(name: str, made: Tensor, truth: Tensor) -> Tensor:
    if made.shape != truth.shape:  # broadcasting would hide a wrong target
        raise ValueError(f"{name}: shapes differ: {list(made.shape)} and {list(truth.shape)}")
    return F.l1_loss(made, truth)
