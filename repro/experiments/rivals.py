"""Six methods on the same few pictures: what does each make of them, and has it learnt anything?

The runs are those of the preset ``grid`` on Toybox anime, one seed each, and are made beforehand. Each
method is measured beside its own untrained state and beside answers that cost no thought, on the same unseen
pairs. Then it colours every sketch once more, from another exemplar, which tells how much it listens to one.
The pictures for the book are kept in the record, small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from repro.config import DataConfig, config_hash, resolve
from repro.config.rivals import RIVALS
from repro.data.sources import train_pairs
from repro.data.tensors import to_tensor
from repro.data.toybox import truth
from repro.data.trials import Trials, make_trials
from repro.experiments.pictures import webp
from repro.methods import build_method
from repro.methods.weights import CHECKPOINT
from repro.metrics.evaluate import REAL, Subject, subject
from repro.metrics.floors import FLOORS, Known
from repro.metrics.predict import Made, translate_all
from repro.metrics.score import Values, picture_values
from repro.metrics.statistics import paired_difference, summary
from repro.metrics.truth import color_error
from repro.record import RecordError

PRESET, DOMAIN, SEED = "grid", "anime", 0
METHODS = (*RIVALS, "ours")
PAIRS = 100  # unseen pairs that are measured
SHEET = slice(0, 8)  # of them, those on the side-by-side sheet
GRID = slice(8, 12)  # and those whose sketches and exemplars all meet
WIDE = GRID.stop - GRID.start
FAIR = ("psnr", "ssim", "delta_e")  # metrics that every method can be asked for, floors too
BATCH, RESAMPLES, QUALITY = 20, 1000, 82

Pictures = np.ndarray
"""uint8 (n, 3, H, W)."""


@dataclass(frozen=True)
class Stage:
    """The pictures that all methods share.

    trials: the pairs. other: an exemplar of another pair for each sketch, and its true answer. grid_truth:
    sketch by sketch, its true answer for each exemplar of the grid.
    """

    trials: Trials
    right: Pictures
    other: Pictures
    other_right: Pictures
    grid_truth: Pictures


def measure() -> dict[str, Any]:
    """All six, from the run folders that `repro train` makes by default.

    Raises RecordError when runs are missing, with the commands that make them, unfinished or of another
    config.
    """
    return measure_subjects(load({name: run_folder(name) for name in METHODS}), PAIRS)


def run_folder(method: str) -> Path:
    """Where `repro train` puts the run by default."""
    return Path("runs") / f"{PRESET}-{DOMAIN}-{method}-{SEED}"


def measure_subjects(subjects: Mapping[str, Subject], pairs: int) -> dict[str, Any]:
    """Methods, all trained on the same data, on ``pairs`` unseen pairs, of which twelve are shown as well.

    Returns {"settings", "methods", "floors", "truth", "sheet", "grid"}. A method's entry says what it had to
    learn with (config hash, parameters, steps, pictures seen, seconds), its "scores" against the truth, those
    of its "untrained" state, "beside", the differences to that and to each floor, pair by pair, and
    "response", how far its picture moves in CIEDE2000 when the exemplar is another. "truth" has the same of
    the true answers. Sheet and grid hold WebP in base64: "given" (sketch, exemplar and, on the sheet, true
    answer, a row a pair), "truth" of the grid (a row a sketch, a column an exemplar), and by method "made"
    and, where there is one, "coarse", at the size of the feature grid; the grid's "delta_e" is the mean
    CIEDE2000 of each picture. Raises ValueError for fewer pairs
    than are shown.
    """
    config = next(iter(subjects.values())).config
    stage = make_stage(config.data, pairs)
    real = train_pairs(replace(config.data, train_count=min(config.data.train_count, REAL))).color
    floors = {
        name: _fair(picture_values(Made(guess(Known(stage.trials.x_s, stage.trials.y_e, real))), stage.right))
        for name, guess in FLOORS.items()
    }
    moved = color_error(stage.other_right, stage.right).mean(axis=(1, 2))
    data = config.data
    found: dict[str, Any] = {
        "settings": {"preset": config.preset, "domain": data.domain, "seed": config.seed, "size": data.size}
        | {"pairs": pairs, "train_count": data.train_count}
        | {"steps": config.train.steps, "batch": config.train.batch},
        "methods": {},
        "floors": {name: _summaries(values) for name, values in floors.items()},
        "truth": {"response": summary(moved, RESAMPLES)},
        "sheet": {"given": _given(stage, SHEET, stage.right), "made": {}, "coarse": {}},
        "grid": {"given": _given(stage, GRID), "truth": webp(_rows(stage.grid_truth, WIDE), QUALITY)}
        | {"delta_e": {}, "made": {}, "coarse": {}},
    }
    for name, each in subjects.items():
        made = translate_all(each.method, stage.trials.x_s, stage.trials.y_e, BATCH)
        found["methods"][name] = _entry(each, made, stage, floors)
        grid = _grid(each.method, stage.trials)
        away = color_error(grid.images, stage.grid_truth).mean(axis=(1, 2), dtype=np.float64)
        found["grid"]["delta_e"][name] = away.reshape(-1, WIDE).round(2).tolist()
        for place, pictures, columns in (("sheet", _part(made), 1), ("grid", grid, WIDE)):
            found[place]["made"][name] = webp(_rows(pictures.images, columns), QUALITY)
            if pictures.coarse is not None:
                found[place]["coarse"][name] = webp(_rows(pictures.coarse, columns), QUALITY, lossless=True)
    return found


def make_stage(data: DataConfig, pairs: int) -> Stage:
    """The pairs of a drawn data set, and the true answers to all that will be asked.

    Raises ValueError for fewer pairs than are shown.
    """
    if pairs < GRID.stop:
        raise ValueError(f"at least {GRID.stop} pairs are needed, not {pairs}")
    trials = make_trials(data, pairs)
    assert trials.truth is not None
    content, exemplar = ([int(pair[i].rsplit("/", 1)[1]) for pair in trials.names] for i in (0, 1))

    def right(i: int, j: int) -> np.ndarray:
        """Sketch i in the palette of exemplar j, as bytes."""
        drawn = truth(data.domain, "test", content[i], exemplar[j], data.size, data.sketch).color
        return np.round(drawn * 255).astype(np.uint8)

    meeting = range(GRID.start, GRID.stop)
    return Stage(
        trials=trials,
        right=trials.truth,
        other=np.roll(trials.y_e, -1, axis=0),
        other_right=np.stack([right(i, (i + 1) % pairs) for i in range(pairs)]),
        grid_truth=np.stack([right(i, j) for i in meeting for j in meeting]),
    )


def load(runs: Mapping[str, Path]) -> dict[str, Subject]:
    """Method → its finished run; raises RecordError as `measure` does."""
    missing = [name for name, folder in runs.items() if not (folder / CHECKPOINT).exists()]
    if missing:
        commands = (
            f"repro train --preset {PRESET} --domain {DOMAIN} --method {name} --seed {SEED}"
            f" --run-dir {runs[name]}"
            for name in missing
        )
        raise RecordError("these runs are missing; make them first:\n  " + "\n  ".join(commands))
    subjects = {name: subject(folder) for name, folder in runs.items()}
    for name, each in subjects.items():
        wanted = resolve(each.config.preset, DOMAIN, name, seed=SEED)
        if config_hash(each.config) != config_hash(wanted):
            raise RecordError(f"{runs[name]} is not what `repro train --method {name}` makes of its preset")
    return subjects


def _entry(each: Subject, made: Made, stage: Stage, floors: Mapping[str, Values]) -> dict[str, Any]:
    config, trials = each.config, stage.trials
    torch.manual_seed(config.seed)
    whole = build_method(config).eval()  # as it was before its first step, critics included
    beginner = translate_all(whole, trials.x_s, trials.y_e, BATCH)
    values = picture_values(made, stage.right, trials)
    rivals = {"untrained": _fair(picture_values(beginner, stage.right)), **floors}
    other = translate_all(each.method, trials.x_s, stage.other, BATCH)
    response = color_error(other.images, made.images).mean(axis=(1, 2))
    return {
        "takes_exemplar": bool(each.method.takes_exemplar),
        "config_hash": config_hash(config),
        "weights": each.weights,
        "trained_commit": each.progress["commit"],
        "hardware": each.progress["hardware"],
        "seconds": round(each.progress["seconds"], 1),
        "steps": config.train.steps,
        "pictures_seen": config.train.steps * config.train.batch,
        "parameters": sum(p.numel() for p in whole.parameters()),
        "used": used(whole, trials),
        "scores": _summaries(values),
        "untrained": _summaries(rivals["untrained"]),
        "beside": {
            who: {name: paired_difference(values[name], theirs[name], RESAMPLES) for name in FAIR}
            for who, theirs in rivals.items()
        },
        "response": summary(response, RESAMPLES),
    }


def used(method: Any, trials: Trials) -> int:
    """How many of a method's weights have a say in a picture."""
    x_s, y_e = (to_tensor(pictures[:1]) for pictures in (trials.x_s, trials.y_e))
    method.translate(x_s, y_e).image.sum().backward()
    return sum(p.numel() for p in method.parameters() if p.grad is not None)


def _fair(values: Values) -> Values:
    return {name: values[name] for name in FAIR}


def _summaries(values: Values) -> dict[str, Any]:
    return {name: summary(numbers, RESAMPLES) for name, numbers in values.items()}


def _part(made: Made) -> Made:
    """The pictures of the sheet."""
    return Made(made.images[SHEET], None if made.coarse is None else made.coarse[SHEET])


def _grid(method: nn.Module, trials: Trials) -> Made:
    """Every sketch of the grid from every exemplar of it, sketch by sketch."""
    sketches, exemplars = trials.x_s[GRID], trials.y_e[GRID]
    every = np.repeat(sketches, len(exemplars), axis=0), np.tile(exemplars, (len(sketches), 1, 1, 1))
    return translate_all(method, *every, BATCH)


def _given(stage: Stage, which: slice, right: Pictures | None = None) -> str:
    columns = [np.repeat(stage.trials.x_s[which], 3, axis=1), stage.trials.y_e[which]]
    columns += [] if right is None else [right[which]]
    return webp(zip(*columns, strict=True), QUALITY)


def _rows(pictures: Pictures, columns: int) -> list[list[np.ndarray]]:
    """A list of pictures in rows."""
    return [list(pictures[i : i + columns]) for i in range(0, len(pictures), columns)]
