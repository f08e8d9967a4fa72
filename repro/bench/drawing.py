"""Rendering: how fast Toybox draws. Nobody else draws these pictures, so nobody races."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from repro.bench.race import Contender, Race
from repro.data import toybox


def races(size: int, pictures: int) -> Iterator[Race]:
    """One race a domain."""
    for domain in toybox.PARTS:
        how = "toybox.picture_arrays, geometry and palette drawn anew for every picture"

        def draw(domain: str = domain) -> NDArray[np.uint8]:
            return toybox.picture_arrays(domain, "train", pictures, size)[0]

        yield Race(f"{domain} {size}²", pictures, [Contender("ours", how, draw)])
