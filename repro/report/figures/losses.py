"""The figure of the six losses: choose one, follow a picture down it, see what the other five say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repro.report.figures.inline import Array, fill, uint8, webp

TEMPLATE = Path(__file__).with_suffix(".html")
QUALITY = 70  # of WebP; the pictures are noisy by nature, and noise is what costs bytes


@dataclass(frozen=True)
class Descent:
    """A picture on its way down one loss, at T of its steps.

    start: what it began as; descents of one name share a button. loss: what was lowered; likewise.
    steps: T step numbers, rising, the first 0.
    frames: (T, 3, S, S) in [0, 1]. values: (T, K) ≥ 0, all K losses at each of these steps.
    likeness: (T,) PSNR against the true answer, dB.
    beside: (3, S, S) in [0, 1], what the loss compares with. caption: says what that is.
    """

    start: str
    loss: str
    steps: Sequence[int]
    frames: Array
    values: Array
    likeness: Array
    beside: Array
    caption: str


@dataclass(frozen=True)
class Answer:
    """The true answer, and what the losses say of it.

    picture: (3, S, S) in [0, 1]. names: of the K losses. values: (K,) ≥ 0, of the true answer.
    whole: (K,) > 0, what is called 100 % of each loss.
    """

    picture: Array
    names: Sequence[str]
    values: Array
    whole: Array


def losses_explorer(descents: Sequence[Descent], answer: Answer) -> str:
    """HTML of the figure: a button per start and per loss, in the order they first come; the first one shows.

    Raises ValueError where a start lacks a loss that another has, or where arrays do not fit together.
    """
    starts = list(dict.fromkeys(descent.start for descent in descents))
    losses = list(dict.fromkeys(descent.loss for descent in descents))
    found = {(descent.start, descent.loss): descent for descent in descents}
    if not descents or len(found) != len(descents) or len(found) != len(starts) * len(losses):
        raise ValueError(f"each of {starts} needs each of {losses} once, and there must be one at least")
    for descent in descents:
        _check(descent, answer)
    ordered = [found[start, loss] for start in starts for loss in losses]
    data = {
        "starts": starts,
        "losses": losses,
        "names": list(answer.names),
        "truth": _shares(answer.values, answer),
        "size": answer.picture.shape[-1],
        "sheet": webp(_sheet(ordered, answer), QUALITY),
        "descents": [_pack(descent, answer) for descent in ordered],
    }
    return fill(TEMPLATE, "losses", data)


def _check(descent: Descent, answer: Answer) -> None:
    """Raise ValueError for a descent whose arrays do not fit together, or do not fit the answer."""
    count, known, size = len(descent.steps), len(answer.names), answer.picture.shape[-1]
    wanted = {
        "picture": (answer.picture, (3, size, size)),
        "values of the answer": (answer.values, (known,)),
        "whole": (answer.whole, (known,)),
        "frames": (descent.frames, (count, 3, size, size)),
        "values": (descent.values, (count, known)),
        "likeness": (descent.likeness, (count,)),
        "beside": (descent.beside, (3, size, size)),
    }
    for name, (array, shape) in wanted.items():
        if array.shape != shape:
            raise ValueError(f"{descent.start}, {descent.loss}: {name} must be {shape}, got {array.shape}")
    steps = list(descent.steps)
    if not steps or steps[0] != 0 or steps != sorted(set(steps)):
        raise ValueError(f"{descent.start}, {descent.loss}: steps must rise from 0, got {steps}")
    if not (answer.whole > 0).all():
        raise ValueError(f"whole must be above 0, got {answer.whole}")


def _shares(values: Array, answer: Answer) -> list[Any]:
    """Values (..., K) in percent of the whole, to a hundredth."""
    return (100 * values / answer.whole).round(2).tolist()


def _pack(descent: Descent, answer: Answer) -> dict[str, Any]:
    return {
        "steps": list(descent.steps),
        "values": _shares(descent.values, answer),
        "likeness": descent.likeness.round(1).tolist(),
        "caption": descent.caption,
    }


def _sheet(descents: Sequence[Descent], answer: Answer) -> Array:
    """All pictures in one: a row a descent, what it compares with first; at last a row with the answer."""
    size, columns = answer.picture.shape[-1], 1 + max(len(descent.steps) for descent in descents)
    tiles = np.ones((len(descents) + 1, columns, 3, size, size), np.float32)
    for row, descent in zip(tiles, descents, strict=False):
        row[0] = descent.beside
        row[1 : 1 + len(descent.steps)] = descent.frames
    tiles[-1, 0] = answer.picture
    rows = len(tiles)
    return uint8(tiles.transpose(0, 3, 1, 4, 2).reshape(rows * size, columns * size, 3))
