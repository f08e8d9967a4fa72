"""The sketch's own lines: drawn from a photograph, lifted off the network's picture, laid back on top."""

from __future__ import annotations

import cv2
import numpy as np

from repro.data.images import MIN_SIDE, resize
from repro.data.tensors import to_bytes, to_tensor
from repro.data.xdog import PHOTO

PHOTO_SIDE = 256  # px of the longer side that `repro.data.xdog.PHOTO` was chosen for
DRAWN_AT = 1024  # px; the lines of a larger photograph are drawn at this size and enlarged
INKED = 0.6  # of white: a pixel no brighter is line and tells nothing about the colour beside it
WINDOWS = (0.7, 1.5, 3.0, 6.0)  # σ in px at the network's size; ever wider ones fill ever broader lines
ENOUGH = 0.1  # share of a window that must be paper for its mean colour to be believed


def photo_ink(picture: np.ndarray) -> np.ndarray:
    """The lines of a colour picture (H, W, 3) uint8 as a sketch (H, W) uint8, drawn by xDoG.

    Lines grow with the picture: a photograph and its enlargement give the same drawing.
    """
    height, width = picture.shape[:2]
    scale = min(1.0, DRAWN_AT / max(height, width))
    small = resize(picture, (max(MIN_SIDE, round(height * scale)), max(MIN_SIDE, round(width * scale))))
    # The wide blur has to fit into a narrow strip as well.
    factor = min(max(small.shape[:2]) / PHOTO_SIDE, min(small.shape[:2]) / MIN_SIDE)
    drawn = PHOTO.scaled(factor)(to_tensor(np.moveaxis(small, -1, 0))[None])[0, 0]
    return resize(to_bytes(drawn), (height, width))


def white_paper(sketch: np.ndarray) -> np.ndarray:
    """A sketch (H, W) uint8 with its paper made white: a scan on grey paper would darken every colour.

    The paper is the brightness that only a tenth of the sketch exceeds; a sketch whose paper would be
    darker than middle grey is left as it is. White paper changes nothing.
    """
    paper = int(np.percentile(sketch, 90))
    if not 128 <= paper < 255:
        return sketch
    return np.minimum(sketch.astype(np.uint16) * 255 // paper, 255).astype(np.uint8)


def spread_colours(image: np.ndarray, x_s: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """The colours of ``image`` without its lines, at another size.

    image: (h, w, 3) uint8, a coloured picture with the lines of the sketch ``x_s`` (h, w) uint8 in it.
    size: (H, W) of the result, (H, W, 3) uint8. It has no dark halo along the lines, and white paper
    stays white: what lies under ink is replaced by the paper's colour beside it.
    """
    clean = _without_ink(image, x_s)
    height, width = size[:2]
    if height <= clean.shape[0] and width <= clean.shape[1]:
        return resize(clean, (height, width))
    # Not Lanczos: its second lobe draws a grey echo of every colour edge on white paper.
    return cv2.resize(clean, (width, height), interpolation=cv2.INTER_CUBIC)


def ink_over(colours: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """round(colours · ink): ``colours`` (H, W, 3) uint8 seen through the sketch ``ink`` (H, W) uint8."""
    product = colours.astype(np.uint16) * ink[..., None]
    product += 127  # integers, since floats of a 20-megapixel sketch would take half a gigabyte
    product //= 255
    return product.astype(np.uint8)


def _without_ink(image: np.ndarray, x_s: np.ndarray) -> np.ndarray:
    """Normalised convolution: every pixel counts as far as it is paper.

    Source: Knutsson and Westin 1993.
    """
    paper = np.clip((x_s / 255.0 - INKED) / (1 - INKED), 0, 1).astype(np.float32) ** 3
    known, filled = paper, image.astype(np.float32)
    colours = filled * paper[..., None]
    near, reached = filled.copy(), np.zeros(paper.shape, bool)
    for sigma in WINDOWS:
        share = cv2.GaussianBlur(paper, (0, 0), sigma)
        new = ~reached & (share > ENOUGH)
        near[new] = (cv2.GaussianBlur(colours, (0, 0), sigma) / np.maximum(share, ENOUGH)[..., None])[new]
        reached |= new
    mixed = known[..., None] * filled + (1 - known[..., None]) * near
    return mixed.round().clip(0, 255).astype(np.uint8)
