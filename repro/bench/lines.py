"""xDoG: our batch of tensors, and loops over pictures with the Gaussian of scikit-image and of OpenCV."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from skimage.filters import gaussian

from repro.bench.race import Contender, Race
from repro.data.xdog import PHOTO, TRUNCATE, XDoG

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
LIMIT = 1e-4  # all are float32; the rounding of a blur is magnified by 1 + p

Picture = NDArray[np.float32]
Blur = Callable[[Picture, float], Picture]


def races(size: int, pictures: int) -> Iterator[Race]:
    """One race in the style for photographs, its lines as thick as the pictures' size asks for."""
    style = PHOTO.scaled(size / 256)
    generator = torch.Generator().manual_seed(0)
    batch = torch.rand(pictures, 3, size, size, generator=generator)
    images = list(np.ascontiguousarray(batch.permute(0, 2, 3, 1).numpy()))
    contenders = [
        Contender("ours", "the whole batch at once in torch", lambda: style(batch)[:, 0].numpy()),
        Contender(
            "scikit-image",
            "filters.gaussian, picture by picture",
            partial(_loop, images, style, _scikit),
            LIMIT,
        ),
        Contender(
            "OpenCV", "GaussianBlur, picture by picture", partial(_loop, images, style, _opencv), LIMIT
        ),
    ]
    yield Race(f"{size}²", pictures, contenders)


def _loop(images: list[Picture], style: XDoG, blur: Blur) -> Picture:
    """xDoG as one would write it over arrays, (n, H, W)."""
    drawn = []
    for image in images:
        gray = blur(image @ LUMA, style.blur)
        sharpened = (1 + style.p) * blur(gray, style.sigma) - style.p * blur(gray, style.k * style.sigma)
        drawn.append(1 + np.tanh(style.phi * np.minimum(sharpened - style.epsilon, 0)))
    return np.stack(drawn)


def _scikit(gray: Picture, sigma: float) -> Picture:
    radius = math.ceil(TRUNCATE * sigma)  # SciPy rounds where we round up: ask for exactly our kernel
    return np.asarray(gaussian(gray, sigma, mode="mirror", truncate=radius / sigma), np.float32)


def _opencv(gray: Picture, sigma: float) -> Picture:
    side = 2 * math.ceil(TRUNCATE * sigma) + 1
    return np.asarray(
        cv2.GaussianBlur(gray, (side, side), sigma, borderType=cv2.BORDER_REFLECT_101), np.float32
    )
