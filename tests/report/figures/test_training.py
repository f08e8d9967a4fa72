"""What the figure of the training carries is what the record says."""

from __future__ import annotations

import base64
import copy
import io
import json
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

from repro.report.figures import training_explorer

SIDE, ROWS, STEPS = 8, 2, 40
TOLD = {"late": "It comes too late. Begin earlier.", "wild": "It runs away </script>. Hold it."}


def webp(columns: int, seed: int) -> str:
    pixels = np.random.default_rng(seed).integers(0, 256, (ROWS * SIDE, columns * SIDE, 3), np.uint8)
    memory = io.BytesIO()
    Image.fromarray(pixels).save(memory, "WEBP", lossless=True)
    return base64.b64encode(memory.getvalue()).decode()


def grade(value: float) -> dict[str, Any]:
    return {"value": value, "ci95": [value - 0.123456, value + 0.123456], "n": 3}


def run(fault: str, moments: list[int], seed: int) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    curves = {name: draw.random(4).tolist() for name in ("generator/pseudo", "critics/odd")}
    judged = [
        {"step": step, "psnr": grade(9 + step / 7), "part_accuracy": grade(step / 100)} for step in moments
    ]
    return {
        "fault": fault,
        "overrides": {},
        "curves": curves,
        "judged": judged,
        "sprite": webp(len(moments), seed),
    }


@pytest.fixture
def record() -> dict[str, Any]:
    return {
        "config": {"data": {"size": SIDE}, "train": {"steps": STEPS}},
        "shown": webp(3, 9),
        "exhibits": {
            "wild": run("it is wild", [0, 40], 1),
            "healthy": run("nothing", [0, 10, 20, 40], 0),
            "late": run("it is late", [0, 20, 40], 2),
        },
    }


def payload(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def test_runs_survive_the_journey_in_the_order_in_which_they_are_told(record: dict[str, Any]) -> None:
    data = payload(training_explorer(record, TOLD))
    assert (data["side"], data["rows"], data["steps"]) == (SIDE, ROWS, STEPS)
    for packed, name in zip(data["runs"], ("healthy", "late", "wild"), strict=True):
        exhibit = record["exhibits"][name]
        assert packed["fault"] == exhibit["fault"]
        assert packed.get("told") == TOLD.get(name)
        assert packed["curves"] == exhibit["curves"]
        assert packed["sprite"] == "data:image/webp;base64," + exhibit["sprite"]
        assert packed["moments"] == [moment["step"] for moment in exhibit["judged"]]
        for key, field, tolerance in (("psnr", "psnr", 0.006), ("accuracy", "part_accuracy", 0.0006)):
            given = [[m[field]["value"], *m[field]["ci95"]] for m in exhibit["judged"]]
            np.testing.assert_allclose(packed[key], given, atol=tolerance)
    assert data["terms"] == [["generator/pseudo", "pseudo pair (13)"], ["critics/odd", "critics, odd"]]


def test_a_run_that_came_to_nothing_has_no_grade(record: dict[str, Any]) -> None:
    record["exhibits"]["wild"]["judged"][1]["psnr"] = None
    assert payload(training_explorer(record, TOLD))["runs"][2]["psnr"][1] is None


def test_figure_is_self_contained_and_unique(record: dict[str, Any]) -> None:
    html = training_explorer(record, TOLD)
    assert not re.search(r"https?:|@import|url\(", html)
    assert "__ID__" not in html
    assert "__DATA__" not in html
    name = re.search(r'id="(training-\w+)"', html)[1]
    assert name not in training_explorer(record, {"late": TOLD["late"]})
    assert training_explorer(record, TOLD) == html


def test_a_record_that_does_not_fit_is_refused(record: dict[str, Any]) -> None:
    def broken(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
        changed = copy.deepcopy(record)
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        return changed

    for told in ({}, {"unknown": "?"}):
        with pytest.raises(ValueError, match="healthy, late"):
            training_explorer({**record, "exhibits": dict(sorted(record["exhibits"].items()))}, told)
    with pytest.raises(ValueError, match="3 columns"):
        training_explorer(broken(("shown",), webp(4, 0)), TOLD)
    with pytest.raises(ValueError, match="pictures of late"):
        training_explorer(broken(("exhibits", "late", "sprite"), webp(4, 0)), TOLD)
    with pytest.raises(ValueError, match="late was judged"):
        training_explorer(broken(("exhibits", "late", "judged", 1, "step"), 15), TOLD)
