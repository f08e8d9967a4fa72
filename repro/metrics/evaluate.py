"""From a run folder to its record: predict every protocol, score, write one JSON and one sheet."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn

from repro.config import Config, DataConfig, config_hash, to_dict
from repro.data.sheet import trial_sheet
from repro.data.sources import train_pairs
from repro.data.tensors import to_bytes, to_tensor
from repro.data.trials import PartMap, Trials, make_trials
from repro.methods.feature_nets import feature_net
from repro.methods.weights import load_run
from repro.metrics.fidelity import psnr, ssim
from repro.metrics.frechet import frechet_summary, pooled_features
from repro.metrics.matching import part_accuracy, pck
from repro.metrics.statistics import summary
from repro.models.correspondence import best_match
from repro.record import RECORD, SHEET, atomic_path, provenance, write_json

FEATURES = "toybox"  # the net behind the Fréchet distance
FID_RESAMPLES = 50  # behind its interval: each is two eigenvalue problems
MEAN_OF = 500  # training pictures behind the mean-picture floor
SHEET_ROWS = 8
Values = dict[str, np.ndarray]
"""Metric → one number a picture."""


def evaluate_run(run_dir: Path) -> dict[str, Any]:
    """Measure a finished run under every protocol its data allow; write record.json and sheet.png.

    Returns the record. Raises RecordError when the folder holds no finished run, DataError when the
    test pictures are not there.
    """
    method, config, card = load_run(run_dir)
    method.to("cuda" if torch.cuda.is_available() else "cpu")
    started = time.perf_counter()
    trials = make_trials(config.data, config.evaluate.pairs)
    scores, shown = _score_method(method, config, trials)
    floors = _score_floors(config, trials)
    record = _record(config, card["progress"], trials, scores, floors)
    for protocol, distance in _distances(shown, trials, config.evaluate.bootstrap).items():
        record["metrics"][protocol][f"fid_{FEATURES}"] = distance
    record["seconds"]["evaluate"] = round(time.perf_counter() - started, 1)
    with atomic_path(run_dir / SHEET) as temporary:
        Image.fromarray(trial_sheet(trials, shown["coarse"], shown["cross"], config.method, SHEET_ROWS)).save(
            temporary
        )
    write_json(run_dir / RECORD, record)
    return record


def translate_all(
    method: nn.Module, x_s: np.ndarray, y_e: np.ndarray, batch: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Colour n uint8 sketches (n, 1, H, W) from uint8 exemplars (n, 3, H, W), ``batch`` at a time.

    Returns images (n, 3, H, W) uint8, coarse images (n, 3, h, w) uint8 and best matches (n, h, w)
    int64 into the exemplar's grid.
    """
    device = next(method.parameters()).device
    images, coarse, matches = [], [], []
    with torch.inference_mode():
        for i in range(0, len(x_s), batch):
            sketch, exemplar = (to_tensor(a[i : i + batch], device) for a in (x_s, y_e))
            made = method.translate(sketch, exemplar)  # type: ignore[operator]
            images.append(to_bytes(made.image))
            coarse.append(to_bytes(made.coarse))
            matches.append(best_match(made.x_c, made.y_c).cpu().numpy())
    return np.concatenate(images), np.concatenate(coarse), np.concatenate(matches)


def _score_method(
    method: nn.Module, config: Config, trials: Trials
) -> tuple[dict[str, Values], dict[str, np.ndarray]]:
    """Protocol → values; and the pictures made: the coarse ones of y_e ("coarse"), and all of a protocol."""
    scores: dict[str, Values] = {}
    shown: dict[str, np.ndarray] = {}
    made: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    for protocol, (exemplars, references) in trials.protocols().items():
        if id(exemplars) not in made:  # `true` and `cross` differ in the reference only
            made[id(exemplars)] = translate_all(method, trials.x_s, exemplars, config.evaluate.batch)
        images, coarse, matches = made[id(exemplars)]
        scores[protocol] = fidelity(images, references)
        if protocol == "true" and trials.x_map and trials.y_map:
            scores[protocol] |= _matching(matches, trials.x_map, trials.y_map)
        shown[protocol] = images
        if exemplars is trials.y_e:
            shown["coarse"] = coarse
    return scores, shown


def _distances(shown: dict[str, np.ndarray], trials: Trials, resamples: int) -> dict[str, dict[str, object]]:
    """Protocol → how far the set of its pictures lies from the set of its references."""
    net, seen = feature_net(FEATURES), {}
    distances = {}
    for protocol, (_, references) in trials.protocols().items():
        sets = (shown[protocol], references)
        for pictures in sets:
            if (
                id(pictures) not in seen
            ):  # `cross` shares its pictures with `true`, its references with `paired`
                seen[id(pictures)] = pooled_features(net, pictures)
        one, other = (seen[id(pictures)] for pictures in sets)
        distances[protocol] = frechet_summary(one, other, min(resamples, FID_RESAMPLES))
    return distances


def fidelity(images: np.ndarray, references: np.ndarray) -> Values:
    """PSNR and SSIM of n uint8 pictures (n, 3, H, W) against their references, a value each."""
    values: Values = {}
    for name, metric in (("psnr", psnr), ("ssim", ssim)):
        slices = (slice(i, i + 20) for i in range(0, len(images), 20))
        values[name] = torch.cat(
            [metric(to_tensor(images[s]), to_tensor(references[s])) for s in slices]
        ).numpy()
    return values


def _matching(matches: np.ndarray, x_map: PartMap, y_map: PartMap) -> Values:
    cases = range(len(matches))
    values = {"part_accuracy": [part_accuracy(matches[i], x_map.part[i], y_map.part[i]) for i in cases]}
    for name, share in (("pck_05", 0.05), ("pck_10", 0.10)):
        values[name] = [pck(matches[i], x_map.at(i), y_map.at(i), share) for i in cases]
    return {name: np.array(numbers) for name, numbers in values.items()}


def _score_floors(config: Config, trials: Trials) -> dict[str, dict[str, Values]]:
    """What costs no thought: hand back the exemplar, or the mean training picture."""
    mean = np.broadcast_to(_mean_picture(config.data), trials.x_e.shape)
    guesses = {"copy_exemplar": lambda exemplars: exemplars, "mean_picture": lambda _: mean}
    protocols = trials.protocols()
    return {
        name: {protocol: fidelity(guess(e), r) for protocol, (e, r) in protocols.items()}
        for name, guess in guesses.items()
    }


def _mean_picture(data: DataConfig) -> np.ndarray:
    pairs = train_pairs(replace(data, train_count=min(data.train_count, MEAN_OF)))
    return pairs.color.mean(axis=0).round().astype(np.uint8)


def _record(
    config: Config,
    progress: dict[str, Any],
    trials: Trials,
    scores: dict[str, Values],
    floors: dict[str, dict[str, Values]],
) -> dict[str, Any]:
    data = config.data

    def summarise(table: dict[str, Values]) -> dict[str, Any]:
        return {
            protocol: {name: summary(values, config.evaluate.bootstrap) for name, values in metrics.items()}
            for protocol, metrics in table.items()
        }

    return provenance() | {
        "id": f"{config.preset}/{data.dataset}/{data.domain}/{config.method}/{config.seed}",
        "preset": config.preset,
        "data": data.dataset,
        "domain": data.domain,
        "method": config.method,
        "seed": config.seed,
        "config": _without_place(config),
        "config_hash": config_hash(config),
        "trained_commit": progress["commit"],
        "hardware": progress["hardware"],
        "seconds": {"train": round(progress["seconds"], 1)},
        "pairs": [list(pair) for pair in trials.names],
        "skipped": {
            "train": progress.get("skipped", []),
            "test": [left_out._asdict() for left_out in trials.skipped],
        },
        "metrics": summarise(scores),
        "floors": {name: summarise(table) for name, table in floors.items()},
        "per_image": {
            protocol: {name: [_rounded(v) for v in values] for name, values in metrics.items()}
            for protocol, metrics in scores.items()
        },
    }


def _without_place(config: Config) -> dict[str, Any]:
    """The config less the folder of the data, which is one machine's business."""
    return to_dict(replace(config, data=replace(config.data, root="")))


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
