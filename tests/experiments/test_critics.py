"""The two discriminators told apart: the cases, the measure against planted critics, a small training."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from repro.data.toybox import picture
from repro.experiments import critics as experiment
from repro.experiments.critics import KINDS, Cases, make_cases, measure_domain, reactions, scores

COUNT = 12


@pytest.fixture(scope="module")
def cases() -> Cases:
    return make_cases("anime", COUNT)


def test_one_thing_changes_at_a_time(cases: Cases) -> None:
    for i in (0, 5, COUNT - 1):
        own = picture("anime", "test", i, experiment.SIZE)
        assert torch.equal(cases.picture[i], torch.from_numpy(own.color))
        assert torch.equal(cases.sketch[i], torch.from_numpy(own.sketch))
        after, third = (i + 1) % COUNT, (i + 2) % COUNT
        for changed, geometry, palette in (
            (cases.recoloured, i, after),
            (cases.redrawn, after, i),
            (cases.mate, third, i),
        ):
            true = experiment.truth("anime", "test", geometry, palette, experiment.SIZE)
            assert torch.equal(changed[i], torch.from_numpy(true.color))


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(ValueError, match="at least three"):
        make_cases("anime", 2)


class Planted(nn.Module):
    """Scores the negative distance of the mean colours, or of the two pictures' outlines."""

    def __init__(self, *, colours: bool) -> None:
        super().__init__()
        self.colours = colours

    def forward(self, picture: Tensor, condition: Tensor) -> list[Tensor]:
        if self.colours:
            apart = (picture.mean((2, 3), keepdim=True) - condition.mean((2, 3), keepdim=True)).abs()
        else:
            dark = picture.mean(1, keepdim=True) < 0.25  # lines are darker than any area
            apart = (dark.float() - (condition < 0.5).float()).abs()
        return [-apart.mean(1, keepdim=True)] * 2


def test_planted_critics_are_told_apart(cases: Cases) -> None:
    by_colour = reactions(KINDS["colorific"], Planted(colours=True), cases)  # type: ignore[arg-type]
    by_line = reactions(KINDS["structural"], Planted(colours=False), cases)  # type: ignore[arg-type]
    for found, own, other in ((by_colour, "colours", "structure"), (by_line, "structure", "colours")):
        assert found[own]["fall"]["value"] > 2 * abs(found[other]["fall"]["value"])
        assert found[own]["noticed"]["value"] > 0.7
        assert all(entry["n"] == COUNT for change in found.values() for entry in change.values())
    assert by_line["shift"]["fall"]["value"] > 1
    assert by_colour["shift"]["move"]["value"] < 1e-4  # the mean colour is where it was


def test_no_change_is_no_reaction(cases: Cases) -> None:
    same = Cases(cases.picture, cases.picture, cases.picture, cases.sketch, cases.mate)
    for kind in KINDS.values():
        found = reactions(kind, kind.build(2).eval(), same)
        for change in ("colours", "structure"):
            assert [entry["value"] for entry in found[change].values()] == [0, 0, 0]


def test_both_scales_count_alike() -> None:
    maps = [torch.tensor([0.0, 2.0]).reshape(1, 1, 1, 2), torch.full((1, 1, 3, 3), 5.0)]
    assert scores(lambda *_: maps, torch.empty(0), torch.empty(0)) == pytest.approx([3.0])  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_short_training_shows_it() -> None:
    found = measure_domain("anime", pictures=150, cases=50, steps=60)
    for name, own, other in (("structural", "structure", "colours"), ("colorific", "colours", "structure")):
        assert found[name][own]["fall"]["ci95"][0] > 0
        for key in ("fall", "move", "noticed"):
            assert found[name][own][key]["value"] > found[name][other][key]["value"], (name, key)
    assert found["structural"]["shift"]["fall"]["ci95"][0] > 0
