"""The figure of the common domain in a browser: it computes the cosines it tells, for every hand."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page

from repro.report.figures import Described, OwnPair, alignment_explorer

pytestmark = pytest.mark.browser

SIDE, CHANNELS, START = 8, 12, (3, 2)
N = SIDE * SIDE
PHONE = {"viewport": {"width": 390, "height": 900}, "has_touch": True}
PARTS = [np.arange(N) // SIDE % 2, np.arange(N) // SIDE % 2, np.arange(N) % 2]
NAMES = ("hair", "face")


def described(title: str, blend: float) -> Described:
    """Features of which the first picture shares ``blend`` with the sketch."""
    draw = np.random.default_rng(3)
    grids = [draw.standard_normal((CHANNELS, SIDE, SIDE)) for _ in range(3)]
    grids[1] = blend * grids[0] + (1 - blend) * grids[1]
    return Described(title, grids, [draw.random((3, SIDE, SIDE)) for _ in range(3)])


TWO = [described("untrained", 0.0), described("trained", 0.8)]


@pytest.fixture
def figure(opened: Callable) -> Callable[..., Page]:
    """``figure()``: a page that holds only the figure."""
    draw = np.random.default_rng(0)
    scene = OwnPair(
        sketch=draw.random((1, 32, 32)),
        pictures={"its own": draw.random((3, 32, 32)), "another": draw.random((3, 32, 32))},
        parts=PARTS,
        part_names=NAMES,
    )
    html = alignment_explorer(scene, TWO, chosen=1, start=START)
    return lambda **options: opened(html, **options).page


def matrix(one: Described, which: int) -> np.ndarray:
    """(N, N) cosines of the sketch with picture ``which``."""
    a, b = (grid.reshape(CHANNELS, -1) for grid in (one.features[0], one.features[which + 1]))
    return (a / np.linalg.norm(a, axis=0)).T @ (b / np.linalg.norm(b, axis=0))


def said(place: tuple[int, int], one: Described, which: int) -> str:
    """What the readout must say, computed here."""
    M, i = matrix(one, which), place[0] * SIDE + place[1]
    row, best = M[i], M.argmax(axis=1)

    def named(parts: np.ndarray, j: int) -> str:
        return f"row {j // SIDE + 1}, column {j % SIDE + 1} ({NAMES[parts[j]]})"

    def number(value: float) -> str:
        return f"{value:.3f}".replace("-", "−")

    places = np.arange(N)
    gap = np.maximum(abs(best // SIDE - places // SIDE), abs(best % SIDE - places % SIDE))
    share = (gap <= 1).mean() if which == 0 else (PARTS[0] == PARTS[2][best]).mean()
    own = (
        f" The same place has {number(row[i])}, rank {1 + (row > row[i]).sum()} of {N}." if which == 0 else ""
    )
    found = "their own place, to within one cell" if which == 0 else "the same part"
    return (
        f"Most similar to {named(PARTS[0], i)}: {named(PARTS[which + 1], best[i])},"
        f" cosine {number(row[best[i]])}.{own} Half of all places exceed {number(np.sort(row)[N // 2])}."
        f" Of the places of this sketch, {np.floor(100 * share + 0.5):.0f} % find {found}."
    )


def same(page: Page, wanted: str) -> None:
    """The readout is as wanted, but for what 8 bits do to a cosine, a rank and a share."""
    found, number = page.locator(".readout").inner_text().strip(), r"−?\d\.\d{3}|(?<=rank )\d+|\d+(?= %)"
    assert re.sub(number, "#", found) == re.sub(number, "#", wanted)
    for a, b in zip(re.findall(number, found), re.findall(number, wanted), strict=True):
        tolerance = 0.02 if "." in a else 3
        assert abs(float(a.replace("−", "-")) - float(b.replace("−", "-"))) <= tolerance, (found, wanted)


def pixels(page: Page, canvas: int) -> str:
    return page.locator("canvas").nth(canvas).evaluate("canvas => canvas.toDataURL()")


def test_it_starts_as_told(figure: Callable) -> None:
    same(figure(), said(START, TWO[1], 0))


def test_the_buttons_choose_features_and_picture(figure: Callable) -> None:
    page = figure()
    seen = {tuple(pixels(page, canvas) for canvas in (1, 2, 3))}
    for fieldset, button, one, which in (
        (".described", 0, TWO[0], 0),
        (".pictures", 1, TWO[0], 1),
        (".described", 1, TWO[1], 1),
    ):
        page.locator(f"{fieldset} .choice").nth(button).click()
        same(page, said(START, one, which))
        seen.add(tuple(pixels(page, canvas) for canvas in (1, 2, 3)))
    assert len(seen) == 4
    assert page.locator(".own").is_hidden()


def test_the_keyboard_moves_and_stays_inside(figure: Callable) -> None:
    page = figure()
    page.evaluate("addEventListener('keydown', () => { window.heard = true; })")
    page.locator(".pointed").focus()
    for key, place in (
        ("ArrowDown", (4, 2)),
        ("ArrowRight", (4, 3)),
        ("ArrowUp", (3, 3)),
        ("ArrowLeft", START),
    ):
        page.keyboard.press(key)
        same(page, said(place, TWO[1], 0))
    for _ in range(SIDE):
        page.keyboard.press("ArrowUp")
    same(page, said((0, START[1]), TWO[1], 0))
    assert not page.evaluate("window.heard"), "the theme would turn the page"


def test_pointer_and_finger_choose_a_place(figure: Callable) -> None:
    for options in ({}, PHONE):
        page = figure(**options)
        box = page.locator(".pointed").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] * 6.5 / SIDE, box["y"] + box["height"] * 1.5 / SIDE
        if options:
            page.touchscreen.tap(x, y)
        else:
            page.mouse.move(x, y)
        same(page, said((1, 6), TWO[1], 0))
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_light_falls_where_it_is_similar(figure: Callable) -> None:
    """Of the veil only the best place is free, and the less similar half is under all of it."""
    page = figure()
    script = """canvas => { const pen = canvas.getContext("2d"), put = pen.drawImage, seen = [];
        pen.drawImage = function (image, ...rest) {
            if (image.width === 8) seen.push([...image.getContext("2d").getImageData(0, 0, 8, 8).data]);
            return put.call(this, image, ...rest); };
        window.veils = seen; }"""
    page.locator("canvas").nth(1).evaluate(script)
    page.locator(".pointed").focus()
    page.keyboard.press("ArrowDown")
    veil = np.array(page.evaluate("window.veils.at(-1)")).reshape(N, 4)[:, 3]
    row = matrix(TWO[1], 0)[(START[0] + 1) * SIDE + START[1]]
    assert veil[row.argmax()] == 0
    clear = abs(row - np.median(row)) > 0.03
    np.testing.assert_array_equal((veil >= 200)[clear & (row < np.median(row))], True)
    ordered = veil[np.argsort(row)]
    assert (np.diff(ordered) <= 3).all()
