"""What the figure of the rivals carries is what the record says."""

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

from repro.report.figures import Contender, rivals_explorer

SIDE, COUNT = 8, 2
TOLD = {"sun": Contender("Sun et al.", "place by place </script>"), "ours": Contender("ours", "by matching")}


def webp(width: int, height: int, seed: int) -> str:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    memory = io.BytesIO()
    Image.fromarray(pixels).save(memory, "WEBP", lossless=True)
    return base64.b64encode(memory.getvalue()).decode()


@pytest.fixture
def record() -> dict[str, Any]:
    square, names = COUNT * SIDE, ("ours", "cyclegan", "sun")
    return {
        "settings": {"size": SIDE},
        "methods": {name: {"takes_exemplar": name != "cyclegan"} for name in names},
        "grid": {
            "given": webp(2 * SIDE, square, 0),
            "truth": webp(square, square, 1),
            "made": {name: webp(square, square, 2 + i) for i, name in enumerate(names)},
            "coarse": {"ours": webp(square // 4, square // 4, 9)},
            "delta_e": {name: [[1.26 + i, 2.0], [3.0, 4.04]] for i, name in enumerate(names)},
        },
    }


def payload(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def test_methods_survive_the_journey_in_the_order_in_which_they_are_told(record: dict[str, Any]) -> None:
    data, uri = payload(rivals_explorer(record, TOLD)), "data:image/webp;base64,"
    grid = record["grid"]
    assert (data["side"], data["count"]) == (SIDE, COUNT)
    assert (data["given"], data["truth"]) == (uri + grid["given"], uri + grid["truth"])
    sun, ours = data["methods"]
    assert (sun["title"], sun["words"]) == TOLD["sun"]
    assert sun["coarse"] is None
    assert sun["made"] == uri + grid["made"]["sun"]
    assert sun["error"] == [[3.3, 2.0], [3.0, 4.0]]
    assert ours["coarse"] == uri + grid["coarse"]["ours"]
    assert ours["listens"]
    (deaf,) = payload(rivals_explorer(record, {"cyclegan": Contender("CycleGAN", "none")}))["methods"]
    assert not deaf["listens"]


def test_figure_is_self_contained_and_unique(record: dict[str, Any]) -> None:
    html = rivals_explorer(record, TOLD)
    assert not re.search(r"https?:|@import|url\(", html)
    assert "__ID__" not in html
    assert "__DATA__" not in html
    name = re.search(r'id="(rivals-\w+)"', html)[1]
    assert name not in rivals_explorer(record, {"ours": TOLD["ours"]})
    assert rivals_explorer(record, TOLD) == html


def test_a_record_that_does_not_fit_is_refused(record: dict[str, Any]) -> None:
    for told in ({}, {"unknown": Contender("?", "?")}):
        with pytest.raises(ValueError, match="ours, cyclegan, sun"):
            rivals_explorer(record, told)
    for path in (("truth",), ("made", "sun")):
        broken = copy.deepcopy(record)
        place = broken["grid"]["made"] if len(path) == 2 else broken["grid"]
        place[path[-1]] = webp(3 * SIDE, 2 * SIDE, 0)
        with pytest.raises(ValueError, match=f"pictures of {path[-1]}"):
            rivals_explorer(broken, TOLD)
