"""How a record keeps pictures for the book: small, and in one piece."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image


def webp(rows: Iterable[Sequence[np.ndarray]], quality: int, *, lossless: bool = False) -> str:
    """Rows of pictures, each (3, H, W) uint8, as one WebP in base64; quality: of 100."""
    sheet = np.concatenate([np.concatenate(list(row), axis=2) for row in rows], axis=1)
    file = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(np.moveaxis(sheet, 0, -1)))
    image.save(file, "WEBP", quality=quality, method=6, lossless=lossless)
    return base64.b64encode(file.getvalue()).decode()
