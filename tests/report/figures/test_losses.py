"""What the figure of the losses carries is what it was given."""

from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from repro.report.figures import Answer, Descent, losses_explorer

NAMES, SIZE = ("style", "</script> pseudo"), 16


@pytest.fixture
def answer() -> Answer:
    return Answer(np.full((3, SIZE, SIZE), 0.5), NAMES, np.array([1.0, 0.0]), np.array([4.0, 0.2]))


@pytest.fixture
def descents() -> list[Descent]:
    """Two starts, two losses, plain colours; the first start has one frame more than the second."""
    draw, made = np.random.default_rng(0), []
    for start, steps in (("grey", (0, 2, 9)), ("truth", (0, 5))):
        for loss in NAMES:
            tones = np.repeat(draw.random((len(steps), 1, 1, 1)), 3, axis=1)
            made.append(
                Descent(
                    start,
                    loss,
                    steps,
                    np.broadcast_to(tones, (len(steps), 3, SIZE, SIZE)),
                    draw.random((len(steps), 2)),
                    draw.uniform(5, 30, len(steps)),
                    np.full((3, SIZE, SIZE), draw.random()),
                    f"beside {loss}",
                )
            )
    return made


def payload(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def test_numbers_survive_the_journey(descents: list[Descent], answer: Answer) -> None:
    data = payload(losses_explorer(descents, answer))
    assert (data["starts"], data["losses"], data["names"]) == (["grey", "truth"], [*NAMES], [*NAMES])
    assert data["truth"] == [25, 0]
    for packed, descent in zip(data["descents"], descents, strict=True):
        percent = 100 * descent.values / np.array([4.0, 0.2])
        np.testing.assert_allclose(packed["values"], percent, atol=0.0051)
        np.testing.assert_allclose(packed["likeness"], descent.likeness, atol=0.051)
        assert (packed["steps"], packed["caption"]) == ([*descent.steps], descent.caption)


def test_descents_are_put_in_the_order_of_the_buttons(descents: list[Descent], answer: Answer) -> None:
    mixed = [descents[i] for i in (0, 3, 2, 1)]  # starts: grey, truth; losses: the first, the second
    assert payload(losses_explorer(mixed, answer)) == payload(losses_explorer(descents, answer))


def test_pictures_stand_where_the_page_looks_for_them(descents: list[Descent], answer: Answer) -> None:
    data = payload(losses_explorer(descents, answer))
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["sheet"].split(",")[1]))))
    assert sheet.shape == (5 * SIZE, 4 * SIZE, 3)
    middle = sheet[SIZE // 2 :: SIZE, SIZE // 2 :: SIZE, 0] / 255
    for row, descent in zip(middle, descents, strict=False):
        shown = [descent.beside[0, 0, 0], *descent.frames[:, 0, 0, 0]]
        np.testing.assert_allclose(row[: len(shown)], shown, atol=0.02)
    assert abs(middle[4, 0] - 0.5) < 0.02


def test_figure_is_self_contained_and_unique(descents: list[Descent], answer: Answer) -> None:
    html = losses_explorer(descents, answer)
    assert not re.search(r"https?:|@import|url\(", html)
    assert not re.search("__[A-Z]+__", html)
    name = re.search(r'id="(losses-\w+)"', html)[1]
    assert name not in losses_explorer([replace(d, caption="other") for d in descents], answer)
    assert losses_explorer(descents, answer) == html


def test_parts_that_do_not_fit_are_refused(descents: list[Descent], answer: Answer) -> None:
    for wrong in ([], descents[:3], [*descents, descents[0]]):
        with pytest.raises(ValueError, match="once"):
            losses_explorer(wrong, answer)
    first, *others = descents
    for name, part in (
        ("frames", first.frames[:-1]),
        ("frames", first.frames[..., :-1]),
        ("values", first.values[:, :1]),
        ("likeness", first.likeness[:-1]),
        ("beside", first.beside[:1]),
        ("steps", (0, 9, 2)),
        ("steps", (1, 2, 9)),
    ):
        with pytest.raises(ValueError, match=name):
            losses_explorer([replace(first, **{name: part}), *others], answer)
    with pytest.raises(ValueError, match="whole"):
        losses_explorer(descents, replace(answer, whole=np.array([4.0, 0.0])))
    with pytest.raises(ValueError, match="values of the answer"):
        losses_explorer(descents, replace(answer, values=np.ones(3)))
