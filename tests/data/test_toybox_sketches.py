"""Toybox's two kinds of sketch: the drawn lines, and xDoG of the picture."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from repro.data import toybox
from repro.data.toybox import lines, render
from repro.data.xdog import ANIME

DOMAINS = list(render.DOMAINS)


@pytest.mark.parametrize("size", [32, 64, 100])
def test_xdog_is_the_packages_own_at_that_size(size):
    """Two implementations, torch and OpenCV: not one pixel may differ."""
    color = toybox.picture("anime", "val", 3, size).color
    reference = ANIME.scaled(size / 64)(torch.from_numpy(color).double()[None])[0, 0].numpy()
    np.testing.assert_array_equal(lines.xdog_lines(color) / 255, 1 - reference)
    assert 0.05 < (1 - reference).mean() < 0.5


@pytest.mark.parametrize("domain", DOMAINS)
def test_own_is_what_the_domain_says(domain):
    kind = render.DOMAINS[domain].sketch
    other = "drawn" if kind == "xdog" else "xdog"
    own, same, not_same = (toybox.picture(domain, "val", 2, 64, k) for k in ("own", kind, other))
    np.testing.assert_array_equal(own.sketch, same.sketch)
    assert np.abs(own.sketch - not_same.sketch).mean() > 0.01
    for name in ("color", "part", "uv"):
        np.testing.assert_array_equal(getattr(own, name), getattr(not_same, name))


@pytest.mark.parametrize("domain", DOMAINS)
def test_drawn_lines_come_out_of_xdog_as_single_lines(domain):
    """The middle of a drawn line is ink for xDoG as well: it finds the line, not its two edges."""
    for index in range(10):
        drawn = toybox.picture(domain, "val", index, 64, "drawn").sketch[0]
        found = toybox.picture(domain, "val", index, 64, "xdog").sketch[0]
        assert (found[drawn < 0.1] < 0.5).mean() > 0.93, index


def test_xdog_also_draws_where_colours_meet_without_a_line():
    """A cel shadow has no ink in the drawn lines; its edge has in xDoG."""
    extra = [
        (
            toybox.picture("cat", "val", i, 64, "drawn").sketch
            - toybox.picture("cat", "val", i, 64, "xdog").sketch
        )
        for i in range(20)
    ]
    assert (np.array(extra) > 0.7).mean() > 0.01


@pytest.mark.parametrize("factor", [2, 4])
def test_xdog_lines_keep_their_share_at_every_size(factor):
    for index in range(4):
        large = toybox.picture("anime", "val", index, 64 * factor, "xdog").sketch
        small = toybox.picture("anime", "val", index, 64, "xdog").sketch
        assert float((1 - large).mean() / (1 - small).mean()) == pytest.approx(1.0, abs=0.15)
        mean = large.reshape(1, 64, factor, 64, factor).mean((2, 4))
        assert np.abs(mean - small).mean() < 0.05


@pytest.mark.parametrize("size", [8, 9, 33])
@pytest.mark.parametrize("sketch", ["drawn", "xdog"])
def test_small_and_odd_sizes_work(size, sketch):
    drawing = toybox.picture("anime", "val", 1, size, sketch, toybox.HUMAN_HAND)
    assert drawing.sketch.shape == (1, size, size)
    assert 0 <= drawing.sketch.min() < drawing.sketch.max() <= 1


def test_drawing_never_loads_torch():
    """Every worker that draws would have to load it too."""
    program = (
        "import sys; from repro.data.toybox import *;"
        "picture('anime', 'train', 0, 64, 'xdog', HUMAN_HAND); assert 'torch' not in sys.modules"
    )
    root = Path(toybox.__file__).parents[3]
    subprocess.run(
        [sys.executable, "-c", program], cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, check=True
    )
