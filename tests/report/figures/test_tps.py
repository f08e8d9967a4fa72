"""What the figure of the spline carries is what it was given.

That the page solves it: tests/book/test_tps_figure.py.
"""

from __future__ import annotations

import base64
import io
import json
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

from repro.report.figures import tps_explorer

STILL = {"displacement": 0.0, "rotation": 0.0, "scale": 0.0, "shift": 0.0}
STRENGTHS = {"identity": STILL, "</script> bent": STILL | {"displacement": 0.15}}


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).random((3, 20, 24))


@pytest.fixture
def source() -> np.ndarray:
    return np.random.default_rng(1).uniform(-1, 1, (9, 2))


def payload(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def test_data_survive_the_journey(picture: np.ndarray, source: np.ndarray) -> None:
    carried = payload(tps_explorer(picture, source, STRENGTHS, grid=3))
    assert carried["strengths"] == STRENGTHS
    assert carried["grid"] == 3
    np.testing.assert_array_equal(carried["source"], source)
    image = Image.open(io.BytesIO(base64.b64decode(carried["picture"].split(",")[1])))
    np.testing.assert_array_equal(np.asarray(image).transpose(2, 0, 1), np.round(picture * 255))


def test_figure_is_self_contained_and_unique(picture: np.ndarray, source: np.ndarray) -> None:
    html = tps_explorer(picture, source, STRENGTHS, grid=3)
    assert not re.search(r"https?:|@import|url\(", html)
    assert not re.search("__(ID|DATA|STYLE)__", html)
    name = re.search(r'id="(tps-\w+)"', html)[1]
    assert name not in tps_explorer(picture, -source, STRENGTHS, grid=3)
    assert tps_explorer(picture, source, STRENGTHS, grid=3) == html


def test_wrong_shapes_are_refused(picture: np.ndarray, source: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"source must be \(16, 2\)"):
        tps_explorer(picture, source, STRENGTHS)
    with pytest.raises(ValueError, match=r"picture must be \(3, H, W\), got \(1, 20, 24\)"):
        tps_explorer(picture[:1], source, STRENGTHS, grid=3)
    with pytest.raises(ValueError, match="at least one strength"):
        tps_explorer(picture, source, {}, grid=3)
    with pytest.raises(ValueError, match="'odd' lacks scale, shift"):
        tps_explorer(picture, source, {"odd": {"displacement": 0, "rotation": 0}}, grid=3)
