"""The training loop: batches in, phases stepped, everything else by the clock of the step.

The loop knows no loss and no network. A method yields (player, terms) phases; each player's terms
are weighted, summed and stepped by that player's optimiser before the next phase is asked for.
"""

from __future__ import annotations

import math
import re
import time
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch.optim import Adam, Optimizer
from tqdm import tqdm

from repro.config import Config, ConfigError, LossConfig, OptimConfig, to_dict
from repro.contracts import Terms
from repro.data.pairs import Pairs
from repro.data.sources import train_pairs
from repro.data.stream import BatchStream
from repro.methods import build_method
from repro.methods.weights import CHECKPOINT
from repro.record import RecordError, provenance, read_json, write_json
from repro.training.checkpoint import load_checkpoint, same_config, save_checkpoint
from repro.training.journal import Journal
from repro.training.sheets import sheet_trials, training_sheet
from repro.training.stopping import Interrupted, stop_requests

CONFIG = "config.json"
LITTER = re.compile(r"\.[0-9a-f]{16}\.\w+")


class Diverged(ValueError):
    """A loss is no longer a number: the run cannot recover, and its last checkpoint is from before."""


def learning_rate(step: int, optim: OptimConfig, steps: int) -> float:
    """The rate of ``step`` (from 0): linear warm-up, then constant or half a cosine down to 0."""
    rate = optim.lr * min(1.0, (step + 1) / max(1, optim.warmup))
    if optim.decay == "cosine":
        rate *= 0.5 * (1 + math.cos(math.pi * step / steps))
    return rate


def weighted_total(terms: Terms, weights: LossConfig) -> torch.Tensor:
    """Σ weight · term: the one place where weights are applied. Raises ConfigError when there is no term."""
    if not terms:
        raise ConfigError("no loss is left to train on: give one of them a weight above 0 (--loss.…)")
    return torch.stack([getattr(weights, name) * term for name, term in terms.items()]).sum()


class Trainer:
    """One run in one folder, from its config to its last checkpoint."""

    def __init__(self, config: Config, run_dir: Path, *, resume: bool) -> None:
        self.config, self.run_dir = config, run_dir
        self._data_moved = _claim(run_dir, config, resume)
        self.fabric = Fabric(accelerator="auto", devices=1, precision=config.train.precision)
        torch.manual_seed(config.seed)
        self.method = build_method(config)
        self.optimizers = self._set_up()
        origin = provenance()
        self.progress: dict[str, Any] = {"step": 0, "seconds": 0.0}
        self.progress |= {name: origin[name] for name in ("commit", "hardware")}
        if (run_dir / CHECKPOINT).exists():
            self.progress = load_checkpoint(run_dir, config, self.method, self.optimizers)

    def run(self) -> None:
        """Train to the last step.

        Raises Interrupted after SIGINT or SIGTERM, with a good checkpoint; Diverged when a loss is
        not finite; RecordError when the run folder cannot be written, or when a run to be resumed was
        trained on other pictures.
        """
        if self.progress["step"] >= self.config.train.steps:
            self._note_new_place()
            return
        pairs, self.trials = train_pairs(self.config.data), sheet_trials(self.config)
        self._check_pictures(pairs)
        self._note_new_place()
        stream = BatchStream(pairs, self.config.data, self.config.train.batch, self.config.seed)
        try:
            if not (self.run_dir / CONFIG).exists():  # not before: a failed start leaves no trace
                write_json(self.run_dir / CONFIG, to_dict(self.config))
            _sweep(self.run_dir)
            self._loop(stream)
        except OSError as error:
            raise RecordError(
                f"cannot write into {self.run_dir} at step {self.progress['step']}: "
                f"{error.strerror or error}. What was saved before is intact: make room, then add --resume."
            ) from error

    def _check_pictures(self, pairs: Pairs) -> None:
        """Note down what is trained on; RecordError when it is not what the run began with."""
        digest = pairs.digest()
        if self.progress.get("pictures", digest) != digest:
            raise RecordError(
                f"the pictures are not those that {self.run_dir} was trained on up to step "
                f"{self.progress['step']}: give the same folder, unchanged, or train into a new --run-dir"
            )
        self.progress["pictures"] = digest
        self.progress["skipped"] = [left_out._asdict() for left_out in pairs.skipped]

    def _note_new_place(self) -> None:
        """Evaluation reads the folder of the data from the checkpoint, even when no step was left."""
        if self._data_moved:
            self._save()
            write_json(self.run_dir / CONFIG, to_dict(self.config))

    def _loop(self, stream: BatchStream) -> None:
        steps, journal = self.config.train.steps, Journal(self.run_dir, self.progress["step"])
        with stop_requests() as stop_requested, self._bar() as bar:
            try:
                for step in range(self.progress["step"], steps):
                    numbers = self._step(step, stream)
                    bar.update()
                    self._write_down(step + 1, numbers, journal, bar)
                    if stop_requested() and step + 1 < steps:
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
        """One batch through all phases; its numbers where they are to be logged or relied on."""
        started = time.perf_counter()
        config, values = self.config, {}
        rate = learning_rate(step, config.optim, config.train.steps)
        torch.manual_seed((config.seed * 1_000_003 + step) % 2**63)  # so that a resumed run draws the same
        for player, terms in self.method.phases(stream.at(step, self.fabric.device)):  # type: ignore[operator]
            optimizer = self.optimizers[player]
            optimizer.param_groups[0]["lr"] = rate
            total = weighted_total(terms, config.loss)
            optimizer.zero_grad()
            self.fabric.backward(total)
            optimizer.step()
            values |= {f"{player}/{name}": term.detach() for name, term in terms.items()}
            values[f"{player}/total"] = total.detach()
        wanted = any(self._due(step + 1, n) for n in (config.train.log_every, config.train.checkpoint_every))
        numbers = {name: float(value) for name, value in values.items()} if wanted else {}
        self.progress["step"] = step + 1
        self.progress["seconds"] += time.perf_counter() - started
        if lost := [name for name, number in numbers.items() if not math.isfinite(number)]:
            raise Diverged(f"{', '.join(lost)} is not a number at step {step + 1}: try a smaller --optim.lr")
        return numbers | {"lr": rate}

    def _due(self, step: int, every: int) -> bool:
        return step % every == 0 or step == self.config.train.steps

    def _write_down(self, step: int, numbers: dict[str, float], journal: Journal, bar: tqdm) -> None:
        train = self.config.train
        if self._due(step, train.log_every):
            journal.numbers(step, numbers | {"seconds": self.progress["seconds"]})
            bar.set_postfix({name.split("/")[-1]: f"{v:.4f}" for name, v in numbers.items() if "/" in name})
        if self._due(step, train.sheet_every):
            sheet = training_sheet(self.method, self.config, self.trials, self.run_dir, step)
            journal.sheet(step, sheet)
        if self._due(step, train.checkpoint_every):
            self._save()

    def _save(self) -> None:
        if not all(p.isfinite().all() for p in self.method.parameters()):
            raise Diverged(
                f"the weights are no longer numbers at step {self.progress['step']}: nothing was saved, "
                "the last checkpoint is from before. Try a smaller --optim.lr"
            )
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


def _sweep(run_dir: Path) -> None:
    """Remove what a killed run left half-written, by the names that `repro.record.atomic_path` gives."""
    for path in run_dir.rglob(".*"):
        if LITTER.fullmatch(path.name):
            path.unlink()


def _claim(run_dir: Path, config: Config, resume: bool) -> bool:
    """Check that ``run_dir`` is free, or holds the very run that is to be continued; write nothing.

    Returns whether the data folder moved since. Raises RecordError when the folder holds another run,
    or there is none where one is to be resumed.
    """
    path = run_dir / CONFIG
    if resume and not run_dir.is_dir():
        raise RecordError(f"there is no run to resume in {run_dir}: leave --resume away to start one")
    if run_dir.exists() and not run_dir.is_dir():
        raise RecordError(f"{run_dir} is a file: choose another --run-dir")
    if not resume and (path.exists() or (run_dir / CHECKPOINT).exists()):
        raise RecordError(
            f"{run_dir} holds a run already: add --resume to continue it, or choose another folder"
        )
    if not path.exists():
        return False
    old, wanted = read_json(path), to_dict(config)
    same_config(old, wanted, path)
    return old != wanted
