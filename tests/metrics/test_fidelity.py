"""PSNR and SSIM: closed forms, and agreement with independent sources."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio
from torch import Tensor

from repro.metrics.fidelity import psnr, ssim
from repro.metrics.score import fidelity


@pytest.fixture
def pictures() -> tuple[Tensor, Tensor]:
    """Four pictures with structure, and the same with growing noise."""
    ramp = torch.linspace(0, 1, 40)
    base = torch.stack(
        [ramp.expand(32, 40), torch.sin(8 * ramp).expand(32, 40) / 2 + 0.5, torch.rand(32, 40)]
    )
    clean = base.expand(4, 3, 32, 40).clone()
    noise = torch.randn(4, 3, 32, 40) * torch.tensor([0.01, 0.05, 0.2, 0.5])[:, None, None, None]
    return (clean + noise).clamp(0, 1), clean


@pytest.mark.parametrize("gap", [0.5, 0.1, 1 / 255])
def test_psnr_of_a_constant_gap(gap: float) -> None:
    """MSE = gap², so the ratio is −20·log10(gap)."""
    found = psnr(torch.full((2, 3, 8, 8), 0.2 + gap), torch.full((2, 3, 8, 8), 0.2))
    torch.testing.assert_close(found, torch.full((2,), -20 * math.log10(gap)), atol=1e-3, rtol=0)


def test_psnr_is_taken_picture_by_picture() -> None:
    """Not from the mean of the errors: one good picture does not hide behind a bad one."""
    a, b = torch.zeros(2, 3, 8, 8), torch.zeros(2, 3, 8, 8)
    b[0] += 0.1
    b[1] += 1.0
    torch.testing.assert_close(psnr(a, b), torch.tensor([20.0, 0.0]))


def test_equal_pictures_are_perfect() -> None:
    a = torch.rand(3, 3, 16, 16)
    assert psnr(a, a.clone()).tolist() == [100.0] * 3
    torch.testing.assert_close(ssim(a, a.clone()), torch.ones(3))


def test_ssim_of_two_constants() -> None:
    """Without variance only the luminance term is left: (2·a·b + c₁)/(a² + b² + c₁), c₁ = 0.01²."""
    a, b = 0.3, 0.8
    found = ssim(torch.full((1, 3, 16, 16), a), torch.full((1, 3, 16, 16), b))
    assert found.item() == pytest.approx((2 * a * b + 1e-4) / (a * a + b * b + 1e-4), abs=1e-4)


def test_ssim_of_a_negative_is_negative() -> None:
    a = torch.rand(1, 3, 32, 32)
    assert ssim(a, 1 - a).item() < -0.5


def slow_ssim(x: np.ndarray, y: np.ndarray) -> float:
    """One channel, window by window, in float64 (Wang et al. 2004, Eq. 13)."""
    offsets = np.arange(-5, 6)
    window = np.exp(-(offsets[:, None] ** 2 + offsets[None] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    found = []
    for i in range(x.shape[0] - 10):
        for j in range(x.shape[1] - 10):
            a, b = x[i : i + 11, j : j + 11], y[i : i + 11, j : j + 11]
            ma, mb = (window * a).sum(), (window * b).sum()
            va, vb = (window * (a - ma) ** 2).sum(), (window * (b - mb) ** 2).sum()
            cov = (window * (a - ma) * (b - mb)).sum()
            c1, c2 = 0.01**2, 0.03**2
            found.append((2 * ma * mb + c1) * (2 * cov + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2)))
    return float(np.mean(found))


def test_both_agree_with_an_independent_source(pictures) -> None:
    found_psnr, found_ssim = psnr(*pictures), ssim(*pictures)
    for i, (image, reference) in enumerate(zip(*(t.double().numpy() for t in pictures), strict=True)):
        expected = peak_signal_noise_ratio(reference, image, data_range=1)
        assert found_psnr[i].item() == pytest.approx(expected, abs=1e-3)
        channels = [slow_ssim(a, b) for a, b in zip(image, reference, strict=True)]
        assert found_ssim[i].item() == pytest.approx(np.mean(channels), abs=1e-6)
    assert (found_ssim.diff() < 0).all()
    assert (found_psnr.diff() < 0).all()


def test_one_picture_gives_one_number() -> None:
    a, b = torch.rand(1, 3, 11, 11), torch.rand(1, 3, 11, 11)
    assert psnr(a, b).shape == ssim(a, b).shape == (1,)


@pytest.mark.parametrize("metric", [psnr, ssim])
@pytest.mark.parametrize("shape", [(2, 3, 16, 17), (1, 3, 16, 16), (2, 1, 16, 16), (3, 16, 16)])
def test_shapes_must_agree(metric, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="of one shape"):
        metric(torch.rand(2, 3, 16, 16), torch.rand(shape))


def test_a_picture_smaller_than_the_window_is_refused() -> None:
    with pytest.raises(ValueError, match="11"):
        ssim(torch.rand(1, 3, 8, 16), torch.rand(1, 3, 8, 16))


def test_many_uint8_pictures_are_scored_one_by_one() -> None:
    """More than go through at once, in their order."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (103, 3, 16, 16), np.uint8)
    references = images.copy()
    references[77] ^= 255
    values = fidelity(images, references)
    assert set(values) == {"psnr", "ssim"}
    assert values["psnr"].shape == values["ssim"].shape == (103,)
    assert np.flatnonzero(values["psnr"] < 100).tolist() == [77]
    assert np.flatnonzero(values["ssim"] < 0.999).tolist() == [77]
