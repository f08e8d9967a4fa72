"""Cats, dogs and wild animals: what is particular to them among the Toybox domains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from repro.data import toybox
from repro.data.toybox import palette, render
from repro.data.toybox.animals import cat, dog, eyes, figure, manes, muzzle, wild
from repro.data.toybox.animals.ears import EARS
from repro.data.toybox.animals.head import HEADS
from repro.data.toybox.animals.parts import HEAD_Y, WILD_PARTS, part
from repro.data.toybox.animals.traits import LIDS, Choices, Traits, roll
from repro.data.toybox.curves import ellipse
from repro.data.toybox.dice import Dice
from repro.data.toybox.harmony import harmonious
from repro.data.toybox.palette import Colour
from repro.data.toybox.planes import Canvas, Plane

SPECIES: dict[str, Choices] = {"cat": cat.CHOICES, "dog": dog.CHOICES, **wild.SPECIES}
NAMED = ("head", "ears", "eyes", "pupil", "muzzle", "nose", "mouth", "brows", "coat", "ruff", "tuft", "worn")
ANIMALS = ("cat", "dog", "wild")


def drawn(traits: Traits, size: int = 64) -> Canvas:
    """The canvas of an animal with these traits."""
    canvas = Canvas(size)
    sheet = Plane.whole(canvas)
    sheet.fill(np.array([(-2.0, -2.0), (2.0, -2.0), (2.0, 2.0), (-2.0, 2.0)]), 0, "backdrop", width=0)
    figure.draw(sheet, traits)
    return canvas


def chart(traits: Traits) -> tuple[np.ndarray, np.ndarray]:
    """Part (64, 64) and part coordinates (2, 64, 64)."""
    return render._chart(drawn(traits))


def at_rest(choices: Choices, seed: int = 1) -> Traits:
    """An animal that sits upright in the middle, looks straight ahead and has its eyes open."""
    traits = roll(Dice(seed), choices)
    return replace(
        traits, shift=(0.0, 0.0), tilt=0.0, lean=0.0, turn=0.0, nod=0.0, perk=0.0, lids="open", scale=1.1
    )


def options(choices: Choices) -> list[tuple[str, str]]:
    """Every (trait, name) a species may have."""
    return [(trait, name) for trait in NAMED for name in getattr(choices, trait)]


@pytest.mark.parametrize("species", SPECIES)
def test_every_choice_can_be_drawn_and_keeps_the_face(species):
    """One choice at a time on a figure at rest: eyes, nose and both ears stay in the picture."""
    choices = SPECIES[species]
    rest = at_rest(choices)
    for trait, name in [*options(choices), *(("lids", name) for name in LIDS)]:
        chosen = choices.coats[name] if trait == "coat" else name
        canvas = drawn(replace(rest, **{trait: chosen}))
        pixels = np.bincount(np.array(canvas.part)[canvas.region].ravel(), minlength=len(WILD_PARTS)) / 16
        assert pixels[part("head")] > 250, (trait, name)
        assert pixels[part("nose")] > 8, (trait, name)
        assert pixels[part("ear")] > 40, (trait, name)
        assert pixels[part("eye")] > 40 or (trait, name) in {("lids", "happy"), ("lids", "asleep")}, name


def test_every_choice_is_known_and_everything_drawn_is_chosen_by_somebody():
    tables: dict[str, Mapping[str, object]] = {
        "head": HEADS,
        "eyes": eyes.SHAPES,
        "pupil": eyes.PUPILS,
        "muzzle": muzzle.MUZZLES,
        "nose": muzzle.NOSES,
    }
    for trait, table in tables.items():
        chosen = {name for choices in SPECIES.values() for name in getattr(choices, trait)}
        assert chosen == set(table), trait
    ears = {name for choices in SPECIES.values() for name in choices.ears}
    assert ears - {"cocked"} == set(EARS)
    for name, choices in SPECIES.items():
        assert set(choices.coat) <= set(choices.coats), name
    wild_coats = {name for choices in wild.SPECIES.values() for name in choices.coat}
    assert wild_coats == set(wild.SPECIES["lion"].coats)
    assert set(manes.MANES) == set(wild.SPECIES["lion"].ruff)


@pytest.mark.parametrize("species", SPECIES)
def test_part_coordinates_forget_the_pose(species):
    """Tilted, leaning, shifted and scaled, every part keeps the coordinates it has at rest."""
    rest = replace(at_rest(SPECIES[species]), worn="bow")
    posed = replace(rest, tilt=10.0, lean=-4.0, shift=(0.06, -0.02), scale=1.0)
    (part_a, uv_a), (part_b, uv_b) = chart(rest), chart(posed)
    for name in ("head", "eye", "nose", "muzzle", "ear"):
        for right in (False, True):
            centres = [
                uv[:, (parts == part(name)) & ((uv[0] > 0) == right)].mean(1)
                for parts, uv in ((part_a, uv_a), (part_b, uv_b))
            ]
            np.testing.assert_allclose(centres[0], centres[1], atol=0.04, err_msg=f"{name} {right}")


@pytest.mark.parametrize("species", SPECIES)
def test_a_turned_face_keeps_the_coordinates_of_its_features(species):
    rest = at_rest(SPECIES[species])
    (part_a, uv_a), (part_b, uv_b) = chart(rest), chart(replace(rest, turn=0.07, nod=0.03))
    for name in ("nose", "muzzle"):
        moved = [np.argwhere(parts == part(name)).mean(0) for parts in (part_a, part_b)]
        assert moved[1][1] - moved[0][1] > 2  # pixels to the right
        assert moved[1][0] - moved[0][0] > 0.5  # and down
        same = [uv[:, parts == part(name)].mean(1) for parts, uv in ((part_a, uv_a), (part_b, uv_b))]
        np.testing.assert_allclose(same[0], same[1], atol=0.03)
    right = (part_b == part("eye")) & (uv_b[0] > 0)
    x, y = HEADS[rest.head].eye
    np.testing.assert_allclose(uv_b[:, right].mean(1), (x, y + HEAD_Y), atol=0.04)


@pytest.mark.parametrize("species", SPECIES)
def test_sides_are_mirror_images(species):
    """A patch, a flower or a pricked ear on the left is the mirror image of one on the right."""

    def roles(traits: Traits) -> np.ndarray:
        canvas = drawn(traits)  # the light does come from one side: tones are compared without it
        return np.array([tone.partition(".")[0] for tone in canvas.tone])[canvas.region]

    for seed in range(4):
        traits = replace(at_rest(SPECIES[species], seed), worn="flower", tuft="none")
        left, right = (roles(replace(traits, side=side)) for side in (-1, 1))
        assert (left == right[:, ::-1]).mean() > 0.985
        assert (left == right).mean() < 0.985  # a flower changed sides, at least


@pytest.mark.parametrize("domain", ANIMALS)
def test_a_muzzle_never_leaves_the_head(domain):
    """It has no outline of its own, so outside the head's it would be a blot on the paper."""
    for index in range(60):
        canvas = render.trace(domain, "val", index, 64)
        parts = np.array(canvas.part)[canvas.region]
        muzzle_, free = parts == part("muzzle"), canvas.ink == 0
        for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
            beside = np.roll(parts, shift, axis)
            assert not (muzzle_ & free & np.isin(beside, (0, part("body")))).any(), index


def test_only_lions_have_manes_and_all_three_species_are_common():
    canvases = [render.trace("wild", "val", index, 16) for index in range(150)]
    lions = sum(part("mane") in canvas.part for canvas in canvases)
    tigers = sum(canvas.tone.count("marking") >= 10 for canvas in canvases)  # stripes
    assert lions > 30
    assert tigers > 30
    assert 150 - lions - tigers > 30
    assert all(canvas.tone.count("marking") < 10 for canvas in canvases if part("mane") in canvas.part)


@pytest.mark.parametrize("domain", ANIMALS)
def test_a_palette_keeps_apart_what_must_be_told_apart(domain):
    """The best of a few throws: rarely a little under the aim, never near enough to be confused."""
    dyes = [render.DOMAINS[domain].colours(Dice(index)) for index in range(300)]
    for pair in (("coat", "marking"), ("coat", "light"), ("coat", "backdrop"), ("mane", "coat")):
        gaps = np.array([dye[pair[0]].distance(dye[pair[1]]) for dye in dyes])
        assert gaps.min() > 0.06, pair
        assert (gaps > 0.1).mean() > 0.97, pair
    assert all(set(toybox.ROLES[domain]) <= set(dye) for dye in dyes)
    coats = palette.rgb([dye["coat"] for dye in dyes])
    assert (coats.std(0) > 0.1).all()  # not all ginger
    assert dyes[0] == render.DOMAINS[domain].colours(Dice(0)) != dyes[1]


@pytest.mark.parametrize("domain", ANIMALS)
def test_the_face_survives_in_the_sketch(domain):
    """xDoG at 64²: in nearly every sketch there is ink in both eyes, at the nose and at the mouth."""
    poor = 0
    for index in range(60):
        drawing = toybox.picture(domain, "val", index, 64)
        ink = drawing.sketch[0] < 0.5
        assert 0.04 < ink.mean() < 0.4, index
        nose = np.argwhere(drawing.part == part("nose")).mean(0).round().astype(int)
        below = ink[nose[0] + 1 : nose[0] + 8, nose[1] - 4 : nose[1] + 5]
        eye = drawing.part == part("eye")
        poor += below.sum() < 6 or (eye.any() and ink[eye].mean() < 0.15)
    assert poor <= 2


def test_a_veil_darkens_markings_too_and_an_inlay_is_a_part_of_its_own():
    canvas = Canvas(32)
    sheet = Plane.whole(canvas)
    sheet.fill(ellipse(0, 0, 3, 3), 0, "backdrop", width=0)
    disc = sheet.fill(ellipse(0, 0, 0.5, 0.5), 1, "coat", width=0)
    sheet.shade(disc, ellipse(0, 0, 0.2, 0.2), "marking")
    sheet.shade(disc, ellipse(-0.4, 0, 0.08, 0.08), "coat.light")
    half = np.array([(-1.0, 0.0), (1.0, 0.0), (1.0, 1.0), (-1.0, 1.0)])
    sheet.veil(disc, half, "shade")
    tones = np.array(canvas.tone)[canvas.region]
    for row, column, tone in (
        *((56, 64, "marking"), (72, 64, "marking.shade"), (56, 88, "coat"), (72, 88, "coat.shade")),
        *((68, 38, "coat.light"), (120, 64, "backdrop")),
    ):
        assert tones[row, column] == tone
    ink = canvas.ink.copy()
    number = sheet.inset(0.3, 0.0).resting(0.0, 0.0).inlay(disc, ellipse(0.2, 0.0, 0.4, 0.4), 2, "light")
    assert canvas.part[number] == 2
    assert canvas.region[64, 90] == number
    assert canvas.tone[canvas.region[64, 110]] == "backdrop"  # clipped by the disc
    np.testing.assert_allclose(canvas.to_uv[number] @ (0.5, 0.0, 1.0), (0.2, 0.0), atol=1e-9)
    np.testing.assert_array_equal(canvas.ink, ink)


def test_harmony_takes_the_first_palette_that_will_do_or_else_the_best_of_eight():
    greys = iter([0.52, 0.58, 0.55, 0.9, 0.51, 0.56, 0.57, 0.53, 0.54, 0.95])

    def throw(_dice: Dice) -> dict[str, Colour]:
        return {"a": Colour(0.5, 0.0, 0.0), "b": Colour(next(greys), 0.0, 0.0)}

    assert harmonious(throw, Dice(0), {("a", "b"): 0.2})["b"].lightness == 0.9  # the fourth
    assert next(greys) == 0.51
    greys = iter([0.52, 0.58, 0.55, 0.59, 0.51, 0.56, 0.57, 0.53, 0.9])
    assert harmonious(throw, Dice(0), {("a", "b"): 0.2})["b"].lightness == 0.59
    assert next(greys) == 0.9
