"""What a run will cost, before it is started."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from repro.config import Config
from repro.contracts import Batch
from repro.methods import build_method

ADAM_COPIES = 4  # weight, gradient and two moments


def budget(config: Config) -> Iterator[str]:
    """Lines for people: parameters per net, then the memory of one training step.

    Nothing is computed: the step runs on torch's meta device, and what autograd keeps for the
    backward pass is added up.
    """
    with torch.device("meta"):
        method = build_method(config)
        size, batch = config.data.size, config.train.batch
        x_s, x_e = torch.empty(batch, 1, size, size), torch.empty(batch, 3, size, size)
    counts = {name: sum(p.numel() for p in net.parameters()) for name, net in method.named_children()}
    for name, count in counts.items():
        yield f"{name:12s} {count:>12,} parameters"
    total = sum(counts.values())
    yield f"{'all':12s} {total:>12,} parameters"
    kept = _kept_for_backward(method, Batch(x_s, x_e, x_e, x_s, x_e, x_e))
    weights = total * 4 * ADAM_COPIES
    together = f"{(weights + kept) / 2**20:,.0f} MiB, of which weights and Adam {weights / 2**20:,.0f}"
    yield f"estimated memory of a step: {together}"


def _kept_for_backward(method: Any, batch: Batch) -> int:
    """Bytes of the distinct tensors, weights aside, that autograd keeps over one step's phases."""
    weights = {parameter.untyped_storage()._cdata for parameter in method.parameters()}
    kept: dict[int, tuple[Tensor, int]] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in weights:
            kept[storage._cdata] = (tensor, storage.nbytes())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        for _, terms in method.phases(batch):
            torch.stack(list(terms.values())).sum()
    return sum(size for _, size in kept.values())
