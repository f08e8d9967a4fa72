"""The figure of the moments computes both shortcuts in the page: they must be the package's, for every hand.

The figure stands alone here; the built pages are tested in test_pages.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Page
from torch import nn

from repro.models.generator import DecoderLevel, DynamicShortcut, Generator, StaticShortcut
from repro.models.layers import positional_norm
from repro.report.figures import Head, Painting, moments_explorer

pytestmark = pytest.mark.browser

SIDE, CHANNELS = 16, 6
PHONE = {"viewport": {"width": 390, "height": 900}, "has_touch": True}


class World:
    """A small generator with loud weights, three scenes as its encoder sees them, and its answers."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        generator = Generator((CHANNELS, 8), "dynamic")
        nn.init.normal_(generator.residual.weight, std=0.1)
        self.level, self.residual = generator.decoder[0], generator.residual
        assert isinstance(self.level, DecoderLevel)
        assert isinstance(self.level.shortcut, DynamicShortcut)
        nn.init.normal_(self.level.shortcut.net[2].weight, std=0.3)
        # Of 8 bits, as they travel: at a place that is nearly grey, rounding would change the hue.
        self.picture, self.coarse = torch.randint(256, (2, 3, 3, SIDE, SIDE)).float() / 255
        levels = torch.randint(64, (3, CHANNELS, SIDE, SIDE))
        levels[..., 0, :2] = torch.tensor([0, 63])  # both ends are there, so the levels are the page's own
        self.features = levels * 0.08 - 2.5
        self.moments = torch.randn(3, 1, SIDE, SIDE), torch.rand(3, 1, SIDE, SIDE) + 0.1

    def head(self) -> Head:
        first, _, last = self.level.shortcut.net
        convs = (first, last, self.level.second, self.residual)
        one, two, second, residual = [(c.weight.detach().numpy(), c.bias.detach().numpy()) for c in convs]
        return Head((one, two), second, residual)

    def scenes(self) -> list[Painting]:
        mean, std = (part[:, 0].numpy() for part in self.moments)
        parts = zip(self.picture.numpy(), self.coarse.numpy(), self.features.numpy(), mean, std, strict=True)
        return [Painting(title, *part) for title, part in zip("ABC", parts, strict=True)]

    def colours(self, mean: torch.Tensor, std: torch.Tensor) -> np.ndarray:
        """What the static shortcut makes of picture A."""
        normed, _, _ = positional_norm(self.picture[:1])
        return StaticShortcut(3)(normed, (mean, std))[0].clamp(0, 1).numpy()

    def generated(self, mean: torch.Tensor, std: torch.Tensor) -> np.ndarray:
        """What the last layers of the generator make of scene A."""
        with torch.no_grad():
            returned = F.leaky_relu(self.level.shortcut(self.features[:1], (mean, std)), 0.2)
            drawn = self.residual(F.leaky_relu(self.level.second(returned), 0.2))
        return (self.coarse[:1] + drawn)[0].clamp(0, 1).numpy()


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture
def figure(opened: Callable, world: World) -> Callable[..., Any]:
    html = moments_explorer(world.scenes(), world.head())
    return lambda **options: opened(html, **options)


def shown(live: Any) -> np.ndarray:
    """(3, S, S) in [0, 1]: the result as it stands on the page."""
    live.settle()
    return live.pixels(0)[..., :3].transpose(2, 0, 1) / 255


def click(page: Page, place: str, name: str) -> None:
    page.locator(f"{place} .choice", has_text=re.compile(f"^{re.escape(name)}$")).click()


def half(own: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """The left half of the one beside the right half of the other."""
    return torch.cat([own[..., : SIDE // 2], other[..., SIDE // 2 :]], dim=-1)


def test_page_starts_with_half_of_the_other_moments(figure: Callable, world: World) -> None:
    live = figure()
    moments = [half(part[:1], part[1:2]) for part in positional_norm(world.picture)[1:]]
    np.testing.assert_allclose(shown(live), world.colours(*moments), atol=0.003)
    assert (
        "50 % of its places receive moments that are not theirs" in live.page.locator(".readout").inner_text()
    )


def test_page_computes_the_dynamic_shortcut(figure: Callable, world: World) -> None:
    live = figure()
    click(live.page, ".views", "the trained generator")
    moments = [half(part[:1], part[1:2]) for part in world.moments]
    np.testing.assert_allclose(shown(live), world.generated(*moments), atol=0.004)
    click(live.page, ".acts", "give its own back")
    own = world.generated(*(part[:1] for part in world.moments))
    np.testing.assert_allclose(shown(live), own, atol=0.004)
    decibels = -10 * np.log10(np.mean((own - world.picture[0].numpy()) ** 2))
    said = re.findall(r"([\d.]+) dB", live.page.locator(".readout").inner_text())
    assert all(abs(float(value) - decibels) < 0.2 for value in said)
    assert len(said) == 2


def test_own_moments_give_the_picture_back(figure: Callable, world: World) -> None:
    live = figure()
    click(live.page, ".acts", "give its own back")
    np.testing.assert_allclose(shown(live), world.picture[0].numpy(), atol=0.6 / 255)
    assert "0 % of its places" in live.page.locator(".readout").inner_text()
    assert "the picture: exact" in live.page.locator(".readout").inner_text()


def test_sliders_shift_and_scale(figure: Callable, world: World) -> None:
    live = figure()
    click(live.page, ".acts", "give its own back")
    page, mean = live.page, positional_norm(world.picture)[1]
    shift, scale = page.locator("input[type=range]").all()
    scale.focus()
    page.keyboard.press("Home")
    np.testing.assert_allclose(shown(live), mean[0].expand(3, -1, -1).numpy(), atol=0.003)
    shift.focus()
    page.keyboard.press("End")
    moved = mean[0] + (mean.max() - mean.min()) / 2
    np.testing.assert_allclose(shown(live), moved.clamp(0, 1).expand(3, -1, -1).numpy(), atol=0.003)
    assert page.locator("output").nth(1).inner_text() == "× 0.00"


def test_brush_paints_where_it_is_dragged_and_nowhere_else(figure: Callable, world: World) -> None:
    live = figure()
    click(live.page, ".acts", "give its own back")
    click(live.page, ".brushes", "none: flat")
    before, box = shown(live), live.page.locator(".large canvas").bounding_box()
    at = lambda x, y: (box["x"] + box["width"] * x / SIDE, box["y"] + box["height"] * y / SIDE)  # noqa: E731
    live.page.mouse.move(*at(3.5, 4.5))
    assert (shown(live) == before).all(), "it only hovers"
    live.page.mouse.down()
    live.page.mouse.move(*at(12.5, 4.5), steps=3)
    live.page.mouse.up()
    live.page.mouse.move(*at(8, 14))
    changed = (shown(live) != before).any(axis=0)
    assert changed[4, 3:13].all(), "a line without gaps"
    assert not changed[8:].any()


def test_figure_obeys_the_keyboard(figure: Callable) -> None:
    live = figure()
    page = live.page
    page.evaluate("addEventListener('keydown', () => { window.heard = true; })")
    click(page, ".acts", "give its own back")
    before = shown(live)
    page.locator(".large canvas").focus()
    page.keyboard.press("ArrowUp")
    assert (shown(live) == before).all()
    page.keyboard.press("Space")
    assert (shown(live) != before).any()
    assert not page.evaluate("window.heard"), "the theme would turn the page"


def test_figure_fits_a_phone_and_answers_a_touch(figure: Callable) -> None:
    live = figure(**PHONE)
    assert live.page.evaluate("document.documentElement.scrollWidth") <= 390
    before = shown(live)
    live.page.locator(".large canvas").tap(position={"x": 60, "y": 60})
    assert (shown(live) != before).any()
    click(live.page, ".scenes", "C")
    live.settle()
    assert live.page.locator(".readout").inner_text().startswith("Picture C")
