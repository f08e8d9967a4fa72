"""A look at a data set: some of its pairs, drawn by lot, on one sheet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from repro.contracts import DOMAINS
from repro.data.pairs import DataError
from repro.data.readers import LAYOUTS
from repro.data.readers.decode import Decoder
from repro.data.readers.layouts import find_layout
from repro.data.readers.read import split_folders
from repro.data.readers.scan import list_split, what_there_is
from repro.data.sheet import contact_sheet
from repro.data.tensors import to_bytes
from repro.data.toybox import picture

SIDE = 128  # px of a picture on the sheet
ACROSS, DOWN = 4, 6  # pairs
FIRST = 2000  # Toybox has no end: the lot falls on its first so many pictures


def preview(dataset: str, place: str, seed: int = 0) -> np.ndarray:
    """A contact sheet of training pairs, colour beside sketch, (H, W, 3) uint8.

    Args:
        dataset: a real data set, or "toybox".
        place: its folder, or the domain of Toybox.
        seed: chooses the pairs; the same seed, the same sheet. Files that cannot be used are passed over.

    Raises:
        DataError: no such data set, domain or folder, or nothing in it that can be shown.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    pairs = _toybox(place, rng) if dataset == "toybox" else _folder(dataset, Path(place), rng)
    rows = [[half for pair in pairs[i : i + ACROSS] for half in pair] for i in range(0, len(pairs), ACROSS)]
    return contact_sheet(rows, ["colour", "sketch"] * min(ACROSS, len(pairs)), side=SIDE)


def _toybox(domain: str, rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    if domain not in DOMAINS:
        raise DataError(f"toybox has no domain {domain!r}: choose from {', '.join(DOMAINS)}")
    drawn = (picture(domain, "train", int(i), SIDE) for i in rng.choice(FIRST, ACROSS * DOWN, replace=False))
    return [(to_bytes(torch.from_numpy(d.color)), to_bytes(torch.from_numpy(d.sketch))) for d in drawn]


def _folder(dataset: str, root: Path, rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Sound pairs, in the order of the lot."""
    if dataset not in LAYOUTS:
        raise DataError(f"there is no data set {dataset!r}: choose from toybox, {', '.join(LAYOUTS)}")
    if not root.is_dir():
        raise DataError(what_there_is(root))
    layout, root = find_layout(dataset, root)
    folders = [
        split_folders(layout, root, group)[0] for group in (layout.domains if layout.grouped else [""])
    ]
    items = [item for folder in folders for item in list_split(layout, root, folder).items]
    decoder, pairs = Decoder(layout, SIDE), []
    for place in rng.permutation(len(items)):
        made = decoder(items[place])
        if made.color is not None and made.sketch is not None:
            pairs.append((made.color, made.sketch))
        if len(pairs) == ACROSS * DOWN:
            break
    if not pairs:
        raise DataError(f"{root} holds no picture that can be shown; {layout.expected}")
    return pairs
