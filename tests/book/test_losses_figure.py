"""The figure of the six losses in a browser: the frame, the curves and the words belong together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page

from repro.report.figures import Answer, Descent, losses_explorer

pytestmark = pytest.mark.browser

LOSSES, NAMES, SIZE = ("style", "pseudo", "both"), ("style", "pseudo"), 16
STEPS = (0, 1, 5, 10)
PHONE = {"viewport": {"width": 390, "height": 900}, "has_touch": True}


def values(start: int, loss: int) -> np.ndarray:
    """(4, 2): falling, otherwise for each descent."""
    return np.array([[80.0, 60.0], [40.0, 50.0], [20.0, 45.0], [4.0 + start, 30.0 + loss]])


def tone(start: int, loss: int, frame: int) -> float:
    return 0.1 + 0.4 * start + 0.1 * loss + 0.03 * frame


def plain(*tones: float) -> np.ndarray:
    return np.broadcast_to(np.array(tones)[:, None, None, None], (len(tones), 3, SIZE, SIZE))


@pytest.fixture
def figure(opened: Callable) -> Callable[..., Page]:
    """``figure()``: a page that holds only the figure."""
    descents = [
        Descent(
            start,
            loss,
            STEPS,
            plain(*(tone(i, j, frame) for frame in range(4))),
            values(i, j),
            np.array([11.0, 12.0, 13.0, 14.0 + j]),
            plain(1.0)[0],
            f"beside {loss}",
        )
        for i, start in enumerate(("grey", "truth"))
        for j, loss in enumerate(LOSSES)
    ]
    answer = Answer(plain(0.0)[0], NAMES, np.array([10.0, 45.0]), np.array([100.0, 100.0]))
    html = losses_explorer(descents, answer)
    return lambda **options: opened(html, **options).page


def readout(page: Page) -> str:
    return page.locator(".readout").inner_text()


def shown(page: Page) -> float:
    """The tone of the picture."""
    script = "canvas => canvas.getContext('2d').getImageData(200, 200, 1, 1).data[0] / 255"
    page.wait_for_function(
        "document.querySelector('canvas').getContext('2d').getImageData(9, 9, 1, 1).data[3]"
    )
    return page.locator("canvas").first.evaluate(script)


def drag(page: Page, selector: str, share: float) -> None:
    box = page.locator(selector).first.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + share * box["width"], box["y"] + 40)
    page.mouse.up()


def test_it_begins_at_the_end_of_the_first_descent(figure: Callable[..., Page]) -> None:
    page = figure()
    assert readout(page) == (
        "Step 10 of 10, begun with grey, lowering: style. That loss stands at 4.0 %; the true answer has "
        "10 %. Likeness to the true answer: 14.0 dB. Better than the true answer, say: style, pseudo."
    )
    assert abs(shown(page) - tone(0, 0, 3)) < 0.02
    assert page.locator(".legend b").all_inner_texts() == ["4.0 %", "30 %"]


@pytest.mark.parametrize("selector", ["canvas", ".chart svg"])
def test_dragging_goes_through_the_steps(figure: Callable[..., Page], selector: str) -> None:
    page = figure()
    for share, frame in ((0.01, 0), (0.52, 2), (0.98, 3)):
        drag(page, selector, share)
        assert readout(page).startswith(f"Step {STEPS[frame]} of 10")
        assert abs(shown(page) - tone(0, 0, frame)) < 0.02
        assert page.locator("output").inner_text() == str(STEPS[frame])


def test_buttons_choose_the_descent_and_keep_the_step(figure: Callable[..., Page]) -> None:
    page = figure()
    drag(page, "canvas", 0.52)
    page.get_by_role("radio", name="truth").check(force=True)
    page.get_by_role("radio", name="pseudo").check(force=True)
    assert readout(page).startswith(
        "Step 5 of 10, begun with truth, lowering: pseudo. That loss stands at 45 %"
    )
    assert abs(shown(page) - tone(1, 1, 2)) < 0.02
    assert page.locator(".beside").inner_text() == "beside pseudo"
    assert page.locator(".legend li.own").inner_text().startswith("pseudo")
    page.get_by_role("radio", name="both").check(force=True)  # a sum, which has no curve of its own
    assert "That loss" not in readout(page)
    assert page.locator(".legend li.own").count() == 0


def test_curves_carry_the_values(figure: Callable[..., Page]) -> None:
    """Equal ratios are equal heights, and a tick stands where the true answer lies."""
    page = figure()
    points = page.locator(".chart polyline").first.get_attribute("points").split()
    heights = np.array([float(point.split(",")[1]) for point in points])
    logs = np.log(values(0, 0)[:, 0])
    slope = (heights[3] - heights[0]) / (logs[3] - logs[0])
    np.testing.assert_allclose(heights - heights[0], slope * (logs - logs[0]), atol=0.2)
    tick = float(page.locator(".chart line[stroke-width='4']").first.get_attribute("y1"))
    assert abs(tick - (heights[0] + slope * (np.log(10) - logs[0]))) < 0.2


def test_figure_obeys_the_keyboard(figure: Callable[..., Page]) -> None:
    page = figure()
    page.locator("canvas").first.focus()
    page.keyboard.press("ArrowLeft")
    assert readout(page).startswith("Step 5 of 10")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert readout(page).startswith("Step 10 of 10")
    page.locator("input[type=range]").focus()
    page.keyboard.press("Home")
    assert readout(page).startswith("Step 0 of 10")


def test_figure_fits_a_phone_and_answers_a_touch(figure: Callable[..., Page]) -> None:
    page = figure(**PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("canvas").first.tap(position={"x": 3, "y": 60})
    assert readout(page).startswith("Step 0 of 10")
