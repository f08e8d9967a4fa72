"""Answers that cost no thought: what they score is what a number must be compared with."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from skimage.color import lab2rgb, rgb2lab


@dataclass(frozen=True)
class Known:
    """What a guess may look at, all uint8.

    sketches: (n, 1, H, W); exemplars: theirs, (n, 3, H, W); real: training pictures, (m, 3, H, W).
    """

    sketches: np.ndarray
    exemplars: np.ndarray
    real: np.ndarray


def copy_exemplar(known: Known) -> np.ndarray:
    """Hand the exemplar back."""
    return known.exemplars


def palette_transfer(known: Known) -> np.ndarray:
    """Reinhard et al. (2001): give the sketch the exemplar's mean and standard deviation of L, a and b.

    A sketch has no colour to stretch: its a and b become the exemplar's mean, a tint all over.
    """
    grey = np.repeat(known.sketches, 3, axis=1)
    sketch, shown = (rgb2lab(np.moveaxis(p, 1, -1).astype(np.float32) / 255) for p in (grey, known.exemplars))
    sketch[..., 1:] = 0  # the rounding of a grey picture's a and b, which would be stretched to noise
    mean, wanted = (lab.mean(axis=(1, 2), keepdims=True) for lab in (sketch, shown))
    spread, wished = (lab.std(axis=(1, 2), keepdims=True) for lab in (sketch, shown))
    gain = np.divide(wished, spread, out=np.zeros_like(wished), where=spread > 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of colours that no screen shows: they are cut off
        painted = lab2rgb((sketch - mean) * gain + wanted)
    return np.moveaxis((painted.clip(0, 1) * 255).round().astype(np.uint8), -1, 1)


def mean_picture(known: Known) -> np.ndarray:
    """The mean training picture, whatever the sketch."""
    mean = known.real.mean(axis=0).round().astype(np.uint8)
    return np.repeat(mean[None], len(known.exemplars), axis=0)


FLOORS: Mapping[str, Callable[[Known], np.ndarray]] = MappingProxyType(
    {"copy_exemplar": copy_exemplar, "palette_transfer": palette_transfer, "mean_picture": mean_picture}
)
"""Name → guess, uint8 (n, 3, H, W), in the order of the tables."""
