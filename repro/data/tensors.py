"""Bytes to floats and back: pictures at rest are uint8, pictures at work are float32 in [0, 1]."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def to_tensor(pictures: np.ndarray, device: torch.device | str | None = None) -> Tensor:
    """uint8 pictures of any shape, (B, C, H, W) say, as float32 in [0, 1] on ``device``."""
    writable = np.require(pictures, requirements=["C", "W"])  # torch warns of an array it must not write
    return torch.from_numpy(writable).to(device).float() / 255


def to_bytes(images: Tensor) -> np.ndarray:
    """Images of any shape in [0, 1] as uint8 on the CPU; values outside are clipped."""
    return (images.float().clamp(0, 1) * 255).round().byte().cpu().numpy()
