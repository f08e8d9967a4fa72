"""What the figure of xDoG carries is what it was given.

That the page computes xDoG: tests/book/test_xdog_figure.py.
"""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from PIL import Image

from repro.data.xdog import ANIME, PHOTO
from repro.report.figures import xdog_explorer
from repro.report.figures.xdog import RANGES, SMALLEST_SIDE

STYLES = {"ANIME": asdict(ANIME), "PHOTO": asdict(PHOTO)}


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).random((3, 80, 96))


def payload(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def test_data_survive_the_journey(picture: np.ndarray) -> None:
    carried = payload(xdog_explorer({"</script> noise": picture}, STYLES))
    assert carried["styles"] == STYLES
    assert list(carried["pictures"]) == ["</script> noise"]
    image = Image.open(io.BytesIO(base64.b64decode(carried["pictures"]["</script> noise"].split(",")[1])))
    shown = np.asarray(image).transpose(2, 0, 1)
    np.testing.assert_array_equal(shown, np.round(picture * 255))


def test_figure_is_self_contained_and_unique(picture: np.ndarray) -> None:
    html = xdog_explorer({"a": picture}, STYLES)
    assert not re.search(r"https?:|@import|url\(", html)
    assert not re.search("__(ID|DATA|STYLE)__", html)
    name = re.search(r'id="(xdog-\w+)"', html)[1]
    assert name not in xdog_explorer({"b": picture}, STYLES)
    assert xdog_explorer({"a": picture}, STYLES) == html


def test_the_sliders_cannot_ask_for_a_blur_wider_than_the_smallest_picture() -> None:
    radius = int(np.ceil(4 * RANGES["sigma"][1] * RANGES["k"][1]))
    assert radius < SMALLEST_SIDE
    assert xdog_explorer({"small": np.zeros((3, SMALLEST_SIDE, SMALLEST_SIDE))}, STYLES)
    with pytest.raises(ValueError, match=f"'small' must be .* {SMALLEST_SIDE} or more, got"):
        xdog_explorer({"small": np.zeros((3, SMALLEST_SIDE - 1, 99))}, STYLES)


@pytest.mark.parametrize(
    "wrong",
    [{"sigma": 9.0}, {"sigma": 0.0}, {"phi": 1e10}, {"phi": 0.0}, {"epsilon": float("nan")}, {"blur": -1.0}],
)
def test_a_style_beyond_the_sliders_is_refused(picture: np.ndarray, wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"style 'odd' needs {next(iter(wrong))} between"):
        xdog_explorer({"a": picture}, {"odd": STYLES["PHOTO"] | wrong})


def test_what_cannot_be_shown_is_refused(picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="at least one picture and one style"):
        xdog_explorer({}, STYLES)
    with pytest.raises(ValueError, match="at least one picture and one style"):
        xdog_explorer({"a": picture}, {})
    with pytest.raises(ValueError, match=r"must be \(3, H, W\)"):
        xdog_explorer({"gray": picture[:1]}, STYLES)
    lacking = {name: value for name, value in STYLES["PHOTO"].items() if name != "k"}
    with pytest.raises(ValueError, match="needs k between"):
        xdog_explorer({"a": picture}, {"odd": lacking})
