"""Toybox: what a drawing promises, whatever it looks like."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from repro.data import toybox
from repro.data.toybox import palette, render
from repro.data.toybox.palette import Colour

GOLDEN = Path(__file__).with_name("toybox_golden.json")
TRACE = render.trace
INDICES = (0, 1, 2, 17, 40)


@pytest.fixture(scope="module")
def drawings() -> list[toybox.Drawing]:
    return [toybox.picture("anime", "val", index, 64) for index in range(200)]


def coarse(domain: str, split: str, index: int) -> np.ndarray:
    """Means over 8×8 pixels of colour and sketch, (4, 8, 8), in bytes."""
    drawing = toybox.picture(domain, split, index, 64)
    image = np.concatenate([drawing.color, drawing.sketch])
    return image.reshape(4, 8, 8, 8, 8).mean((2, 4)) * 255


def test_fields_have_the_promised_shapes_types_and_ranges(drawings):
    for drawing in drawings[:50]:
        assert drawing.color.shape == (3, 64, 64)
        assert drawing.sketch.shape == (1, 64, 64)
        assert drawing.part.shape == (64, 64)
        assert drawing.uv.shape == (2, 64, 64)
        assert drawing.color.dtype == drawing.sketch.dtype == drawing.uv.dtype == np.float32
        assert drawing.part.dtype == np.int64
        for image in (drawing.color, drawing.sketch):
            assert image.min() >= 0
            assert image.max() <= 1
        assert 0 <= drawing.part.min() <= drawing.part.max() < len(toybox.PARTS["anime"])
        assert np.abs(drawing.uv).max() < 1.5


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_every_size_shows_the_same_picture(factor):
    """Lines keep their share of the picture, too, as far as their widths come in whole steps."""
    large = toybox.picture("anime", "test", 5, 64 * factor)
    small = toybox.picture("anime", "test", 5, 64)
    mean = large.color.reshape(3, 64, factor, 64, factor).mean((2, 4))
    assert np.abs(mean - small.color).mean() < 0.03
    assert float((1 - large.sketch).mean() / (1 - small.sketch).mean()) == pytest.approx(1.0, abs=0.15)


def test_a_picture_matches_its_golden_coarse_grid():
    """Stored means, compared with a margin: another platform may round a line's end otherwise."""
    golden = json.loads(GOLDEN.read_text())
    for index in INDICES:
        np.testing.assert_allclose(coarse("anime", "train", index), golden[str(index)], atol=4)


def test_a_picture_is_the_same_in_another_process():
    program = (
        "import hashlib; from repro.data import toybox; d = toybox.picture('anime', 'train', 3, 64);"
        "fields = (d.color, d.sketch, d.part, d.uv);"
        "print(hashlib.sha256(b''.join(field.tobytes() for field in fields)).hexdigest())"
    )
    hashes = set()
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        root = Path(toybox.__file__).parents[3]
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        hashes.add(done.stdout.strip())
    assert len(hashes) == 1


def test_pictures_differ(drawings):
    rounded = {(np.rint(d.color * 16)).astype(np.uint8).tobytes() for d in drawings}
    sketches = {(np.rint(d.sketch * 16)).astype(np.uint8).tobytes() for d in drawings}
    assert len(rounded) >= 190
    assert len(sketches) >= 190
    train = toybox.picture("anime", "train", 0, 64)
    assert not np.array_equal(train.sketch, drawings[0].sketch)


def test_every_part_is_drawn_and_the_bust_is_always_there(drawings):
    parts = toybox.PARTS["anime"]
    assert parts[0] == "background"
    assert len(parts) >= 8
    seen = np.stack([np.bincount(d.part.ravel(), minlength=len(parts)) for d in drawings])
    assert (seen.sum(0) > 0).all()
    for name in ("background", "face", "hair", "clothes"):
        assert (seen[:, parts.index(name)] > 60).all(), name


def test_truth_is_the_picture_when_the_palette_is_its_own():
    own, picture = toybox.truth("anime", "val", 4, 4, 64), toybox.picture("anime", "val", 4, 64)
    np.testing.assert_array_equal(own.color, picture.color)


def test_a_palette_moves_no_line_and_changes_the_colours():
    picture, other = toybox.picture("anime", "val", 4, 64), toybox.truth("anime", "val", 4, 9, 64)
    for name in ("sketch", "part", "uv"):
        np.testing.assert_array_equal(getattr(picture, name), getattr(other, name))
    assert np.abs(picture.color - other.color).mean() > 0.05


def test_ink_lies_on_top_in_every_palette(drawings):
    """Where the sketch is black the picture has the ink's colour; half ink lets half the light through."""
    for index, drawing in enumerate(drawings[:20]):
        sketch = drawing.sketch[0]
        black = sketch == 0
        assert black.sum() > 50
        np.testing.assert_allclose(drawing.color[:, black].T - palette.INK, 0, atol=1e-5)
        other = toybox.truth("anime", "val", index, 199 - index, 64)
        assert (drawing.color <= sketch + palette.INK[:, None, None] * (1 - sketch) + 1e-5).all()
        assert np.abs((other.color - drawing.color)[:, black]).max() < 1e-5


def test_flat_colours_are_bounded_by_ink(drawings):
    """From paper to figure there is no way that does not cross a line (the outline is closed)."""
    for drawing in drawings[:40]:
        background = drawing.part == 0
        edge = background[:, :-1] != background[:, 1:]
        ink = 1 - drawing.sketch[0]
        assert (np.maximum(ink[:, :-1], ink[:, 1:])[edge] > 0.4).all()


def seen_roles(split: str, index: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Role → pixels that change when only this role's colour changes: visibility from outside."""
    domain = render.DOMAINS["anime"]
    canvas = TRACE("anime", split, index, 64)
    monkeypatch.setattr(render, "trace", lambda *_: canvas)  # one geometry, many palettes
    base = dict.fromkeys(domain.roles, Colour(0.5, 0.0, 0.0))

    def color(colours: dict[str, Colour]) -> np.ndarray:
        dyed = render.Domain(domain.number, domain.parts, domain.roles, domain.draw, lambda _: colours)
        monkeypatch.setattr(render, "DOMAINS", {"anime": dyed})
        return toybox.picture("anime", split, index, 64).color

    plain = color(base)
    bright = Colour(0.95, 0.0, 0.0)
    changed = {role: np.abs(color(base | {role: bright}) - plain).max(0) > 0.004 for role in domain.roles}
    return {role: int(pixels.sum()) for role, pixels in changed.items()}


def test_pairs_show_every_role_of_the_content_in_the_exemplar(monkeypatch):
    pairs = toybox.sample_pairs("anime", "val", 200)
    assert [content for content, _ in pairs] == list(range(200))
    assert all(content != exemplar for content, exemplar in pairs)
    shown = {index for pair in pairs for index in pair}
    seen = {index: seen_roles("val", index, monkeypatch) for index in shown}
    for content, exemplar in pairs:
        for role, pixels in seen[content].items():
            assert not pixels or seen[exemplar][role] >= 4, (content, exemplar, role)
    hidden = [role for pixels in seen.values() for role, count in pixels.items() if not count]
    assert {"eyes", "accessory"} <= set(hidden)  # otherwise the guarantee says nothing


def test_pairs_show_every_worn_part_of_the_content_in_the_exemplar():
    missing = 0
    for content, exemplar in toybox.sample_pairs("anime", "val", 200):
        x, y = (toybox.picture("anime", "val", index, 64) for index in (content, exemplar))
        plain = x.sketch[0] > 0.9  # pixels of a part that no line covers
        for part in ("ears", "beret", "headband", "ornament", "bow", "scarf"):
            number = toybox.PARTS["anime"].index(part)
            if ((x.part == number) & plain).sum() >= 12:
                assert (y.part == number).any(), (content, exemplar, part)
            missing += not (x.part == number).any()
    assert missing > 200  # otherwise the guarantee says nothing


def test_visible_roles_agree_with_the_pixels(monkeypatch):
    for index in range(0, 60, 3):
        pixels = seen_roles("test", index, monkeypatch)
        monkeypatch.undo()
        visible = toybox.visible_roles("anime", "test", index)
        assert visible >= {role for role, count in pixels.items() if count}
        assert {role for role in visible if pixels[role] == 0} <= {"trim", "accessory"}


def test_pairs_depend_on_the_seed_alone_and_small_counts_reach_further():
    first = toybox.sample_pairs("anime", "test", 30, seed=1)
    assert first == toybox.sample_pairs("anime", "test", 30, seed=1)
    assert first != toybox.sample_pairs("anime", "test", 30, seed=2)
    ((content, exemplar),) = toybox.sample_pairs("anime", "test", 1)
    assert content == 0 < exemplar
    assert toybox.visible_roles("anime", "test", exemplar) >= toybox.visible_roles("anime", "test", 0)
    assert toybox.sample_pairs("anime", "test", 0) == []


def test_bulk_pictures_are_the_pictures_for_any_number_of_workers():
    color, sketch = toybox.picture_arrays("anime", "train", 9, 32)
    pooled = toybox.picture_arrays("anime", "train", 9, 32, workers=2)
    np.testing.assert_array_equal(color, pooled[0])
    np.testing.assert_array_equal(sketch, pooled[1])
    assert color.dtype == sketch.dtype == np.uint8
    assert sketch.shape == (9, 1, 32, 32)
    np.testing.assert_allclose(color[8] / 255, toybox.picture("anime", "train", 8, 32).color, atol=0.51 / 255)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cat", "train", 0, 64), "only anime"),
        (("anime", "training", 0, 64), "one of: train, val, test"),
        (("anime", "train", -1, 64), "negative"),
        (("anime", "train", 0, 4), "too small"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        toybox.picture(*arguments)


def test_the_sampler_names_wrong_arguments_too():
    with pytest.raises(ValueError, match="only anime"):
        toybox.sample_pairs("horse", "train", 3)
    with pytest.raises(ValueError, match="one of: train, val, test"):
        toybox.sample_pairs("anime", "all", 0)


def test_drawing_is_fast():
    """A floor that only a blunder misses; processor time, so that a busy machine does not matter."""
    toybox.picture("anime", "train", 0, 64)
    start = time.process_time()
    for index in range(30):
        toybox.picture("anime", "train", index, 64)
    assert 30 / (time.process_time() - start) > 30
