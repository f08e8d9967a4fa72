"""Toybox: what a drawing of any domain promises, whatever it looks like.

To accept new pictures on purpose, write their coarse grids anew: ``python tests/data/test_toybox.py``.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from repro import contracts
from repro.data import pool, toybox
from repro.data.toybox import render
from repro.data.toybox.dice import Dice
from repro.data.toybox.palette import INK, table

GOLDEN = Path(__file__).with_name("toybox_golden.json")
INDICES = (0, 1, 2, 17, 40)
FIELDS = ("color", "sketch", "part", "uv")

pytestmark = pytest.mark.parametrize("domain", list(render.DOMAINS), scope="module")


@pytest.fixture(scope="module")
def drawings(domain: str) -> list[toybox.Drawing]:
    return [toybox.picture(domain, "val", index, 64) for index in range(200)]


def coarse(domain: str, index: int) -> np.ndarray:
    """Means over 8×8 pixels of colour and sketch, (4, 8, 8), in bytes."""
    drawing = toybox.picture(domain, "train", index, 64)
    image = np.concatenate([drawing.color, drawing.sketch])
    return image.reshape(4, 8, 8, 8, 8).mean((2, 4)) * 255


def fingerprint(domain: str, count: int = 500) -> str:
    """A hash of ``count`` test pairs: which they are, every byte of their pictures, some true answers."""
    pairs = toybox.sample_pairs(domain, "test", count)
    drawings = [toybox.picture(domain, "test", i, 64) for i in sorted({i for pair in pairs for i in pair})]
    drawings += [toybox.truth(domain, "test", x, y, 64) for x, y in pairs[::10]]
    digest = hashlib.sha256(repr(pairs).encode())
    for drawing in drawings:
        for field in FIELDS:
            digest.update(getattr(drawing, field).tobytes())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def fingerprints() -> tuple[dict[str, str], dict[str, str]]:
    """Domain → its fingerprint, taken here and, at the same time, in a process of its own."""
    root, here = Path(toybox.__file__).parents[3], str(Path(__file__).parent)
    program = (
        f"import sys; sys.path.insert(0, {here!r}); import test_toybox, json;"
        "print(json.dumps({name: test_toybox.fingerprint(name) for name in test_toybox.render.DOMAINS}))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(root)}
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=root, env=environment, stdout=subprocess.PIPE, text=True
    ) as other:
        mine = {name: fingerprint(name) for name in render.DOMAINS}
        said, _ = other.communicate()
    assert other.returncode == 0
    return mine, json.loads(said)


def test_the_domain_is_one_of_the_papers_and_names_what_it_draws(domain):
    row = render.DOMAINS[domain]
    assert contracts.DOMAINS[row.number] == domain
    assert row.parts[0] == "background"
    assert "backdrop" in row.roles
    assert len(set(row.parts)) == len(row.parts)
    assert row.sketch == ("drawn" if domain in ("anime", "shoe") else "xdog")
    for index in range(50):
        assert set(row.colours(Dice(7, index))) >= set(row.roles)


def test_fields_have_the_promised_shapes_types_and_ranges(domain, drawings):
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
        assert 0 <= drawing.part.min() <= drawing.part.max() < len(toybox.PARTS[domain])
        assert np.abs(drawing.uv).max() < 1.5


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_every_size_shows_the_same_picture(domain, factor):
    """Lines keep their share of the picture, too, as far as their widths come in whole steps."""
    large = toybox.picture(domain, "test", 5, 64 * factor)
    small = toybox.picture(domain, "test", 5, 64)
    mean = large.color.reshape(3, 64, factor, 64, factor).mean((2, 4))
    assert np.abs(mean - small.color).mean() < 0.03
    assert float((1 - large.sketch).mean() / (1 - small.sketch).mean()) == pytest.approx(1.0, abs=0.18)


def test_a_picture_matches_its_golden_coarse_grid(domain):
    """Stored means, compared with a margin: another platform may round a line's end otherwise."""
    golden = json.loads(GOLDEN.read_text())[domain]
    for index in INDICES:
        np.testing.assert_allclose(coarse(domain, index), golden[str(index)], atol=4)


@pytest.mark.slow
def test_500_pairs_are_the_same_in_another_process(domain, fingerprints):
    mine, other = fingerprints
    assert mine[domain] == other[domain]


def test_pictures_differ(domain, drawings):
    rounded = {(np.rint(d.color * 16)).astype(np.uint8).tobytes() for d in drawings}
    sketches = {(np.rint(d.sketch * 16)).astype(np.uint8).tobytes() for d in drawings}
    assert len(rounded) >= 190
    assert len(sketches) >= 190
    train = toybox.picture(domain, "train", 0, 64)
    assert not np.array_equal(train.sketch, drawings[0].sketch)


def test_every_part_is_drawn_and_the_figure_fills_the_picture(domain, drawings):
    parts = toybox.PARTS[domain]
    seen = np.stack([np.bincount(d.part.ravel(), minlength=len(parts)) for d in drawings])
    assert [name for name, pixels in zip(parts, seen.sum(0), strict=True) if not pixels] == []
    assert (seen[:, 0] > 200).all()
    assert (seen[:, 0] < 0.85 * 64 * 64).all()


def test_truth_is_the_picture_when_the_palette_is_its_own(domain):
    own, picture = toybox.truth(domain, "val", 4, 4, 64), toybox.picture(domain, "val", 4, 64)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(own, name), getattr(picture, name))


@pytest.mark.parametrize("sketch", ["own", "drawn", "xdog"])
def test_a_palette_moves_no_line_and_changes_the_colours(domain, sketch):
    picture = toybox.picture(domain, "val", 4, 64, sketch)
    gaps = []
    for palette_index in (9, 10, 11):
        other = toybox.truth(domain, "val", 4, palette_index, 64, sketch)
        for name in ("sketch", "part", "uv"):
            np.testing.assert_array_equal(getattr(picture, name), getattr(other, name))
        gaps.append(np.abs(picture.color - other.color)[:, picture.part > 0].mean())
    assert max(gaps) > 0.05


def test_the_truth_wears_the_exemplars_palette(domain, monkeypatch):
    """The palette of the true answer is the one its exemplar has, colour by colour."""
    worn = []
    monkeypatch.setattr(render, "table", lambda names, colours: worn.append(colours) or table(names, colours))
    toybox.truth(domain, "val", 4, 9, 64)
    exemplar = toybox.role_colours(domain, "val", 9)
    assert worn[0] == exemplar
    toybox.picture(domain, "val", 9, 64)
    assert worn[-1] == exemplar


def test_ink_lies_on_top_in_every_palette(domain):
    """Where the line art is black the picture has the ink's colour; half ink lets half the light through."""
    for index in range(20):
        drawing = toybox.picture(domain, "val", index, 64, "drawn")
        other = toybox.truth(domain, "val", index, 199 - index, 64, "drawn")
        sketch = drawing.sketch[0]
        black = sketch == 0
        assert black.sum() > 50
        np.testing.assert_allclose(drawing.color[:, black].T - INK, 0, atol=1e-5)
        assert (drawing.color <= sketch + INK[:, None, None] * (1 - sketch) + 1e-5).all()
        assert np.abs((other.color - drawing.color)[:, black]).max() < 1e-5


def test_flat_colours_are_bounded_by_ink(domain):
    """From paper to figure there is no way that does not cross a line (the outline is closed)."""
    for index in range(40):
        drawing = toybox.picture(domain, "val", index, 64, "drawn")
        background = drawing.part == 0
        edge = background[:, :-1] != background[:, 1:]
        ink = 1 - drawing.sketch[0]
        assert (np.maximum(ink[:, :-1], ink[:, 1:])[edge] > 0.4).all(), index


def test_bulk_pictures_are_the_pictures_for_any_number_of_workers(domain, monkeypatch):
    color, sketch = toybox.picture_arrays(domain, "train", 5, 32)
    if domain == "anime":  # the others go the same way
        monkeypatch.setattr(pool, "MANY", 2)
        monkeypatch.setattr(pool, "_cores", lambda: 2)
        for here, pooled in zip((color, sketch), toybox.picture_arrays(domain, "train", 5, 32), strict=True):
            np.testing.assert_array_equal(here, pooled)
    assert color.dtype == sketch.dtype == np.uint8
    assert sketch.shape == (5, 1, 32, 32)
    np.testing.assert_allclose(color[4] / 255, toybox.picture(domain, "train", 4, 32).color, atol=0.51 / 255)
    _, lines = toybox.picture_arrays(domain, "train", 5, 32, sketch="drawn")
    drawn = toybox.picture(domain, "train", 4, 32, "drawn").sketch
    np.testing.assert_allclose(lines[4] / 255, drawn, atol=0.51 / 255)


def test_drawing_is_fast(domain):
    """A floor that only a blunder misses; processor time, so that a busy machine does not matter."""
    toybox.picture(domain, "train", 0, 64)
    start = time.process_time()
    for index in range(30):
        toybox.picture(domain, "train", index, 64)
    assert 30 / (time.process_time() - start) > 30


if __name__ == "__main__":
    grids = {
        name: {str(index): np.rint(coarse(name, index)).astype(int).tolist() for index in INDICES}
        for name in render.DOMAINS
    }
    GOLDEN.write_text(json.dumps(grids, separators=(",", ":")) + "\n")
