"""Sums over the layers of a fixed feature network: the frame of Eq. 10, 11 and 12."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from repro.models.layers import without_autocast

Features = Mapping[str, Tensor]
"""Layer name (relu1_2 … relu5_2) → (B, C, h, w), what a fixed network sees in B pictures."""

Weights = Mapping[str, float]
"""Layer name → ω_l ≥ 0. A layer that is not named, or whose weight is 0, costs no time."""

LayerTerm = Callable[[str, Tensor, Tensor], Tensor]
"""(layer name, features, target features) → scalar."""


def sum_over_layers(term: LayerTerm, made: Features, target: Features, weights: Weights) -> Tensor:
    """Σ_l ω_l · term(l, made_l, target_l).

    made, target: hold at least the layers that ``weights`` names, each (B, C, h, w) with one B and C
    in both; the grids may differ. Layers without a weight are ignored, so one pass of the network can
    serve several losses.

    The sum is taken in float32, or in float64 when a feature is, and with autocast off: the features
    may be half precision, but sums of squares overflow float16 and differences of cosines drown in
    bfloat16. Gradients come back in each feature's own precision. Returns a scalar.

    Raises ValueError when no weight is positive, when one is negative or not finite, when a layer is
    missing, or when features do not belong together.
    """
    used = _used(weights)
    terms = []
    for name, weight in used.items():
        a, b = _layer(made, name), _layer(target, name)
        if a.shape[:2] != b.shape[:2]:
            raise ValueError(f"{name}: batch and channels differ: {list(a.shape)} and {list(b.shape)}")
        precision = torch.promote_types(torch.promote_types(a.dtype, b.dtype), torch.float32)
        with without_autocast(a.device):
            terms.append(weight * term(name, a.to(precision), b.to(precision)))
    return torch.stack(terms).sum()


def _used(weights: Weights) -> Weights:
    if any(not 0 <= weight < float("inf") for weight in weights.values()):
        raise ValueError(f"layer weights must be finite and ≥ 0, got {dict(weights)}")
    used = {name: weight for name, weight in weights.items() if weight > 0}
    if not used:
        raise ValueError(f"no layer has a positive weight, got {dict(weights)}")
    return used


def _layer(features: Features, name: str) -> Tensor:
    if name not in features:
        raise ValueError(f"layer {name} is missing from the features, which hold {sorted(features)}")
    layer = features[name]
    if layer.ndim != 4 or not layer.numel():
        raise ValueError(f"{name}: features must be (B, C, h, w) and not empty, got {list(layer.shape)}")
    return layer
