"""Colour pictures with their sketches, as every reader of a real data set returns them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class DataError(ValueError):
    """Something is wrong with a data folder; the message names the file and says what to do."""


class Skipped(NamedTuple):
    """A file of a data set that was left out, by its path below the folder, and what is wrong with it."""

    file: str
    problem: str


@dataclass(frozen=True)
class Pairs:
    """A set of pictures at one size, in memory or mapped into it from a file.

    color: (n, 3, H, W) uint8, RGB.
    sketch: (n, 1, H, W) uint8, ink dark on white paper.
    names: n names, unique, in the order of the arrays.
    skipped: the files that should have been among them, but are broken.
    domains: how many pictures of each domain follow one another; empty means that all are of one.
    """

    color: np.ndarray
    sketch: np.ndarray
    names: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    domains: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Raise DataError unless the three parts fit together and hold at least one picture."""
        for what, array, channels in (("color", self.color, 3), ("sketch", self.sketch, 1)):
            if array.dtype != np.uint8 or array.ndim != 4 or array.shape[1] != channels:
                raise DataError(
                    f"{what} must be uint8 of shape (n, {channels}, H, W), got {array.dtype} {array.shape}"
                )
        if self.color.shape[2:] != self.sketch.shape[2:]:
            raise DataError(f"color {self.color.shape} and sketch {self.sketch.shape} differ in size")
        if not len(self.color) == len(self.sketch) == len(self.names):
            counts = f"{len(self.color)} pictures, {len(self.sketch)} sketches, {len(self.names)} names"
            raise DataError(f"the parts differ in number: {counts}")
        if not self.names:
            raise DataError("there is not one picture")
        if len(set(self.names)) != len(self.names):
            raise DataError("two pictures have the same name")
        if sum(self.groups) != len(self.names):
            raise DataError(f"{len(self.names)} pictures, but domains of {self.groups}")

    @property
    def groups(self) -> tuple[int, ...]:
        """Sizes of the domains, one after the other: an exemplar is of the same domain as its sketch."""
        return self.domains or (len(self.names),)

    def digest(self) -> str:
        """Twelve hex digits that change when any pixel or name does, or their order."""
        found = hashlib.sha256("\0".join(self.names).encode())
        for array in (self.color, self.sketch):
            for picture in array:  # one at a time: the file it is mapped from may be larger than the memory
                found.update(picture.tobytes())
        return found.hexdigest()[:12]

    def __len__(self) -> int:
        """The number of pictures, n."""
        return len(self.names)
