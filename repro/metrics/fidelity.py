"""How close a picture is to its reference: PSNR and SSIM, one value a picture."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torchmetrics.functional.image import peak_signal_noise_ratio

SIGMA, RADIUS = 1.5, 5  # px, the Gaussian window of SSIM: 11×11
C1, C2 = 0.01**2, 0.03**2  # what keeps SSIM's two quotients finite, for pictures in [0, 1]


def psnr(images: Tensor, references: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB over all channels; 100 dB stands for a perfect match.

    images, references: (B, 3, H, W) in [0, 1]. Returns (B,). Raises ValueError when shapes differ.
    """
    _same_shape(images, references)
    values = peak_signal_noise_ratio(
        images, references, data_range=(0.0, 1.0), reduction="none", dim=(1, 2, 3)
    )
    return values.clamp(max=100.0)


def ssim(images: Tensor, references: Tensor) -> Tensor:
    """Structural similarity with the 11×11 Gaussian window of σ 1.5 (Wang et al. 2004), on RGB.

    images, references: (B, 3, H, W) in [0, 1], sides ≥ 11 px. Returns (B,) with 1 for equal pictures.
    Counted are the places where the whole window lies inside, as in the published code and in
    scikit-image; in float64, for a variance is the difference of nearly equal numbers and flat paper
    shows it. Raises ValueError when shapes differ or the window does not fit.
    """
    _same_shape(images, references)
    if min(images.shape[2:]) <= 2 * RADIUS:
        raise ValueError(f"SSIM needs sides of at least {2 * RADIUS + 1} px, got {list(images.shape[2:])}")
    x, y = images.double(), references.double()
    mean_x, mean_y, xx, yy, xy = (_windowed(t) for t in (x, y, x * x, y * y, x * y))
    luminance = (2 * mean_x * mean_y + C1) / (mean_x**2 + mean_y**2 + C1)
    variances, covariance = xx - mean_x**2 + yy - mean_y**2, xy - mean_x * mean_y
    return (luminance * (2 * covariance + C2) / (variances + C2)).mean(dim=(1, 2, 3)).float()


def _windowed(values: Tensor) -> Tensor:
    """Gaussian means over all windows inside: (B, C, H, W) → (B, C, H − 10, W − 10), one axis at a time."""
    weights = [math.exp(-(offset**2) / (2 * SIGMA**2)) for offset in range(-RADIUS, RADIUS + 1)]
    for axis in (2, 3):
        length = values.shape[axis] - 2 * RADIUS
        total = torch.zeros_like(values.narrow(axis, 0, length))
        for i, weight in enumerate(weights):
            total.add_(values.narrow(axis, i, length), alpha=weight / sum(weights))
        values = total
    return values


def _same_shape(images: Tensor, references: Tensor) -> None:
    if images.shape != references.shape or images.ndim != 4:
        shapes = f"{list(images.shape)} and {list(references.shape)}"
        raise ValueError(f"need two batches of pictures (B, 3, H, W) of one shape, got {shapes}")
