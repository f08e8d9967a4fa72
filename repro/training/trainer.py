"""The training loop: batches in, phases stepped, everything else by the clock of the step.

The loop knows no loss and no network. A method yields (player, terms) phases; each player's terms
are weighted, summed and stepped by that player's optimiser before the next phase is asked for.
"""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import nn
from torch.optim import Adam, Optimizer
from tqdm import tqdm

from repro.config import Config, LossConfig, OptimConfig, to_dict
from repro.contracts import Terms
from repro.data.sources import train_pairs
from repro.data.stream import BatchStream
from repro.methods import build_method
from repro.methods.weights import CHECKPOINT
from repro.record import RecordError, provenance, read_json, write_json
from repro.training.checkpoint import load_checkpoint, save_checkpoint
from repro.training.journal import Journal
from repro.training.sheets import training_sheet

CONFIG = "config.json"


class Interrupted(Exception):
    """The user asked the run to stop; its checkpoint holds every step done."""


def learning_rate(step: int, optim: OptimConfig, steps: int) -> float:
    """The rate of ``step`` (from 0): linear warm-up, then constant or half a cosine down to 0."""
    rate = optim.lr * min(1.0, (step + 1) / max(1, optim.warmup))
    if optim.decay == "cosine":
        rate *= 0.5 * (1 + math.cos(math.pi * step / steps))
    return rate


def weighted_total(terms: Terms, weights: LossConfig) -> torch.Tensor:
    """Σ weight · term: the one place where weights are applied."""
    return torch.stack([getattr(weights, name) * term for name, term in terms.items()]).sum()


class Trainer:
    """One run in one folder, from its config to its last checkpoint."""

    def __init__(self, config: Config, run_dir: Path, *, resume: bool) -> None:
        self.config, self.run_dir = config, run_dir
        _claim(run_dir, config, resume)
        self.fabric = Fabric(accelerator="auto", devices=1, precision=config.train.precision)
        torch.manual_seed(config.seed)
        self.method = build_method(config)
        self.optimizers = self._set_up()
        self.progress: dict[str, Any] = {"step": 0, "seconds": 0.0, "commit": provenance()["commit"]}
        if (run_dir / CHECKPOINT).exists():
            self.progress = load_checkpoint(run_dir, config, self.method, self.optimizers)

    def run(self) -> None:
        """Train to the last step. Raises Interrupted after SIGINT or SIGTERM, with a good checkpoint."""
        steps = self.config.train.steps
        if self.progress["step"] >= steps:
            return
        pairs = train_pairs(self.config.data)
        stream = BatchStream(pairs, self.config.data, self.config.train.batch, self.config.seed)
        journal = Journal(self.run_dir, self.progress["step"])
        with _stop_requests() as stop_requested, self._bar() as bar:
            try:
                for step in range(self.progress["step"], steps):
                    values = self._step(step, stream)
                    bar.update()
                    self._write_down(step + 1, values, journal, bar)
                    if stop_requested():
                        self._save()
                        raise Interrupted
            finally:
                journal.close()

    def _set_up(self) -> dict[str, Optimizer]:
        """Give every net to the device and every player an optimiser over its nets."""
        optim = self.config.optim
        optimizers = {}
        for player, names in self.method.players.items():  # type: ignore[union-attr]
            for name in names:
                setattr(self.method, name, self.fabric.setup_module(getattr(self.method, name)))
            weights = [p for name in names for p in getattr(self.method, name).parameters()]
            adam = Adam(weights, lr=optim.lr, betas=(optim.beta1, optim.beta2))
            optimizers[player] = self.fabric.setup_optimizers(adam)
        return optimizers

    def _step(self, step: int, stream: BatchStream) -> dict[str, float]:
        started = time.perf_counter()
        config, values = self.config, {}
        rate = learning_rate(step, config.optim, config.train.steps)
        for player, terms in self.method.phases(stream.at(step, self.fabric.device)):  # type: ignore[operator]
            optimizer = self.optimizers[player]
            optimizer.param_groups[0]["lr"] = rate
            total = weighted_total(terms, config.loss)
            optimizer.zero_grad()
            self.fabric.backward(total)
            optimizer.step()
            values |= {f"{player}/{name}": term for name, term in terms.items()} | {f"{player}/total": total}
        self.progress["step"] = step + 1
        self.progress["seconds"] += time.perf_counter() - started
        if (step + 1) % config.train.log_every and step + 1 < config.train.steps:
            return {}
        return {name: float(value) for name, value in values.items()} | {"lr": rate}

    def _write_down(self, step: int, values: dict[str, float], journal: Journal, bar: tqdm) -> None:
        train, last = self.config.train, step == self.config.train.steps
        if values:
            journal.numbers(step, values | {"seconds": self.progress["seconds"]})
            bar.set_postfix({name.split("/")[-1]: f"{v:.4f}" for name, v in values.items() if "/" in name})
        if step % train.sheet_every == 0 or last:
            journal.sheet(step, training_sheet(self.method, self.config, self.run_dir, step))
        if step % train.checkpoint_every == 0 or last:
            self._save()

    def _save(self) -> None:
        save_checkpoint(self.run_dir, self.config, self.method, self.optimizers, self.progress)

    def _bar(self) -> tqdm:
        return tqdm(
            initial=self.progress["step"],
            total=self.config.train.steps,
            desc=f"{self.config.method} on {self.config.data.domain}",
            unit="step",
            mininterval=1.0,
            dynamic_ncols=True,
        )


def _claim(run_dir: Path, config: Config, resume: bool) -> None:
    """Write config.json into a new folder, or check that an old one is to be continued."""
    path = run_dir / CONFIG
    if not resume and (path.exists() or (run_dir / CHECKPOINT).exists()):
        raise RecordError(f"{run_dir} holds a run already: add --resume to continue it, or choose another folder")
    if resume and path.exists() and read_json(path) != to_dict(config) and not (run_dir / CHECKPOINT).exists():
        raise RecordError(f"{path} is another config than the one asked for: choose another --run-dir")
    if not path.exists():
        write_json(path, to_dict(config))


@contextmanager
def _stop_requests() -> Iterator[Callable[[], bool]]:
    """Turn SIGINT and SIGTERM into a question the loop asks between steps."""
    asked: list[int] = []
    previous = {s: signal.signal(s, lambda number, _: asked.append(number)) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
