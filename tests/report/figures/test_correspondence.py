"""What the figure carries is what it was given."""

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

from repro.report.figures import Pair, correspondence_explorer


@pytest.fixture
def pair() -> Pair:
    draw = np.random.default_rng(0)
    return Pair(
        title="A",
        sketch=draw.random((1, 16, 16)),
        exemplar=draw.random((3, 12, 12)),
        similarity=draw.uniform(-1, 1, (16, 9)),
        colours=draw.random((3, 3, 3)),
        truth=np.arange(16) % 9,
        parts=(np.zeros(16, int), np.ones(9, int)),
        part_names=("hair", "</script> face"),
    )


def payload(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def raw(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind)


def test_data_survive_the_journey(pair: Pair) -> None:
    (packed,) = payload(correspondence_explorer([pair], alpha=30, start=(1, 2)))["pairs"]
    matrix = raw(packed["similarity"], "<u2").reshape(16, 9) / 32767.5 - 1
    np.testing.assert_allclose(matrix, pair.similarity, atol=2e-5)
    colours = raw(packed["colours"], "u1").reshape(9, 3).T.reshape(3, 3, 3) / 255
    np.testing.assert_allclose(colours, pair.colours, atol=1 / 255)
    for name in ("sketch", "exemplar"):
        image = Image.open(io.BytesIO(base64.b64decode(packed[name].split(",")[1])))
        shown = np.atleast_3d(np.asarray(image)).transpose(2, 0, 1) / 255
        np.testing.assert_allclose(shown, getattr(pair, name), atol=1 / 255)
    assert packed["truth"] == pair.truth.tolist()
    assert packed["part_names"] == list(pair.part_names)


def test_quantisation_keeps_the_weights_at_the_largest_alpha(pair: Pair) -> None:
    (packed,) = payload(correspondence_explorer([pair]))["pairs"]
    matrix = raw(packed["similarity"], "<u2").reshape(16, 9) / 32767.5 - 1

    def weights(m: np.ndarray) -> np.ndarray:
        powers = np.exp(200 * (m - m.max(axis=1, keepdims=True)))
        return powers / powers.sum(axis=1, keepdims=True)

    np.testing.assert_allclose(weights(matrix), weights(pair.similarity), atol=5e-3)


def test_figure_is_self_contained_and_unique(pair: Pair) -> None:
    html = correspondence_explorer([pair])
    other = correspondence_explorer([replace(pair, title="B")])
    assert not re.search(r"https?:|@import|url\(", html)
    assert "__ID__" not in html
    assert "__DATA__" not in html
    name = re.search(r'id="(corr-\w+)"', html)[1]
    assert name not in other
    assert correspondence_explorer([pair]) == html


def test_wrong_shapes_are_refused(pair: Pair) -> None:
    with pytest.raises(ValueError, match="square"):
        correspondence_explorer([replace(pair, similarity=np.zeros((15, 9)))])
    with pytest.raises(ValueError, match="colours"):
        correspondence_explorer([replace(pair, colours=np.zeros((3, 4, 4)))])
    with pytest.raises(ValueError, match="at least one"):
        correspondence_explorer([])
