"""Toybox pairs: an exemplar shows what its sketch needs, or lacks exactly what is to be missing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from repro.data import toybox
from repro.data.toybox import pairs, render
from repro.data.toybox.planes import Canvas

PLAINLY = 4
DOMAINS = list(render.DOMAINS)


def seen_roles(domain: str, canvas: Canvas) -> dict[str, int]:
    """Role → pixels of the 64² picture that it colours: visibility from outside.

    The picture is painted with three roles at a time, a primary colour each, and all else black.
    """
    roles = toybox.ROLES[domain]
    light = np.ones((64, 64))
    black = render._painted(canvas, np.zeros((256, 3), np.uint8), light)
    pixels: dict[str, int] = {}
    for first in range(0, len(roles), 3):
        three = roles[first : first + 3]
        lookup = np.zeros((256, 3), np.uint8)
        for number, tone in enumerate(canvas.tone):
            if tone.partition(".")[0] in three:
                lookup[number, three.index(tone.partition(".")[0])] = 255
        lit = render._painted(canvas, lookup, light) - black > 0.004
        pixels |= dict(zip(three, lit.sum((1, 2)).tolist(), strict=False))
    return pixels


@pytest.mark.slow
@pytest.mark.parametrize("domain", DOMAINS)
def test_500_pairs_show_every_role_of_the_content_in_the_exemplar(domain, monkeypatch):
    canvases: dict[int, Canvas] = {}

    def trace(domain: str, split: str, index: int, size: int) -> Canvas:
        canvases[index] = render.trace(domain, split, index, size)
        return canvases[index]

    pairs._areas.cache_clear()
    monkeypatch.setattr(pairs, "trace", trace)  # what the sampler draws is looked at here, too
    chosen = toybox.sample_pairs(domain, "test", 500)
    assert [content for content, _ in chosen] == list(range(500))
    assert all(content != exemplar for content, exemplar in chosen)
    seen = {index: seen_roles(domain, canvases[index]) for index in {i for pair in chosen for i in pair}}
    for content, exemplar in chosen:
        for role, pixels in seen[content].items():
            assert not pixels or seen[exemplar][role] >= PLAINLY, (content, exemplar, role)
    hidden = [role for pixels in seen.values() for role, count in pixels.items() if not count]
    assert hidden  # otherwise the guarantee says nothing
    for index in range(0, 60, 3):
        visible = toybox.visible_roles(domain, "test", index)
        assert visible >= {role for role, count in seen[index].items() if count}
        barely = {role for role in visible if not seen[index][role]}
        areas = toybox.role_areas(domain, "test", index)
        assert all(areas[role] < 0.5 for role in barely)  # less than rounding to a byte can show
    assert len({exemplar for _, exemplar in chosen}) > 150  # nobody is everyone's exemplar


@pytest.mark.parametrize("domain", DOMAINS)
def test_pairs_show_every_worn_part_of_the_content_in_the_exemplar(domain):
    missing = 0
    for content, exemplar in toybox.sample_pairs(domain, "val", 100):
        x, y = (toybox.picture(domain, "val", index, 64, "drawn") for index in (content, exemplar))
        plain = x.sketch[0] > 0.9  # pixels of a part that no line covers
        for number, part in enumerate(toybox.PARTS[domain]):
            if ((x.part == number) & plain).sum() >= 12 and part not in fixed_tones(domain, content):
                assert (y.part == number).any(), (content, exemplar, part)
            missing += not (x.part == number).any()
    assert missing > 100  # otherwise the guarantee says nothing


def fixed_tones(domain: str, index: int) -> set[str]:
    """Parts painted in nothing but tones that no palette changes, white or a tongue's red."""
    canvas = render.trace(domain, "val", index, 64)
    regions = zip(canvas.tone, canvas.part, strict=True)
    dyed = {part for tone, part in regions if tone.partition(".")[0] in toybox.ROLES[domain]}
    return {name for number, name in enumerate(toybox.PARTS[domain]) if number not in dyed}


def items(domain: str, index: int) -> set[tuple[int, str]]:
    """(part, role) with an area of at least four pixels that no line covers, counted region by region."""
    canvas = render.trace(domain, "test", index, 64)
    area: dict[tuple[int, str], float] = {}
    for number, (tone, part) in enumerate(zip(canvas.tone, canvas.part, strict=True)):
        role = tone.partition(".")[0]
        if role in toybox.ROLES[domain]:
            pixels = ((canvas.region == number) & (canvas.ink == 0)).sum() / 16
            area[part, role] = area.get((part, role), 0.0) + float(pixels)
    return {item for item, pixels in area.items() if pixels >= PLAINLY}


@pytest.mark.parametrize("missing", [1, 2])
def test_what_is_to_be_missing_is_missing(missing):
    lacking = []
    for content, exemplar in toybox.sample_pairs("anime", "test", 60, missing=missing):
        assert content != exemplar
        lacking.append(len(items("anime", content) - items("anime", exemplar)))
    assert min(lacking) == missing
    assert np.mean(lacking) < missing + 0.3  # no more than must be


def test_nothing_missing_is_the_plain_pairing():
    assert toybox.sample_pairs("anime", "test", 40, missing=0) == toybox.sample_pairs("anime", "test", 40)


def test_too_much_missing_is_explained(monkeypatch):
    monkeypatch.setattr(pairs, "_FURTHER", 20)
    with pytest.raises(ValueError, match=r"test/\d: of 25 pictures none lacks 16 of the \d+ items"):
        toybox.sample_pairs("anime", "test", 5, missing=16)
    with pytest.raises(ValueError, match="missing is -1"):
        toybox.sample_pairs("anime", "test", 5, missing=-1)


def test_a_content_that_nothing_fits_is_named(monkeypatch):
    monkeypatch.setattr(pairs, "_FURTHER", 3)
    monkeypatch.setattr(pairs, "_worn", lambda *key: {(key[-1], "hair")})  # everyone wears another thing
    with pytest.raises(ValueError, match="test/0: of 5 pictures none shows every item"):
        toybox.sample_pairs("anime", "test", 2)


def test_pairs_depend_on_the_seed_alone_and_small_counts_reach_further():
    first = toybox.sample_pairs("anime", "test", 30, seed=1)
    assert first == toybox.sample_pairs("anime", "test", 30, seed=1)
    assert first != toybox.sample_pairs("anime", "test", 30, seed=2)
    ((content, exemplar),) = toybox.sample_pairs("anime", "test", 1)
    assert content == 0 < exemplar
    assert toybox.visible_roles("anime", "test", exemplar) >= toybox.visible_roles("anime", "test", 0)
    assert toybox.sample_pairs("anime", "test", 0) == []


WRONG: Sequence[tuple[tuple[str, str, int, int, str], str]] = (
    (("horse", "train", 0, 64, "own"), "only .*anime"),
    (("anime", "training", 0, 64, "own"), "one of: train, val, test"),
    (("anime", "train", -1, 64, "own"), "negative"),
    (("anime", "train", 0, 4, "own"), "too small"),
    (("anime", "train", 0, 64, "pencil"), "one of: own, drawn, xdog"),
)


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        toybox.picture(*arguments)


def test_the_sampler_names_wrong_arguments_too():
    with pytest.raises(ValueError, match=r"only .*anime"):
        toybox.sample_pairs("horse", "train", 3)
    with pytest.raises(ValueError, match="one of: train, val, test"):
        toybox.sample_pairs("anime", "all", 0)
