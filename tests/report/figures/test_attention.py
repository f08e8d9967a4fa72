"""The figure of Eq. 8 carries what it was given."""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from repro.report.figures import Gaze, Scene, attention_explorer

N, M = 16, 25


def weights(draw: np.random.Generator) -> np.ndarray:
    return draw.dirichlet(np.full(M, 0.3), N)


@pytest.fixture
def scene() -> Scene:
    draw = np.random.default_rng(0)
    return Scene(
        title="A",
        sketch=draw.random((1, 16, 16)),
        exemplar=draw.random((3, 20, 20)),
        gazes={name: Gaze(*(weights(draw) for _ in range(3))) for name in ("before", "after")},
        parts=(np.arange(N) % 3, np.arange(M) % 2),
        part_names=("sky", "hair", "</script> face"),
    )


def payload(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def test_weights_survive_the_journey(scene: Scene) -> None:
    data = payload(attention_explorer([scene], start=(1, 2)))
    assert data["gazes"] == ["before", "after"]
    assert data["start"] == [1, 2]
    (packed,) = data["scenes"]
    for name, maps in zip(data["gazes"], packed["maps"], strict=True):
        for field in fields(Gaze):
            given, sent = getattr(scene.gazes[name], field.name), maps[field.name]
            light = zlib.decompress(base64.b64decode(sent["light"]))
            squares = (np.frombuffer(light, np.uint8).reshape(N, M) / data["levels"]) ** 2
            found = squares / squares.sum(axis=1, keepdims=True)
            np.testing.assert_allclose(found, given, atol=0.04 * given.max())
            assert sent["best"] == given.argmax(axis=1).tolist()
    assert packed["parts"] == {"x": scene.parts[0].tolist(), "y": scene.parts[1].tolist()}
    assert packed["part_names"] == list(scene.part_names)


def test_best_match_is_exact_where_the_steps_are_not(scene: Scene) -> None:
    close = np.full((N, M), 1 / M)
    close[:, 7] *= 1.0001
    close /= close.sum(axis=1, keepdims=True)
    gazes = {"after": Gaze(close, close, close)}
    (packed,) = payload(attention_explorer([replace(scene, gazes=gazes)]))["scenes"]
    assert packed["maps"][0]["joined"]["best"] == [7] * N


def test_figure_is_self_contained_and_unique(scene: Scene) -> None:
    html = attention_explorer([scene])
    assert not re.search(r"https?:|@import|url\(", html)
    assert not re.search(r"__(ID|DATA|STYLE|SCRIPT)__", html)
    name = re.search(r'id="(attention-\w+)"', html)[1]
    assert name not in attention_explorer([replace(scene, title="B")])
    assert attention_explorer([scene]) == html


def test_what_does_not_fit_is_refused(scene: Scene) -> None:
    gaze = scene.gazes["after"]
    with pytest.raises(ValueError, match="at least one"):
        attention_explorer([])
    with pytest.raises(ValueError, match="same names"):
        attention_explorer([scene, replace(scene, gazes={"after": gaze})])
    with pytest.raises(ValueError, match="square"):
        attention_explorer([replace(scene, parts=(np.zeros(15, int), scene.parts[1]))])
    for wrong, message in (
        (gaze.joined[:-1], "must be"),
        (gaze.joined * 2, "sum to 1"),
        (-gaze.joined, "neg"),
    ):
        with pytest.raises(ValueError, match=message):
            attention_explorer([replace(scene, gazes={"after": replace(gaze, joined=wrong)})])
