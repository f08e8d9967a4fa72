"""Colours by lightness, chroma and hue, and the tones a role is painted in.

Colours are OKLCH (Björn Ottosson, "A perceptual color space for image processing", 2020), so that
equal steps look equal and a palette can be harmonised by turning the hue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

INK = np.array([0.17, 0.12, 0.19], np.float32)
"""The colour of the line art, the same in every picture."""

FIXED = {
    "white": (1.0, 0.99, 0.98),
    "white.shade": (0.85, 0.84, 0.91),
    "mouth": (0.66, 0.22, 0.27),
    "tongue": (0.95, 0.55, 0.55),
}
"""Tones no palette changes, sRGB."""

_LMS_FROM_LAB = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_RGB_FROM_LMS = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


class Colour(NamedTuple):
    """OKLCH: lightness in [0, 1], chroma (0 grey, about 0.2 vivid), hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    def lab(self) -> NDArray[np.float64]:
        """OKLab coordinates (3,); distances are perceptual, 0.1 is plainly another colour."""
        angle = np.radians(self.hue)
        return np.array([self.lightness, self.chroma * np.cos(angle), self.chroma * np.sin(angle)])

    def distance(self, other: Colour) -> float:
        """Euclidean distance in OKLab."""
        return float(np.linalg.norm(self.lab() - other.lab()))


def rgb(colours: Sequence[Colour]) -> NDArray[np.float64]:
    """sRGB (n, 3) in [0, 1] of n colours; chroma gives way until a colour can be shown."""
    lightness, chroma, hue = np.array(colours, np.float64).reshape(-1, 3).T
    linear = _linear(lightness, chroma, hue)
    for _ in range(16):
        outside = (linear.min(1) < -1e-3) | (linear.max(1) > 1 + 1e-3)
        if not outside.any():
            break
        chroma = np.where(outside, chroma * 0.9, chroma)
        linear = _linear(lightness, chroma, hue)
    linear = np.clip(linear, 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def _linear(
    lightness: NDArray[np.float64], chroma: NDArray[np.float64], hue: NDArray[np.float64]
) -> NDArray[np.float64]:
    """OKLCH (n,), (n,), (n,) → linear RGB (n, 3), out of [0, 1] where a screen cannot show it."""
    angle = np.radians(hue)
    lab = np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)])
    return (_RGB_FROM_LMS @ (_LMS_FROM_LAB @ lab) ** 3).T


def tones(role: str, base: Colour) -> dict[str, Colour]:
    """Tone name → colour: the base, the cel shadow, the highlight and the blush of a role.

    A shadow is darker and turns a little towards violet, as painters have it.
    """
    towards_violet = ((300.0 - base.hue + 180.0) % 360.0 - 180.0) * 0.08
    return {
        role: base,
        role + ".shade": Colour(
            base.lightness * 0.87 - 0.015, base.chroma * 1.05 + 0.008, base.hue + towards_violet
        ),
        role + ".light": Colour(min(base.lightness * 0.92 + 0.13, 0.985), base.chroma * 0.8, base.hue),
        role + ".flush": Colour(base.lightness * 0.94, base.chroma + 0.055, 20.0),
    }


def table(names: Sequence[str], colours: Mapping[str, Colour]) -> NDArray[np.uint8]:
    """(n, 3) sRGB bytes of the named tones when each role has the colour given."""
    known = {tone: colour for role, base in colours.items() for tone, colour in tones(role, base).items()}
    shown = dict(zip(known, rgb(list(known.values())), strict=True)) | FIXED
    return np.rint(np.array([shown[name] for name in names]) * 255.0).astype(np.uint8)
