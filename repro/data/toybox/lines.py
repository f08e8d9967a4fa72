"""Sketches that are not the drawn line art: xDoG of the picture, and lines as a human hand leaves them.

The hand works on any picture of ink. Its lengths are fractions of the picture, so that a sketch is
equally shaky at every size; they are stated here in pixels of a 64² picture.
"""

from __future__ import annotations

from math import ceil

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from .curves import ribbon
from .dice import Dice
from .difficulty import Difficulty
from .planes import FINE, SUPERSAMPLE, Canvas, Plane

Ink = NDArray[np.uint8]
Field = NDArray[np.float32]

_LUMA = np.array([0.299, 0.587, 0.114])
_SIGMA, _K, _P, _EPSILON = 0.4, 4.5, 19.0, 0.01
"""`repro.data.xdog.ANIME`; σ in pixels. A test holds the two together."""

_SMOOTH = 128
"""Side of the picture that the wider blur of xDoG is computed on, at most."""

_BESIDE = 2.4
"""Pixels between a line and its double: clear of a line, which is 1.5 wide, and still plainly its double."""


def xdog_lines(color: NDArray[np.float32]) -> Ink:
    """xDoG of a picture (3, S, S) in [0, 1] as ink (S, S), 255 where there is a line.

    `repro.data.xdog.ANIME` scaled to S, without torch: that would have to be loaded by every process
    that draws. In float64, so that the threshold falls alike on every machine. Above 128² the wider blur
    is computed at 128², which turns less than 1 % of the ink into paper or back.
    """
    gray = np.tensordot(_LUMA, color.astype(np.float64), 1)
    fine, wide = _blurred(gray, _SIGMA), _blurred_widely(gray, _SIGMA * _K)
    return np.where((1.0 + _P) * fine - _P * wide < _EPSILON, 255, 0).astype(np.uint8)


def _blurred_widely(gray: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """`_blurred`, of a larger picture at 128²: what is left is smooth, and the blur most of the work."""
    if len(gray) <= _SMOOTH:
        return _blurred(gray, sigma)
    small = cv2.resize(gray, (_SMOOTH, _SMOOTH), interpolation=cv2.INTER_AREA)
    wide = _blurred(np.asarray(small, np.float64), sigma)
    return np.asarray(cv2.resize(wide, gray.shape, interpolation=cv2.INTER_CUBIC), np.float64)


def _blurred(gray: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """The Gaussian of ``sigma``, in pixels of a 64² picture."""
    sigma = sigma * len(gray) / 64
    size = 2 * ceil(4 * sigma) + 1
    blurred = cv2.GaussianBlur(gray, (size, size), sigma, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(blurred, np.float64)


def drawn_again(ink: Ink, difficulty: Difficulty, dice: Dice) -> Ink:
    """The ink (S, S), 255 where there is a line, as the hand of ``difficulty`` would have left it."""
    # Every knob has its own dice, so that turning one does not change what another does.
    knobs = [Dice(dice.below(2**31)) for _ in range(4)]
    if difficulty.wobble:
        ink = _wobbled(ink, difficulty.wobble, knobs[0])
    if difficulty.broken:
        ink = _broken(ink, difficulty.broken, knobs[1])
    if difficulty.doubled:
        ink = _doubled(ink, difficulty.doubled, knobs[2])
    if difficulty.stray:
        ink = _strayed(ink, difficulty.stray, knobs[3])
    return ink


def _wobbled(ink: Ink, pixels: float, dice: Dice) -> Ink:
    """The ink moved along a smooth field, by ``pixels`` where it is moved most."""
    x, y = _noise(7, len(ink), dice), _noise(7, len(ink), dice)
    reach = pixels * len(ink) / 64 / float(np.hypot(x, y).max())
    return _moved(ink, x * reach, y * reach)


def _broken(ink: Ink, share: float, dice: Dice) -> Ink:
    """The ink with gaps that swallow ``share`` of its lines."""
    lines = _lines(ink)
    gone = _patch(_noise(26, len(ink), dice), lines, share) & (lines > 0)
    return np.where(gone, 0, ink).astype(np.uint8)


def _doubled(ink: Ink, share: float, dice: Dice) -> Ink:
    """The ink with ``share`` of its lines drawn once more beside themselves."""
    side = len(ink)
    lines = _lines(ink)
    across_x, across_y, clear = _across(ink)
    # Long lines are gone over again, hardly ever a corner or the thicket of an eye.
    again = _patch(_noise(4, side, dice) + 9 * (clear > 0.5), lines, share)
    facing = across_x * _noise(1, side, dice) + across_y * _noise(1, side, dice)
    apart = np.copysign(_BESIDE + 0.8 * _noise(5, side, dice), facing) * np.float32(side / 64)
    return np.maximum(ink, _moved(np.where(again, lines, 0), across_x * apart, across_y * apart))


def _strayed(ink: Ink, count: int, dice: Dice) -> Ink:
    """The ink with ``count`` loose strokes, light curves that taper at both ends."""
    scratch = Canvas(len(ink) // SUPERSAMPLE)
    scratch.ink = ink.copy()
    sheet = Plane.whole(scratch)
    for _ in range(count):
        plane = sheet.inset(dice.uniform(-0.8, 0.8), dice.uniform(-0.8, 0.8), 1.0, dice.uniform(0.0, 360.0))
        half, bend = dice.uniform(0.12, 0.3), dice.uniform(-0.12, 0.12)
        plane.blot(ribbon([(-half, bend), (0.0, 0.0), (half, bend)], (0.3 * FINE, FINE, 0.3 * FINE)))
    return scratch.ink


def _lines(ink: Ink) -> Ink:
    """The ink less its solid blots, such as pupils: what an opening wider than any line leaves standing."""
    small = _small(ink)
    wide = max(3, round(2.6 * len(small) / 64) | 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    solid = _grown(cv2.morphologyEx(small, cv2.MORPH_OPEN, disc), len(ink))
    return np.where(solid > 127, 0, ink).astype(np.uint8)


def _patch(hills: Field, lines: Ink, share: float) -> NDArray[np.bool_]:
    """A mask of the highest hills that holds exactly ``share`` of the lines."""
    inside = hills[lines > 127]
    return hills >= np.quantile(inside, 1.0 - share) if inside.size else np.zeros(lines.shape, np.bool_)


def _across(ink: Ink) -> tuple[Field, Field, Field]:
    """The unit normal (x, y) of the lines nearby, up to its sign, and how far they agree on it, in [0, 1].

    The structure tensor's first axis and its coherence (Bigün and Granlund 1987).
    """
    small = np.asarray(_small(ink), np.float32) / 255
    pixel = len(small) / 64
    soft = cv2.GaussianBlur(small, (0, 0), pixel)
    x, y = (cv2.Sobel(soft, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    blurred = (cv2.GaussianBlur(field, (0, 0), 2 * pixel) for field in (x * x + y * y, x * x - y * y, x * y))
    total, along, aslant = (_grown(field, len(ink)) for field in blurred)
    angle = 0.5 * np.arctan2(2 * aslant, along)
    clear = np.hypot(along, 2 * aslant) / np.maximum(total, 1e-6)
    return np.cos(angle), np.sin(angle), np.asarray(clear, np.float32)


def _small(ink: Ink) -> MatLike:
    """The ink at 256² at most: enough for what is smooth, at a bounded price."""
    side = min(len(ink), 256)
    return cv2.resize(ink, (side, side), interpolation=cv2.INTER_AREA)


def _grown(field: MatLike, side: int) -> Field:
    return np.asarray(cv2.resize(field, (side, side), interpolation=cv2.INTER_LINEAR), np.float32)


def _moved(ink: Ink, x: Field, y: Field) -> Ink:
    """The ink with every point taken from (x, y) pixels further to the right and down."""
    row, column = np.indices(ink.shape, np.float32)
    moved = cv2.remap(ink, column + x, row + y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def _noise(cells: int, side: int, dice: Dice) -> Field:
    """Smooth noise (side, side), about [-1, 1], whose hills are 1/``cells`` of the picture wide."""
    knots = np.array([dice.uniform(-1.0, 1.0) for _ in range((cells + 1) ** 2)], np.float32)
    hills = cv2.resize(knots.reshape(cells + 1, -1), (side, side), interpolation=cv2.INTER_CUBIC)
    return np.asarray(hills, np.float32)
