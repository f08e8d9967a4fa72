"""Where does the correspondence break: pose, size, missing parts, texture, a shaky hand?

The shipped network colours the same unseen sketches from ever more difficult pairs, one knob of
`repro.data.toybox.Difficulty` at a time. It was trained on the plain ones and on gentle warps of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

import repro
from repro.config import Config, config_hash
from repro.data.toybox import HUMAN_HAND, PLAIN, Difficulty
from repro.data.trials import Trials, make_trials
from repro.metrics.matching import part_accuracy, pck
from repro.metrics.predict import translate_all
from repro.metrics.score import Values, fidelity
from repro.metrics.statistics import summary

DOMAIN, PAIRS = "anime", 150
RESAMPLES = 1000
PAPER = 230  # of 255: as light as this a pixel of a sketch is not inked


@dataclass(frozen=True)
class Knob:
    """One axis of difficulty: the unit it is read in, its levels above 0, and what a level means."""

    unit: str
    levels: tuple[float, ...]
    at: Callable[[float], Difficulty]


def _hand(times: float) -> Difficulty:
    hand = HUMAN_HAND
    return Difficulty(
        broken=times * hand.broken,
        doubled=times * hand.doubled,
        wobble=times * hand.wobble,
        stray=round(times * hand.stray),
    )


KNOBS: Mapping[str, Knob] = MappingProxyType(
    {
        "pose": Knob("degrees", (10, 20, 30, 45), lambda x: Difficulty(pose=x)),
        "scale": Knob("relative change of size", (0.15, 0.3, 0.45, 0.6), lambda x: Difficulty(scale=x)),
        "missing": Knob("(part, role) items", (1, 2), lambda x: Difficulty(missing=int(x))),
        "texture": Knob("share of light taken", (0.1, 0.2, 0.4, 0.6), lambda x: Difficulty(texture=x)),
        "hand": Knob("times a human hand", (0.5, 1, 2, 3), _hand),
        "broken": Knob("share of the ink", (0.1, 0.3, 0.5), lambda x: Difficulty(broken=x)),
        "doubled": Knob("share of the ink", (0.1, 0.3, 0.5), lambda x: Difficulty(doubled=x)),
        "wobble": Knob("pixels at 64²", (1, 2, 4), lambda x: Difficulty(wobble=x)),
        "stray": Knob("strokes", (2, 5, 10), lambda x: Difficulty(stray=int(x))),
    }
)
"""The axes that are measured, each with the others at 0. Level 0 is the plain test for all of them."""


def measure() -> dict[str, Any]:
    """Every curve, for the shipped weights on one of their domains."""
    return measure_knobs(dict(KNOBS), PAIRS)


def measure_knobs(knobs: Mapping[str, Knob], pairs: int) -> dict[str, Any]:
    """The curves of ``knobs`` over ``pairs`` test pairs of DOMAIN.

    Returns {"model": …, "settings": …, "curves": {knob: {"unit": …, "points": […]}}}; a point has its level
    ("at"), every metric with its interval, and under "change" the metric less that of the plain pair,
    picture by picture. For "psnr_flat" the change is what to look at: it compares the same pixels.
    """
    shipped = repro.load()
    config = replace(shipped.config, data=replace(shipped.config.data, domain=DOMAIN))
    easy = make_trials(config.data, pairs, PLAIN)
    made = translate(shipped.method, config, easy)
    start = scores(made, easy, easy.x_s)
    curves = {}
    for name, knob in knobs.items():
        points = [_point(0, start, start)]
        for level in knob.levels:
            hard = make_trials(config.data, pairs, knob.at(level))
            values = scores(translate(shipped.method, config, hard), hard, easy.x_s)
            points.append(_point(level, values, scores(made, easy, hard.x_s)))
        curves[name] = {"unit": knob.unit, "points": points}
    return {
        "model": {"weights": "builtin", "method": config.method, "config_hash": config_hash(shipped.config)},
        "settings": {
            "domain": config.data.domain,
            "size": config.data.size,
            "pairs": pairs,
            "protocol": "true",
            "hand": {name: getattr(HUMAN_HAND, name) for name in ("broken", "doubled", "wobble", "stray")},
        },
        "curves": curves,
    }


def translate(method: Any, config: Config, trials: Trials) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 3, H, W) uint8 and best matches (n, h, w) for every test case, from its exemplar."""
    made = translate_all(method, trials.x_s, trials.y_e, config.evaluate.batch)
    if made.matches is None:
        raise ValueError("a method that matches nothing has no correspondence to break")
    return made.images, made.matches


def scores(made: tuple[np.ndarray, np.ndarray], trials: Trials, other: np.ndarray) -> Values:
    """Metric → one number a pair, against the true answer. Raises ValueError when there is none.

    made: what `translate` returned. other: (n, 1, H, W) uint8, the sketches of the test that this one is
    compared with: "psnr_flat" leaves out what is inked in these or in those of ``trials``. The answer
    has clean lines; a shaky one is no wrong colour, and both tests are judged on the same pixels.
    """
    if trials.truth is None or trials.x_map is None or trials.y_map is None:
        raise ValueError("only drawn pictures have a true answer")
    images, matches = made
    maps = [(matches[i], trials.x_map.at(i), trials.y_map.at(i)) for i in range(len(trials))]
    paper = np.minimum(trials.x_s, other) >= PAPER
    return fidelity(images, trials.truth) | {
        "psnr_flat": psnr_within(images, trials.truth, paper),
        "part_accuracy": np.array([part_accuracy(found, x[0], y[0]) for found, x, y in maps]),
        "pck_10": np.array([pck(found, x, y, 0.10) for found, x, y in maps]),
    }


def psnr_within(images: np.ndarray, references: np.ndarray, where: np.ndarray) -> np.ndarray:
    """PSNR in dB (at most 100) within a mask, a value for each of n pictures; NaN where it is empty.

    images, references: (n, 3, H, W) uint8; where: (n, 1, H, W) bool.
    """
    error = np.square(images.astype(np.float64) - references).mean(axis=1, keepdims=True) / 255.0**2
    with np.errstate(divide="ignore", invalid="ignore"):
        values = -10.0 * np.log10((error * where).sum(axis=(1, 2, 3)) / where.sum(axis=(1, 2, 3)))
    return np.minimum(values, 100.0)


def _point(level: float, values: Values, plain: Values) -> dict[str, Any]:
    change = {name: summary(values[name] - plain[name], RESAMPLES) for name in values}
    return {
        "at": level,
        **{name: summary(numbers, RESAMPLES) for name, numbers in values.items()},
        "change": change,
    }
