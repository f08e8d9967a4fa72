"""xDoG against a slow float64 reference written from the equation, and against what it must obey."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from repro.data.xdog import ANIME, PHOTO, XDoG, gaussian_blur, luminance, xdog


def reference_blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """The 2-D Gaussian, not its separable form: every output pixel is one weighted sum over a window."""
    radius = math.ceil(4 * sigma)
    window = np.array(
        [
            [math.exp(-(dy * dy + dx * dx) / (2 * sigma * sigma)) for dx in range(-radius, radius + 1)]
            for dy in range(-radius, radius + 1)
        ]
    )
    window /= window.sum()
    padded = np.pad(image, radius, mode="reflect")
    side = 2 * radius + 1
    out = np.empty_like(image)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            out[y, x] = (padded[y : y + side, x : x + side] * window).sum()
    return out


def reference_xdog(image: np.ndarray, style: XDoG) -> np.ndarray:
    fine, coarse = reference_blur(image, style.sigma), reference_blur(image, style.sigma * style.k)
    out = np.empty_like(image)
    for place in np.ndindex(*image.shape):
        s = (1 + style.p) * fine[place] - style.p * coarse[place]
        out[place] = 1.0 if s >= style.epsilon else 1 + math.tanh(style.phi * (s - style.epsilon))
    return out


def noise(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(0), dtype=dtype)


def step_edge(side: int = 32, dark: float = 0.3, light: float = 0.8) -> Tensor:
    """Dark left of the middle, light right of it."""
    return torch.full((1, 1, side, side), dark).where(torch.arange(side) < side // 2, light)


@pytest.mark.parametrize(
    "style", [ANIME, XDoG(sigma=0.3), XDoG(sigma=0.5, phi=3.0), XDoG(1.0, 1.6, 80, -0.3, 2.0)]
)
def test_xdog_is_the_float64_reference(style: XDoG) -> None:
    images = noise(2, 1, 20, 23)
    ours = style(images)
    for i in range(2):
        np.testing.assert_allclose(ours[i, 0].numpy(), reference_xdog(images[i, 0].numpy(), style), atol=1e-9)


def test_float32_is_close_to_the_reference_where_the_threshold_is_soft() -> None:
    image = noise(1, 1, 24, 24)
    style = XDoG(phi=0.2)
    expected = reference_xdog(image[0, 0].numpy(), style)
    assert 0.05 < expected.min() < 0.95  # neither all paper nor a step: the comparison means something
    np.testing.assert_allclose(style(image.float())[0, 0].numpy(), expected, atol=3e-6)


def test_the_preset_blur_comes_first() -> None:
    image = noise(1, 1, 24, 24)
    expected = reference_xdog(reference_blur(image[0, 0].numpy(), PHOTO.blur), PHOTO)
    np.testing.assert_allclose(PHOTO(image)[0, 0].numpy(), expected, atol=1e-9)


def test_blur_is_the_float64_reference_per_channel() -> None:
    image = noise(2, 3, 12, 15)
    ours = gaussian_blur(image, 1.3)
    for b, c in np.ndindex(2, 3):
        np.testing.assert_allclose(ours[b, c].numpy(), reference_blur(image[b, c].numpy(), 1.3), atol=1e-12)


@pytest.mark.parametrize("style", [ANIME, PHOTO])
@pytest.mark.parametrize("level", [0.02, 0.5, 1.0])
def test_a_flat_picture_is_white_paper(style: XDoG, level: float) -> None:
    assert torch.equal(style(torch.full((1, 1, 32, 32), level)), torch.ones(1, 1, 32, 32))


@pytest.mark.parametrize("style", [ANIME, PHOTO])
def test_ink_falls_on_the_dark_side_of_an_edge(style: XDoG) -> None:
    ink = 1 - style(step_edge())[0, 0]
    assert ink[:, 13:16].amax(1).min() > 0.8  # a line beside the edge, all the way down
    assert ink[:, 16:].max() < 1e-6  # none on the light side
    assert ink[:, :8].max() < 1e-6  # none far from it
    mirrored = 1 - style(step_edge().flip(-1))[0, 0]
    torch.testing.assert_close(mirrored, ink.flip(-1))


def test_an_edge_is_the_error_function() -> None:
    """G_σ of a step is Φ(x/σ) for σ far above a pixel, and the line lies where both bells are equal."""
    sigma, k, width = 10.0, 1.6, 400
    image = torch.full((1, 1, 80, width), 0.3, dtype=torch.float64)
    image[..., width // 2 :] = 0.8
    x = torch.arange(width, dtype=torch.float64) - width / 2 + 0.5
    cumulative = torch.special.ndtr
    fine, wide = (gaussian_blur(image, s)[0, 0, 40] for s in (sigma, k * sigma))
    torch.testing.assert_close(fine, 0.3 + 0.5 * cumulative(x / sigma), atol=3e-4, rtol=0)
    torch.testing.assert_close(
        wide - fine, 0.5 * (cumulative(x / (k * sigma)) - cumulative(x / sigma)), atol=3e-4, rtol=0
    )
    offset = sigma * k * math.sqrt(2 * math.log(k) / (k * k - 1))
    assert abs(float(x[(fine - wide).argmin()]) + offset) < 0.6


def test_the_threshold_scales_with_the_picture() -> None:
    image = noise(1, 1, 24, 24)
    assert torch.equal(xdog(image / 4, epsilon=0.01 / 4), xdog(image, epsilon=0.01))


def test_scaled_draws_a_larger_picture_alike() -> None:
    small = torch.nn.functional.interpolate(noise(1, 1, 6, 6), size=(64, 64), mode="bicubic").clamp(0, 1)
    large = torch.nn.functional.interpolate(small, scale_factor=2, mode="bilinear")
    soft = XDoG(sigma=1.0, k=1.6, p=80, epsilon=-0.3, phi=2.0)
    back = torch.nn.functional.avg_pool2d(soft.scaled(2)(large), 2)
    assert (back - soft(small)).abs().mean() < 0.02
    unscaled = torch.nn.functional.avg_pool2d(soft(large), 2)
    assert (unscaled - soft(small)).abs().mean() > 3 * (back - soft(small)).abs().mean()
    assert PHOTO.scaled(2) == XDoG(2.0, PHOTO.k, PHOTO.p, PHOTO.epsilon, PHOTO.phi, 2 * PHOTO.blur)


def test_the_soft_variant_has_the_right_gradient() -> None:
    image = noise(1, 1, 6, 6).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: xdog(x, sigma=0.5, k=1.6, epsilon=2.0, phi=0.3), (image,))
    image = noise(1, 1, 16, 16).requires_grad_()
    soft = torch.autograd.grad(xdog(image, phi=0.3).sum(), image)[0]
    step = torch.autograd.grad(xdog(image).sum(), image)[0]
    assert soft.abs().max() > 0.01
    assert step.abs().max() == 0  # φ = 1e9 is a step: nothing to learn from


def test_luminance() -> None:
    primaries = torch.eye(3).reshape(3, 3, 1, 1).expand(-1, -1, 2, 2)
    torch.testing.assert_close(luminance(primaries)[:, 0, 0, 0], torch.tensor([0.299, 0.587, 0.114]))
    gray = noise(1, 1, 12, 12)
    torch.testing.assert_close(luminance(gray.expand(-1, 3, -1, -1)), gray)
    assert torch.equal(PHOTO(gray.expand(-1, 3, -1, -1)), PHOTO(luminance(gray.expand(-1, 3, -1, -1))))


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match=r"gray must be \(B, 1, H, W\), got \(1, 3, 32, 32\)"):
        xdog(torch.rand(1, 3, 32, 32))
    with pytest.raises(ValueError, match="rgb must be"):
        luminance(torch.rand(3, 32, 32))
    with pytest.raises(ValueError, match="sides above 8 pixels, got 8 × 32"):
        xdog(torch.rand(1, 1, 8, 32))
    for sigma in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="sigma must be positive"):
            xdog(torch.rand(1, 1, 32, 32), sigma=sigma)
