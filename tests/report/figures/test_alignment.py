"""What the figure of the common domain carries is what it was given."""

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

from repro.report.figures import Described, OwnPair, alignment_explorer
from repro.report.figures.alignment import TOLERANCE

SIDE, CHANNELS = 6, 24


def described(title: str, decay: float) -> Described:
    """Three grids of features whose channels matter less and less: the larger ``decay``, the faster."""
    draw = np.random.default_rng(1)
    weight = np.exp(-decay * np.arange(CHANNELS))[:, None, None]
    grids = [5 * weight * draw.standard_normal((CHANNELS, SIDE, SIDE)) for _ in range(3)]
    return Described(title, grids, [draw.random((3, SIDE, SIDE)) for _ in range(3)])


@pytest.fixture
def scene() -> OwnPair:
    draw = np.random.default_rng(0)
    return OwnPair(
        sketch=draw.random((1, 16, 16)),
        pictures={"its own": draw.random((3, 16, 16)), "another": draw.random((3, 12, 12))},
        parts=[np.arange(SIDE**2) % 2, np.zeros(SIDE**2, int), np.ones(SIDE**2, int)],
        part_names=("hair", "</script> face"),
    )


@pytest.fixture
def two() -> list[Described]:
    return [described("flat", 0), described("steep", 0.5)]


def payload(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def unpacked(one: dict[str, Any]) -> list[np.ndarray]:
    """As the page does it: (N, rank) for each grid."""
    raw = [np.frombuffer(base64.b64decode(text), "u1") for text in one["features"]]
    return [one["low"] + part.reshape(-1, len(one["low"])) * np.array(one["step"]) for part in raw]


def test_cosines_survive_the_journey(scene: OwnPair, two: list[Described]) -> None:
    found = payload(alignment_explorer(scene, two))["described"]
    for given, one in zip(two, found, strict=True):
        sent = unpacked(one)
        unit = [grid.reshape(CHANNELS, -1).T for grid in given.features]
        unit = [grid / np.linalg.norm(grid, axis=1, keepdims=True) for grid in unit]
        for a, b in ((0, 1), (0, 2)):
            np.testing.assert_allclose(sent[a] @ sent[b].T, unit[a] @ unit[b].T, atol=TOLERANCE + 0.01)


def test_directions_that_do_not_matter_stay_at_home(scene: OwnPair, two: list[Described]) -> None:
    flat, steep = payload(alignment_explorer(scene, two))["described"]
    assert len(flat["low"]) == CHANNELS
    assert len(steep["low"]) < CHANNELS / 2


def test_pictures_tints_and_parts_survive_the_journey(scene: OwnPair, two: list[Described]) -> None:
    data = payload(alignment_explorer(scene, two, chosen=1, start=(2, 5)))
    assert (data["side"], data["chosen"], data["start"]) == (SIDE, 1, [2, 5])
    for text, picture in zip(
        (data["sketch"], *(one["image"] for one in data["pictures"])),
        (scene.sketch, *scene.pictures.values()),
        strict=True,
    ):
        image = Image.open(io.BytesIO(base64.b64decode(text.split(",")[1])))
        shown = np.atleast_3d(np.asarray(image)).transpose(2, 0, 1) / 255
        np.testing.assert_allclose(shown, picture, atol=1 / 255)
    for given, one in zip(two, data["described"], strict=True):
        for tint, text in zip(given.tints, one["tints"], strict=True):
            sent = np.frombuffer(base64.b64decode(text), "u1").reshape(-1, 3).T.reshape(3, SIDE, SIDE) / 255
            np.testing.assert_allclose(sent, tint, atol=1 / 255)
    assert [one["title"] for one in data["pictures"]] == list(scene.pictures)
    np.testing.assert_array_equal(data["parts"], scene.parts)
    assert data["part_names"] == list(scene.part_names)


def test_figure_is_self_contained_and_unique(scene: OwnPair, two: list[Described]) -> None:
    html = alignment_explorer(scene, two)
    assert not re.search(r"https?:|@import|url\(", html)
    assert not re.search("__ID__|__DATA__|__STYLE__", html)
    name = re.search(r'id="(align-\w+)"', html)[1]
    assert name not in alignment_explorer(scene, two, chosen=1)
    assert alignment_explorer(scene, two) == html


def test_parts_that_do_not_fit_are_refused(scene: OwnPair, two: list[Described]) -> None:
    with pytest.raises(ValueError, match="shown first"):
        alignment_explorer(scene, two, chosen=2)
    with pytest.raises(ValueError, match="square"):
        alignment_explorer(replace(scene, parts=[np.zeros(35, int)] * 3), two)
    with pytest.raises(ValueError, match="at least one picture"):
        alignment_explorer(replace(scene, pictures={}), two)
    with pytest.raises(ValueError, match="parts must be"):
        alignment_explorer(replace(scene, parts=scene.parts[:2]), two)
    for name in ("features", "tints"):
        grids = getattr(two[0], name)
        for wrong in (grids[:2], [grids[0], grids[1], grids[2][:, 1:]]):
            with pytest.raises(ValueError, match=f"{name} of 'flat'"):
                alignment_explorer(scene, [replace(two[0], **{name: wrong}), two[1]])
