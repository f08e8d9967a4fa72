"""How close a picture is to its reference: PSNR and SSIM, one value a picture."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from skimage.metrics import structural_similarity
from torch import Tensor
from torchmetrics.functional.image import peak_signal_noise_ratio

WINDOW = 11  # px, the side of the Gaussian window of SSIM


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
    As scikit-image computes it: over the places where the whole window lies inside, and in float64,
    for a variance is the difference of nearly equal numbers and flat paper shows it. Raises
    ValueError when shapes differ or the window does not fit.
    """
    _same_shape(images, references)
    if min(images.shape[2:]) < WINDOW:
        raise ValueError(f"SSIM needs sides of at least {WINDOW} px, got {list(images.shape[2:])}")
    both = (pictures.double().cpu().numpy() for pictures in (images, references))
    with ThreadPoolExecutor(torch.get_num_threads()) as threads:  # the filters run outside Python's lock
        return torch.tensor([*threads.map(_ssim, *both)], dtype=torch.float32)


def _ssim(image: np.ndarray, reference: np.ndarray) -> Any:
    """One pair, (3, H, W) float64; a float."""
    return structural_similarity(
        image,
        reference,
        data_range=1.0,
        channel_axis=0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )


def _same_shape(images: Tensor, references: Tensor) -> None:
    if images.shape != references.shape or images.ndim != 4:
        shapes = f"{list(images.shape)} and {list(references.shape)}"
        raise ValueError(f"need two batches of pictures (B, 3, H, W) of one shape, got {shapes}")
