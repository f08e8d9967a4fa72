"""What colours a picture has: CIE Lab, and the 8 × 8 × 8 histogram of §3.3.2 of the paper.

Lab is kornia's (D65, 2° observer), float32. It differs from scikit-image's in float64 by less than
1e-3 in any channel (a test), where 1 is about the smallest difference an eye can see.

The paper, after Sun et al. (2019), names a 3D Lab histogram but neither its ranges nor how a pixel is
counted (ambiguity 42). The ranges here are those that sRGB fills: with -128 … 127 for a and b, a third
of the bins' width would be out of reach. And a pixel is shared between the bins around it, as in the
histograms of SIFT (Lowe 2004): else two shades of a colour on either side of an edge have nothing
in common. What both are worth is measured in `repro.experiments.color_clusters`.
"""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
import torch
from kornia.color import rgb_to_lab
from torch import Tensor

BINS = 8
"""Bins a channel, §3.3.2."""

GAMUT = ((0.0, 100.0), (-87.0, 99.0), (-108.0, 95.0))
"""Lowest and highest L, a and b of sRGB, rounded outwards."""

NEAR_WHITE = 240
"""Of 255: paper, with the noise of a JPEG and a soft shadow."""


def lab_histogram(
    images: Tensor,
    keep: Tensor | None = None,
    *,
    ranges: tuple[tuple[float, float], ...] = GAMUT,
    hard: bool = False,
) -> Tensor:
    """How much of a picture has which colour: (B, 512) float32 in [0, 1], rows sum to 1.

    A pixel is shared linearly between the eight bins whose middles surround it; beyond the outermost
    middles these count. Bin (l, a, b) is number 64 l + 8 a + b.

    Args:
        images: (B, 3, H, W) in [0, 1].
        keep: (B, H, W) bool, the pixels that count; all when None, and in a picture it leaves nothing of.
        ranges: lowest and highest L, a and b that are told apart.
        hard: a pixel counts wholly for the bin it lies in.

    Raises:
        ValueError: for another shape.
    """
    if images.ndim != 4 or images.shape[1] != 3:
        raise ValueError(f"images must be (B, 3, H, W), got {list(images.shape)}")
    B, _, H, W = images.shape
    keep = images.new_ones(B, H, W) if keep is None else keep
    if tuple(keep.shape) != (B, H, W):
        raise ValueError(f"keep must be {[B, H, W]}, got {list(keep.shape)}")
    counted = keep.flatten(1).float()
    counted = torch.where(counted.any(dim=1, keepdim=True), counted, 1.0)
    low, high = images.new_tensor(ranges).T[:, :, None]
    place = (rgb_to_lab(images).flatten(2) - low) / (high - low) * BINS - 0.5  # 0: the first bin's middle
    place = (place.round() if hard else place).clamp(0, BINS - 1)
    below = place.floor().clamp(max=BINS - 2)
    first = ((below[:, 0] * BINS + below[:, 1]) * BINS + below[:, 2]).long()
    shares = [(below[:, c] + 1 - place[:, c], place[:, c] - below[:, c]) for c in range(3)]
    histogram = images.new_zeros(B, BINS**3)
    for up_l, up_a, up_b in product((0, 1), repeat=3):  # the bin below or the bin above, in each channel
        weight = counted * shares[0][up_l] * shares[1][up_a] * shares[2][up_b]
        histogram.scatter_add_(1, first + ((up_l * BINS + up_a) * BINS + up_b), weight)
    return histogram / counted.sum(dim=1, keepdim=True)


def bin_colors() -> Tensor:
    """The middle of every bin in Lab: (512, 3), in the order of :func:`lab_histogram`."""
    middles = [low + (torch.arange(BINS) + 0.5) * (high - low) / BINS for low, high in GAMUT]
    return torch.cartesian_prod(*middles)


def paper_mask(color: np.ndarray) -> np.ndarray:
    """Where a picture is white paper: (n, H, W) bool; color: (n, 3, H, W) uint8.

    Paper is near-white and joined to the picture's edge by near-white, so that white inside a figure,
    an eye or a cuff, stays part of it. A white thing that runs out of the picture is taken for paper.
    """
    white = _near_white(color).astype(np.uint8)
    white = np.pad(white, ((0, 0), (1, 1), (1, 1)), constant_values=1)
    for picture in white:
        cv2.floodFill(picture, None, (0, 0), 2)  # from the frame of one pixel that was just added
    return white[:, 1:-1, 1:-1] == 2


def on_white(color: np.ndarray) -> bool:
    """Whether a set of pictures stands on white paper: most have an edge that is white nearly all around.

    color: (n, 3, H, W) uint8. Looks at no more than 1,000 pictures, spread over the set.
    """
    white = _near_white(color[:: max(1, len(color) // 1000)])
    edge = np.concatenate([white[:, 0], white[:, -1], white[:, :, 0], white[:, :, -1]], axis=1)
    return bool((edge.mean(axis=1) >= 0.9).mean() > 0.5)


def _near_white(color: np.ndarray) -> np.ndarray:
    """(n, 3, H, W) uint8 → (n, H, W) bool."""
    return np.asarray(color.min(axis=1) >= NEAR_WHITE)
