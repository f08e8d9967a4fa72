"""What does the `paper` preset cost, beside CoCosNet?

Counted: learnt weights, and operations to colour a picture of 256². Run for real, on whatever processor there
is: a training step of the preset's whole batch, and the forward pass of one picture. VGG-19 takes part in its
true shape; where its weights were not fetched they are random, which costs the same.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from dataclasses import asdict, replace
from typing import Any

import torch

from repro.config import Config, resolve
from repro.contracts import Batch
from repro.methods import build_method
from repro.methods.feature_nets import feature_net_of_this_shape
from repro.models.features import FeatureNet
from repro.training.budget import budget
from repro.training.devices import launch, place
from repro.training.players import Players, weighted_total

PUBLISHED = {
    "parameters": 167.9e6,
    "gflops": 1080.7,
    "source": "OpenVINO Open Model Zoo, cocosnet: 256², two operations for a multiplication and an addition",
}
"""CoCosNet at official size."""

REPEATS = 3


def measure() -> dict[str, Any]:
    """Counts, and one step, of the `paper` preset."""
    return measure_preset(resolve("paper", "anime", "ours"))


def measure_preset(config: Config) -> dict[str, Any]:
    """Counts of the method; seconds and memory of a training step and of one picture, on this machine."""
    counted = budget(config)
    forward = _forward_seconds(config)
    step = _step(config)
    return {
        "settings": {"preset": config.preset, "size": config.data.size, "batch": config.train.batch},
        "counted": asdict(counted) | {"gflops": round(counted.flops / 1e9, 1)},
        "cocosnet": PUBLISHED,
        "forward": {"pictures": 1, "seconds": forward, "repeats": REPEATS},
        "step": step | {"peak_memory_bytes": _peak_memory()},
    }


def _forward_seconds(config: Config) -> float:
    """Median seconds to colour one picture, the first one not counted."""
    method, seconds = build_method(config, load_features=None), []
    batch = _noise(1, config.data.size)
    with torch.inference_mode():
        for _ in range(REPEATS + 1):
            started = time.perf_counter()
            method.translate(batch.x_s, batch.y_e)  # type: ignore[operator]
            seconds.append(time.perf_counter() - started)
    return round(statistics.median(seconds[1:]), 3)


def _step(config: Config) -> dict[str, Any]:
    """One training step, by every player."""
    fabric = launch(replace(config.train, precision="32-true"))
    method = place(build_method(config, _features), fabric, config.train)
    players, terms_seen = Players(fabric, method, config.optim), {}
    started = time.perf_counter()
    for player, terms in method.phases(_noise(config.train.batch, config.data.size)):  # type: ignore[operator]
        players.step(player, weighted_total(terms, method.weights), 1.0)  # type: ignore[arg-type]
        terms_seen[player] = {name: round(float(term.detach()), 4) for name, term in terms.items()}
    return {"seconds": round(time.perf_counter() - started, 1), "terms": terms_seen}


def _features(which: str) -> FeatureNet:
    """The net in its true shape, with random weights as He et al. (2015) start them."""
    net = feature_net_of_this_shape(which)
    for name, weight in net.named_buffers():
        if name.endswith("_weight"):
            torch.nn.init.kaiming_normal_(weight)
    return net


def _noise(count: int, size: int) -> Batch:
    x_s, *pictures = (torch.rand(count, channels, size, size) for channels in (1, 3, 3, 3))
    x_e, x_t, y_e = pictures
    return Batch(x_s=x_s, x_e=x_e, x_t=x_t, y_s=x_s.flip(0), y_e=y_e, y_sim=y_e.flip(0))


def _peak_memory() -> int:
    """Bytes this process has held at the most. In kilobytes on Linux, in bytes on macOS."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
