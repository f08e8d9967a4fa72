"""Difficulty on purpose: every knob does what its number says, and nothing else."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from repro.data import toybox
from repro.data.toybox import HUMAN_HAND, PLAIN, Difficulty, render
from repro.data.toybox.dice import Dice
from repro.data.toybox.difficulty import placed
from repro.data.toybox.palette import INK
from repro.data.toybox.planes import Canvas, Plane
from repro.data.toybox.texture import grain

DOMAINS = list(render.DOMAINS)
FIELDS = ("color", "sketch", "part", "uv")
HAND = {"broken": 0.2, "doubled": 0.3, "wobble": 2.0, "stray": 4}
EVERYTHING = replace(HUMAN_HAND, pose=30.0, scale=0.3, texture=0.4)


def apart(one: toybox.Drawing, other: toybox.Drawing) -> set[str]:
    return {name for name in FIELDS if not np.array_equal(getattr(one, name), getattr(other, name))}


# The numbers


@pytest.mark.parametrize("name", [field.name for field in fields(Difficulty)])
@pytest.mark.parametrize("value", [-1, 1000, float("nan"), float("inf")])
def test_a_number_out_of_range_is_named(name, value):
    with pytest.raises(ValueError, match=f"difficulty {name} is .* from 0 to"):
        Difficulty(**{name: value})


@pytest.mark.parametrize("name", ["missing", "stray"])
def test_what_is_counted_is_whole(name):
    with pytest.raises(ValueError, match="whole"):
        Difficulty(**{name: 1.5})


def test_a_pair_shares_the_difficulty_out():
    both = replace(EVERYTHING, missing=1)
    content, exemplar = both.of_content(), both.of_exemplar()
    assert content == replace(HUMAN_HAND, texture=0.4, missing=1)
    assert exemplar == Difficulty(pose=30.0, scale=0.3, texture=0.4, missing=1)
    assert PLAIN == Difficulty() == PLAIN.of_content() == PLAIN.of_exemplar()


@pytest.mark.parametrize("domain", DOMAINS)
def test_each_knob_changes_its_own_fields_only(domain):
    plain = toybox.picture(domain, "val", 3, 64, "drawn")
    assert apart(plain, toybox.picture(domain, "val", 3, 64, "drawn", Difficulty(missing=2))) == set()
    for name, value in HAND.items():
        shaky = toybox.picture(domain, "val", 3, 64, "drawn", Difficulty(**{name: value}))
        assert apart(plain, shaky) == {"sketch"}, name
    assert apart(plain, toybox.picture(domain, "val", 3, 64, "drawn", Difficulty(texture=0.3))) == {"color"}
    for name, value in (("pose", 10.0), ("scale", 0.2)):
        assert apart(
            plain, toybox.picture(domain, "val", 3, 64, "drawn", Difficulty(**{name: value}))
        ) == set(FIELDS)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("sketch", ["drawn", "xdog"])
def test_a_difficult_picture_keeps_every_promise(domain, sketch):
    for index in range(5):
        drawing = toybox.picture(domain, "val", index, 64, sketch, EVERYTHING)
        again = toybox.truth(domain, "val", index, index + 1, 64, sketch, EVERYTHING)
        assert apart(drawing, again) == {"color"}
        assert apart(drawing, toybox.picture(domain, "val", index, 64, sketch, EVERYTHING)) == set()
        assert drawing.color.dtype == drawing.sketch.dtype == drawing.uv.dtype == np.float32
        assert min(drawing.color.min(), drawing.sketch.min()) >= 0
        assert max(drawing.color.max(), drawing.sketch.max()) <= 1
        assert set(np.unique(drawing.part)) <= set(range(len(toybox.PARTS[domain])))


# Pose and scale


def test_the_figure_is_turned_and_scaled_by_exactly_that_either_way():
    sheet = Plane.whole(Canvas(8))
    turns, sizes = set(), set()
    for index in range(40):
        place = placed(sheet, Difficulty(pose=25.0, scale=0.5), Dice(index)).place
        np.testing.assert_array_equal(place[:, 2], (0, 0, 1))  # about the middle
        turns.add(round(float(np.degrees(np.arctan2(place[1, 0], place[0, 0]))), 6))
        sizes.add(round(float(np.sqrt(np.linalg.det(place[:2, :2]))), 6))
    assert turns == {-25.0, 25.0}
    assert sizes == {1.5, round(1 / 1.5, 6)}


def similarity(domain: str, index: int, difficulty: Difficulty) -> np.ndarray:
    """The known (2, 2) map from a place in the plain picture to its place in the difficult one."""
    key = render._key(domain, "val", index)
    return placed(Plane.whole(Canvas(8)), difficulty, Dice(*key, render._POSE)).place[:2, :2]


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_nearest_part_coordinates_are_the_known_similarity(domain):
    """The true correspondence between a figure and itself, turned by 20° and 1.2 times as large or small."""
    size, difficulty = 96, Difficulty(pose=20.0, scale=0.2)
    errors = []
    for index in range(4):
        x = toybox.picture(domain, "val", index, size)
        y = toybox.picture(domain, "val", index, size, difficulty=difficulty)
        for part in np.unique(x.part[x.part > 0]):
            at = np.argwhere(x.part == part)[::7]
            places = np.argwhere(y.part == part)
            if not len(places):
                continue
            gaps = x.uv[:, at[:, 0], at[:, 1]][:, :, None] - y.uv[:, places[:, 0], places[:, 1]][:, None]
            found = places[np.hypot(*gaps).argmin(1)]
            middle = (size - 1) / 2
            true = (at[:, ::-1] - middle) @ similarity(domain, index, difficulty).T + middle  # x, y
            inside = (np.abs(true - middle) < middle - 2).all(1)
            errors.append(np.abs(found[:, ::-1] - true).max(1)[inside])
    # A pixel whose part is a sliver has no pixel centre of its own in the other picture.
    assert np.quantile(np.concatenate(errors), 0.95) <= 1.0
    assert np.median(np.concatenate(errors)) <= 0.5


# Texture


@pytest.mark.parametrize("depth", [0.2, 0.6])
def test_texture_dims_the_flat_colours_between_its_depth_and_1_in_every_palette(depth):
    for index in range(6):
        lights = []
        for palette in (index, 50):
            plain = toybox.truth("anime", "val", index, palette, 64)
            grained = toybox.truth("anime", "val", index, palette, 64, difficulty=Difficulty(texture=depth))
            ink = INK[:, None, None] * (1 - plain.sketch)
            free = np.broadcast_to(plain.sketch > 0.5, plain.color.shape) & (plain.color - ink > 0.2)
            light = (grained.color - ink) / np.where(free, plain.color - ink, 1)
            lights.append(np.where(free, light, np.nan))
            assert light[free].min() > 1 - depth - 1e-3
            assert light[free].max() < 1 + 1e-3
            assert np.ptp(light[free]) > 0.7 * depth
            np.testing.assert_allclose(
                grained.color[:, plain.sketch[0] == 0], ink[:, plain.sketch[0] == 0], atol=1e-6
            )
        assert np.nanmax(np.abs(lights[0] - lights[1])) < 1e-3


def test_grain_clings_to_the_parts():
    """It is a function of part and part coordinates alone: shuffled pixels carry their grain along."""
    drawing = toybox.picture("anime", "val", 0, 64)
    order = np.random.default_rng(0).permutation(64 * 64)
    part, uv = drawing.part.reshape(64, 64), drawing.uv
    shuffled = grain(part.ravel()[order][None], uv.reshape(2, 1, -1)[:, :, order], 0.5, Dice(1))
    np.testing.assert_allclose(shuffled[0], grain(part, uv, 0.5, Dice(1)).ravel()[order], atol=1e-12)
    other = grain(part, uv, 0.5, Dice(2))
    assert np.abs(other.ravel()[order] - shuffled[0]).mean() > 0.05


def test_grain_runs_along_both_coordinates():
    along = np.linspace(-1, 1, 64, dtype=np.float32)
    for axis in (0, 1):
        uv = np.zeros((2, 1, 64), np.float32)
        uv[axis] = along
        spread = [np.ptp(grain(np.ones((1, 64), np.int64), uv, 0.5, Dice(index))) for index in range(20)]
        assert np.median(spread) > 0.2
    assert (grain(np.zeros((1, 64), np.int64), uv, 0.5, Dice(0)) == 1).all()  # the background has none


def test_a_count_given_as_a_float_is_a_count():
    assert Difficulty(stray=2.0) == Difficulty(stray=2)
    assert isinstance(Difficulty(stray=2.0).stray, int)
