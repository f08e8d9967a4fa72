"""The figure of the colour clusters in a browser: it tells what it was given, to every hand."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page

from repro.report.figures import Gallery, clusters_explorer

pytestmark = pytest.mark.browser

COUNT, BINS, SIDE = 23, 64, 12
PHONE = {"viewport": {"width": 390, "height": 900}, "has_touch": True}


@pytest.fixture(scope="module")
def gallery() -> Gallery:
    draw = np.random.default_rng(0)
    return Gallery(
        pictures=np.repeat(np.repeat(draw.random((COUNT, 3, 1, 1)), SIDE, axis=2), SIDE, axis=3),
        alt="Plain colours.",
        histograms=draw.dirichlet(np.full(BINS, 0.2), COUNT),
        bins=draw.uniform(0, 90, (BINS, 3)),
        shown=draw.random((BINS, 3)),
        labels={1: np.zeros(COUNT, int), 5: np.arange(COUNT) % 5, COUNT: np.arange(COUNT)},
        apart=draw.uniform(0, 60, (COUNT, COUNT)),
    )


@pytest.fixture
def figure(opened: Callable, gallery: Gallery) -> Callable[..., Page]:
    """``figure()``: a page that holds only the figure."""
    html = clusters_explorer(gallery, 5, start=2)
    return lambda **options: opened(html, **options).page


def said(gallery: Gallery, picture: int, k: int) -> str:
    """What the readout must say, computed here."""
    labels = gallery.labels[k]
    others = np.delete(np.arange(COUNT), picture)
    mates = others[labels[others] == labels[picture]]
    bins = int((gallery.histograms[picture] >= 5e-4).sum())
    text = f"Picture {picture + 1} of {COUNT} has colours in {bins} of {BINS} bins. With k = {k} "
    if not len(mates):
        return text + "it is alone."
    means = (gallery.apart[picture, group].mean() for group in (mates, others))
    near, far = (f"{mean:.1f}" for mean in means)
    return (
        f"{text}its cluster holds {len(mates) + 1}. The true palettes of its mates are ΔE {near} away"
        f" on average; of all others, {far}."
    )


def readout(page: Page) -> str:
    return page.locator(".readout").inner_text().strip()


def same(found: str, wanted: str) -> None:
    """Equal, but for a unit in the last place of a rounded mean."""
    number = r"\d+\.\d"
    assert re.sub(number, "#", found) == re.sub(number, "#", wanted)
    pairs = zip(re.findall(number, found), re.findall(number, wanted), strict=True)
    assert all(abs(float(a) - float(b)) < 0.16 for a, b in pairs), (found, wanted)


def pixels(page: Page, canvas: str) -> str:
    return page.locator(canvas).evaluate("canvas => canvas.toDataURL()")


def test_it_starts_as_told(figure, gallery: Gallery) -> None:
    page = figure()
    same(readout(page), said(gallery, 2, 5))
    assert page.locator("output").inner_text() == "k = 5"
    assert "3, 8, 13, 18, 23" in (page.locator(".wall").get_attribute("aria-label") or "")


def test_the_keyboard_chooses_and_stays_inside(figure, gallery: Gallery) -> None:
    page = figure()
    page.evaluate("addEventListener('keydown', () => { window.heard = true; })")
    page.locator(".wall").focus()
    for key, picture in (("ArrowRight", 3), ("ArrowDown", 13), ("ArrowRight", 14), ("ArrowUp", 4)):
        page.keyboard.press(key)
        same(readout(page), said(gallery, picture, 5))
    for _ in range(2):  # from the second row there is none below in this column
        page.keyboard.press("ArrowDown")
    same(readout(page), said(gallery, 14, 5))
    page.keyboard.press("ArrowUp")
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    same(readout(page), said(gallery, 0, 5))
    page.keyboard.press("ArrowUp")
    same(readout(page), said(gallery, 0, 5))
    assert not page.evaluate("window.heard"), "the theme would turn the page"


def test_the_slider_moves_k(figure, gallery: Gallery) -> None:
    page = figure()
    page.locator("input").focus()
    page.keyboard.press("ArrowRight")
    same(readout(page), said(gallery, 2, COUNT))
    page.keyboard.press("Home")
    same(readout(page), said(gallery, 2, 1))
    assert page.locator("input").get_attribute("aria-valuetext") == "1"


def test_a_tap_chooses_and_lights_the_cluster(figure, gallery: Gallery) -> None:
    page = figure(**PHONE)
    box = page.locator(".wall").bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.5)  # row 1, column 4
    same(readout(page), said(gallery, 14, 5))
    opacity = page.locator(".wall").evaluate(
        """(wall, side) => [4, 5, 14, 15].map((i) => {
          const [x, y] = [i % 10, Math.floor(i / 10)].map((v) => 6 + v * (side + 6) + side / 2);
          return wall.getContext("2d").getImageData(x, y, 1, 1).data[3];
        })""",
        SIDE,
    )
    assert [value == 255 for value in opacity] == [True, False, True, False]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_cube_turns_by_key_and_by_hand(figure) -> None:
    page = figure()
    views = [pixels(page, ".cube")]
    page.locator(".cube").focus()
    for key in ("ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
        views.append(pixels(page, ".cube"))
    page.locator(".cube").hover()
    page.mouse.down()
    page.mouse.move(300, 300, steps=3)
    page.mouse.up()
    views.append(pixels(page, ".cube"))
    assert len(set(views)) == 4
    page.mouse.move(100, 100)
    assert pixels(page, ".cube") == views[-1], "it turns only while it is held"
