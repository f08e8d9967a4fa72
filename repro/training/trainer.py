"""The training loop: batches in, phases stepped, everything else by the clock of the step.

The loop knows no loss and no network. A method yields (player, terms) phases; each player's terms
are weighted, summed and stepped by that player's optimiser before the next phase is asked for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from repro.config import Config, to_dict
from repro.contracts import Terms
from repro.data.pairs import Pairs
from repro.data.sources import train_pairs
from repro.data.stream import BatchStream
from repro.methods import build_method
from repro.methods.weights import CHECKPOINT
from repro.record import RecordError, provenance, write_json
from repro.training.average import MovingAverage
from repro.training.checkpoint import load_checkpoint, save_checkpoint
from repro.training.devices import launch, mean_over_processes, place
from repro.training.folder import CONFIG, claim, sweep
from repro.training.journal import Journal
from repro.training.players import Players, rate_factor, weighted_total
from repro.training.sheets import sheet_trials, training_sheet
from repro.training.stopping import Interrupted, stop_requests


class Diverged(ValueError):
    """A loss is no longer a number: the run cannot recover, and its last checkpoint is from before."""


class Trainer:
    """One run in one folder, from its config to its last checkpoint."""

    def __init__(self, config: Config, run_dir: Path, *, resume: bool) -> None:
        self.config, self.run_dir = config, run_dir
        self.fabric = launch(config.train)
        self._data_moved = claim(run_dir, config, resume)
        self.fabric.barrier()  # nobody writes before all have looked
        torch.manual_seed(config.seed)
        self.method = place(build_method(config), self.fabric, config.train)
        self.players = Players(self.fabric, self.method, config.optim)
        self.average = MovingAverage(self.method, config.optim.ema)
        origin = provenance()
        self.progress: dict[str, Any] = {"step": 0, "seconds": 0.0}
        self.progress |= {name: origin[name] for name in ("commit", "hardware")}
        if (run_dir / CHECKPOINT).exists():
            self.progress = load_checkpoint(run_dir, config, self.method, self.players, self.average)

    def run(self) -> None:
        """Train to the last step.

        Raises Interrupted after SIGINT or SIGTERM, with a good checkpoint; Diverged when a loss is
        not finite; RecordError when the run folder cannot be written, or when a run to be resumed was
        trained on other pictures.
        """
        if self.progress["step"] >= self.config.train.steps:
            self._note_new_place()
            return
        with self.fabric.rank_zero_first(local=True):  # the others find what is cached
            pairs, self.trials = train_pairs(self.config.data), sheet_trials(self.config)
        self._check_pictures(pairs)
        self._note_new_place()
        stream = BatchStream(
            pairs,
            self.config.data,
            self.config.train.batch,
            self.config.seed,
            mates=bool(self.config.loss.colorific),
            share=(self.fabric.global_rank, self.fabric.world_size),
        )
        try:
            if self.fabric.is_global_zero:
                if not (self.run_dir / CONFIG).exists():  # not before: a failed start leaves no trace
                    write_json(self.run_dir / CONFIG, to_dict(self.config))
                sweep(self.run_dir)
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
        if self._data_moved and self.fabric.is_global_zero:
            self._save()
            write_json(self.run_dir / CONFIG, to_dict(self.config))

    def _loop(self, stream: BatchStream) -> None:
        steps = self.config.train.steps
        journal = Journal(self.run_dir, self.progress["step"]) if self.fabric.is_global_zero else None
        with stop_requests() as stop_requested, self._bar() as bar:
            try:
                for step in range(self.progress["step"], steps):
                    numbers = self._step(step, stream)
                    bar.update()
                    if journal:
                        self._write_down(step + 1, numbers, journal, bar)
                    if self._agreed(stop_requested()) and step + 1 < steps:
                        self._save()
                        raise Interrupted
            finally:
                if journal:
                    journal.close()
        self.fabric.barrier()  # nobody goes on to use what the first is still writing

    def _step(self, step: int, stream: BatchStream) -> dict[str, float]:
        """One batch through all phases; its numbers where they are to be logged."""
        started = time.perf_counter()
        config, values = self.config, {}
        factor = rate_factor(step, config.optim, config.train.steps)
        # So that a resumed run draws the same, and every process something else.
        torch.manual_seed(
            (config.seed * 1_000_003 + step * self.fabric.world_size + self.fabric.global_rank) % 2**63
        )
        for player, terms in self._phases(stream, step):
            total = weighted_total(terms, self.method.weights)  # type: ignore[arg-type]
            self._check_finite(player, terms, total, step)
            self.players.step(player, total, factor)
            values |= {f"{player}/{name}": term.detach() for name, term in terms.items()}
            values[f"{player}/total"] = total.detach()
        self.average.update(step + 1)
        wanted = self._due(step + 1, config.train.log_every)
        numbers = {name: float(value) for name, value in values.items()} if wanted else {}
        self.progress["step"] = step + 1
        self.progress["seconds"] += time.perf_counter() - started
        return numbers | {"lr": config.optim.lr * factor}

    def _phases(self, stream: BatchStream, step: int) -> Iterator[tuple[str, Terms]]:
        """The method's phases, each computed in the run's precision; what is done with it is not."""
        phases = self.method.phases(stream.at(step, self.fabric.device))  # type: ignore[operator]
        while True:
            with self.fabric.autocast():
                phase = next(phases, None)
            if phase is None:
                return
            yield phase

    def _check_finite(self, player: str, terms: Terms, total: Tensor, step: int) -> None:
        """Raise Diverged, on all devices at once and before the player moves, when a term is no number."""
        if mean_over_processes(self.fabric, total.detach()).isfinite():
            return
        lost = [f"{player}/{name}" for name, term in terms.items() if not term.isfinite()]
        raise Diverged(
            f"{', '.join(lost) or f'{player}/total on another device'} is not a number at step {step + 1}: "
            "the run stops here, its last checkpoint is from before. "
            "Try a smaller --optim.lr, or --optim.clip 1"
        )

    def _agreed(self, stop: bool) -> bool:
        """Whether any process was asked to stop: then all do, after the same step."""
        return bool(mean_over_processes(self.fabric, torch.tensor(float(stop), device=self.fabric.device)))

    def _due(self, step: int, every: int) -> bool:
        return step % every == 0 or step == self.config.train.steps

    def _write_down(self, step: int, numbers: dict[str, float], journal: Journal, bar: tqdm) -> None:
        train = self.config.train
        if self._due(step, train.log_every):
            journal.numbers(step, numbers | {"seconds": self.progress["seconds"]})
            bar.set_postfix({name.split("/")[-1]: f"{v:.4f}" for name, v in numbers.items() if "/" in name})
        if self._due(step, train.sheet_every):
            with self.average.in_place():
                sheet = training_sheet(self.method, self.config, self.trials, self.run_dir, step)
            journal.sheet(step, sheet)
        if self._due(step, train.checkpoint_every):
            self._save()

    def _save(self) -> None:
        if not self.fabric.is_global_zero:
            return
        if not all(p.isfinite().all() for p in self.method.parameters()):
            raise Diverged(
                f"the weights are no longer numbers at step {self.progress['step']}: nothing was saved, "
                "the last checkpoint is from before. Try a smaller --optim.lr, or --optim.clip 1"
            )
        save_checkpoint(self.run_dir, self.config, self.method, self.players, self.average, self.progress)

    def _bar(self) -> tqdm:
        return tqdm(
            initial=self.progress["step"],
            total=self.config.train.steps,
            desc=f"{self.config.method} on {self.config.data.domain}",
            unit="step",
            mininterval=1.0,
            dynamic_ncols=True,
            disable=not self.fabric.is_global_zero,
        )
