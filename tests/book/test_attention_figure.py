"""The figure of Eq. 8 in a browser: it says what the weights are, to every hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import Page

from repro.report.figures import Gaze, Scene, attention_explorer

pytestmark = pytest.mark.browser

SIDE_X, SIDE_Y = 4, 6
N, M = SIDE_X**2, SIDE_Y**2
NAMES = ("sky", "hair", "tail")
PHONE = {"viewport": {"width": 390, "height": 900}, "has_touch": True}
KINDS = {"with V*": "joined", "without V*": "alone"}


def scene(title: str, seed: int) -> Scene:
    draw = np.random.default_rng(seed)
    maps = (draw.dirichlet(np.full(M, size), N) for size in (30, 0.5, 0.1) * 2)
    return Scene(
        title=title,
        sketch=draw.random((1, 32, 32)),
        exemplar=draw.random((3, 48, 48)),
        gazes={name: Gaze(next(maps), next(maps), next(maps)) for name in ("untrained", "trained")},
        parts=(np.arange(N) % 3, np.arange(M) // 10 % 2),
        part_names=NAMES,
    )


SCENES = {"A": scene("A", 0), "B": scene("B", 1)}


@pytest.fixture
def figure(opened: Callable) -> Callable[..., Page]:
    """``figure()``: a page that holds only the figure."""
    html = attention_explorer(list(SCENES.values()), start=(1, 1))
    return lambda **options: opened(html, **options).page


def readout(page: Page) -> list[str]:
    return page.locator(".readout p").all_inner_texts()


def point(page: Page, row: int, column: int) -> None:
    box = page.locator("canvas").first.bounding_box()
    page.mouse.move(
        box["x"] + (column + 0.5) / SIDE_X * box["width"], box["y"] + (row + 0.5) / SIDE_X * box["height"]
    )


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).check(force=True)


def light(page: Page, canvas: int) -> np.ndarray:
    """(6, 6): mean brightness of the cells of an exemplar."""
    script = """canvas => Array.from(
        canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data)"""
    shown = np.array(page.locator("canvas").nth(canvas).evaluate(script)).reshape(448, 448, 4)[..., :3]
    edges = list(pairwise(np.linspace(0, 448, SIDE_Y + 1).astype(int)))
    return np.array([[shown[a:b, c:d].mean() for c, d in edges] for a, b in edges])


def agrees(text: str, weights: np.ndarray, same: np.ndarray, name: str) -> None:
    """Share on the part and number of sharers, up to the steps in which weights are stored."""
    sharing = float(re.search(r"in effect ([\d.]+) of 36", text)[1])
    assert sharing == pytest.approx(np.exp(-(weights * np.log(weights + 1e-30)).sum()), rel=0.06)
    assert (f"of the weight on {name}" in text) == bool(same.any())
    if same.any():
        assert int(re.search(r"(\d+)\s% of the weight", text)[1]) == pytest.approx(
            100 * weights[same].sum(), abs=3
        )


def test_it_says_what_the_weights_are(figure: Callable[..., Page]) -> None:
    """For each pair, set of weights and kind, at several positions; one part the exemplar does not show."""
    page, names = figure(), set()
    for title, given in SCENES.items():
        choose(page, title)
        for gaze in given.gazes:
            choose(page, gaze)
            for label, kind in KINDS.items():
                choose(page, label)
                for row, column in ((0, 3), (2, 2), (3, 2)):
                    point(page, row, column)
                    i = row * SIDE_X + column
                    name, weights = NAMES[given.parts[0][i]], getattr(given.gazes[gaze], kind)[i]
                    same, (place, attention, match) = given.parts[1] == given.parts[0][i], readout(page)
                    names.add(name)
                    assert place.startswith(f"Row {row + 1}, column {column + 1}: {name}, which ")
                    assert ("does not show" in place) == (not same.any())
                    agrees(attention, given.gazes[gaze].attention[i], same, name)
                    agrees(match, weights, same, name)
                    best_row, best_column = divmod(int(weights.argmax()), SIDE_Y)
                    assert f"row {best_row + 1}, column {best_column + 1} (" in match
                    assert f"Correspondence, {gaze}, {label}:" in match
    assert len(names) == 3


def test_the_exemplar_is_lit_where_the_weight_is(figure: Callable[..., Page]) -> None:
    page = figure()
    choose(page, "untrained")
    even = light(page, 1)
    choose(page, "without V*")
    point(page, 3, 0)
    weights = SCENES["A"].gazes["untrained"].alone[12]
    lit = light(page, 2).ravel()
    best = int(weights.argmax())
    dark = weights < 1e-3 * weights.max()
    assert dark.sum() > 5
    assert lit[best] > lit[dark].mean() + 30
    assert even.min() > lit[dark].mean() + 15, "nearly equal weights leave nothing dark"


def test_figure_obeys_the_keyboard(figure: Callable[..., Page]) -> None:
    page = figure()
    before = readout(page)
    page.locator("canvas").first.focus()
    page.keyboard.press("ArrowDown")
    moved = readout(page)
    page.keyboard.press("ArrowUp")
    assert moved != before == readout(page)
    page.get_by_role("radio", name="with V*", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("radio", name="without V*").is_checked()
    assert readout(page)[2] != before[2]
    assert readout(page)[:2] == before[:2], "V* is added after CSFT has looked"


def test_figure_fits_a_phone_and_answers_a_touch(figure: Callable[..., Page]) -> None:
    page = figure(**PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    before = readout(page)
    page.locator("canvas").first.tap(position={"x": 12, "y": 12})
    assert readout(page) != before
