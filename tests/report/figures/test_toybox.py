"""What the figure of Toybox carries is what it was given; how it answers: book/test_toybox_figure.py."""

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

from repro.report.figures import Shelf, toybox_explorer

COUNT, SIZE, SIDE = 3, 32, 8


@pytest.fixture
def shelf() -> Shelf:
    """Flat pictures, each of a grey of its own, so that WebP keeps them."""
    draw = np.random.default_rng(0)
    flat = np.ones((SIZE, SIZE))
    greys = np.linspace(0.1, 0.9, COUNT * COUNT).reshape(COUNT, COUNT)
    return Shelf(
        title="cat",
        sketches=np.linspace(0, 1, COUNT)[:, None, None, None] * flat,
        colors=greys[:, :, None, None, None] * np.broadcast_to(flat, (3, SIZE, SIZE)),
        part=draw.integers(0, 2, (COUNT, SIDE, SIDE)),
        uv=draw.uniform(-1.2, 0.9, (COUNT, 2, SIDE, SIDE)),
        part_names=("backdrop", "</script> head"),
    )


def payload(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def tile(sheet: np.ndarray, row: int, column: int) -> np.ndarray:
    return sheet[row * SIZE : (row + 1) * SIZE, column * SIZE : (column + 1) * SIZE]


def test_pictures_lie_where_the_page_looks_for_them(shelf: Shelf) -> None:
    (packed,) = payload(toybox_explorer([shelf]))["shelves"]
    raw = base64.b64decode(packed["sheet"].removeprefix("data:image/webp;base64,"))
    sheet = np.asarray(Image.open(io.BytesIO(raw)))
    assert sheet.shape == (COUNT * SIZE, (COUNT + 1) * SIZE, 3)
    for i in range(COUNT):
        for column, expected in enumerate([shelf.sketches[i, 0], *shelf.colors[i, :, 0]]):
            inner = tile(sheet, i, column)[4:-4, 4:-4, 1]
            np.testing.assert_allclose(inner / 255, expected[4:-4, 4:-4], atol=0.03)


def test_the_truth_survives_the_journey(shelf: Shelf) -> None:
    (packed,) = payload(toybox_explorer([shelf]))["shelves"]
    cells = np.frombuffer(base64.b64decode(packed["maps"]), np.uint8).reshape(COUNT, SIDE, SIDE, 3)
    np.testing.assert_array_equal(cells[..., 0], shelf.part)
    places = cells[..., 1:].transpose(0, 3, 1, 2) * packed["unit"] + shelf.uv.min()
    np.testing.assert_allclose(places, shelf.uv, atol=0.51 * packed["unit"])
    assert packed["unit"] < 0.01
    assert packed["part_names"] == list(shelf.part_names)
    assert (packed["count"], packed["size"], packed["side"]) == (COUNT, SIZE, SIDE)


def test_figure_is_self_contained_and_unique(shelf: Shelf) -> None:
    html = toybox_explorer([shelf])
    assert not re.search(r"https?:|@import|url\(", html)
    assert "__ID__" not in html
    assert "__DATA__" not in html
    name = re.search(r'id="(toybox-\w+)"', html)[1]
    assert name not in toybox_explorer([replace(shelf, title="dog")])
    assert toybox_explorer([shelf]) == html


def test_what_does_not_fit_together_is_refused(shelf: Shelf) -> None:
    with pytest.raises(ValueError, match="at least one"):
        toybox_explorer([])
    with pytest.raises(ValueError, match=r"cat: colors must be \(3, 3, 3, 32, 32\)"):
        toybox_explorer([replace(shelf, colors=shelf.colors[:, :2])])
    with pytest.raises(ValueError, match=r"cat: uv must be \(3, 2, 8, 8\)"):
        toybox_explorer([replace(shelf, uv=shelf.uv[:, :1])])
    with pytest.raises(ValueError, match="one of 2 parts"):
        toybox_explorer([replace(shelf, part=shelf.part + 1)])
