"""How does a run look that is broken, and how one that is not?

The same small run several times, each but the first with one fault planted: in a number of the config, or in
the batches it learns from. Unseen sketches are coloured from time to time and judged against the truth, so
that the symptoms of each fault can be seen in the losses, in the numbers and in the pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import nn

from repro.config import Config, resolve, to_dict
from repro.contracts import Batch
from repro.data.sources import train_pairs
from repro.data.stream import BatchStream
from repro.data.trials import Trials, make_trials
from repro.experiments.pictures import webp
from repro.methods import build_method
from repro.metrics.beside import true_scores
from repro.metrics.statistics import summary
from repro.training.devices import launch
from repro.training.players import Players, rate_factor, weighted_total

DOMAIN, SIZE, PICTURES, STEPS = "anime", 48, 1000, 240
PAIRS, SHOWN = 40, 4  # unseen pairs that are judged, and those of them that are shown
MOMENTS = (0, 20, 40, 80, 160, 240)
OFTEN = (0, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 140, 160, 180, 200, 220, 240)
RESAMPLES, QUALITY = 1000, 80

Change = Callable[[Batch], Batch]


@dataclass(frozen=True)
class Exhibit:
    """A run: what is wrong with it, in words; the config's part of that, and the data's.

    looks: after which steps it is judged.
    """

    fault: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    change: Change = lambda batch: batch
    looks: tuple[int, ...] = MOMENTS


EXHIBITS: Mapping[str, Exhibit] = MappingProxyType(
    {
        "healthy": Exhibit("nothing", looks=OFTEN),
        "no_warp": Exhibit(
            "the pseudo exemplar is the picture itself, not a warp of it",
            {f"data__tps_{name}": 0.0 for name in ("displacement", "rotation", "scale", "shift")},
        ),
        "literal_13": Exhibit(
            "Eq. 13 as printed: the target is the warped picture",
            change=lambda batch: replace(batch, x_e=batch.x_t),
        ),
        "wrong_sketch": Exhibit(
            "every sketch belongs to another picture of the batch",
            change=lambda batch: replace(batch, x_s=batch.x_s.roll(1, 0), y_s=batch.y_s.roll(1, 0)),
        ),
        "alpha_1": Exhibit("the softmax of Eq. 4 is a hundred times too soft", {"model__alpha": 1.0}),
        "fast": Exhibit("the learning rate is thirty times too high", {"optim__lr": 0.045}),
        "critics_rule": Exhibit(
            "the critics weigh thirty times as much, and nothing is reconstructed",
            {"loss__structural": 30.0, "loss__colorific": 30.0, "loss__pseudo": 0.0, "loss__coarse": 0.0},
        ),
        "style_rules": Exhibit("the style loss weighs a thousand times as much", {"loss__style": 50_000.0}),
    }
)
"""Name → run. The first is the one the others are compared with."""


def measure() -> dict[str, Any]:
    """Every exhibit, with its curves and its pictures."""
    return measure_exhibits(EXHIBITS, STEPS, PAIRS)


def measure_exhibits(exhibits: Mapping[str, Exhibit], steps: int, pairs: int) -> dict[str, Any]:
    """Run ``exhibits`` for ``steps`` steps each and judge them on ``pairs`` unseen pairs.

    Returns {"config": …, "shown": …, "exhibits": {name: …}}. "shown" is a WebP in base64: a row for each of
    the pairs that are shown, with sketch, exemplar and true answer. An exhibit has its fault and
    overrides, "curves" (term → value, every 10 steps), "judged" (after how many steps; PSNR and part
    accuracy against the truth, with intervals) and "sprite", a WebP in base64 with
    a row a shown pair and a column a judgement.
    """
    config = _config({})
    trials = make_trials(config.data, pairs)
    assert trials.truth is not None
    return {
        "config": to_dict(replace(config, train=replace(config.train, steps=steps))),
        "shown": _shown([trials.x_s.repeat(3, axis=1), trials.y_e, trials.truth]),
        "exhibits": {name: _exhibit(each, trials, steps) for name, each in exhibits.items()},
    }


def _config(overrides: Mapping[str, Any]) -> Config:
    plain: dict[str, Any] = {"data__size": SIZE, "data__train_count": PICTURES, "optim__warmup": 20}
    return resolve("laptop", DOMAIN, "ours", **(plain | {**overrides}))


def _exhibit(exhibit: Exhibit, trials: Trials, steps: int) -> dict[str, Any]:
    config = _config(exhibit.overrides)
    stream = BatchStream(train_pairs(config.data), config.data, config.train.batch, config.seed)
    torch.manual_seed(config.seed)
    method, fabric = build_method(config), launch(config.train)
    players = Players(fabric, method, config.optim)
    curves: dict[str, list[float | None]] = {}
    looks = [step for step in exhibit.looks if step <= steps]
    judged, pictures = [], []
    for step in range(steps + 1):
        if step in looks:
            made = _judge(method, trials)
            judged.append({"step": step} | made[0])
            pictures.append(made[1])
        if step < steps:
            numbers = _step(step, method, players, exhibit.change(stream.at(step)), config, steps)
            if step % 10 == 0:
                for name, number in numbers.items():
                    curves.setdefault(name, []).append(round(number, 5) if np.isfinite(number) else None)
    told = {"fault": exhibit.fault, "overrides": dict(exhibit.overrides)}
    return told | {"curves": curves, "judged": judged, "sprite": _shown(pictures)}


def _step(
    step: int, method: nn.Module, players: Players, batch: Batch, config: Config, steps: int
) -> dict[str, float]:
    """What `Trainer` does with a batch, without its guards: here a run may go to ruin."""
    values: dict[str, float] = {}
    for player, terms in method.phases(batch):  # type: ignore[operator]
        total = weighted_total(terms, method.weights)  # type: ignore[arg-type]
        players.step(player, total, rate_factor(step, config.optim, steps))
        values |= {f"{player}/{name}": float(term.detach()) for name, term in terms.items()}
    return values


def _judge(method: nn.Module, trials: Trials) -> tuple[dict[str, Any], np.ndarray]:
    """True PSNR and part accuracy of the unseen pairs, and the pictures of those that are shown."""
    values, images = true_scores(method.eval(), trials)
    method.train()
    return {name: summary(numbers, RESAMPLES) for name, numbers in values.items()}, images[:SHOWN]


def _shown(columns: list[np.ndarray]) -> str:
    """Columns of pictures, each (n, 3, H, W) uint8 of which the first SHOWN are taken, as one WebP."""
    return webp(zip(*(column[:SHOWN] for column in columns), strict=True), QUALITY)
