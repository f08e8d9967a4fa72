"""The figure of xDoG computes in the page: it must draw the package's pixels, at once, for every hand.

The figure stands alone here, made from pictures of the test; the built pages are tested in test_pages.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
import torch

from repro.data.toybox import picture
from repro.data.xdog import ANIME, PHOTO, XDoG
from repro.report.figures import xdog_explorer

pytestmark = pytest.mark.browser

SIZE = 128


def bytes_of(image: np.ndarray) -> np.ndarray:
    """(3, H, W) in [0, 1] as the page gets it, but float64 in [0, 1] again."""
    return np.round(image.astype(np.float64) * 255) / 255


def photo_like(size: int) -> np.ndarray:
    """(3, H, W): soft blobs, grain, and black corners, as real photographs have them."""
    draw = np.random.default_rng(0)
    coarse = torch.from_numpy(draw.random((1, 3, 9, 9)))
    blobs = torch.nn.functional.interpolate(coarse, size=(size, size), mode="bicubic")[0].numpy()
    return np.clip(1.2 * blobs - 0.2 + 0.05 * draw.standard_normal((3, size, size)), 0, 1)


PICTURES = {"photograph": photo_like(SIZE), "drawing": picture("anime", "test", 3, SIZE).color}
SETTINGS = [
    ANIME,
    PHOTO,
    replace(ANIME, phi=10.0),
    XDoG(sigma=0.75, k=6.0, p=40.0, epsilon=0.2, phi=1.0, blur=0.5),
    XDoG(sigma=3.0, k=6.0, p=100.0, epsilon=-1.0, phi=0.1, blur=3.0),
    XDoG(sigma=0.3, k=1.1, p=0.0, epsilon=1.0, phi=100.0, blur=0.0),
]


def set_sliders(figure: Any, style: XDoG) -> XDoG:
    """Move every slider; returns the settings now in force, φ as near as its slider goes."""
    script = "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }"
    for name, value in asdict(style).items():
        position = np.log10(value) if name == "phi" else value
        figure.page.locator(f"input[name={name}]").evaluate(script, float(position))
    figure.settle()
    now = figure.page.evaluate("document.querySelector('.rx-xdog').xdog()")
    return XDoG(**{name: now[name] for name in asdict(style)})


@pytest.mark.parametrize("title", PICTURES)
def test_page_computes_xdog(opened: Callable, title: str) -> None:
    figure = opened(xdog_explorer(PICTURES, {"ANIME": asdict(ANIME)}))
    figure.page.get_by_text(title).click()
    gray = torch.from_numpy(bytes_of(PICTURES[title]))[None]
    seen = set()
    for wanted in SETTINGS:
        style = set_sliders(figure, wanted)
        assert asdict(style) == pytest.approx(asdict(wanted), rel=0.01)
        expected = style(gray)[0, 0].numpy()
        drawn = figure.pixels(1)[..., :3] / 255
        np.testing.assert_allclose(
            drawn, expected[..., None].repeat(3, axis=2), atol=0.51 / 255, err_msg=str(style)
        )
        numbers = figure.page.evaluate("[...document.querySelector('.rx-xdog').xdog().response]")
        response = np.reshape(numbers, (SIZE, SIZE))
        threshold = 1 + np.tanh(style.phi * np.minimum(response - style.epsilon, 0))
        np.testing.assert_allclose(threshold, expected, atol=1e-6)
        red = figure.pixels(2)[..., 0].astype(int) > figure.pixels(2)[..., 2]
        clear = np.abs(response - style.epsilon) > 0.02
        np.testing.assert_array_equal(red[clear], (response < style.epsilon)[clear])
        seen.add(drawn.tobytes())
    assert len(seen) == len(SETTINGS), "settings that draw alike compare nothing"


def test_xdog_buttons_set_what_they_say(opened: Callable) -> None:
    styles = {"ANIME": asdict(ANIME), "PHOTO": asdict(PHOTO)}
    figure = opened(xdog_explorer(PICTURES, styles))
    for title in ("PHOTO", "ANIME"):
        button = figure.page.get_by_role("button", name=title)
        button.click()
        figure.settle()
        now = figure.page.evaluate("document.querySelector('.rx-xdog').xdog()")
        assert {name: now[name] for name in styles[title]} == styles[title]
        assert button.get_attribute("aria-pressed") == "true"
    set_sliders(figure, replace(ANIME, p=18.0))
    assert figure.page.locator("button[aria-pressed=true]").count() == 0


def test_xdog_answers_at_once(opened: Callable) -> None:
    """At 256 × 256, a change of σ (two blurs anew): the best of some tries, as machines pause."""
    figure = opened(xdog_explorer({"a": photo_like(256)}, {"PHOTO": asdict(PHOTO)}))
    taken = []
    for step in range(8):
        set_sliders(figure, replace(PHOTO, sigma=1 + 0.05 * (step % 2)))
        taken.append(
            int(figure.page.locator(".readout").inner_text().split("Computed in ")[1].split(" ms")[0])
        )
    assert min(taken) <= 50, taken


def test_xdog_obeys_keyboard_and_touch(opened: Callable) -> None:
    figure = opened(
        xdog_explorer(PICTURES, {"PHOTO": asdict(PHOTO)}),
        viewport={"width": 390, "height": 800},
        has_touch=True,
    )
    assert figure.page.evaluate("document.documentElement.scrollWidth") <= 390
    profile = figure.page.locator(".profile canvas")
    before = profile.get_attribute("aria-label")
    figure.page.locator(".frame").first.focus()
    figure.page.keyboard.press("ArrowDown")
    assert profile.get_attribute("aria-label") != before
    figure.page.keyboard.press("ArrowUp")
    assert profile.get_attribute("aria-label") == before
    figure.page.locator(".panels .frame").nth(1).tap(position={"x": 20, "y": 5})
    assert profile.get_attribute("aria-label") != before
    figure.page.locator("input[name=p]").focus()
    figure.page.keyboard.press("ArrowLeft")
    assert figure.page.locator("label:has(input[name=p]) output").inner_text() == "79"
