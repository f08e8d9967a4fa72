"""Lab histograms: our batch of tensors, and loops with scikit-image and NumPy, and with OpenCV."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from skimage.color import rgb2lab

from repro.bench.race import Contender, Race
from repro.data.color import BINS, GAMUT, lab_histogram

EXACT = 2e-7  # so little that not one pixel in ten thousand lies in another bin
ROUGH = 1e-4  # OpenCV's Lab is approximate, off by up to 0.5: two pixels in a hundred change their bin

Picture = NDArray[np.float32]


def races(size: int, pictures: int) -> Iterator[Race]:
    """One race over pictures of all colours."""
    batch = torch.rand(pictures, 3, size, size, generator=torch.Generator().manual_seed(0))
    images = list(np.ascontiguousarray(batch.permute(0, 2, 3, 1).numpy()))
    contenders = [
        Contender(
            "ours", "the whole batch at once in torch", lambda: lab_histogram(batch, hard=True).numpy()
        ),
        Contender(
            "scikit-image", "color.rgb2lab, then numpy.histogramdd", partial(_loop, images, _scikit), EXACT
        ),
        Contender("OpenCV", "cvtColor, then calcHist", partial(_loop, images, _opencv), ROUGH),
        Contender("ours, shared", "pixels shared between bins", lambda: lab_histogram(batch).numpy()),
    ]
    yield Race(f"{size}²", pictures, contenders)


def _loop(images: list[Picture], one: Callable[[Picture], NDArray[Any]]) -> Picture:
    """(n, 512) shares."""
    counts = np.stack([one(image).ravel() for image in images])
    return (counts / counts.sum(axis=1, keepdims=True)).astype(np.float32)


def _scikit(image: Picture) -> NDArray[Any]:
    return np.histogramdd(rgb2lab(image).reshape(-1, 3), bins=BINS, range=GAMUT)[0]


def _opencv(image: Picture) -> NDArray[Any]:
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2Lab)
    lab = np.minimum(lab, np.float32(GAMUT[0][1]) - np.float32(1e-4))  # calcHist leaves white, L = 100, out
    return np.asarray(
        cv2.calcHist([lab], [0, 1, 2], None, [BINS] * 3, [end for pair in GAMUT for end in pair])
    )
