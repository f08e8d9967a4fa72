"""How close a picture is to its reference: PSNR and SSIM, one value a picture."""

from __future__ import annotations

import torch
from torch import Tensor
from torchmetrics.functional.image import peak_signal_noise_ratio, structural_similarity_index_measure


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
    Raises ValueError when shapes differ.
    """
    _same_shape(images, references)
    values = structural_similarity_index_measure(images, references, data_range=(0.0, 1.0), reduction="none")
    return torch.atleast_1d(values)  # type: ignore[arg-type]


def _same_shape(images: Tensor, references: Tensor) -> None:
    if images.shape != references.shape or images.ndim != 4:
        shapes = f"{list(images.shape)} and {list(references.shape)}"
        raise ValueError(f"need two batches of pictures (B, 3, H, W) of one shape, got {shapes}")
