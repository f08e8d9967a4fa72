"""What the figure of the moments carries is what it was given.

That the page computes the shortcuts: tests/book/test_moments_figure.py.
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

from repro.report.figures import Head, Painting, moments_explorer

SIDE, CHANNELS, HIDDEN = 8, 5, 3


@pytest.fixture
def head() -> Head:
    draw = np.random.default_rng(0)

    def conv(inputs: int, outputs: int) -> tuple[np.ndarray, np.ndarray]:
        return draw.normal(size=(outputs, inputs, 3, 3)), draw.normal(size=outputs)

    predict = conv(2, HIDDEN), conv(HIDDEN, 2 * CHANNELS)
    return Head(predict, second=conv(CHANNELS, CHANNELS), residual=conv(CHANNELS, 3))


@pytest.fixture
def scenes() -> list[Painting]:
    draw = np.random.default_rng(1)
    return [
        Painting(
            title=title,
            picture=draw.random((3, SIDE, SIDE)),
            coarse=draw.random((3, SIDE, SIDE)),
            features=draw.normal(size=(CHANNELS, SIDE, SIDE)) * draw.uniform(0.1, 5, (CHANNELS, 1, 1)),
            mean=draw.normal(size=(SIDE, SIDE)),
            std=draw.random((SIDE, SIDE)),
        )
        for title in ("A", "</script> B")
    ]


def payload(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def floats(text: str, *shape: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape)


def pixels(address: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))))


def test_scenes_survive_the_journey(scenes: list[Painting], head: Head) -> None:
    data = payload(moments_explorer(scenes, head))
    assert (data["side"], data["channels"]) == (SIDE, CHANNELS)
    for packed, scene in zip(data["scenes"], scenes, strict=True):
        assert packed["title"] == scene.title
        for name in ("picture", "coarse"):
            shown = pixels(packed[name]).transpose(2, 0, 1) / 255
            np.testing.assert_allclose(shown, getattr(scene, name), atol=0.5 / 255 + 1e-9)
        step = np.array(packed["step"])[:, None, None]
        unpacked = pixels(packed["features"]).reshape(CHANNELS, SIDE, SIDE) * step
        unpacked += np.array(packed["low"])[:, None, None]
        assert (np.abs(unpacked - scene.features) <= 0.5 * step + 1e-9).all()
        assert (step[:, 0, 0] < 0.02 * np.ptp(scene.features, axis=(1, 2))).all()
        steps = np.frombuffer(base64.b64decode(packed["moments"]), "<u2").reshape(2, SIDE, SIDE)
        low, span = packed["ends"]
        moments = np.stack([scene.mean, scene.std])
        np.testing.assert_allclose(low + steps / 65535 * span, moments, atol=1e-4)


def test_layers_stand_in_the_order_of_their_use(scenes: list[Painting], head: Head) -> None:
    layers = payload(moments_explorer(scenes, head))["layers"]
    for packed, (weight, bias) in zip(layers, [*head.predict, head.second, head.residual], strict=True):
        np.testing.assert_allclose(floats(packed["weight"], *weight.shape), weight, rtol=1e-6)
        np.testing.assert_allclose(floats(packed["bias"], *bias.shape), bias, rtol=1e-6)


def test_figure_is_self_contained_and_unique(scenes: list[Painting], head: Head) -> None:
    html = moments_explorer(scenes, head)
    assert not re.search(r"https?:|@import|url\(", html)
    assert not re.search("__(ID|DATA|STYLE)__", html)
    name = re.search(r'id="(moments-\w+)"', html)[1]
    assert name not in moments_explorer(scenes[::-1], head)
    assert moments_explorer(scenes, head) == html


def test_parts_that_do_not_fit_are_refused(scenes: list[Painting], head: Head) -> None:
    with pytest.raises(ValueError, match="two scenes"):
        moments_explorer(scenes[:1], head)
    for name in ("picture", "coarse", "features", "mean", "std"):
        wrong = replace(scenes[1], **{name: getattr(scenes[1], name)[..., :-1]})
        with pytest.raises(ValueError, match=f"B: {name} must be"):
            moments_explorer([scenes[0], wrong], head)
    weight, bias = head.second
    for name, layer in (("second", (weight[:-1], bias)), ("residual", (weight, bias))):
        with pytest.raises(ValueError, match=f"{name} must go from {CHANNELS} to"):
            moments_explorer(scenes, replace(head, **{name: layer}))
    with pytest.raises(ValueError, match=r"predict\[1\] must go from 3 to 10"):
        moments_explorer(scenes, replace(head, predict=(head.predict[0], head.second)))
