"""From two pictures of any size and kind to a coloured sketch.

The network works at its own size. Its colours are then brought to the sketch's size and the
sketch's own ink is laid on top, so lines stay as crisp as they were drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn

from repro.colorize.ink import ink_over, photo_ink, spread_colours, white_paper
from repro.colorize.matches_picture import matches_picture
from repro.config import Config
from repro.contracts import Translation, WarpedTranslation
from repro.data.images import ImageError, read_image, read_sketch, resize
from repro.data.tensors import to_bytes, to_tensor
from repro.methods.weights import BUILTIN, load_method, weights_path
from repro.models.correspondence import similarity

STEP = 16  # the networks need sides that are multiples of this
MAX_SIDE = 1024  # px; the largest longer side the network is asked to work at


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
class _Pass:
    """What the network saw, uint8 (h, w) and (h', w', 3), and what it made of it."""

    x_s: np.ndarray
    y_e: np.ndarray
    made: Translation


@dataclass(frozen=True)
class Colorization:
    """A coloured sketch. ``image`` and ``coarse`` (the warped exemplar alone) have the sketch's size.

    A method that warps nothing has no ``coarse``.
    """

    image: Image.Image
    coarse: Image.Image | None
    _source: _Pass = field(repr=False)

    @cached_property
    def matches(self) -> Image.Image:
        """Who matched whom: sketch and exemplar side by side, equal tints for matched places.

        Raises ValueError when the method matches nothing.
        """
        source = self._source
        return Image.fromarray(matches_picture(_warped(source.made), source.x_s, source.y_e))


class Colorizer:
    """A trained method, ready for pictures of any size and kind."""

    def __init__(self, method: nn.Module, config: Config, card: dict[str, Any]) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.method, self.config, self.card = method.to(self.device), config, card

    def colorize(
        self, sketch: Any, exemplar: Any, *, photo: bool = False, side: int | None = None
    ) -> Colorization:
        """Colour ``sketch`` with the colours of ``exemplar``.

        Both are paths, PIL images, arrays or tensors of any size and mode. With ``photo`` the sketch
        is a colour picture whose lines are drawn by xDoG first. ``side``: pixels of the longer side
        the network works at, 16 to 1024, by default the size it was trained for. Raises ImageError
        that says what is wrong with which picture, or with ``side``.
        """
        ink = photo_ink(read_image(sketch, what="photo")) if photo else white_paper(read_sketch(sketch))
        source = self._translate(ink, read_image(exemplar, what="exemplar"), side)
        image = spread_colours(_picture(source.made.image), source.x_s, ink.shape)
        coarse = None
        if isinstance(source.made, WarpedTranslation):
            coarse = Image.fromarray(resize(_picture(source.made.coarse), ink.shape))
        return Colorization(Image.fromarray(ink_over(image, ink)), coarse, source)

    def matches(self, sketch: Any, exemplar: Any, *, side: int | None = None) -> Matches:
        """The explicit correspondence of a pair, for figures; arguments and errors as `colorize`.

        Raises ValueError as well when the method matches nothing.
        """
        source = self._translate(
            white_paper(read_sketch(sketch)), read_image(exemplar, what="exemplar"), side
        )
        made = _warped(source.made)
        matrix = similarity(made.x_c, made.y_c)[0].cpu().numpy()
        return Matches(source.x_s, source.y_e, matrix, _grid(made.x_c), _grid(made.y_c))

    def _translate(self, sketch: np.ndarray, exemplar: np.ndarray, side: int | None) -> _Pass:
        """Both pictures at the network's size, and its answer."""
        side = self.config.data.size if side is None else side
        if not STEP <= side <= MAX_SIDE:
            raise ImageError(f"the network's side must lie in {STEP}…{MAX_SIDE} pixels, not {side}")
        x_s, y_e = _fit(sketch, side), _fit(exemplar, side)
        with torch.inference_mode():
            made = self.method.translate(_tensor(x_s).to(self.device), _tensor(y_e).to(self.device))  # type: ignore[operator]
        return _Pass(x_s, y_e, made)


def load(source: str | Path = BUILTIN) -> Colorizer:
    """The shipped weights, or one's own: a run folder or a file that ``repro export`` wrote.

    Raises RecordError when there are no usable weights at ``source``.
    """
    return Colorizer(*load_method(weights_path(source)))


def _warped(made: Translation) -> WarpedTranslation:
    if not isinstance(made, WarpedTranslation):
        raise ValueError("this method finds no correspondence: it has matched nothing that could be shown")
    return made


def _fit(picture: np.ndarray, side: int) -> np.ndarray:
    """Scale the longer side to ``side``, both to multiples of 16; the shape is kept but for that."""
    scale = side / max(picture.shape[:2])
    height, width = (max(STEP, round(s * scale / STEP) * STEP) for s in picture.shape[:2])
    return resize(picture, (height, width))


def _grid(features: torch.Tensor) -> tuple[int, int]:
    return features.shape[2], features.shape[3]


def _tensor(picture: np.ndarray) -> torch.Tensor:
    """(H, W) or (H, W, 3) uint8 → (1, C, H, W) float32 in [0, 1]."""
    planes = picture[None] if picture.ndim == 2 else np.moveaxis(picture, -1, 0)
    return to_tensor(planes)[None]


def _picture(images: torch.Tensor) -> np.ndarray:
    """(1, 3, H, W) in [0, 1] → (H, W, 3) uint8."""
    return np.ascontiguousarray(np.moveaxis(to_bytes(images[0]), 0, -1))
