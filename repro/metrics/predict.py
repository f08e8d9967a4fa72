"""What a method makes of the test cases, once.

It is kept beside the run until all is measured, so that a killed evaluation goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from torch import nn

from repro.contracts import WarpedTranslation
from repro.data.tensors import to_bytes, to_tensor
from repro.models.correspondence import best_match
from repro.record import RecordError, atomic_path


@dataclass(frozen=True)
class Made:
    """Pictures of one method for n test cases, all from one set of exemplars.

    images: (n, 3, H, W) uint8. coarse: (n, 3, h, w) uint8 and matches: (n, h, w) int64 into the exemplar's
    row-major grid; both None of a method that matches nothing.
    """

    images: np.ndarray
    coarse: np.ndarray | None = None
    matches: np.ndarray | None = None


def translate_all(method: nn.Module, x_s: np.ndarray, y_e: np.ndarray, batch: int) -> Made:
    """Colour n uint8 sketches (n, 1, H, W) from uint8 exemplars (n, 3, H, W), ``batch`` at a time."""
    parts = list(_batches(method, x_s, y_e, batch))
    names = [name for name in ("images", "coarse", "matches") if getattr(parts[0], name) is not None]
    return Made(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _batches(method: nn.Module, x_s: np.ndarray, y_e: np.ndarray, batch: int) -> Iterator[Made]:
    device = next(method.parameters()).device
    with torch.inference_mode():
        for i in range(0, len(x_s), batch):
            sketch, exemplar = (to_tensor(a[i : i + batch], device) for a in (x_s, y_e))
            made: Any = method.translate(sketch, exemplar)  # type: ignore[operator]
            if isinstance(made, WarpedTranslation):
                matches = best_match(made.x_c, made.y_c).cpu().numpy()
                yield Made(to_bytes(made.image), to_bytes(made.coarse), matches)
            else:
                yield Made(to_bytes(made.image))


def kept(path: Path, key: str) -> Made | None:
    """The pictures in ``path`` if they were made under ``key``; None where there are none yet.

    Raises RecordError when they were made under another key, by other weights or of other pictures; a
    damaged file is as good as none.
    """
    try:
        with safe_open(path, "np") as file:
            written = (file.metadata() or {}).get("key")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError):
        return None
    if written != key:
        raise RecordError(
            f"{path} was made by other weights, another config or other pictures: --again measures anew"
        )
    try:
        return Made(**tensors)
    except TypeError:
        return None


def keep(path: Path, key: str, made: Made) -> None:
    """Write the pictures and the key they were made under, atomically."""
    tensors = {name: array for name, array in vars(made).items() if array is not None}
    with atomic_path(path) as temporary:
        save_file({name: np.ascontiguousarray(a) for name, a in tensors.items()}, temporary, {"key": key})
