"""The figure of Toybox in a browser: it shows the truth that Python computes, to every hand."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page

from repro.data.toybox import PARTS, picture, truth
from repro.report.figures import Shelf, toybox_explorer

pytestmark = pytest.mark.browser

SIDE, SIZE = 20, 48
SHELVES = {"anime": (1, 5, 4), "shoe": (5, 2, 6)}
PHONE = {"viewport": {"width": 390, "height": 900}, "has_touch": True}


def shelf(domain: str) -> Shelf:
    chosen = SHELVES[domain]
    cells = [picture(domain, "test", i, SIDE) for i in chosen]
    return Shelf(
        domain,
        np.stack([picture(domain, "test", i, SIZE).sketch for i in chosen]),
        np.stack([[truth(domain, "test", i, j, SIZE).color for j in chosen] for i in chosen]),
        np.stack([cell.part for cell in cells]),
        np.stack([cell.uv for cell in cells]),
        PARTS[domain],
    )


@pytest.fixture
def figure(opened: Callable) -> Callable[..., Page]:
    """``figure()``: a page that holds only the figure."""
    html = toybox_explorer([shelf(domain) for domain in SHELVES])
    return lambda **options: opened(html, **options).page


def readout(page: Page) -> str:
    return page.locator(".readout").inner_text()


def point(page: Page, row: int, column: int) -> None:
    box = page.locator(".panels canvas").first.bounding_box()
    page.mouse.move(
        box["x"] + (column + 0.5) / SIDE * box["width"], box["y"] + (row + 0.5) / SIDE * box["height"]
    )


def colour(page: Page, canvas: int) -> np.ndarray:
    """(4,) mean colour of a canvas."""
    script = """canvas => { const sum = [0, 0, 0, 0];
        const shown = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        shown.forEach((value, i) => { sum[i % 4] += value; });
        return sum.map(value => 4 * value / shown.length); }"""
    return np.array(page.locator(".panels canvas").nth(canvas).evaluate(script))


def test_the_marked_counterpart_is_the_true_one(figure: Callable[..., Page]) -> None:
    """Everywhere on the sketch: the part is right, and no cell of that part is nearer."""
    page, seen = figure(), set()
    x, y = (picture("anime", "test", i, SIDE) for i in SHELVES["anime"][:2])
    for row in range(0, SIDE, 3):
        for column in range(1, SIDE, 3):
            point(page, row, column)
            said, part = readout(page), x.part[row, column]
            assert said.startswith(f"Row {row + 1}, column {column + 1}: {PARTS['anime'][part]}.")
            same = y.part == part
            seen.add(same.any())
            if not same.any():
                assert "nothing in it corresponds" in said
                continue
            found = tuple(int(n) - 1 for n in re.findall(r"row (\d+), column (\d+)", said)[-1])
            distance = np.linalg.norm(y.uv - x.uv[:, row, column, None, None], axis=0)
            assert same[found]
            assert distance[found] <= distance[same].min() + 0.02  # eight bits a coordinate
            assert ("hidden there" in said) == (distance[found] > 0.15) or abs(distance[found] - 0.15) < 0.02
    assert seen == {True, False}, "some parts are missing in the exemplar, most are not"


def test_shape_and_palette_choose_the_pictures(figure: Callable[..., Page]) -> None:
    page = figure()
    before = [colour(page, i) for i in range(3)]
    page.get_by_role("radio", name="colours of picture 3").check(force=True)
    other = [colour(page, i) for i in range(3)]
    np.testing.assert_array_equal(other[0], before[0])
    assert all(np.abs(other[i] - before[i]).max() > 2 for i in (1, 2))
    page.get_by_role("radio", name="shape 3").check(force=True)
    goal = truth("anime", "test", *(SHELVES["anime"][i] for i in (2, 2)), SIZE).color
    np.testing.assert_allclose(colour(page, 2)[:3], 255 * goal.mean(axis=(1, 2)), atol=4)


def test_domain_changes_everything(figure: Callable[..., Page]) -> None:
    page = figure()
    before = [colour(page, i) for i in range(3)]
    page.get_by_role("radio", name="shoe").check(force=True)
    page.wait_for_function("document.querySelector('canvas[aria-label*=shoe]')")
    assert all(np.abs(colour(page, i) - before[i]).max() > 2 for i in range(3))
    point(page, 10, 9)
    assert readout(page).split(": ")[1].split(".")[0] in PARTS["shoe"]


def test_figure_obeys_the_keyboard(figure: Callable[..., Page]) -> None:
    page = figure()
    before = readout(page)
    page.locator(".panels canvas").first.focus()
    page.keyboard.press("ArrowDown")
    moved = readout(page)
    page.keyboard.press("ArrowUp")
    assert moved != before == readout(page)
    page.get_by_role("radio", name="shape 1").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("radio", name="shape 2").is_checked()


def test_figure_fits_a_phone_and_answers_a_touch(figure: Callable[..., Page]) -> None:
    page = figure(**PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    before = readout(page)
    page.locator(".panels canvas").first.tap(position={"x": 12, "y": 12})
    assert readout(page) != before
