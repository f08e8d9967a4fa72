"""Known damages: each metric gets worse under what it is there to find, and sleeps where it is known to."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from repro.experiments import damages as experiment
from repro.experiments.damages import DAMAGES, Scene, make_scene, measure_damages
from repro.metrics.bins import jsd, make_bins, ndb
from repro.metrics.embedders import embedder
from repro.metrics.frechet import frechet_distance
from repro.metrics.predict import Made
from repro.metrics.score import picture_values
from repro.record import read_json

COUNT = 16
MILD, FULL = 0.25, 1.0
BEST = {"psnr": 100.0, "ssim": 1.0}  # of the others, 0

SEES = {
    "blur": {"psnr", "ssim", "delta_e", "bleeding", "fid"},
    "jpeg": {"psnr", "ssim", "delta_e", "part_delta_e", "fid"},
    "move": {"psnr", "ssim", "delta_e", "fid"},
    "bleed": {"psnr", "delta_e", "part_delta_e", "bleeding", "fid"},
    "grey": {"psnr", "delta_e", "part_delta_e", "fid"},
    "hue": {"psnr", "ssim", "delta_e", "part_delta_e"},
    "palette": {"psnr", "ssim", "delta_e", "part_delta_e"},
    "ghost": {"psnr", "ssim", "delta_e", "part_delta_e", "copying"},
    "drop": {"psnr", "ssim", "fid"},
}
"""Damage → what must get worse from nothing to MILD, and again to FULL."""


@pytest.fixture(scope="module")
def scene() -> Scene:
    return make_scene(COUNT)


@pytest.fixture(scope="module")
def measured(scene: Scene) -> dict[str, dict[float, dict[str, float]]]:
    """Damage → strength → metric → mean."""
    net = embedder("toybox")
    right = net(scene.truth)

    def values(images: np.ndarray) -> dict[str, float]:
        found = picture_values(Made(images), scene.truth, scene.trials)
        means = {name: float(np.nanmean(numbers)) for name, numbers in found.items()}
        return means | {"fid": frechet_distance(net(images), right)}

    found = {
        name: {s: values(damage(scene.truth, s, scene)) for s in (0.0, MILD, FULL)}
        for name, damage in DAMAGES.items()
    }
    return found | {"others": {FULL: values(scene.trials.x_e)}}


def got_worse(metric: str, series: list[float]) -> bool:
    """At every step, and clearly: by a fiftieth of all the way at the least."""
    steps = np.diff(series) * (-1 if metric in BEST else 1)
    return bool((steps > abs(series[-1] - series[0]) / 50).all() and steps.sum() > 0)


def test_the_check_itself_can_fail() -> None:
    assert got_worse("psnr", [100, 30, 20])
    assert got_worse("fid", [0, 1, 5])
    for metric, series in (
        ("psnr", [0, 1, 5]),
        ("fid", [100, 30, 20]),
        ("fid", [0, 0, 5]),
        ("ssim", [1, 1, 1]),
    ):
        assert not got_worse(metric, series), "the wrong way, or not at all"


@pytest.mark.parametrize("name", DAMAGES)
def test_a_metric_gets_worse_under_what_it_is_there_to_find(name: str, measured: dict) -> None:
    for metric in SEES[name]:
        series = [measured[name][s][metric] for s in (0.0, MILD, FULL)]
        assert series[0] == pytest.approx(BEST.get(metric, 0), abs=1e-3)
        assert got_worse(metric, series), (metric, series)


def test_what_each_metric_sleeps_through(measured: dict) -> None:
    at = {name: levels[FULL] for name, levels in measured.items()}
    # The colours are all wrong, and the structure's metric hardly minds; the colours' metrics do.
    assert at["grey"]["ssim"] > 0.85
    assert at["grey"]["part_delta_e"] > 10
    # Colour that is wrong everywhere does not bleed, and is not the exemplar's; colour that runs does.
    for name in ("grey", "hue"):
        assert abs(at[name]["bleeding"]) < at[name]["delta_e"] / 5
        assert abs(at[name]["copying"]) < 0.2
    assert at["bleed"]["bleeding"] > at["bleed"]["delta_e"] / 2
    # Pictures in the wrong palette are good pictures: nearer, as a set, than other real pictures are.
    assert at["palette"]["fid"] < at["others"]["fid"] * 1.5
    assert at["palette"]["part_delta_e"] > 10
    assert at["blur"]["fid"] > 10 * at["others"]["fid"]
    # Two pixels aside: ruin for whoever counts pixels, nothing much for who looks at the set.
    assert measured["move"][MILD]["psnr"] < 15 < measured["jpeg"][MILD]["psnr"]
    assert measured["move"][MILD]["fid"] < at["blur"]["fid"] / 10
    # Any unrelated picture lies about half way to the exemplar: copying says something only near 0 and 1.
    assert 0.3 < at["drop"]["copying"] < 0.7


def test_bins_see_missing_modes_and_no_blur(scene: Scene) -> None:
    real = np.tile(scene.truth, (12, 1, 1, 1))
    bins = make_bins(real, 8)

    def counts(name: str, strength: float) -> np.ndarray:
        return np.bincount(bins(DAMAGES[name](real, strength, scene)), minlength=8)

    assert ndb(bins.counts, counts("drop", 0.0)) == 0
    series = [jsd(bins.counts, counts("drop", s)) for s in (0.0, 0.5, 1.0)]
    assert got_worse("jsd", series)
    assert ndb(bins.counts, counts("drop", 1.0)) >= 3
    assert ndb(bins.counts, counts("blur", 0.5)) == 0
    assert jsd(bins.counts, counts("blur", 0.5)) < series[1] / 5


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_keeps_the_form_and_begins_at_nothing(name: str, scene: Scene) -> None:
    damage = DAMAGES[name]
    before = scene.truth.copy()
    np.testing.assert_array_equal(damage(scene.truth, 0, scene), before)
    for strength in (MILD, FULL):
        made = damage(scene.truth, strength, scene)
        assert (made.shape, made.dtype) == (before.shape, np.uint8)
        assert (made != before).any()
        np.testing.assert_array_equal(made, damage(scene.truth, strength, scene), "twice the same")
    np.testing.assert_array_equal(scene.truth, before, "not in place")
    for wrong in (-0.1, 1.1):
        with pytest.raises(ValueError, match="strength"):
            damage(scene.truth, wrong, scene)


def test_damages_are_what_they_say(scene: Scene, measured: dict) -> None:
    truth, made = scene.truth, {name: damage(scene.truth, FULL, scene) for name, damage in DAMAGES.items()}
    np.testing.assert_array_equal(made["palette"], scene.repainted)
    np.testing.assert_array_equal(made["ghost"], scene.trials.y_e)
    np.testing.assert_array_equal(made["move"][:, :, 8:, 8:], truth[:, :, :-8, :-8])
    assert (made["move"][:, :, :8] == 255).all()
    assert (np.ptp(made["grey"].astype(int), axis=1) <= 2).all()
    for share in (MILD, FULL):
        assert measured["ghost"][share]["copying"] == pytest.approx(share, abs=0.01)
    assert len(np.unique(made["drop"], axis=0)) == experiment.FEW
    some = [(DAMAGES["drop"](truth, s, scene) != truth).any(axis=(1, 2, 3)) for s in (0.5, 1.0)]
    assert some[0].sum() == COUNT // 2
    assert some[1][some[0]].all(), "what was dropped stays dropped"


def test_lightness_stays_where_only_colour_is_damaged(scene: Scene) -> None:
    from skimage.color import rgb2lab

    def lightness(pictures: np.ndarray) -> np.ndarray:
        return rgb2lab(np.moveaxis(pictures, 1, -1) / 255.0)[..., 0]

    for name in ("grey", "bleed", "hue"):
        gap = np.abs(lightness(DAMAGES[name](scene.truth, 0.5, scene)) - lightness(scene.truth))
        assert np.median(gap) < 0.5, name  # but for colours that no screen shows
    assert np.median(np.abs(lightness(scene.repainted) - lightness(scene.truth))) > 1


def picture(text: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(text))))


def test_a_small_measurement_is_whole(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment, "DAMAGES", {"grey": DAMAGES["grey"]})
    monkeypatch.setattr(experiment, "FID_RESAMPLES", 2)
    monkeypatch.setattr(experiment, "RESAMPLES", 20)
    found = measure_damages(scene, (0.5, 1.0), 200)
    assert (
        set(found["unrelated"])
        == set(found["undamaged"])
        == set(found["damages"]["grey"]["points"][0])
        - {
            "at",
            "amount",
        }
    )
    assert found["unrelated"]["copying"]["value"] == 1
    assert found["unrelated"][f"fid_toybox_n{COUNT}"]["value"] > 0
    assert picture(found["shown"]).shape == (4 * 64, 64, 3)
    assert picture(found["damages"]["grey"]["sprite"]).shape == (4 * 64, 2 * 64, 3)


def test_the_committed_record_is_of_these_damages(root) -> None:
    path = root / "results" / "experiments" / "damages.json"
    record = read_json(path)
    assert path.stat().st_size < 300_000
    assert record["id"] == "experiments/damages"
    assert record["settings"]["pictures"] == experiment.PICTURES
    assert set(record["damages"]) == set(DAMAGES)
    for name, damage in DAMAGES.items():
        told = record["damages"][name]
        assert (told["told"], told["unit"]) == (damage.told, damage.unit)
        assert [point["at"] for point in told["points"]] == list(experiment.STRENGTHS)
        for point in told["points"]:
            assert point["amount"] == pytest.approx(point["at"] * damage.most)
            for metric in point.keys() - {"at", "amount"}:
                low, high = point[metric]["ci95"]
                assert low <= point[metric]["value"] <= high
        strip = picture(told["sprite"])
        assert strip.shape == (experiment.SHOWN * 64, len(experiment.STRENGTHS) * 64, 3)
    for point in record["damages"]["ghost"]["points"]:
        assert point["copying"]["value"] == pytest.approx(point["at"], abs=0.01)
    for name, seen in SEES.items():
        for metric in seen:
            key = next(key for key in record["undamaged"] if key == metric or key.startswith(metric + "_"))
            series = [record["undamaged"][key], *(p[key] for p in record["damages"][name]["points"])]
            values = [measured["value"] for measured in series]
            assert got_worse(metric, [values[0], values[2], values[-1]]), (name, metric)
