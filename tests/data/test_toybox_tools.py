"""Toybox's drawing tools: planes, curves, colours and dice, each against a closed form."""

from __future__ import annotations

import numpy as np
import pytest

from repro.data.toybox import palette, render
from repro.data.toybox.curves import arcs, ellipse, ribbon, smooth
from repro.data.toybox.dice import Dice
from repro.data.toybox.palette import Colour
from repro.data.toybox.planes import Canvas, Plane


def test_part_coordinates_undo_the_pose():
    """A square drawn on a moved, turned, scaled plane keeps the coordinates it has at rest."""
    canvas = Canvas(64)
    sheet = Plane.whole(canvas)
    square = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
    sheet.fill(square * 2, 0, "backdrop", width=0)
    posed = sheet.inset(0.2, -0.1, 0.8, 30.0).resting(0.0, 0.3).inset(0.25, 0.0, 0.25)
    posed.fill(square, 1, "hair")
    part, uv = render._chart(canvas)
    row, column = np.nonzero(part == 1)
    assert abs(len(row) - 4 * (0.8 * 0.25 * 32) ** 2) < 12
    np.testing.assert_allclose(uv[:, row, column].mean(1), (0.25, 0.3), atol=0.01)
    np.testing.assert_allclose(uv[:, row, column].min(1), (0.0, 0.05), atol=0.04)
    top = row.argmin()  # turned clockwise, the left upper corner is the highest point
    corner = uv[:, row[top], column[top]]
    np.testing.assert_allclose(corner, (0.0, 0.05), atol=0.06)


def test_a_fill_covers_ink_and_a_shade_stays_inside_its_shape():
    canvas = Canvas(32)
    sheet = Plane.whole(canvas)
    sheet.fill(ellipse(0, 0, 3, 3), 0, "backdrop", width=0)
    sheet.line(np.array([(-0.9, 0.0), (0.9, 0.0)]))
    disc = sheet.fill(ellipse(0, 0, 0.5, 0.5), 1, "hair")
    assert canvas.ink[64, 64] == 0
    assert canvas.ink[64, 6] == canvas.ink[64, 64 + 32] == 255
    before = canvas.ink.copy()
    sheet.shade(disc, ellipse(0.6, 0, 0.5, 0.5), "hair.shade")
    shaded = canvas.region == 2
    assert shaded[64, 80]
    assert not shaded[64, 110]
    assert not shaded[64, 60]
    np.testing.assert_array_equal(canvas.ink, before)


def test_a_canvas_refuses_more_regions_than_a_byte_holds():
    sheet = Plane.whole(Canvas(8))
    for _ in range(256):
        sheet.fill(ellipse(0, 0, 0.1, 0.1), 0, "hair")
    with pytest.raises(ValueError, match="256"):
        sheet.fill(ellipse(0, 0, 0.1, 0.1), 0, "hair")


def test_curves_in_closed_form():
    circle = smooth(ellipse(0.0, 0.0, 1.0, 1.0, count=12))
    np.testing.assert_allclose(np.hypot(*circle.T), 1.0, atol=0.02)
    line = smooth([(0, 0), (1, 1), (3, 3)], closed=False)
    np.testing.assert_allclose(line[:, 0], line[:, 1])
    np.testing.assert_array_equal(line[[0, -1]], [(0, 0), (3, 3)])
    height = arcs([(0, 0), (2, 0)], 0.25)[:, 1]
    assert height.max() == pytest.approx(0.5)  # bulge times chord, to the right of travel: down
    band = ribbon([(0, 0), (1, 0), (2, 0)], (0.2, 0.2, 0.2))
    np.testing.assert_allclose(np.abs(band[:, 1]), 0.1)
    sharp = smooth([(0, 0), (1, 0), (1, 1)], corners=(0, 1, 2))
    assert np.ptp(sharp[:6, 1]) == 0  # an edge between two corners is straight


def test_colours_in_closed_form():
    """White, black and grey are what they are, and sRGB red has the OKLCH its author states."""
    known = palette.rgb([Colour(1, 0, 0), Colour(0, 0, 0), Colour(0.62796, 0.25768, 29.234)])
    np.testing.assert_allclose(known, [(1, 1, 1), (0, 0, 0), (1, 0, 0)], atol=2e-3)
    vivid = palette.rgb([Colour(0.8, 0.4, 140.0)])  # no screen shows this much chroma
    assert 0 <= vivid.min() <= vivid.max() <= 1


def test_neighbouring_colours_are_distinct():
    domain = render.DOMAINS["anime"]
    closest = []
    for index in range(100):
        throw = domain.colours(Dice(7, index))
        assert set(throw) == set(domain.roles)
        closest.append(min(throw["hair"].distance(throw[role]) for role in ("clothes", "skin", "backdrop")))
    assert min(closest) > 0.08


def test_dice_are_fair_and_repeat():
    dice = Dice(1, 2, 3)
    throws = [dice.weighted({"a": 3.0, "b": 1.0}) for _ in range(4000)]
    assert abs(throws.count("a") / 4000 - 0.75) < 0.03
    again = Dice(1, 2, 3)
    assert [again.weighted({"a": 3.0, "b": 1.0}) for _ in range(20)] == throws[:20]
    values = [dice.uniform(2.0, 3.0) for _ in range(1000)]
    assert 2.0 <= min(values) < max(values) < 3.0
    assert {dice.below(3) for _ in range(100)} == {0, 1, 2}
    assert Dice(0).uniform() == pytest.approx(0.6369616873214543)  # PCG64 of SeedSequence(0)
