"""TPS: our batch of splines, and loops over pictures with scikit-image's spline and with OpenCV's remap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from skimage.transform import ThinPlateSplineTransform
from skimage.transform import warp as scikit_warp

from repro.bench.race import Contender, Race
from repro.data.tps import sample_tps, warp

LIMIT = 1e-5  # float32 against float64

Picture = NDArray[np.float32]
Points = NDArray[np.float64]
Job = tuple[Picture, Points, Points]
"""A picture, and the control points in pixels: in the warped picture, and where they read."""


def races(size: int, pictures: int) -> Iterator[Race]:
    """One race at the default strength, on smooth pictures: noise would magnify a hundredth of a pixel."""
    tps = sample_tps(pictures, torch.Generator().manual_seed(0))
    images = _smooth(pictures, size)
    batch = torch.from_numpy(images.transpose(0, 3, 1, 2).copy())
    places = [_pixels(points.numpy(), size) for points in (tps.output[0], *tps.source)]
    jobs = [(image, places[0], source) for image, source in zip(images, places[1:], strict=True)]
    contenders = [
        Contender(
            "ours", "the whole batch at once in torch", lambda: warp(batch, tps).permute(0, 2, 3, 1).numpy()
        ),
        Contender("scikit-image", "ThinPlateSplineTransform and warp", partial(_loop, jobs, _scikit), LIMIT),
        Contender("OpenCV", "the spline in NumPy, then remap", partial(_loop, jobs, _opencv), LIMIT),
    ]
    yield Race(f"{size}²", pictures, contenders)


def _loop(jobs: list[Job], one: Callable[[Picture, Points, Points], Picture]) -> Picture:
    return np.stack([one(*job) for job in jobs])


def _scikit(image: Picture, output: Points, source: Points) -> Picture:
    spline = ThinPlateSplineTransform.from_estimate(output, source)
    return np.asarray(scikit_warp(image, spline, order=1, mode="edge", preserve_range=True), np.float32)


def _opencv(image: Picture, output: Points, source: Points) -> Picture:
    """Bookstein's equations as one would write them over arrays; OpenCV samples the picture."""
    size = len(image)
    kernels = _kernels(output, output)
    plane = np.concatenate([np.ones((len(output), 1)), output], axis=1)
    system = np.block([[kernels, plane], [plane.T, np.zeros((3, 3))]])
    weights = np.linalg.solve(system, np.concatenate([source, np.zeros((3, 2))]))
    y, x = np.mgrid[:size, :size].reshape(2, -1).astype(np.float64)
    pixels = np.stack([x, y], axis=1)
    columns = np.concatenate([_kernels(pixels, output), np.ones((size * size, 1)), pixels], axis=1)
    where = (columns @ weights).astype(np.float32).reshape(size, size, 2)
    x, y = where[..., 0], where[..., 1]
    seen = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32)


def _kernels(points: Points, centres: Points) -> Points:
    squared = ((points[:, None] - centres[None]) ** 2).sum(-1)
    return squared * np.log(np.maximum(squared, 1e-300)) / 2


def _pixels(points: Points, size: int) -> Points:
    """[-1, 1] with ``align_corners`` → pixel coordinates."""
    return (points.astype(np.float64) + 1) / 2 * (size - 1)


def _smooth(pictures: int, size: int) -> Picture:
    """(n, size, size, 3) waves of a few periods a side."""
    y, x = np.mgrid[:size, :size] / size
    turns = np.arange(3 * pictures).reshape(pictures, 1, 1, 3) % 7
    waves = np.sin(6 * x[None, ..., None] + turns) * np.cos(9 * y[None, ..., None] - turns)
    return (0.5 + 0.5 * waves).astype(np.float32)
