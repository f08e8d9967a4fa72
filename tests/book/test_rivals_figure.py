"""The figure of the rivals in a browser: every method shows the chosen pair, and how far off it is."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from repro.report.figures import Contender, rivals_explorer

pytestmark = pytest.mark.browser

SIDE, COUNT = 8, 3
PHONE = {"viewport": {"width": 390, "height": 900}, "has_touch": True}
TOLD = {
    "cyclegan": Contender("CycleGAN", "There and back again."),
    "ours": Contender("ours", "By matching."),
}


def webp(colours: np.ndarray, side: int = SIDE) -> str:
    """(rows, columns, 3) plain colours, each as large as a picture."""
    pixels = colours.astype(np.uint8).repeat(side, axis=0).repeat(side, axis=1)
    memory = io.BytesIO()
    Image.fromarray(pixels).save(memory, "WEBP", lossless=True)
    return base64.b64encode(memory.getvalue()).decode()


def plain(blue: int, columns: int = COUNT) -> np.ndarray:
    """A colour that tells of row and column."""
    row, column = np.mgrid[:COUNT, :columns]
    return np.stack([50 * row + 20, 50 * column + 20, np.full_like(row, blue)], axis=-1)


def error(first: float) -> list[list[float]]:
    return (first + np.arange(COUNT * COUNT).reshape(COUNT, COUNT)).tolist()


@pytest.fixture(scope="module")
def html() -> str:
    record: dict[str, Any] = {
        "settings": {"size": SIDE},
        "methods": {name: {"takes_exemplar": name == "ours"} for name in TOLD},
        "grid": {
            "given": webp(plain(10, 2)),
            "truth": webp(plain(60)),
            "made": {"cyclegan": webp(plain(110)), "ours": webp(plain(160))},
            "coarse": {"ours": webp(plain(210), 2)},
            "delta_e": {"cyclegan": error(20), "ours": error(2)},
        },
    }
    return rivals_explorer(record, TOLD)


@pytest.fixture
def figure(opened: Callable, html: str) -> Callable[..., Page]:
    """``figure()``: a page that holds only the figure, its pictures loaded."""

    def open_page(**options: object) -> Page:
        page = opened(html, **options).page
        page.wait_for_function(
            """() => [...document.querySelectorAll(".answers canvas")].every(
                canvas => canvas.getContext("2d").getImageData(1, 1, 1, 1).data[3])"""
        )
        return page

    return open_page


def shown(page: Page) -> list[tuple[int, ...]]:
    """The colour in the middle of every tile: sketch, exemplar, true answer, then the methods."""
    script = """tiles => tiles.map(canvas => [...canvas.getContext("2d").getImageData(
        canvas.width / 2, canvas.height / 2, 1, 1).data].slice(0, 3))"""
    return [tuple(colour) for colour in page.locator(".answers canvas").evaluate_all(script)]


def expected(sketch: int, exemplar: int, ours: int = 160) -> list[tuple[int, ...]]:
    def at(row: int, column: int, blue: int) -> tuple[int, ...]:
        return (50 * row + 20, 50 * column + 20, blue)

    given = [at(sketch, 0, 10), at(exemplar, 1, 10)]
    return [*given, *(at(sketch, exemplar, blue) for blue in (60, 110, ours))]


def readout(page: Page) -> str:
    return page.locator(".readout").inner_text()


def test_every_method_shows_the_chosen_pair(figure) -> None:
    page = figure()
    assert shown(page) == expected(0, 0)
    page.locator(".exemplar label").nth(2).click()
    page.locator(".sketch label").nth(1).click()
    assert shown(page) == expected(1, 2)
    assert "Sketch 2 from exemplar 3" in readout(page)
    assert "nearest first: ours 7.0, CycleGAN 25.0. Without an exemplar: CycleGAN." in readout(page)
    notes = page.locator("button.tile .error").all_inner_texts()
    assert notes == ["ΔE 25.0, no exemplar", "ΔE 7.0"]


def test_keys_choose_and_do_not_turn_the_page(figure) -> None:
    page = figure()
    page.evaluate("addEventListener('keydown', () => { window.heard = true; })")
    page.locator(".exemplar input").first.focus()
    page.keyboard.press("ArrowRight")
    assert shown(page) == expected(0, 1)
    assert not page.evaluate("window.heard"), "the theme would turn the page"


def test_coarse_images_of_those_that_have_some(figure) -> None:
    page = figure()
    page.get_by_text("coarse images").click()
    assert shown(page)[-1] == expected(0, 0, ours=210)[-1]
    assert [tile.is_visible() for tile in page.locator(".tile .none").all()[3:]] == [True, False]
    page.get_by_text("answers", exact=True).click()
    assert shown(page) == expected(0, 0)


def test_a_method_can_be_read_about(figure) -> None:
    page = figure()
    page.get_by_role("button").nth(1).click()
    assert readout(page) == "ours: By matching."
    assert page.get_by_role("button").nth(1).get_attribute("aria-pressed") == "true"
    page.get_by_role("button").nth(1).click()
    assert readout(page).startswith("Sketch 1 from exemplar 1")


def test_it_fits_a_phone_and_answers_a_tap(figure) -> None:
    page = figure(**PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".sketch label").nth(2).tap()
    assert shown(page) == expected(2, 0)
