"""The figure of the spline solves it in the page: it must give the package's map, for every hand.

The figure stands alone here; the built pages are tested in test_pages.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from repro.data.toybox import picture
from repro.data.tps import TPS, flow, sample_tps, warp
from repro.report.figures import tps_explorer

pytestmark = pytest.mark.browser

DRAWING = picture("anime", "test", 3, 128).color
STILL = {"displacement": 0.0, "rotation": 0.0, "scale": 0.0, "shift": 0.0}
STRONG = {"displacement": 0.3, "rotation": 30.0, "scale": 0.2, "shift": 0.1}


def as_tps(figure: Any) -> TPS:
    """The control points that the page shows."""
    source = torch.tensor(figure.page.evaluate("document.querySelector('.rx-tps').tps.source()"))[None]
    return TPS(sample_tps(1, torch.Generator(), **STILL).output, source)


def page_flow(figure: Any, height: int, width: int) -> np.ndarray:
    values = figure.page.evaluate(f"[...document.querySelector('.rx-tps').tps.flow({height}, {width})]")
    return np.reshape(values, (height, width, 2))


def tps_figure(opened: Callable, **options: Any) -> Any:
    tps = sample_tps(1, torch.Generator().manual_seed(3))
    figure = tps_explorer(DRAWING, tps.source[0].numpy(), {"identity": STILL, "strong": STRONG})
    return opened(figure, **options)


def test_page_solves_the_spline(opened: Callable) -> None:
    figure = tps_figure(opened)
    start = sample_tps(1, torch.Generator().manual_seed(3))
    torch.testing.assert_close(as_tps(figure).source, start.source)
    for _ in range(4):
        tps = as_tps(figure)
        np.testing.assert_allclose(page_flow(figure, 21, 34), flow(tps, 21, 34)[0].numpy(), atol=1e-5)
        expected = warp(torch.from_numpy(np.round(DRAWING * 255) / 255).float()[None], tps)[0].numpy()
        drawn = figure.pixels(2)[..., :3].transpose(2, 0, 1) / 255
        np.testing.assert_allclose(drawn, expected, atol=0.6 / 255)
        figure.page.get_by_role("button", name="strong").click()
        figure.settle()
        assert (as_tps(figure).source - tps.source).abs().max() > 0.05


def test_identity_and_turn(opened: Callable) -> None:
    figure = tps_figure(opened)
    figure.page.get_by_role("button", name="identity").click()
    figure.settle()
    np.testing.assert_array_equal(figure.pixels(2)[..., :3], np.round(255 * DRAWING).transpose(1, 2, 0))
    assert figure.page.evaluate("document.querySelector('.rx-tps').tps.energy()") < 1e-9
    figure.page.get_by_role("button", name="turn").click()
    figure.settle()
    angle = np.pi / 12
    turned = flow(sample_tps(1, torch.Generator(), **STILL), 9, 9)[0].numpy() @ np.array(
        [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
    )
    np.testing.assert_allclose(page_flow(figure, 9, 9), turned, atol=1e-6)


def test_a_drag_moves_one_point_and_folds_are_red(opened: Callable) -> None:
    figure = tps_figure(opened)
    figure.page.get_by_role("button", name="identity").click()
    figure.settle()
    assert figure.page.locator(".readout").inner_text().startswith("No fold.")
    reds = (
        (figure.pixels(3)[..., 0] > 200) & (figure.pixels(3)[..., 1] < 120) & (figure.pixels(3)[..., 3] > 100)
    )
    assert not reds.any()
    before = as_tps(figure).source[0]
    box = figure.page.locator(".handle").nth(5).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    figure.page.mouse.move(x, y)
    figure.page.mouse.down()
    figure.page.mouse.move(x + 150, y + 10, steps=4)
    figure.page.mouse.up()
    figure.settle()
    moved = (as_tps(figure).source[0] - before).abs().amax(dim=1) > 1e-9
    assert moved.nonzero().flatten().tolist() == [5]
    field = flow(as_tps(figure), 33, 33)[0]
    across, down = field[:-1, 1:] - field[:-1, :-1], field[1:, :-1] - field[:-1, :-1]
    folded = (across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]) <= 0
    assert figure.page.locator(".readout").inner_text().startswith("Folded over on")
    shades = figure.pixels(3)
    red = (shades[..., 0] > 200) & (shades[..., 1] < 120) & (shades[..., 3] > 100)
    centres = (np.arange(32) * 22.5 + 11).astype(int)
    assert red[np.ix_(centres, centres)][folded.numpy()].all()
    assert red[np.ix_(centres, centres)].sum() <= 1.6 * folded.sum()  # a cell folds when either triangle does


def test_tps_obeys_the_keyboard_and_fits_a_phone(opened: Callable) -> None:
    figure = tps_figure(opened, viewport={"width": 390, "height": 800}, has_touch=True)
    assert figure.page.evaluate("document.documentElement.scrollWidth") <= 390
    before = as_tps(figure).source[0]
    figure.page.locator(".handle").first.focus()
    figure.page.keyboard.press("ArrowRight")
    figure.page.keyboard.press("Enter")
    figure.page.keyboard.press("Shift+ArrowUp")
    figure.settle()
    change = as_tps(figure).source[0] - before
    expected = torch.zeros(16, 2)
    expected[0, 0], expected[1, 1] = 0.02, -0.1
    torch.testing.assert_close(change, expected, atol=1e-6, rtol=0)
    assert figure.page.locator(".handle[tabindex='0']").count() == 1
