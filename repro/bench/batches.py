"""A training batch beside the step that it feeds: loading must not be what a training run waits for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.optim import Adam

from repro.bench.race import Contender, Race
from repro.config import Config, resolve
from repro.contracts import Batch
from repro.data.sources import train_pairs
from repro.data.stream import BatchStream
from repro.methods import build_method
from repro.training.trainer import weighted_total

PICTURES = 64  # to draw the batches from; how many there are makes no difference


def races(size: int, pictures: int) -> Iterator[Race]:
    """One race that is none: a batch of the laptop preset, and a training step on it."""
    config = resolve(
        "laptop", "anime", "ours", data__size=size, data__train_count=PICTURES, train__batch=pictures
    )
    torch.manual_seed(0)
    stream = BatchStream(train_pairs(config.data), config.data, pictures, seed=0)
    steps = count()
    learner = _Learner(build_method(config), config)

    def draw() -> NDArray[np.float32]:
        return stream.at(next(steps)).x_e.numpy()

    batch = stream.at(0)
    contenders = [
        Contender("batch", "BatchStream.at, a new step each time", draw),
        Contender("training step", "forward, backward and Adam, laptop preset", lambda: learner.step(batch)),
    ]
    yield Race(f"{pictures} of {size}²", pictures, contenders)


class _Learner:
    """What the trainer does with one batch, without its clock and its journal."""

    def __init__(self, method: nn.Module, config: Config) -> None:
        self.method, self.config = method, config
        self.optimizer = Adam(method.parameters(), lr=config.optim.lr)

    def step(self, batch: Batch) -> NDArray[np.float32]:
        total = torch.zeros(())
        for _, terms in self.method.phases(batch):  # type: ignore[operator]
            total = weighted_total(terms, self.method.weights)  # type: ignore[arg-type]
            self.optimizer.zero_grad()
            total.backward()
            self.optimizer.step()
        return total.detach().numpy()
