"""A moving average of the weights, kept for use while the weights themselves go on learning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

FIRST = 10  # steps over which the average mostly follows: it must forget how the nets were initialised


class MovingAverage:
    """The exponential moving average of all that the generator's nets hold; nothing where decay is 0."""

    def __init__(self, method: nn.Module, decay: float) -> None:
        self.decay = decay
        names = {*method.players["generator"]} if decay else set()  # type: ignore[index]
        state = method.state_dict()  # shares memory with the nets
        self.live = {n: t for n, t in state.items() if n.split(".")[0] in names and t.is_floating_point()}
        self.kept = {name: tensor.clone() for name, tensor in self.live.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """After ``step`` steps: kept ← d·kept + (1 − d)·live, d = min(decay, (1 + step) / (10 + step))."""
        decay = min(self.decay, (1 + step) / (FIRST + step))
        for name, tensor in self.kept.items():
            tensor.lerp_(self.live[name], 1 - decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The nets hold the average within, and their own weights again afterwards."""
        own = {name: tensor.clone() for name, tensor in self.live.items()}
        self._put(self.kept)
        try:
            yield
        finally:
            self._put(own)

    @torch.no_grad()
    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over an average that was saved. Raises KeyError when one is missing."""
        for name, tensor in self.kept.items():
            tensor.copy_(tensors[name])

    @torch.no_grad()
    def _put(self, tensors: Mapping[str, Tensor]) -> None:
        for name, tensor in tensors.items():
            self.live[name].copy_(tensor)
