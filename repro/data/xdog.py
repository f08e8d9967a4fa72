"""xDoG: a line drawing from a picture (Winnemöller, Kyprianidis and Olsen 2012).

The extended difference of Gaussians sharpens a picture by ``p`` times the difference of two blurs,
S = (1 + p) G_σ - p G_kσ, and thresholds the result: ink falls on the dark side of an edge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

TRUNCATE = 4.0  # a kernel ends at so many σ: what is left out weighs 6e-5


@dataclass(frozen=True)
class XDoG:
    """A style of line drawing; call it on a picture. σ is in pixels at the size it is applied to.

    sigma: σ of the finer blur, pixels; about the thickness of a line.
    k: ratio of the two blurs. The wider the second, the more shading turns into ink.
    p: how much of the difference is added; 19 equals τ = p / (1 + p) = 0.95 in the older notation.
    epsilon: threshold; S at or above it is paper.
    phi: steepness of the fall to ink below it. 1e9 is a step; about 10 gives grey lines and a gradient.
    blur: σ of a Gaussian over the picture beforehand, pixels, against texture and noise; 0 for none.
    """

    sigma: float = 0.4
    k: float = 4.5
    p: float = 19.0
    epsilon: float = 0.01
    phi: float = 1e9
    blur: float = 0.0

    def __call__(self, picture: Tensor) -> Tensor:
        """(B, 1 or 3, H, W) in [0, 1] → sketch (B, 1, H, W) in [0, 1]. Raises as :func:`xdog`."""
        gray = luminance(picture) if picture.shape[1] == 3 else picture
        gray = gaussian_blur(gray, self.blur) if self.blur > 0 else gray
        return xdog(gray, self.sigma, self.k, self.p, self.epsilon, self.phi)

    def scaled(self, factor: float) -> XDoG:
        """The same drawing of a picture ``factor`` times as large: lines grow with it."""
        return replace(self, sigma=self.sigma * factor, blur=self.blur * factor)


ANIME = XDoG()
"""The convention for anime at training resolution (σ one of 0.3, 0.4, 0.5), after Ci et al. 2018."""

PHOTO = XDoG(sigma=1.0, k=1.6, p=80.0, epsilon=-0.3, phi=2.0, blur=1.0)
"""For photographs of about 256 pixels a side, chosen by eye. The ratio 1.6 (Marr and Hildreth 1980) leaves
shading out, ε < 0 keeps dark areas white inside their outline, the blur holds back fur, leaves and grain."""


def xdog(
    gray: Tensor,
    sigma: float = ANIME.sigma,
    k: float = ANIME.k,
    p: float = ANIME.p,
    epsilon: float = ANIME.epsilon,
    phi: float = ANIME.phi,
) -> Tensor:
    """T(S) with S = (1 + p) G_σ - p G_kσ: 1 where S ≥ ε, else 1 + tanh(φ (S - ε)).

    Args:
        gray: (B, 1, H, W) in [0, 1], black 0.
        sigma, k, p, epsilon, phi: see :class:`XDoG`.

    Returns:
        (B, 1, H, W) in [0, 1], paper 1, ink 0; differentiable, with a useful gradient for small ``phi``.

    Raises:
        ValueError: not one channel, ``sigma`` or ``k`` not positive, or a picture smaller than the blur.
    """
    if gray.ndim != 4 or gray.shape[1] != 1:
        raise ValueError(f"gray must be (B, 1, H, W), got {tuple(gray.shape)}")
    sharpened = (1 + p) * gaussian_blur(gray, sigma) - p * gaussian_blur(gray, k * sigma)
    return 1 + torch.tanh(phi * (sharpened - epsilon).clamp(max=0))


def luminance(rgb: Tensor) -> Tensor:
    """(B, 3, H, W) RGB → (B, 1, H, W) luma, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601); same range."""
    if rgb.ndim != 4 or rgb.shape[1] != 3:
        raise ValueError(f"rgb must be (B, 3, H, W), got {tuple(rgb.shape)}")
    return torch.einsum("c,bchw->bhw", rgb.new_tensor([0.299, 0.587, 0.114]), rgb).unsqueeze(1)


def gaussian_blur(image: Tensor, sigma: float) -> Tensor:
    """Separable Gaussian of ``sigma`` pixels over (B, C, H, W), the border reflected; same shape and range.

    Raises:
        ValueError: ``sigma`` is not positive, or a side is not longer than the kernel's radius, about 4 σ.
    """
    if not sigma > 0:
        raise ValueError(f"sigma must be positive, got {sigma}")
    radius = math.ceil(TRUNCATE * sigma)
    height, width = image.shape[-2:]
    if min(height, width) <= radius:
        raise ValueError(
            f"a blur of sigma {sigma:g} needs sides above {radius} pixels, got {height} × {width}"
        )
    weights = [math.exp(-(offset**2) / (2 * sigma**2)) for offset in range(radius + 1)]
    total = 2 * sum(weights) - weights[0]  # the kernel is symmetric: every weight but the middle counts twice
    image = F.pad(image, (radius,) * 4, mode="reflect")
    for axis in (-2, -1):
        image = _weighted_shifts(image, [weight / total for weight in weights], axis)
    return image


def _weighted_shifts(image: Tensor, weights: list[float], axis: int) -> Tensor:
    """A symmetric kernel, ``weights`` from its middle outwards, along ``axis``; uses the padding up.

    Shifted pictures are added up: torch's convolution of single channels is ten times slower on a CPU.
    """
    radius = len(weights) - 1
    length = image.shape[axis] - 2 * radius

    def shifted(offset: int) -> Tensor:
        return image.narrow(axis, radius + offset, length)

    blurred = shifted(0) * weights[0]
    for offset, weight in enumerate(weights[1:], 1):
        blurred.add_(shifted(-offset) + shifted(offset), alpha=weight)
    return blurred
