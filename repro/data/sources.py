"""From a config to pictures: which pairs train, which are kept for the test, which data set it is."""

from __future__ import annotations

from dataclasses import replace
from os.path import isdir
from pathlib import Path

import numpy as np

from repro.config import Config, DataConfig
from repro.contracts import DOMAINS, POOLED
from repro.data.pairs import DataError, Pairs
from repro.data.readers import LAYOUTS, READER_OF, find_layout, read_pairs, select
from repro.data.readers.read import Selection
from repro.data.toybox import picture_arrays

FEWEST = 2
"""Test pictures that a run can be measured on: each needs another one as its exemplar."""


def on_real_pictures(config: Config, folder: Path) -> Config:
    """The same run on the pictures in ``folder``, read as the data set of the paper's that has the domain."""
    data = replace(config.data, dataset=READER_OF[config.data.domain], root=str(folder.resolve()))
    return replace(config, data=data)


def as_many_as_there_are(config: Config) -> Config:
    """The same run, measured on no more test pairs than its folder has, or holds out.

    Otherwise the finished run could not be measured. A folder that cannot be read changes nothing here.
    """
    if config.data.dataset == "toybox":
        return config
    try:
        known = len(select(config.data, "test").items)
    except DataError:
        return config
    pairs = min(config.evaluate.pairs, max(known, FEWEST))
    return replace(config, evaluate=replace(config.evaluate, pairs=pairs))


def check_source(data: DataConfig) -> None:
    """Raise DataError unless ``data`` names pictures that could be read: before anything costs time.

    Folders are listed; no file is opened.
    """
    if data.dataset == "toybox":
        return
    _check_asked(data)
    select(data, "train")


def _check_asked(data: DataConfig) -> None:
    """Raise DataError when what is asked for does not go together, or there is no folder at all."""
    if not data.root:
        raise DataError(f"{data.dataset} needs the folder that it lies in: give it with --data")
    if not isdir(data.root):
        raise DataError(f"{data.root} is not a folder; {LAYOUTS[data.dataset].expected}")
    layout, _ = find_layout(data.dataset, Path(data.root))
    if layout.domains and data.domain not in layout.domains:
        raise DataError(
            f"{data.dataset} has pictures of {', '.join(layout.domains)}, none of {data.domain}: give"
            f" --data.dataset {READER_OF[data.domain]}, or folder for pictures of your own"
        )
    if data.sketch == "drawn" and layout.pair == "none":
        raise DataError(f"{data.root} has no drawn lines: leave --data.sketch away, and xDoG draws them")


def train_pairs(data: DataConfig) -> Pairs:
    """The pictures training draws from, uint8 at ``data.size``; of a real data set, memory-mapped.

    Raises DataError when the folder is not what the config says, or holds files that cannot be used.
    """
    if data.dataset == "toybox":
        return _toybox(data, "train", data.train_count)
    _check_asked(data)
    return read_pairs(data, "train", data.train_count)


def test_pairs(data: DataConfig, count: int) -> Pairs:
    """``count`` pictures that training never saw: the official split, or else the first ``holdout``.

    Where broken files are skipped there are fewer by so many. Raises DataError when there are not as
    many files, when broken ones are refused, or when fewer than two are left of several.
    """
    if data.dataset == "toybox":
        return _toybox(data, "test", count)
    _check_asked(data)
    chosen = select(data, "test")
    if chosen.held_out and count > data.holdout:
        raise _too_few(chosen, data, len(chosen.items))
    pairs = read_pairs(data, "test", count)
    if len(pairs) + len(pairs.skipped) < count or len(pairs) < min(count, FEWEST):
        raise _too_few(chosen, data, len(pairs))
    return pairs


def _too_few(chosen: Selection, data: DataConfig, there: int) -> DataError:
    """That only ``there`` pictures can be tested on, and what helps: evaluating fewer, or having more."""
    enough = max(FEWEST, data.holdout + 1)
    if chosen.held_out:
        what = f"{chosen.root} has no folder of test pictures and only {there} pictures that can be used"
        what += " were held out of training"
        more = f"hold out more and train again (--data.holdout N, N >= {enough})"
    else:
        what = f"{chosen.root / chosen.folder} holds only {there} test pictures that can be used"
        more = "put more there; without that folder, pictures of training are held out"
        more += f" (--data.holdout N, N >= {FEWEST})"
    fewer = f"evaluate at most that many (--evaluate.pairs {there}), or " if there >= FEWEST else ""
    return DataError(f"{what}: {fewer}{more}")


def _toybox(data: DataConfig, split: str, count: int) -> Pairs:
    wanted = {domain: n for domain, n in shares(data.domain, count).items() if n}
    drawn = [picture_arrays(d, split, n, data.size, sketch=data.sketch) for d, n in wanted.items()]
    names = (f"toybox/{domain}/{split}/{i}" for domain, n in wanted.items() for i in range(n))
    color, sketch = (np.concatenate(arrays) for arrays in zip(*drawn, strict=True))
    return Pairs(color, sketch, tuple(names), domains=tuple(wanted.values()))


def shares(domain: str, count: int) -> dict[str, int]:
    """Drawn domain → how many of ``count`` pictures; of POOLED the shares differ by one at most."""
    known = DOMAINS if domain == POOLED else (domain,)
    return {each: count // len(known) + (i < count % len(known)) for i, each in enumerate(known)}
