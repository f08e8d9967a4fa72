"""The result of the suite as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def table(result: Mapping[str, Any]) -> Iterator[str]:
    """Lines for people: a block a benchmark, a line a contender, ratios beside."""
    yield f"{result['unit']}: median [lowest–highest of {result['repeats']} turns]"
    for name, benchmark in result["benchmarks"].items():
        yield f"\n{name}: {benchmark['what']}"
        for case in benchmark["cases"]:
            for place, row in enumerate(case["contenders"]):
                yield _line("" if place else case["case"], case["contenders"][0]["name"], row)


def _line(case: str, first: str, row: Mapping[str, Any]) -> str:
    rate = row["rate"]
    numbers = f"{_short(rate['value']):>8} [{_short(rate['low'])}–{_short(rate['high'])}]"
    line = f"  {case:12s} {row['name']:14s} {numbers:26s}"
    if "ratio" not in row:
        return line.rstrip()
    ratio = row["ratio"]
    numbers = f"{_short(ratio['value'])} × [{_short(ratio['low'])}–{_short(ratio['high'])}]"
    return f"{line}  {first} is {numbers} as fast"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"
