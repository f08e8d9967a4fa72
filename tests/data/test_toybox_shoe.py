"""Toybox shoes: one frame for every kind, white paper, and exemplars for all of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from repro.data import toybox
from repro.data.toybox import render, shoe
from repro.data.toybox.dice import Dice
from repro.data.toybox.shoe import last, traits

PARTS = toybox.PARTS["shoe"]
ROLL = traits.roll


def draw(monkeypatch: pytest.MonkeyPatch, index: int = 0, **changes: object) -> toybox.Drawing:
    """Picture ``index`` with some of its traits replaced."""
    monkeypatch.setattr(shoe, "roll", lambda dice: replace(ROLL(dice), **changes))
    return toybox.picture("shoe", "val", index, 64)


def rolled(count: int) -> list[traits.Traits]:
    return [ROLL(Dice(4, 9, index)) for index in range(count)]


def test_the_backdrop_is_white_in_every_palette():
    for index in range(30):
        drawing = toybox.truth("shoe", "train", index, 100 + index, 64)
        paper = (drawing.part == 0) & (drawing.sketch[0] == 1)
        assert paper.mean() > 0.25
        assert (drawing.color[:, paper] == 1).all()


def test_neighbouring_roles_keep_apart():
    palettes = [shoe.colours(Dice(4, 8, index)) for index in range(300)]
    assert all(set(palette) == set(shoe.ROLES) for palette in palettes)
    others = ("panel", "sole", "laces", "accessory", "lining")
    closest = [min(palette["upper"].distance(palette[role]) for role in others) for palette in palettes]
    assert np.mean(np.array(closest) > 0.10) > 0.97


def test_every_kind_has_a_weight_and_someone_who_draws_it():
    assert set(traits.KINDS) == set(shoe.KINDS)


def test_traits_fall_as_often_as_they_should():
    shoes = rolled(4000)
    assert np.mean([t.mirrored for t in shoes]) == pytest.approx(0.25, abs=0.03)
    counts, total = Counter(t.kind for t in shoes), sum(traits.KINDS.values())
    for kind, weight in traits.KINDS.items():
        assert counts[kind] / 4000 == pytest.approx(weight / total, abs=0.02), kind


@pytest.mark.parametrize("kind", traits.KINDS)
def test_every_kind_stands_in_the_same_frame(kind, monkeypatch):
    """Toe at the left end, heel at the right end, ground below: in part coordinates, however it is posed."""
    for index in range(4):
        drawing = draw(monkeypatch, index, kind=kind)
        u, v = drawing.uv
        figure = drawing.part != 0
        foot = figure & (v > 0.2)
        assert u[foot].min() == pytest.approx(-0.93, abs=0.09)
        assert u[figure].max() == pytest.approx(0.86, abs=0.09)
        assert v[figure].max() == pytest.approx(0.50, abs=0.06)
        for name in ("sole", "lining" if kind not in ("strappy", "sandal", "snow") else "sole"):
            assert (drawing.part == PARTS.index(name)).sum() > 8, name
        worn = np.isin(drawing.part, [PARTS.index("upper"), PARTS.index("strap")])
        assert worn.sum() > 150


@pytest.mark.parametrize("kind", ["runner", "cowboy", "pump", "sandal", "slipper"])
def test_a_mirrored_shoe_is_the_mirror_image_with_the_same_part_coordinates(kind, monkeypatch):
    pose = {"kind": kind, "shift": (0.0, 0.0)}
    left = draw(monkeypatch, 3, mirrored=False, **pose)
    right = draw(monkeypatch, 3, mirrored=True, **pose)
    same = left.part == right.part[:, ::-1]
    assert same.mean() > 0.97
    both = same & (left.part != 0)
    np.testing.assert_allclose(left.uv[:, both], right.uv[:, :, ::-1][:, both], atol=1e-4)
    assert np.abs(left.color - right.color[:, :, ::-1]).mean() < 0.02


def test_the_toe_points_to_the_left_unless_mirrored(monkeypatch):
    for mirrored in (False, True):
        for index in range(10):
            drawing = draw(monkeypatch, index, mirrored=mirrored)
            u, x = drawing.uv[0], np.broadcast_to(np.arange(64), (64, 64))
            figure = drawing.part != 0
            toe, heel = x[figure & (u < -0.6)].mean(), x[figure & (u > 0.5)].mean()
            assert (toe < heel) != mirrored


def test_kinds_tell_themselves_apart_by_what_they_wear(monkeypatch):
    """Laces on what is laced, a heel under what has one, fur on what keeps warm; and nowhere else."""
    wearers = {
        "laces": {"runner", "canvas", "hightop", "combat", "snow", "oxford"},
        "heel": {"chelsea", "cowboy", "pump", "strappy", "heeled", "loafer", "oxford"},
        "cuff": {"snow", "slipper"},
        "insole": {"strappy", "sandal"},
    }
    for kind in traits.KINDS:
        part = draw(monkeypatch, 5, kind=kind, style=0.9).part
        for name, kinds in wearers.items():
            assert (part == PARTS.index(name)).any() == (kind in kinds), (kind, name)


def test_shoes_stay_inside_the_picture():
    touching = 0
    for index in range(150):
        ink = 1 - toybox.picture("shoe", "test", index, 64).sketch[0]
        touching += max(edge.max() for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1])) > 0.5
        assert 0.06 < ink.mean() < 0.30
    assert touching <= 8


def test_every_shoe_finds_its_exemplar_among_three_hundred():
    assert all(exemplar < 300 for _, exemplar in toybox.sample_pairs("shoe", "test", 300))


def test_a_drawing_needs_few_of_the_regions_a_canvas_holds():
    assert max(len(render.trace("shoe", "train", index, 16).tone) for index in range(200)) < 100


SQUARE = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])


def test_span_follows_the_outline_also_past_its_seam():
    np.testing.assert_allclose(
        last.span(SQUARE, (0.5, -0.1), (1.2, 0.5))[[0, 2, -1]], [(0.5, 0), (1, 0), (1, 0.5)]
    )
    around = last.span(SQUARE, (0.0, 0.5), (0.5, 0.0))
    np.testing.assert_allclose(around[[0, 2, -1]], [(0, 0.5), (0, 0), (0.5, 0)])
    assert len(around) == 5


def test_walk_measures_by_length():
    curve = np.array([(0.0, 0.0), (3.0, 0.0), (3.0, 1.0)])
    np.testing.assert_allclose(last.walk(curve, (0.0, 0.5, 0.75, 1.0)), [(0, 0), (2, 0), (3, 0), (3, 1)])
