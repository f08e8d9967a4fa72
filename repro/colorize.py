"""Use the method on any two pictures: ``repro.load().colorize(sketch, exemplar)``.

The network works at its own size. Its colours are then brought to the sketch's size and the
sketch's own ink is laid on top, so lines stay as crisp as they were drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image
from torch import nn

from repro.config import Config
from repro.contracts import Translation
from repro.data.images import read_image, read_sketch, resize
from repro.data.xdog import PHOTO, luminance
from repro.methods.weights import CHECKPOINT, load_method
from repro.models.alignment import GRID_STRIDE
from repro.models.correspondence import best_match, similarity
from repro.record import RecordError

BUILTIN = "builtin"
WEIGHTS = "ours.safetensors"  # in repro/assets, beside its model card
STEP = 16  # the networks need sides that are multiples of this
INK = 0.75  # a pixel darker than this share of white counts as line when colours are spread under it


@dataclass(frozen=True)
class Matches:
    """Who matched whom, at the network's size.

    sketch (H, W) and exemplar (H', W', 3) uint8, as the network saw them; similarity (N, N') float32
    in [-1, 1], the matrix M of Eq. 3 over the grids ``sketch_grid`` (h, w) and ``exemplar_grid``.
    """

    sketch: np.ndarray
    exemplar: np.ndarray
    similarity: np.ndarray
    sketch_grid: tuple[int, int]
    exemplar_grid: tuple[int, int]


@dataclass(frozen=True)
class Colorization:
    """A coloured sketch. ``image`` and ``coarse`` (the warped exemplar alone) have the sketch's size;
    ``matches`` is a picture of which exemplar place answered each sketch place."""

    image: Image.Image
    coarse: Image.Image
    matches: Image.Image


class Colorizer:
    """A trained method, ready for pictures of any size and kind."""

    def __init__(self, method: nn.Module, config: Config, card: dict[str, Any]) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.method, self.config, self.card = method.to(self.device), config, card

    def colorize(self, sketch: Any, exemplar: Any, *, photo: bool = False, side: int | None = None) -> Colorization:
        """Colour ``sketch`` with the colours of ``exemplar``.

        Both are paths, PIL images, arrays or tensors of any size and mode. With ``photo`` the sketch
        is a colour picture whose lines are drawn by xDoG first. ``side``: pixels of the longer side
        the network works at, by default the size it was trained for. Raises ImageError that says
        what is wrong with which picture.
        """
        ink = self._ink(sketch, photo)
        colours = read_image(exemplar, what="exemplar")
        x_s, y_e = self._fit(ink, side), self._fit(colours, side)
        made = self._translate(x_s, y_e)
        size = ink.shape
        return Colorization(
            image=Image.fromarray(_ink_over(_picture(made.image), x_s, ink)),
            coarse=Image.fromarray(resize(_picture(made.coarse), size)),
            matches=Image.fromarray(_matches_picture(made, x_s, y_e)),
        )

    def matches(self, sketch: Any, exemplar: Any, *, side: int | None = None) -> Matches:
        """The explicit correspondence of a pair, for figures; arguments and errors as `colorize`."""
        x_s = self._fit(self._ink(sketch, photo=False), side)
        y_e = self._fit(read_image(exemplar, what="exemplar"), side)
        made = self._translate(x_s, y_e)
        matrix = similarity(made.x_c, made.y_c)[0].cpu().numpy()
        return Matches(x_s, y_e, matrix, tuple(made.x_c.shape[2:]), tuple(made.y_c.shape[2:]))  # type: ignore[arg-type]

    def _ink(self, sketch: Any, photo: bool) -> np.ndarray:
        """The sketch as (H, W) uint8."""
        if not photo:
            return read_sketch(sketch)
        picture = read_image(sketch, what="photo")
        return _bytes(PHOTO(luminance(_tensor(picture)))[0, 0])

    def _fit(self, picture: np.ndarray, side: int | None) -> np.ndarray:
        """Scale the longer side to ``side``, both to multiples of 16; the shape is kept but for that."""
        scale = (side or self.config.data.size) / max(picture.shape[:2])
        height, width = (max(STEP, round(s * scale / STEP) * STEP) for s in picture.shape[:2])
        return resize(picture, (height, width))

    def _translate(self, x_s: np.ndarray, y_e: np.ndarray) -> Translation:
        with torch.inference_mode():
            return self.method.translate(_tensor(x_s).to(self.device), _tensor(y_e).to(self.device))  # type: ignore[operator]


def load(source: str | Path = BUILTIN) -> Colorizer:
    """The shipped weights, or one's own: a run folder or a file that ``repro export`` wrote.

    Raises RecordError when there are no usable weights at ``source``.
    """
    if source == BUILTIN:
        path = Path(str(resources.files("repro") / "assets" / WEIGHTS))
    else:
        path = Path(source)
        if path.is_dir():
            path = path / CHECKPOINT
    if not path.is_file():
        raise RecordError(f"no weights at {path}: give a run folder of `repro train` or a .safetensors file")
    return Colorizer(*load_method(path))


def _ink_over(image: np.ndarray, x_s: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Colours of ``image`` (h, w, 3) brought to the size of ``ink`` (H, W), with that ink on top."""
    spread = resize(_without_ink(image, x_s), ink.shape)
    return (spread * (ink[..., None] / 255.0)).round().astype(np.uint8)


def _without_ink(image: np.ndarray, x_s: np.ndarray) -> np.ndarray:
    """Replace what lies under the lines by the colours beside them (normalised convolution).

    Source: Knutsson and Westin 1993. Widening windows fill ever broader lines.
    """
    paper = (x_s > INK * 255).astype(np.float32)
    weight, filled = paper, image.astype(np.float32) * paper[..., None]
    for sigma in (0.7, 1.5, 3.0, 6.0):
        share = cv2.GaussianBlur(paper, (0, 0), sigma)
        near = cv2.GaussianBlur(image * paper[..., None], (0, 0), sigma) / np.maximum(share, 1e-6)[..., None]
        new = (weight == 0) & (share > 0.1)
        filled[new], weight = near[new], np.where(new, 1.0, weight).astype(np.float32)
    filled[weight == 0] = image[weight == 0]
    return filled.round().clip(0, 255).astype(np.uint8)


def _matches_picture(made: Translation, x_s: np.ndarray, y_e: np.ndarray, scale: int = 4) -> np.ndarray:
    """Sketch and exemplar side by side; equal tint means matched. (H, W, 3) uint8.

    Every exemplar place has a tint of its own (hue runs around, lightness across); a sketch place
    wears the tint of its best match.
    """
    rows, columns = made.y_c.shape[2:]
    tints = _position_tints(rows, columns)
    found = best_match(made.x_c, made.y_c)[0].cpu().numpy()
    left = _tinted(x_s, tints.reshape(-1, 3)[found], scale)
    right = _tinted(y_e, tints, scale)
    height = max(left.shape[0], right.shape[0])
    gap = np.full((height, 4 * scale, 3), 255, np.uint8)
    return np.concatenate([_pad(left, height), gap, _pad(right, height)], axis=1)


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
    return (layer * (0.25 + 0.75 * shade)).round().astype(np.uint8)


def _pad(picture: np.ndarray, height: int) -> np.ndarray:
    """White below ``picture`` until it is ``height`` tall."""
    return np.pad(picture, ((0, height - picture.shape[0]), (0, 0), (0, 0)), constant_values=255)


def _tensor(picture: np.ndarray) -> torch.Tensor:
    """(H, W) or (H, W, 3) uint8 → (1, C, H, W) float32 in [0, 1]."""
    planes = picture[None] if picture.ndim == 2 else np.moveaxis(picture, -1, 0)
    return torch.from_numpy(np.ascontiguousarray(planes)).float()[None] / 255


def _bytes(image: torch.Tensor) -> np.ndarray:
    return (image.clamp(0, 1) * 255).round().byte().cpu().numpy()


def _picture(images: torch.Tensor) -> np.ndarray:
    """(1, 3, H, W) in [0, 1] → (H, W, 3) uint8."""
    return np.ascontiguousarray(np.moveaxis(_bytes(images[0]), 0, -1))
