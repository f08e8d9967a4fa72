"""How fast the parts are, beside what others would use for them; checked to agree before they are timed."""

from __future__ import annotations

from repro.bench.race import Contender, Race, measure
from repro.bench.suite import BENCHMARKS, Benchmark, run_benchmarks
from repro.bench.table import table

__all__ = ["BENCHMARKS", "Benchmark", "Contender", "Race", "measure", "run_benchmarks", "table"]
