"""What the figure of the critics carries is what it was given.

That the page runs the networks: tests/book/test_critics_figure.py.
"""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from repro.report.figures import Critic, critics_explorer

STRIDES = (2, 1)
SIDE, DRAWINGS, PALETTES = 16, 2, 3


def layers(channels: int) -> list[tuple[np.ndarray, np.ndarray]]:
    draw = np.random.default_rng(channels)
    shapes = [(5, 3 + channels), (1, 5)]
    return [(draw.normal(size=(*shape, 4, 4)), draw.normal(size=shape[0])) for shape in shapes]


def critic(channels: int) -> Critic:
    draw = np.random.default_rng(10 + channels)
    return Critic(
        title="</script> a critic",
        good="good",
        bad="bad",
        condition=draw.random((channels, SIDE, SIDE)),
        scales=[layers(channels), layers(channels)],
        matched=draw.normal(1, 1, 9),
        mismatched=draw.normal(-1, 1, 7),
    )


@pytest.fixture
def pictures() -> np.ndarray:
    return np.random.default_rng(0).random((DRAWINGS, PALETTES, 3, SIDE, SIDE))


@pytest.fixture
def critics() -> list[Critic]:
    return [critic(1), critic(3)]


def payload(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def unpacked(address: str) -> np.ndarray:
    """A data URI as (H, W) or (H, W, 3) in [0, 1]."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1])))) / 255


def test_pictures_lie_where_the_page_looks_for_them(pictures, critics) -> None:
    data = payload(critics_explorer(pictures, critics, STRIDES))
    sheet = unpacked(data["sheet"])
    assert (data["side"], data["drawings"], data["palettes"]) == (SIDE, DRAWINGS, PALETTES)
    for d in range(DRAWINGS):
        for p in range(PALETTES):
            tile = sheet[d * SIDE : (d + 1) * SIDE, p * SIDE : (p + 1) * SIDE].transpose(2, 0, 1)
            np.testing.assert_allclose(tile, pictures[d, p], atol=0.5 / 255 + 1e-9)
    for packed, given in zip(data["critics"], critics, strict=True):
        condition = unpacked(packed["condition"]).reshape(SIDE, SIDE, -1).transpose(2, 0, 1)
        np.testing.assert_allclose(condition, given.condition, atol=0.5 / 255 + 1e-9)


def test_networks_survive_the_journey(pictures, critics) -> None:
    data = payload(critics_explorer(pictures, critics, STRIDES))
    assert data["strides"] == list(STRIDES)
    for packed, given in zip(data["critics"], critics, strict=True):
        assert packed["channels"] == len(given.condition)
        for scale, expected in zip(packed["scales"], given.scales, strict=True):
            for layer, (weight, bias) in zip(scale, expected, strict=True):
                raw = np.frombuffer(base64.b64decode(layer["weight"]), "<i2")
                found = raw.reshape(weight.shape) * layer["unit"]
                np.testing.assert_allclose(found, weight, atol=abs(weight).max() / 60_000)
                np.testing.assert_allclose(layer["bias"], bias, atol=1e-6)
                assert (layer["outputs"], layer["inputs"]) == weight.shape[:2]


def test_scores_of_others_are_sorted(pictures, critics) -> None:
    for packed, given in zip(
        payload(critics_explorer(pictures, critics, STRIDES))["critics"], critics, strict=True
    ):
        np.testing.assert_allclose(packed["matched"], np.sort(given.matched), atol=1e-4)
        np.testing.assert_allclose(packed["mismatched"], np.sort(given.mismatched), atol=1e-4)


def test_figure_is_self_contained_and_unique(pictures, critics) -> None:
    html = critics_explorer(pictures, critics, STRIDES)
    assert not re.search(r"https?:|@import|url\(", html)
    assert not re.search("__(ID|DATA|STYLE)__", html)
    name = re.search(r'id="(critics-\w+)"', html)[1]
    assert name not in critics_explorer(1 - pictures, critics, STRIDES)
    assert critics_explorer(pictures, critics, STRIDES) == html


def test_what_does_not_fit_together_is_refused(pictures, critics) -> None:
    first, second = critics
    wide = [(np.zeros((2, 4, 4, 4)), np.zeros(2)), (np.zeros((2, 2, 4, 4)), np.zeros(2))]
    for wrong, message in (
        ({"condition": first.condition[:, 1:]}, "condition must be"),
        ({"condition": np.zeros((2, SIDE, SIDE))}, "condition must be"),
        ({"scales": first.scales[:1]}, "two scales"),
        ({"scales": [first.scales[0], first.scales[0][:1]]}, "2 layers are needed"),
        ({"scales": [first.scales[0], second.scales[0]]}, "a weight must be"),
        ({"scales": [first.scales[0], wide]}, "must give one score"),
        ({"matched": np.zeros(0)}, "scores of other pairs"),
    ):
        with pytest.raises(ValueError, match=message):
            critics_explorer(pictures, [replace(first, **wrong), second], STRIDES)
    with pytest.raises(ValueError, match="two critics"):
        critics_explorer(pictures, [first], STRIDES)
    with pytest.raises(ValueError, match="pictures must be"):
        critics_explorer(pictures[..., 1:], critics, STRIDES)
