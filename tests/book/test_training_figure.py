"""The figure of the training in a browser: time moves, runs are diagnosed, and it says what it was given."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from repro.report.figures import training_explorer

pytestmark = pytest.mark.browser

SIDE, STEPS, PAIRS = 8, 40, 2
PHONE = {"viewport": {"width": 390, "height": 900}, "has_touch": True}
MOMENTS = {"healthy": (0, 10, 20, 30, 40), "late": (0, 20, 40), "lost": (0, 20, 40)}
TOLD = {"late": "Begin earlier.", "lost": "Look for it."}


def webp(colours: list[tuple[int, int, int]]) -> str:
    """A column of one plain colour each."""
    pixels = np.repeat(np.array(colours, np.uint8)[None], PAIRS * SIDE, axis=0).repeat(SIDE, axis=1)
    memory = io.BytesIO()
    Image.fromarray(pixels).save(memory, "WEBP", lossless=True)
    return base64.b64encode(memory.getvalue()).decode()


def shade(name: str, step: int) -> tuple[int, int, int]:
    return (60 * list(MOMENTS).index(name), 5 * step, 77)


def psnr(name: str, step: int) -> float:
    return 8 + list(MOMENTS).index(name) + step / 8


def grade(value: float) -> dict[str, Any]:
    return {"value": value, "ci95": [value - 1, value + 1], "n": 3}


def run(name: str) -> dict[str, Any]:
    curve = [4.0, 2.0, 1.0, 0.5] if name == "healthy" else [4.0, None, 3.0, 2.5]
    judged = [{"step": s, "psnr": grade(psnr(name, s)), "part_accuracy": grade(0.5)} for s in MOMENTS[name]]
    curves = {"generator/pseudo": curve} | ({"generator/align": curve} if name != "lost" else {})
    return {
        "fault": f"it is {name}",
        "curves": curves,
        "judged": judged,
        "sprite": webp([shade(name, s) for s in MOMENTS[name]]),
    }


@pytest.fixture(scope="module")
def html() -> str:
    record = {
        "config": {"data": {"size": SIDE}, "train": {"steps": STEPS}},
        "shown": webp([(255, 255, 255), (1, 2, 3), (9, 8, 7)]),
        "exhibits": {name: run(name) for name in MOMENTS},
    }
    return training_explorer(record, TOLD)


@pytest.fixture
def figure(opened: Callable, html: str) -> Callable[..., Page]:
    """``figure()``: a page that holds only the figure."""
    return lambda **options: opened(html, **options).page


def readout(page: Page) -> str:
    return page.locator(".readout").inner_text()


def columns(page: Page) -> list[tuple[int, ...]]:
    """The colour of every column of pictures, left to right."""
    script = """canvas => { const pen = canvas.getContext("2d"), side = canvas.height / 2;
        return Array.from({ length: canvas.width / side }, (_, i) =>
            [...pen.getImageData((i + 0.5) * side, side / 2, 1, 1).data].slice(0, 3)); }"""
    return [tuple(colour) for colour in page.locator("canvas").evaluate(script)]


def cursor(page: Page, chart: int) -> str:
    return page.locator(".chart path.cursor").nth(chart).get_attribute("d") or ""


def test_time_moves_pictures_words_and_cursor(figure) -> None:
    page = figure()
    page.evaluate("addEventListener('keydown', () => { window.heard = true; })")
    seen = []
    for step in (40, 30, 20):
        assert readout(page).startswith(f"After {step} of 40 steps: true PSNR {psnr('healthy', step):.1f} dB")
        assert columns(page) == [(255, 255, 255), (1, 2, 3), shade("healthy", step), (9, 8, 7)]
        assert page.locator("output").inner_text() == f"{step} of 40"
        seen.append([cursor(page, chart) for chart in range(4)])
        page.locator("input[type=range]").focus()
        page.keyboard.press("ArrowLeft")
    assert len({tuple(row) for row in seen}) == 3
    assert not page.evaluate("window.heard"), "the theme would turn the page"
    assert not page.locator(".ward").first.is_visible()


def test_a_chart_can_be_pointed_at(figure) -> None:
    page = figure()
    box = page.locator(".chart svg").nth(2).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.27 * box["width"], box["y"] + box["height"] / 2)
    assert readout(page).startswith("After 10 of 40 steps")
    assert page.locator(".chart .value").nth(2).inner_text() == "2", "the loss that was noted at step 10"


def test_museum_sets_a_run_beside_the_healthy_one(figure) -> None:
    page = figure()
    page.get_by_text("a museum of broken ones").click()
    page.get_by_text("B", exact=True).click()
    expected = [(255, 255, 255), (1, 2, 3), shade("lost", 40), shade("healthy", 40), (9, 8, 7)]
    assert columns(page) == expected
    assert f"Run B after 40 of 40 steps: true PSNR {psnr('lost', 40):.1f} dB" in readout(page)
    assert f"The healthy run then: PSNR {psnr('healthy', 40):.1f} dB" in readout(page)
    charts = page.locator(".chart")
    assert charts.nth(3).locator(".value").inner_text() == "not in use"
    broken = charts.nth(2).locator("path.run").get_attribute("d") or ""
    assert (broken.count("M"), broken.count("L")) == (2, 1), "the pen is lifted where there is no number"
    assert charts.nth(2).locator("path.healthy").get_attribute("d")


def test_the_fault_is_hidden_until_it_is_asked_for(figure) -> None:
    page = figure()
    page.get_by_text("a museum of broken ones").click()
    answer, button = page.locator(".answer"), page.get_by_role("button", name="What is wrong?")
    assert not answer.is_visible()
    page.locator("select").select_option("it is lost")
    assert answer.inner_text().startswith("Not that.")
    page.locator("select").select_option("it is late")
    assert answer.inner_text() == "Right. Run A: it is late. Begin earlier."
    page.get_by_text("B", exact=True).click()
    assert not answer.is_visible(), "another patient, another question"
    assert page.locator("select").input_value() == ""
    button.click()
    assert answer.inner_text() == "Run B: it is lost. Look for it."
    assert button.get_attribute("aria-expanded") == "true"
    button.click()
    assert not answer.is_visible()


def test_it_plays_to_the_end_and_stops(figure) -> None:
    page = figure()
    page.get_by_role("button", name="Play").click()
    assert readout(page).startswith("After 0 of 40")
    page.wait_for_function("document.querySelector('.play').textContent === 'Play'")
    assert readout(page).startswith("After 40 of 40")


def test_it_fits_a_phone_and_answers_a_tap(figure) -> None:
    page = figure(**PHONE)
    page.get_by_text("a museum of broken ones").tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    chart = page.locator(".chart svg").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 3, box["y"] + box["height"] / 2)
    assert readout(page).startswith("Run A after 0 of 40")
