"""The style loss: the output has the exemplar's feature statistics, wherever they lie (Eq. 11)."""

from __future__ import annotations

from types import MappingProxyType

import torch.nn.functional as F
from torch import Tensor

from repro.losses.layerwise import Features, Weights, sum_over_layers

STYLE_WEIGHTS: Weights = MappingProxyType({"relu5_2": 1.0})
"""The layer of Eq. 10, since Eq. 11 uses the same ϕ (ambiguity 22)."""


def gram(features: Tensor) -> Tensor:
    """The Gram matrix 𝒢 of Eq. 11: how strongly channels fire together, position forgotten.

    features: (B, C, h, w). Returns (B, C, C), symmetric and positive semi-definite: the mean over the
    h·w positions of the product of two channels, divided by C. The paper gives no normalisation;
    C·h·w makes it independent of the size of the picture (ambiguity 22).
    """
    flat = features.flatten(2)
    return flat @ flat.mT / (flat.shape[1] * flat.shape[2])


def style_loss(made: Features, exemplar: Features, weights: Weights = STYLE_WEIGHTS) -> Tensor:
    """Eq. 11: mean absolute difference between the Gram matrices of G(x_s, y_e) and of y_e.

    made, exemplar: layer name → (B, C, h, w) of one B and C in both; the grids may differ.
    weights: layer name → ω_l, relu5_2 alone unless more are given, their terms are added
    (ambiguity 22).

    Mean over the batch and the C·C entries. Returns a scalar ≥ 0. Moving the positions of either
    picture about leaves it alone; scaling the features by c scales it by c². Half precision: see
    `sum_over_layers`.

    Raises ValueError as `sum_over_layers` does. Source: Gatys et al. 2016; Sajjadi et al. 2017.
    """
    return sum_over_layers(_distance, made, exemplar, weights)


def _distance(_name: str, made: Tensor, exemplar: Tensor) -> Tensor:
    return F.l1_loss(gram(made), gram(exemplar))
