"""Pictures in memory: PIL images of any mode, arrays and tensors, as (H, W, C) uint8.

torch is recognised without being imported.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageOps


class ImageError(ValueError):
    """A picture cannot be read or written; the message says which one, why, and what to do."""


def from_pil(image: Image.Image, name: str) -> np.ndarray:
    """A PIL image of any mode as (H, W, 3) uint8, upright, over white paper.

    Raises ImageError, which calls the picture ``name``, if it cannot be decoded or converted.
    """
    try:
        image = ImageOps.exif_transpose(image)
        if image.mode.startswith("I") or image.mode == "F":
            image = Image.fromarray(_deep_grey(np.asarray(image), name))
        if image.mode == "La":  # premultiplied grey has one way out
            image = image.convert("LA")
        if image.has_transparency_data:
            return over_white(np.asarray(image.convert("RGBA")))
        return np.asarray(image.convert("RGB"))
    except ImageError:
        raise
    except Exception as error:
        raise damaged(name, error) from error


def damaged(name: str, error: Exception) -> ImageError:
    """A broken file can raise nearly anything inside a decoder; to a person it is one thing."""
    return ImageError(f"{name} cannot be decoded, it is truncated or damaged: {error}")


def _deep_grey(values: np.ndarray, name: str) -> np.ndarray:
    """Grey of more than 8 bits (H, W) as uint8; PIL also holds plain 0…255 in its modes I and F."""
    low, high = float(values.min()), float(values.max())
    if not (low >= 0 and high <= 65535):  # also true of NaN
        raise ImageError(f"{name} has values from {low:g} to {high:g}: grey must lie in 0…65535")
    if values.dtype.itemsize == 2 or high > 255:
        scale = 255 / 65535
    else:
        scale = 255 if values.dtype.kind == "f" and high <= 1 else 1
    return np.rint(values * scale).astype(np.uint8)


def over_white(array: np.ndarray) -> np.ndarray:
    """(H, W, C) uint8 with its alpha, if it has one, laid over white paper."""
    if array.shape[2] != 4 or (array[..., 3] == 255).all():
        return array[..., :3]
    color, alpha = array[..., :3].astype(np.uint16), array[..., 3:].astype(np.uint16)
    return ((color * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def from_array(source: Any, what: str) -> np.ndarray:
    """An array (H, W[, C]) or a tensor ([1, C,] H, W) as (H, W, 1 | 3 | 4) uint8.

    Raises ImageError for another shape, a type other than uint8, bool or float, and float outside [0, 1].
    """
    tensor = hasattr(source, "detach") and hasattr(source, "cpu")
    if tensor:
        source = source.detach().cpu()
        source = (source.float() if source.is_floating_point() else source).numpy()
        source = source[0] if source.ndim == 4 and len(source) == 1 else source
    if not isinstance(source, np.ndarray):
        raise ImageError(
            f"the {what} must be a path, a PIL image, an array or a tensor, not {type(source).__name__}"
        )
    array = source[..., None] if source.ndim == 2 else np.moveaxis(source, 0, -1) if tensor else source
    if array.ndim != 3 or array.shape[2] not in {1, 3, 4} or 0 in array.shape:
        wanted = "(C, H, W)" if tensor else "(H, W) or (H, W, C)"
        raise ImageError(f"the {what} has shape {source.shape}: it must be {wanted} with C 1, 3 or 4")
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * 255
    if array.dtype.kind != "f":
        raise ImageError(f"the {what} is of type {array.dtype}: convert it to uint8, or to float in [0, 1]")
    if not (array.min() >= 0 and array.max() <= 1):  # also true of NaN
        raise ImageError(
            f"the {what} has values from {array.min():g} to {array.max():g}: float must lie in [0, 1]"
        )
    return np.rint(array * 255).astype(np.uint8)
