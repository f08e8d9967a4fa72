"""Is the correspondence right? Part accuracy and PCK against the drawn truth."""

from __future__ import annotations

import numpy as np
import torch

PURE = 0.6  # share of a cell that one part must cover for the cell to count
SAME_PLACE = 0.15  # largest distance in part coordinates at which the exemplar is said to show the place
Map = tuple[np.ndarray, np.ndarray]
"""A drawn picture's part (H, W) and uv (2, H, W)."""


def cell_parts(part: np.ndarray, stride: int, pure: float = 0.0) -> np.ndarray:
    """The part that covers most of each grid cell, −1 where it covers less than the share ``pure``.

    part: (H, W) int; stride: px per cell. Returns (h, w) int64.
    """
    cells = _cells(part, stride)
    ids = np.arange(part.max() + 1)
    share = (cells[..., None] == ids).mean(axis=2)  # (h, w, parts)
    return np.where(share.max(axis=-1) >= pure, share.argmax(axis=-1), -1)


def part_accuracy(matches: np.ndarray, x_part: np.ndarray, y_part: np.ndarray) -> float:
    """Share of sketch cells whose best match lies on the same part of the exemplar.

    matches: (h, w) int, index into the exemplar's row-major (h', w') grid; x_part, y_part: (H, W)
    part maps. Counted are sketch cells of which one part covers 60 %, if that part covers most of some
    cell of the exemplar; an exemplar cell stands for the part that covers most of it. NaN when no
    cell counts.
    """
    x_cells = cell_parts(x_part, x_part.shape[0] // matches.shape[0], PURE)
    y_cells = cell_parts(y_part, x_part.shape[0] // matches.shape[0])
    counted = (x_cells >= 0) & np.isin(x_cells, y_cells)
    hits = y_cells.reshape(-1)[matches] == x_cells
    return float(hits[counted].mean()) if counted.any() else float("nan")


def pck(matches: np.ndarray, x_map: Map, y_map: Map, share: float) -> float:
    """Percentage of correct keypoints: matches within ``share`` of the picture's side of the true place.

    matches: (h, w) int as in `part_accuracy`; x_map, y_map: the parts of sketch and exemplar.
    A keypoint is a drawn cell (background excluded); its true place is the exemplar pixel of the
    same part with the nearest part coordinates, and must lie within 0.15 of them. NaN when no
    keypoint is left.
    """
    (x_part, x_uv), (y_part, y_uv) = x_map, y_map
    stride = x_part.shape[0] // matches.shape[0]
    cells = cell_parts(x_part, stride, PURE)
    distances = []
    for part in np.unique(cells[cells > 0]):
        keypoints = cells == part
        uv = _cell_uv(x_part, x_uv, part, stride)[keypoints]
        distances.append(_distances(matches[keypoints], uv, y_part == part, y_uv, stride))
    errors = np.concatenate(distances) if distances else np.empty(0)
    return float((errors <= share * x_part.shape[0]).mean()) if errors.size else float("nan")


def _distances(
    matches: np.ndarray, uv: np.ndarray, y_mask: np.ndarray, y_uv: np.ndarray, stride: int
) -> np.ndarray:
    """Pixels between the match and the true place, for the keypoints of one part that have one."""
    if not y_mask.any():
        return np.empty(0)
    places = np.argwhere(y_mask).astype(np.float32)  # (K, 2) row, column
    coordinates = torch.from_numpy(y_uv[:, y_mask].T.copy())
    gaps, nearest = torch.cdist(torch.from_numpy(uv), coordinates).min(dim=1)
    columns = y_mask.shape[1] // stride
    found = np.stack(np.divmod(matches, columns), axis=-1) * stride + (stride - 1) / 2
    errors = np.linalg.norm(found - places[nearest.numpy()], axis=1)
    return errors[gaps.numpy() <= SAME_PLACE]


def _cell_uv(part: np.ndarray, uv: np.ndarray, wanted: int, stride: int) -> np.ndarray:
    """Mean part coordinates (h, w, 2) over the pixels of ``wanted`` in each cell; 0 where it has none."""
    inside = _cells((part == wanted).astype(np.float32), stride)
    sums = np.stack([(_cells(axis, stride) * inside).sum(axis=2) for axis in uv], axis=-1)
    return (sums / np.maximum(inside.sum(axis=2), 1)[..., None]).astype(np.float32)


def _cells(image: np.ndarray, stride: int) -> np.ndarray:
    """(H, W) → (h, w, stride²), the pixels of each cell."""
    rows, columns = image.shape[0] // stride, image.shape[1] // stride
    blocks = image.reshape(rows, stride, columns, stride).transpose(0, 2, 1, 3)
    return blocks.reshape(rows, columns, stride * stride)
