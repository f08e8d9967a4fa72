"""The museum: a run and its broken twin, small; pictures to look at, numbers that are the truth's."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from repro.config import config_hash, from_dict
from repro.experiments import museum
from repro.experiments.museum import EXHIBITS, Exhibit, measure_exhibits

PAIRS = 5


@pytest.fixture(scope="module")
def found() -> dict:
    exhibits = {
        "healthy": Exhibit("nothing", looks=(0, 2)),
        "alpha_1": Exhibit("soft", {"model__alpha": 1.0}, looks=(0, 1, 2, 99)),
        "wrong_sketch": EXHIBITS["wrong_sketch"],
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(museum, "PICTURES", 40)
        return measure_exhibits(exhibits, 2, PAIRS)


def picture(text: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(text))))


def test_every_run_is_judged_when_it_says(found: dict) -> None:
    looks = {name: [j["step"] for j in run["judged"]] for name, run in found["exhibits"].items()}
    assert looks == {"healthy": [0, 2], "alpha_1": [0, 1, 2], "wrong_sketch": [0]}
    for run in found["exhibits"].values():
        for judged in run["judged"]:
            assert judged["psnr"]["n"] == PAIRS
            assert 5 < judged["psnr"]["value"] < 30
        assert all(len(values) == 1 for values in run["curves"].values())
        assert {"generator/pseudo", "critics/structural"} <= set(run["curves"])


def test_the_sprites_have_a_row_a_pair_and_a_column_a_look(found: dict) -> None:
    side, rows = museum.SIZE, museum.SHOWN
    assert picture(found["shown"]).shape == (rows * side, 3 * side, 3)
    for run in found["exhibits"].values():
        assert picture(run["sprite"]).shape == (rows * side, len(run["judged"]) * side, 3)


def test_before_the_first_step_all_runs_are_the_same_but_for_what_the_fault_changes(found: dict) -> None:
    first = {name: run["judged"][0]["psnr"] for name, run in found["exhibits"].items()}
    assert first["wrong_sketch"] == first["healthy"] != first["alpha_1"]


def test_the_config_is_a_config(found: dict) -> None:
    config = from_dict(found["config"])
    assert config.train.steps == 2
    assert len(config_hash(config)) == 12


def test_the_exhibits_are_what_they_say() -> None:
    healthy, *broken = EXHIBITS.values()
    assert healthy.fault == "nothing"
    assert not healthy.overrides
    assert len({exhibit.fault for exhibit in broken}) == len(broken) >= 6
    for exhibit in EXHIBITS.values():
        museum._config(exhibit.overrides)  # a config that resolves
        assert set(exhibit.looks) <= set(range(museum.STEPS + 1))
