"""The suite: which jobs are raced, at which sizes, and the record that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from repro.bench import batches, drawing, histograms, lines, reading, warps
from repro.bench.race import LEAST, REPEATS, Race, measure, one_thread
from repro.record import provenance

UNIT = "pictures per second of one core"

Races = Callable[[int, int], Iterator[Race]]
"""(size, pictures) → the races of a job at that size; the data lie ready while a race is held."""

BOTH: Mapping[int, int] = MappingProxyType({64: 32, 256: 8})
"""Side of the pictures → how many a run handles: the paper's size and the laptop's."""


@dataclass(frozen=True)
class Benchmark:
    """A job: what it is, how its races are set up, and at which sizes with how many pictures."""

    what: str
    races: Races
    sizes: Mapping[int, int]


BENCHMARKS: Mapping[str, Benchmark] = MappingProxyType(
    {
        "render": Benchmark("Toybox draws a picture and its sketch", drawing.races, BOTH),
        "read": Benchmark("JPEG pairs of 512 × 256, decoded, cut and made small", reading.races, BOTH),
        "xdog": Benchmark("a line drawing by xDoG, in the style for photographs", lines.races, BOTH),
        "tps": Benchmark("a thin-plate spline is solved and a picture seen through it", warps.races, BOTH),
        "histogram": Benchmark("the 8 × 8 × 8 histogram of CIE Lab colours", histograms.races, BOTH),
        "batch": Benchmark(
            "a training batch is drawn; beside it the training step that uses it", batches.races, {64: 8}
        ),
    }
)
"""Name → benchmark, in the order in which they run."""


def run_benchmarks(names: Sequence[str] = (), repeats: int = REPEATS, least: float = LEAST) -> dict[str, Any]:
    """Run the benchmarks of these names, all when there is none; plain JSON data with its provenance.

    Raises ValueError for an unknown name, or when a rival's result is not ours.
    """
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise ValueError(f"unknown benchmark {unknown[0]!r}: choose from {', '.join(BENCHMARKS)}")
    done = {}
    for name in names or BENCHMARKS:
        benchmark = BENCHMARKS[name]
        races = (r for size, count in benchmark.sizes.items() for r in benchmark.races(size, count))
        cases = [measure(race, repeats, least) for race in races]
        done[name] = {"what": benchmark.what, "cases": cases}
    with one_thread():  # so that the hardware is described as it was used
        origin = provenance()
    return origin | {"id": "bench/data", "unit": UNIT, "repeats": repeats, "benchmarks": done}
