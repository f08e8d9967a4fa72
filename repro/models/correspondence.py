"""Dense correspondence: which exemplar position answers a sketch position (Eq. 3 and 4).

Both equations together are scaled dot-product attention: queries and keys are the centred unit
features of the two images, the values are the exemplar's colours, and the scale is α instead of
1/√d. So `correspond` hands them to torch's fused kernel, which never forms the N×N matrix.
`similarity` and `correspond_explicit` write the matrix out: the reference twin for tests, figures
and the chapter.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from repro.models.layers import without_autocast

EPS = 1e-6  # keeps a constant feature vector, whose centred norm is 0, finite


def descriptors(features: Tensor) -> Tensor:
    """Centre every position over its channels and scale it to unit length (the hats of Eq. 3).

    features: (B, C, h, w), any range. Returns (B, N, C) with N = h·w in row-major order.
    Centring is over channels, per position (ambiguity 7).
    """
    flat = features.flatten(2).transpose(1, 2)
    centred = flat - flat.mean(dim=-1, keepdim=True)
    return F.normalize(centred, dim=-1, eps=EPS)


def similarity(x_c: Tensor, y_c: Tensor) -> Tensor:
    """The matrix M of Eq. 3: cosine between centred features.

    x_c: (B, C, h, w) sketch; y_c: (B, C, h', w') exemplar. Returns (B, N, N') in [-1, 1]; row i is
    a sketch position, column j an exemplar position. Memory grows with N·N': for figures and tests.
    """
    return descriptors(x_c) @ descriptors(y_c).transpose(1, 2)


def correspond_explicit(x_c: Tensor, y_c: Tensor, values: Tensor, alpha: float) -> Tensor:
    """Eq. 4 as printed, through the explicit matrix: the slow reference of `correspond`.

    Same arguments, result and errors as `correspond`.
    """
    _check(x_c, y_c, values)
    weights = torch.softmax(alpha * similarity(x_c, y_c), dim=-1)
    warped = weights @ values.flatten(2).transpose(1, 2)
    return _to_grid(warped, x_c)


def correspond(x_c: Tensor, y_c: Tensor, values: Tensor, alpha: float) -> Tensor:
    """Warp ``values`` from the exemplar onto the sketch (Eq. 3 and 4), memory linear in N.

    x_c: (B, C, h, w) sketch in the common domain; y_c: (B, C, h', w') exemplar in it.
    values: (B, V, h', w'), V ≤ C: what is carried over, here the exemplar's colours on the grid.
    alpha: sharpness of the softmax (the paper's 100, a temperature of 0.01); 0 gives the mean.
    Returns (B, V, h, w), each position a convex combination of exemplar positions.

    Raises ValueError when the shapes do not belong together or when V > C.
    """
    _check(x_c, y_c, values)
    channels, width = x_c.shape[1], values.shape[1]
    precision = torch.promote_types(x_c.dtype, torch.float32)  # α times the rounding of bfloat16 is ±0.4
    x_c, y_c, values = (t.to(precision) for t in (x_c, y_c, values))
    # Torch takes the N×N path silently when the value width is unlike the key width, and when the
    # channels of a position do not lie side by side in memory: so pad to C, and make contiguous.
    padded = F.pad(values.flatten(2).transpose(1, 2), (0, channels - width))
    # 4-D, one head: the ONNX exporter takes no other attention.
    q, k, v = (t.contiguous()[:, None] for t in (descriptors(x_c), descriptors(y_c), padded))
    with without_autocast(x_c.device):
        warped = F.scaled_dot_product_attention(q, k, v, scale=float(alpha))
    return _to_grid(warped[:, 0, :, :width], x_c)


def best_match(x_c: Tensor, y_c: Tensor) -> Tensor:
    """Index of the most similar exemplar position for every sketch position.

    x_c: (B, C, h, w); y_c: (B, C, h', w'). Returns (B, h, w) int64 into the row-major N' positions.
    """
    return similarity(x_c, y_c).argmax(dim=-1).reshape(x_c.shape[0], *x_c.shape[2:])


def _check(x_c: Tensor, y_c: Tensor, values: Tensor) -> None:
    if x_c.ndim != 4 or y_c.ndim != 4 or x_c.shape[:2] != y_c.shape[:2]:
        raise ValueError(
            f"features must be (B, C, h, w) of one B and C, got {list(x_c.shape)} and {list(y_c.shape)}"
        )
    if values.ndim != 4 or values.shape[0] != y_c.shape[0] or values.shape[2:] != y_c.shape[2:]:
        raise ValueError(
            f"values must be (B, V, h', w') on the exemplar grid {list(y_c.shape)}, got {list(values.shape)}"
        )
    if values.shape[1] > x_c.shape[1]:
        raise ValueError(
            f"values have {values.shape[1]} channels but the features only {x_c.shape[1]}: V must be ≤ C"
        )


def _to_grid(positions: Tensor, like: Tensor) -> Tensor:
    """(B, N, V) back to (B, V, h, w) on the grid of ``like``."""
    return positions.transpose(1, 2).reshape(positions.shape[0], -1, *like.shape[2:])
