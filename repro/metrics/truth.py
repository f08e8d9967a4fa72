"""What only a drawn answer can tell: which parts are wrong, where, and does the exemplar shine through?

Colour errors are CIEDE2000 (Sharma et al. 2005) as scikit-image computes it, 1 about the smallest
difference an eye can see. Every function gives one number a picture.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from skimage.color import deltaE_ciede2000, rgb2lab

BORDER = 2  # px around the border of two parts in which colour may bleed
SMALLEST_PART = 12  # px; a part that shows less is all line
BLUR = 4  # px, side of the cells in which the layout of two pictures is compared


def color_error(images: np.ndarray, references: np.ndarray) -> np.ndarray:
    """CIEDE2000 at every pixel: (n, H, W) float32, ≥ 0.

    images, references: (n, 3, H, W) uint8. Raises ValueError when shapes differ.
    """
    return np.asarray(deltaE_ciede2000(_lab(images), _lab(references)), np.float32)


def bleeding(error: np.ndarray, part: np.ndarray) -> np.ndarray:
    """How much larger the colour error is within 2 px of the border of two parts than away from all: (n,).

    error: (n, H, W) as of `color_error`; part: (n, H, W) int. 0 for an error that is everywhere alike,
    positive where colour runs over borders. NaN for a picture without borders, or of nothing else.
    """
    near = near_borders(part)
    return _masked_mean(error, near) - _masked_mean(error, ~near)


def near_borders(part: np.ndarray) -> np.ndarray:
    """Where another part lies within 2 px, in any direction: (n, H, W) bool; part: (n, H, W) int."""
    ids = torch.from_numpy(part.astype(np.float32))[:, None]
    side = 2 * BORDER + 1
    highest, lowest = (sign * F.max_pool2d(sign * ids, side, 1, BORDER) for sign in (1, -1))
    return (highest != lowest)[:, 0].numpy()


def part_color_error(images: np.ndarray, references: np.ndarray, part: np.ndarray) -> np.ndarray:
    """CIEDE2000 between the mean colours of every part, averaged over parts: an eye counts as much as a coat.

    images, references: (n, 3, H, W) uint8; part: (n, H, W) int, 0 = background, which does not count.
    Returns (n,), NaN for a picture without parts.
    """
    made, wanted = _lab(images), _lab(references)
    return np.array([_of_parts(*picture) for picture in zip(made, wanted, part, strict=True)])


def copying(images: np.ndarray, truth: np.ndarray, exemplars: np.ndarray) -> np.ndarray:
    """How much of the exemplar's layout shows through: 0 for the truth, 1 for the exemplar itself, (n,).

    All (n, 3, H, W) uint8. It is the share λ for which (1 − λ)·truth + λ·exemplar comes nearest to the
    picture, by least squares over cells of 4 × 4 px. NaN where truth and exemplar are the same.
    """
    made, right, shown = (_cells(pictures) for pictures in (images, truth, exemplars))
    towards = shown - right
    length = (towards**2).sum(axis=1)
    along = ((made - right) * towards).sum(axis=1)
    return np.divide(along, length, out=np.full(len(along), np.nan), where=length > 0)


def _of_parts(made: np.ndarray, wanted: np.ndarray, part: np.ndarray) -> float:
    """One picture of `part_color_error`: (H, W, 3) Lab twice, (H, W) int."""
    ids, counts = np.unique(part[part > 0], return_counts=True)
    masks = [part == i for i in ids[counts >= SMALLEST_PART]]
    if not masks:
        return float("nan")
    means = [np.stack([lab[mask].mean(axis=0) for mask in masks]) for lab in (made, wanted)]
    return float(deltaE_ciede2000(means[0], means[1]).mean())


def _masked_mean(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mean over the places of each picture where ``mask`` holds: (n, H, W) twice → (n,)."""
    counts = mask.sum(axis=(1, 2))
    sums = (values * mask).sum(axis=(1, 2))
    return np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)


def _cells(pictures: np.ndarray) -> np.ndarray:
    """(n, 3, H, W) uint8 → (n, D) means of the cells, in [0, 1]."""
    values = F.avg_pool2d(torch.from_numpy(pictures).float() / 255, BLUR)
    return values.flatten(1).double().numpy()


def _lab(pictures: np.ndarray) -> np.ndarray:
    """(n, 3, H, W) uint8 → (n, H, W, 3) CIE Lab, float32: within 1e-3 of float64, in half the time."""
    return rgb2lab(np.moveaxis(pictures, 1, -1).astype(np.float32) / 255)
