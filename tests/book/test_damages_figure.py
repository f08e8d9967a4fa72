"""The figure of the damages in a browser: it shows the pictures it names, and its meters read the record."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from repro.report.figures import damages_explorer

pytestmark = pytest.mark.browser

SIDE, ROWS, STRENGTHS = 8, 2, [0.25, 0.5, 1.0]
PHONE = {"viewport": {"width": 390, "height": 900}, "has_touch": True}
PSNR = {"blur": [35.0, 25.0, 10.0], "hue": [39.0, 38.0, 37.0]}
TRUTH = (10, 200, 30)


def webp(colours: list[tuple[int, int, int]]) -> str:
    """A column of one plain colour each."""
    pixels = np.repeat(np.array(colours, np.uint8)[None], ROWS * SIDE, axis=0).repeat(SIDE, axis=1)
    memory = io.BytesIO()
    Image.fromarray(pixels).save(memory, "WEBP", lossless=True)
    return base64.b64encode(memory.getvalue()).decode()


def shade(name: str, at: int) -> tuple[int, int, int]:
    return (100 * list(PSNR).index(name), 60 * at, 77)


def grades(psnr: float, jsd: float) -> dict[str, Any]:
    return {
        "psnr": {"value": psnr, "ci95": [psnr - 1, psnr + 1]},
        "jsd_20": {"value": jsd, "ci95": [jsd, jsd]},
    }


@pytest.fixture(scope="module")
def html() -> str:
    def damage(name: str) -> dict[str, Any]:
        points = [
            {"at": at, "amount": 4 * at} | grades(psnr, 0.1 + (name == "hue") * at)
            for at, psnr in zip(STRENGTHS, PSNR[name], strict=True)
        ]
        sprite = webp([shade(name, i + 1) for i in range(len(STRENGTHS))])
        return {"told": f"they are {name}", "unit": "px", "points": points, "sprite": sprite}

    record = {
        "settings": {"size": SIDE, "strengths": STRENGTHS, "pictures": 9},
        "shown": webp([TRUTH]),
        "undamaged": grades(100, 0.1),
        "unrelated": grades(25, 0.1),
        "damages": {name: damage(name) for name in PSNR},
    }
    return damages_explorer(record, "blur", 3)


@pytest.fixture
def figure(opened: Callable, html: str) -> Callable[..., Page]:
    """``figure()``: a page that holds only the figure."""
    return lambda **options: opened(html, **options).page


def rows(page: Page) -> list[tuple[int, ...]]:
    """The colour of the upper and of the lower picture in the last column."""
    script = """canvas => [0.25, 0.75].map((y) => [...canvas.getContext("2d")
        .getImageData(canvas.width - 5, y * canvas.height, 1, 1).data].slice(0, 3))"""
    return [tuple(colour) for colour in page.locator("canvas").evaluate(script)]


def meter(page: Page, name: str) -> list[str]:
    box = page.get_by_role("meter", name=name)
    width = box.locator(".needle").evaluate("e => e.style.width")
    return [width, box.locator(".value").inner_text(), box.locator(".state").inner_text()]


def readout(page: Page) -> str:
    return page.locator(".readout").inner_text()


def test_it_opens_where_it_is_told_to(figure) -> None:
    page = figure()
    assert rows(page) == [TRUTH, shade("blur", 3)]
    assert readout(page) == "Blur, 4.00 px. Notice: PSNR. Asleep: JSD."
    assert meter(page, "PSNR, dB") == ["100%", "10.0", "notices"]
    assert meter(page, "JSD") == ["0%", "0.100", "asleep"]
    assert page.get_by_role("meter", name="PSNR, dB").locator(".real").evaluate("e => e.style.left") == "50%"


def test_strength_and_damage_move_pictures_and_meters(figure) -> None:
    page = figure()
    page.evaluate("addEventListener('keydown', () => { window.heard = true; })")
    slider = page.locator("input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert rows(page) == [TRUTH, shade("blur", 2)]
    assert meter(page, "PSNR, dB") == ["50%", "25.0", "notices"]
    page.get_by_text("hue shift").click()
    assert rows(page) == [TRUTH, shade("hue", 2)]
    assert readout(page) == "Hue shift, 2.0 px. Notice: JSD. Asleep: PSNR."
    assert meter(page, "JSD")[1:] == ["0.600", "notices"]
    slider.focus()
    page.keyboard.press("Home")
    assert rows(page) == [TRUTH, TRUTH]
    assert readout(page).startswith("Undamaged")
    assert [meter(page, name)[2] for name in ("PSNR, dB", "JSD")] == ["asleep", "asleep"]
    assert not page.evaluate("window.heard"), "the theme would turn the page"


def test_it_fits_a_phone_and_answers_a_tap(figure) -> None:
    page = figure(**PHONE)
    page.get_by_text("hue shift").tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert readout(page).startswith("Hue shift, 4.0 px")
