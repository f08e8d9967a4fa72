"""A picture of the correspondence: who matched whom, told by tints."""

from __future__ import annotations

import cv2
import numpy as np
import torch

from repro.contracts import WarpedTranslation
from repro.data.images import resize
from repro.models.correspondence import best_match

SHOWN = 256  # px; smaller pictures are enlarged by a whole factor up to about this
GAP = 16  # px between the two pictures
GREY = 0.25  # how much of a tint shows through black ink


def matches_picture(made: WarpedTranslation, x_s: np.ndarray, y_e: np.ndarray) -> np.ndarray:
    """Sketch and exemplar side by side, (H, W, 3) uint8; equal tint means matched.

    made: the answer to one pair; x_s: (h, w) and y_e: (h', w', 3) uint8, the pair as the network saw it.
    Every exemplar place has a tint of its own (a of Lab follows the column, b the row); a sketch
    place wears the tint of its best match.
    """
    rows, columns = made.y_c.shape[2:]
    tints = _position_tints(rows, columns)
    # One grid row at a time: the whole N×N′ matrix of a large picture would fill the memory.
    found = torch.cat([best_match(row, made.y_c) for row in made.x_c.split(1, dim=2)], dim=1)[0]
    scale = max(1, SHOWN // max(*x_s.shape, *y_e.shape[:2]))
    left = _tinted(x_s, tints.reshape(-1, 3)[found.cpu().numpy()], scale)
    right = _tinted(y_e, tints, scale)
    height = max(left.shape[0], right.shape[0])
    gap = np.full((height, GAP, 3), 255, np.uint8)
    return np.concatenate([_centred(left, height), gap, _centred(right, height)], axis=1)


def _position_tints(rows: int, columns: int) -> np.ndarray:
    """A colour for every grid place, (rows, columns, 3) uint8: a and b of Lab follow column and row."""
    v, u = np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    lab = np.stack([72 - 10 * v, 70 * u, -70 * v], axis=-1).astype(np.float32)
    return (cv2.cvtColor(lab, cv2.COLOR_Lab2RGB).clip(0, 1) * 255).round().astype(np.uint8)


def _tinted(picture: np.ndarray, tints: np.ndarray, scale: int) -> np.ndarray:
    """``picture`` in grey under a layer of tints, ``scale`` times larger."""
    size = (picture.shape[0] * scale, picture.shape[1] * scale)
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    layer = cv2.resize(tints, size[::-1], interpolation=cv2.INTER_NEAREST).astype(np.float32)
    shade = resize(grey, size)[..., None] / 255.0
    return (layer * (GREY + (1 - GREY) * shade)).round().astype(np.uint8)


def _centred(picture: np.ndarray, height: int) -> np.ndarray:
    """White above and below ``picture`` until it is ``height`` tall."""
    space = height - picture.shape[0]
    return np.pad(picture, ((space // 2, space - space // 2), (0, 0), (0, 0)), constant_values=255)
