"""What the figure of the clusters carries is what it was given."""

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

from repro.report.figures import Gallery, clusters_explorer

COUNT, BINS, SIDE = 13, 27, 8


@pytest.fixture
def gallery() -> Gallery:
    draw = np.random.default_rng(0)
    return Gallery(
        pictures=draw.random((COUNT, 3, SIDE, SIDE)),
        alt="Noise, and </script> more of it.",
        histograms=draw.dirichlet(np.full(BINS, 0.3), COUNT),
        bins=draw.uniform(-90, 90, (BINS, 3)),
        shown=draw.uniform(-0.1, 1.1, (BINS, 3)),
        labels={1: np.zeros(COUNT, int), 4: np.arange(COUNT) % 4, COUNT: np.arange(COUNT)},
        apart=draw.uniform(0, 60, (COUNT, COUNT)),
    )


def payload(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def test_pictures_stand_where_the_page_looks_for_them(gallery: Gallery) -> None:
    data = payload(clusters_explorer(gallery, 4))
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["sheet"].split(",")[1]))))
    assert sheet.shape == (2 * SIDE, 10 * SIDE, 3)
    for i, picture in enumerate(gallery.pictures):
        x, y = i % data["columns"] * data["side"], i // data["columns"] * data["side"]
        shown = sheet[y : y + SIDE, x : x + SIDE].transpose(2, 0, 1) / 255
        np.testing.assert_allclose(shown, picture, atol=0.5 / 255 + 1e-9)
    assert (sheet[SIDE:, 3 * SIDE :] == 255).all()


def test_histograms_survive_the_journey(gallery: Gallery) -> None:
    data = payload(clusters_explorer(gallery, 4))
    for (bins, shares), row in zip(data["histograms"], gallery.histograms, strict=True):
        unpacked = np.zeros(BINS)
        unpacked[bins] = np.array(shares) / 1e4
        np.testing.assert_allclose(unpacked, row, atol=6e-4)
    for number, (*lab, red, green, blue) in data["bins"].items():
        np.testing.assert_allclose(lab, gallery.bins[int(number)], atol=0.05)
        clipped = gallery.shown[int(number)].clip(0, 1)
        np.testing.assert_allclose(np.array([red, green, blue]) / 255, clipped, atol=0.5 / 255 + 1e-9)
    used = {b for bins, _ in data["histograms"] for b in bins}
    assert used == set(map(int, data["bins"]))
    middles = gallery.bins[sorted(used)]
    np.testing.assert_array_equal(data["extent"], np.stack([middles.min(0), middles.max(0)], axis=1))


def test_labels_and_distances_survive_the_journey(gallery: Gallery) -> None:
    data = payload(clusters_explorer(gallery, 4, start=7))
    assert (data["count"], data["start"], data["counts"]) == (4, 7, [1, 4, COUNT])
    for k, labels in zip(data["counts"], data["labels"], strict=True):
        assert labels == gallery.labels[k].tolist()
    apart = np.frombuffer(base64.b64decode(data["apart"]), "<u2").reshape(COUNT, COUNT) / 10
    np.testing.assert_allclose(apart, gallery.apart, atol=0.051)
    assert "apart" not in payload(clusters_explorer(replace(gallery, apart=None), 4))


def test_figure_is_self_contained_and_unique(gallery: Gallery) -> None:
    html = clusters_explorer(gallery, 4)
    assert not re.search(r"https?:|@import|url\(", html)
    assert "__ID__" not in html
    assert "__DATA__" not in html
    name = re.search(r'id="(clusters-\w+)"', html)[1]
    assert name not in clusters_explorer(gallery, 4, start=1)
    assert clusters_explorer(gallery, 4) == html


def test_parts_that_do_not_fit_are_refused(gallery: Gallery) -> None:
    for name, wrong in (
        ("pictures", gallery.pictures[:-1]),
        ("pictures", gallery.pictures[..., :-1]),
        ("bins", gallery.bins[:-1]),
        ("shown", gallery.shown[:, :2]),
        ("labels", {4: np.zeros(COUNT + 1, int)}),
        ("apart", gallery.apart[:-1]),
    ):
        with pytest.raises(ValueError, match=name):
            clusters_explorer(replace(gallery, **{name: wrong}), 4)
    for count, start in ((5, 0), (4, COUNT), (4, -1)):
        with pytest.raises(ValueError, match="the gallery has"):
            clusters_explorer(gallery, count, start)
