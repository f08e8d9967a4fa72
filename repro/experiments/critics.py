"""What does each discriminator look at: the colours, or the structure?

Alone, with no generator, each learns to tell its real pairs of Eq. 15 from mismatched ones, the same
condition beside another picture (ambiguity 33). Then it scores unseen pictures before and after one
change, the condition left as it was: the same drawing in another palette, another drawing in the same
palette, which only drawn pictures allow, or the picture moved a little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from repro.config import DataConfig
from repro.contracts import Batch
from repro.data.sources import train_pairs
from repro.data.stream import BatchStream
from repro.data.toybox import DOMAINS, truth
from repro.losses.adversarial import discriminator_hinge
from repro.metrics.statistics import summary
from repro.models.discriminator import (
    ColorificDiscriminator,
    StructuralDiscriminator,
    TwoScaleDiscriminator,
)

SIZE, PICTURES, CASES = 32, 1000, 200
STEPS, BATCH, WIDTH, RATE, SEED = 400, 16, 16, 1e-3, 0
SHIFT = 2  # px to the right
RESAMPLES = 1000


@dataclass(frozen=True)
class Cases:
    """n unseen pictures, what they are shown beside, and each with one thing changed; float32 in [0, 1].

    picture: (n, 3, H, W). recoloured: its drawing in another palette. redrawn: another drawing in its
    palette. sketch: (n, 1, H, W), of the picture. mate: (n, 3, H, W), a third drawing in its palette.
    """

    picture: Tensor
    recoloured: Tensor
    redrawn: Tensor
    sketch: Tensor
    mate: Tensor


@dataclass(frozen=True)
class Kind:
    """A discriminator: how it is built, its real pairs, and the condition of a test case."""

    build: Callable[[int], TwoScaleDiscriminator]
    pair: Callable[[Batch], tuple[Tensor, Tensor]]
    condition: Callable[[Cases], Tensor]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "structural": Kind(StructuralDiscriminator, lambda b: (b.x_e, b.x_s), lambda c: c.sketch),
        "colorific": Kind(ColorificDiscriminator, lambda b: (b.y_e, b.y_sim), lambda c: c.mate),
    }
)


def measure() -> dict[str, Any]:
    """Both discriminators on every domain that is drawn."""
    return {
        "settings": {
            "size": SIZE,
            "pictures": PICTURES,
            "cases": CASES,
            "steps": STEPS,
            "batch": BATCH,
            "width": WIDTH,
            "rate": RATE,
            "shift": SHIFT,
        },
        "domains": {domain: measure_domain(domain, PICTURES, CASES, STEPS) for domain in DOMAINS},
    }


def measure_domain(domain: str, pictures: int, cases: int, steps: int) -> dict[str, Any]:
    """Discriminator → change ("colours", "structure", "shift") → what it does to the score.

    The unit of scores is their standard deviation over the unchanged pictures. "fall" is how much lower
    the changed picture is scored, "move" how far from before in either direction, "noticed" the share of
    changed pictures that are scored lower. Palettes and drawings are independent, so that what a
    discriminator holds of a palette or a drawing by itself cancels out in "fall", where 0 is blindness, and
    in "noticed", where 0.5 is; not so in "move". A sketch by xDoG was made from the colours, and tells of
    them: there even the structural discriminator need not be blind to them.
    """
    data = DataConfig(domain=domain, size=SIZE, train_count=pictures)
    stream = BatchStream(train_pairs(data), data, BATCH, SEED)
    tests = make_cases(domain, cases)
    return {name: reactions(kind, train(kind, stream, steps), tests) for name, kind in KINDS.items()}


def make_cases(domain: str, count: int) -> Cases:
    """``count`` unseen pictures; palettes and drawings are exchanged among them.

    Raises ValueError for fewer than three: the mate would be one of the pictures that are judged.
    """
    if count < 3:
        raise ValueError(f"at least three pictures are needed, not {count}")

    def drawn(geometry: int, palette: int) -> Tensor:
        """All pictures, with the geometry and the palette of the picture so many places on."""
        places = [((i + geometry) % count, (i + palette) % count) for i in range(count)]
        return _stack([truth(domain, "test", *place, SIZE).color for place in places])

    return Cases(
        picture=drawn(0, 0),
        recoloured=drawn(0, 1),
        redrawn=drawn(1, 0),
        sketch=_stack([truth(domain, "test", i, i, SIZE).sketch for i in range(count)]),
        mate=drawn(2, 0),
    )


def train(kind: Kind, stream: BatchStream, steps: int) -> TwoScaleDiscriminator:
    """A discriminator that was shown ``steps`` batches of real and of mismatched pairs; in eval mode."""
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        critic = kind.build(WIDTH)
    optimizer = torch.optim.Adam(critic.parameters(), lr=RATE, betas=(0.0, 0.9))
    for step in range(steps):
        picture, condition = kind.pair(stream.at(step))
        real, mismatched = critic(picture, condition), critic(picture.roll(1, dims=0), condition)
        loss = discriminator_hinge(real, mismatched)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return critic.eval()


@torch.no_grad()
def reactions(kind: Kind, critic: TwoScaleDiscriminator, cases: Cases) -> dict[str, Any]:
    """Change → what it does to the scores, as `measure_domain` has it."""
    condition = kind.condition(cases)
    before = scores(critic, cases.picture, condition)
    moved = cases.picture.roll(SHIFT, dims=3)
    found = {}
    for name, changed in {"colours": cases.recoloured, "structure": cases.redrawn, "shift": moved}.items():
        fall = (before - scores(critic, changed, condition)) / before.std()
        found[name] = {
            "fall": summary(fall, RESAMPLES),
            "move": summary(np.abs(fall), RESAMPLES),
            "noticed": summary(fall > 0, RESAMPLES),
        }
    return found


def scores(critic: TwoScaleDiscriminator, picture: Tensor, condition: Tensor) -> np.ndarray:
    """(n,) mean score of each picture's patches, both scales counting alike."""
    maps = critic(picture, condition)
    return torch.stack([each.mean(dim=(1, 2, 3)) for each in maps]).mean(dim=0).numpy()


def _stack(pictures: list[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.stack(pictures))
