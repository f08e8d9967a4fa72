"""From a config to pictures in memory: which pairs train, which are kept for the test."""

from __future__ import annotations

from pathlib import Path

from repro.config import DataConfig
from repro.data.edges2shoes import read_edges2shoes
from repro.data.pairs import DataError, Pairs
from repro.data.toybox import picture_arrays


def train_pairs(data: DataConfig) -> Pairs:
    """The pictures training draws from, uint8 at ``data.size``.

    Raises DataError when the folder is not what the config says.
    """
    if data.dataset == "toybox":
        color, sketch = picture_arrays(data.domain, "train", data.train_count, data.size)
        return Pairs(color, sketch, tuple(f"toybox/{data.domain}/train/{i}" for i in range(data.train_count)))
    root = _root(data)
    if (root / "val").is_dir():
        return read_edges2shoes(root, "train", data.size, limit=data.train_count)
    return read_edges2shoes(root, "train", data.size, limit=data.train_count, skip=data.holdout)


def test_pairs(data: DataConfig, count: int) -> Pairs:
    """``count`` pictures that training never saw: the official split, or else the first ``holdout``.

    Raises DataError when there are not that many.
    """
    if data.dataset == "toybox":
        color, sketch = picture_arrays(data.domain, "test", count, data.size)
        return Pairs(color, sketch, tuple(f"toybox/{data.domain}/test/{i}" for i in range(count)))
    root = _root(data)
    has_val = (root / "val").is_dir()
    if not has_val and count > data.holdout:
        raise DataError(
            f"{root} has no val folder and only {data.holdout} pictures were held out of training: "
            f"evaluate at most that many (--evaluate.pairs {data.holdout})"
        )
    pairs = read_edges2shoes(root, "val" if has_val else "train", data.size, limit=count)
    if len(pairs) < count:
        raise DataError(f"{root} holds only {len(pairs)} test pictures: --evaluate.pairs {len(pairs)}")
    return pairs


def _root(data: DataConfig) -> Path:
    """The folder of the real data set; DataError when the config names none."""
    if not data.root:
        raise DataError(f"{data.dataset} needs the folder that it lies in: give it with --data")
    return Path(data.root)
