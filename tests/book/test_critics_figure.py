"""The figure of the critics in a browser: it runs the package's discriminators, and obeys every hand."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
import torch
from playwright.sync_api import Page
from torch import nn

from repro.experiments.critics import scores
from repro.models.discriminator import STRIDES, ColorificDiscriminator, StructuralDiscriminator
from repro.report.figures import Critic, critics_explorer

pytestmark = pytest.mark.browser

SIDE, N = 32, 11
PHONE = {"viewport": {"width": 390, "height": 900}, "has_touch": True}


class World:
    """Two untrained discriminators and pictures for them, of 8 bits, as the page sees them."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.pictures = self._image(2, 3, 3)
        self.conditions = [self._image(1), self._image(3)]
        self.networks = [kind(2).eval() for kind in (StructuralDiscriminator, ColorificDiscriminator)]
        others = np.linspace(-1, 1, N)
        self.critics = [
            Critic(
                title=name,
                good="high enough",
                bad="too low",
                condition=condition.numpy(),
                scales=[
                    [self._weights(m) for m in scale if isinstance(m, nn.Conv2d)] for scale in net.scales
                ],
                matched=others,
                mismatched=others - 1,
            )
            for name, net, condition in zip(("One", "Other"), self.networks, self.conditions, strict=True)
        ]

    @staticmethod
    def _image(*shape: int) -> torch.Tensor:
        return (torch.rand(*shape, SIDE, SIDE) * 255).round() / 255

    @staticmethod
    def _weights(layer: nn.Conv2d) -> tuple[np.ndarray, np.ndarray]:
        return layer.weight.detach().numpy(), layer.bias.detach().numpy()

    def html(self) -> str:
        return critics_explorer(self.pictures.numpy(), self.critics, STRIDES)

    def scores(self, picture: torch.Tensor) -> list[float]:
        with torch.no_grad():
            pairs = zip(self.networks, self.conditions, strict=True)
            return [float(scores(net, picture[None], beside[None])[0]) for net, beside in pairs]


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture
def figure(opened: Callable, world: World) -> Callable[..., Page]:
    """``figure()``: a page that holds only the figure."""
    return lambda **options: opened(world.html(), **options)


def agree(live, world: World, picture: torch.Tensor) -> None:
    """The page says the scores that the package gives to this picture."""
    live.settle()
    text = live.page.locator(".readout").inner_text().replace("−", "-")
    told = [float(number) for number in re.findall(r": (-?\d+\.\d+)", text)]
    assert told == pytest.approx(world.scores(picture), abs=0.011), text


def test_it_computes_the_scores_of_the_package(figure, world: World) -> None:
    live = figure()
    agree(live, world, world.pictures[0, 0])
    one, other = world.scores(world.pictures[0, 0])
    others = np.linspace(-1, 1, N)
    assert f"above {(others < one).sum()} of {N} unseen pairs" in live.page.locator(".readout").inner_text()
    verdicts = live.page.locator(".verdict").all_inner_texts()
    for verdict, score in zip(verdicts, (one, other), strict=True):
        assert ("high enough" in verdict) == (score > -0.5), "half-way between the medians, 0 and -1"


def test_every_choice_changes_the_picture_as_it_says(figure, world: World) -> None:
    live = figure()
    live.page.locator(".drawing input").nth(1).check(force=True)
    agree(live, world, world.pictures[1, 0])
    live.page.locator(".palette input").nth(2).check(force=True)
    agree(live, world, world.pictures[1, 2])
    live.page.locator(".where input").nth(1).check(force=True)
    half = world.pictures[0, 0].clone()
    half[..., : SIDE // 2] = world.pictures[1, 2][..., : SIDE // 2]
    agree(live, world, half)
    live.page.locator(".reset").click()
    agree(live, world, world.pictures[0, 0])
    assert live.page.locator(".drawing input").first.is_checked()


def test_it_moves_by_key_and_by_hand(figure, world: World) -> None:
    live = figure()
    live.page.evaluate("addEventListener('keydown', () => { window.heard = true; })")
    picture = live.page.locator(".picture")
    picture.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        live.page.keyboard.press(key)
    agree(live, world, world.pictures[0, 0].roll((-1, 2), dims=(1, 2)))
    assert not live.page.evaluate("window.heard"), "the theme would turn the page"
    box = picture.bounding_box()
    pixel, middle = box["width"] / SIDE, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    live.page.mouse.move(*middle)
    live.page.mouse.down()
    live.page.mouse.move(middle[0] - 3 * pixel, middle[1] + 4 * pixel, steps=3)
    live.page.mouse.up()
    agree(live, world, world.pictures[0, 0].roll((3, -1), dims=(1, 2)))
    live.page.mouse.move(*middle)
    agree(live, world, world.pictures[0, 0].roll((3, -1), dims=(1, 2)))


def test_hues_and_strength(figure, world: World) -> None:
    """At strength 0 all that is left is the luma; a third of a turn takes red to green."""
    live = figure()
    live.page.locator(".strength").fill("0")
    luma = torch.tensor([0.299, 0.587, 0.114]) @ world.pictures[0, 0].flatten(1)
    grey = (255 * luma).round().reshape(1, SIDE, SIDE).expand(3, -1, -1) / 255
    agree(live, world, grey)
    live.page.locator(".strength").fill("100")
    live.page.locator(".hue").fill("120")
    agree(live, world, world.pictures[0, 0].roll(1, dims=0))
    assert live.page.locator(".hue + output").inner_text() == "120°"


def test_the_finer_map_shows_the_scores_of_its_patches(figure, world: World) -> None:
    """Its rim, where the picture does not shine through: from grey at 0 to full colour at 1.8."""
    live = figure()
    live.settle()
    shown = live.pixels(6).astype(int)  # after five thumbnails and the picture
    with torch.no_grad():
        scored = world.networks[0](world.pictures[0, :1], world.conditions[0][None])[0][0, 0].numpy()
    count = len(scored)
    step = shown.shape[0] / count
    for row, column in ((0, 0), (0, 3), (count - 1, 0), (4, 0)):
        score = scored[row, column]
        end = np.array([14, 116, 144] if score > 0 else [194, 65, 12])
        expected = 244 + min(1, abs(score) / 1.8) * (end - 244)
        found = shown[int((row + 0.5) * step), int((column + 0.5) * step), :3]
        np.testing.assert_allclose(found, expected, atol=1.1)


def test_it_fits_a_phone_and_answers_a_tap(figure, world: World) -> None:
    live = figure(**PHONE)
    assert live.page.evaluate("document.documentElement.scrollWidth") <= 390
    live.page.locator(".palette .choice").nth(1).tap()
    agree(live, world, world.pictures[0, 1])
