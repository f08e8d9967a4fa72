"""Two weights files on the same unseen pairs: which is the better one to ship?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from repro.config import DataConfig
from repro.data.trials import Trials, make_trials
from repro.methods.weights import load_method
from repro.metrics.matching import part_accuracy
from repro.metrics.predict import translate_all
from repro.metrics.score import fidelity
from repro.metrics.statistics import summary

METRICS = ("psnr", "part_accuracy")
RESAMPLES, BATCH = 1000, 20


def compare(new: Path, old: Path, pairs: int) -> list[dict[str, Any]]:
    """Both files on ``pairs`` unseen drawn pairs of the new one's domain and size, then of the old one's.

    Returns a row each: where ("domain", "size", "n"), and for every metric against the truth both means
    ("new", "old") and the difference picture by picture ("gain"), with their intervals. Raises
    RecordError when a file cannot be used, ValueError for one that was not trained on drawn pictures.
    """
    methods, places = [], []
    for path in (new, old):
        method, config, _ = load_method(path)
        if config.data.dataset != "toybox":
            raise ValueError(f"{path} was trained on {config.data.dataset}, which has no true answers")
        methods.append(method)
        places.append(config.data)
    return [_row(methods, data, pairs) for data in places]


def _row(methods: list[Any], data: DataConfig, pairs: int) -> dict[str, Any]:
    trials = make_trials(replace(data, root=""), pairs)
    scores = [true_scores(method, trials)[0] for method in methods]
    row: dict[str, Any] = {"domain": data.domain, "size": data.size, "n": len(trials)}
    for name in METRICS:
        new, old = (each[name] for each in scores)
        row[name] = {
            which: summary(values, RESAMPLES)
            for which, values in (("new", new), ("old", old), ("gain", new - old))
        }
    return row


def true_scores(method: Any, trials: Trials) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """METRICS against the truth, a value for each of n pairs, and the pictures (n, 3, H, W) uint8.

    Raises ValueError where there is no truth.
    """
    if trials.truth is None or trials.x_map is None or trials.y_map is None:
        raise ValueError("only drawn pictures have a true answer")
    made = translate_all(method, trials.x_s, trials.y_e, BATCH)
    if made.matches is None:
        raise ValueError("a method that matches nothing has no part accuracy")
    parts = zip(made.matches, trials.x_map.part, trials.y_map.part, strict=True)
    right = np.array([part_accuracy(*part) for part in parts])
    return {"psnr": fidelity(made.images, trials.truth)["psnr"], "part_accuracy": right}, made.images
