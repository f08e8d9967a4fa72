"""The built pages in a real browser: nothing missing, nothing foreign, and the figure answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page

from repro.report.book import repository

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = "notebooks/07_correspondence.html"
FIGURE = ".rx-corr"
PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True}

pytestmark = pytest.mark.browser


def pages() -> list[str]:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [toc["root"], *(chapter["file"] for part in toc["parts"] for chapter in part["chapters"])]
    return [str(Path(file).with_suffix(".html")) for file in files]


@pytest.mark.parametrize("path", pages())
def test_page_is_whole(visit: Callable, path: str) -> None:
    page, watch = visit(path)
    assert watch.faults == []
    assert page.locator("article h1").count() == 1
    unnamed = "images => images.filter(image => !image.alt).map(image => image.src)"
    assert page.locator("article img").evaluate_all(unnamed) == []
    assert page.locator("article .math").count() == page.locator("article .math mjx-container").count()
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0, "an equation MathJax cannot read"


@pytest.mark.parametrize("path", pages())
def test_page_fits_a_phone(visit: Callable, path: str) -> None:
    page, _ = visit(path, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_watch_sees_faults(visit: Callable, book: str) -> None:
    page, watch = visit("book/index.html")
    page.evaluate(
        """async () => {
            console.error("planted");
            await fetch("/no-such-file").catch(() => 0);
            await fetch("http://127.0.0.2:9/").catch(() => 0);
        }"""
    )
    kinds = {fault.split(":")[0] for fault in watch.faults}
    assert {"console", "HTTP 404", "another host"} <= kinds


def test_buttons_exist_exactly_when_there_is_an_address(visit: Callable, root: Path) -> None:
    page, _ = visit(CHAPTER)
    buttons = page.locator("a[href*='colab.research.google.com'], .btn-source-repository-button")
    assert (buttons.count() > 0) == bool(repository(root))
    assert page.locator("a[href*='executablebooks/jupyter-book']").count() == 0


# The figure of Eq. 3 and 4


def readout(page: Page) -> str:
    return page.locator(f"{FIGURE} .readout p").inner_text()


def pixels(page: Page, canvas: int) -> int:
    """A number that changes with what a canvas shows."""
    script = """canvas => { let sum = 0;
        const shown = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        for (let i = 0; i < shown.length; i++) sum = (31 * sum + shown[i]) % 1000000007;
        return sum; }"""
    return page.locator(f"{FIGURE} canvas").nth(canvas).evaluate(script)


def state(page: Page) -> tuple[str, int, int]:
    """What the figure says, and what its exemplar and its painted picture show."""
    return readout(page), pixels(page, 1), pixels(page, 2)


def test_figure_answers_the_pointer(visit: Callable) -> None:
    page, watch = visit(CHAPTER)
    before = state(page)
    page.locator(f"{FIGURE} canvas").first.hover(position={"x": 60, "y": 20})
    after = state(page)
    assert all(old != new for old, new in zip(before, after, strict=True))
    page.mouse.move(5, 5)
    assert state(page) == after, "the position stays when the pointer leaves"
    assert watch.faults == []


def test_figure_obeys_its_slider(visit: Callable) -> None:
    page, _ = visit(CHAPTER)
    slider = page.locator(f"{FIGURE} input[type=range]")
    slider.scroll_into_view_if_needed()
    before, box = state(page), slider.bounding_box()
    page.mouse.move(box["x"] + 0.85 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 1, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    assert page.locator(f"{FIGURE} output").inner_text() == "1"
    after = state(page)
    assert all(old != new for old, new in zip(before, after, strict=True))
    sharing = float(after[0].split("in effect ")[1].split()[0])
    assert sharing > 50, "at α = 1 nearly all positions share the answer"


def test_figure_obeys_the_keyboard(visit: Callable) -> None:
    page, _ = visit(CHAPTER)
    before = readout(page)
    page.locator(f"{FIGURE} canvas").first.focus()
    page.keyboard.press("ArrowDown")
    moved = readout(page)
    assert moved != before
    page.keyboard.press("ArrowUp")
    assert readout(page) == before
    assert page.url.endswith(CHAPTER), "the theme must not turn the page"


def test_figure_answers_a_touch(visit: Callable) -> None:
    page, _ = visit(CHAPTER, **PHONE)
    before = state(page)
    page.locator(f"{FIGURE} canvas").first.tap(position={"x": 40, "y": 15})
    assert all(old != new for old, new in zip(before, state(page), strict=True))


def test_figure_keeps_position_and_alpha_across_pairs(visit: Callable) -> None:
    page, _ = visit(CHAPTER)
    place = readout(page).split(" (")[0]
    first = state(page)
    page.locator(f"{FIGURE} .choice").nth(1).click()
    assert readout(page).startswith(place)
    assert page.locator(f"{FIGURE} output").inner_text() == "100"
    assert pixels(page, 2) != first[2]


def test_figure_computes_eq_4(visit: Callable) -> None:
    """At α = 100 the page says the colour that a direct computation from its own data gives."""
    page, _ = visit(CHAPTER)
    direct = """root => {
        const pair = JSON.parse(root.querySelector("script[type='application/json']").textContent).pairs[0];
        const raw = base64 => Uint8Array.from(atob(base64), c => c.charCodeAt(0));
        const M = new Uint16Array(raw(pair.similarity).buffer), colours = raw(pair.colours);
        const n = pair.side_y ** 2, i = 0, alpha = 100;
        let sum = 0, mixed = [0, 0, 0];
        for (let j = 0; j < n; j++) {
            const w = Math.exp(alpha * (M[i * n + j] / 32767.5 - 1));
            sum += w;
            for (const c of [0, 1, 2]) mixed[c] += w * colours[3 * j + c];
        }
        return mixed.map(v => Math.round(v / sum)).join(", "); }"""
    expected = page.locator(FIGURE).evaluate(direct)
    canvas = page.locator(f"{FIGURE} canvas").first
    canvas.hover(position={"x": 2, "y": 2})
    assert readout(page).endswith(f"rgb({expected}).")


def test_figure_is_readable_in_the_dark(visit: Callable) -> None:
    page, _ = visit(CHAPTER, color_scheme="dark")
    contrast = """root => {
        const light = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(Number)
            .map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        let ground = root;
        const colour = element => getComputedStyle(element).backgroundColor;
        while (/rgba\\(.*, 0\\)|transparent/.test(colour(ground))) ground = ground.parentElement;
        const [a, b] = [light(getComputedStyle(root).color), light(colour(ground))];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); }"""
    assert page.locator(FIGURE).evaluate(contrast) >= 4.5
