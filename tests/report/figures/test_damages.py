"""What the figure of the damages carries is what the record says."""

from __future__ import annotations

import base64
import copy
import io
import json
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

from repro.report.figures import damages_explorer
from repro.report.figures.damages import AWAKE, METERS, TITLES

SIDE, ROWS, STRENGTHS = 8, 3, [0.5, 1.0]


def webp(columns: int, seed: int = 0) -> str:
    pixels = np.random.default_rng(seed).integers(0, 256, (ROWS * SIDE, columns * SIDE, 3), np.uint8)
    memory = io.BytesIO()
    Image.fromarray(pixels).save(memory, "WEBP", lossless=True)
    return base64.b64encode(memory.getvalue()).decode()


def grade(value: float, half: float = 0.001) -> dict[str, Any]:
    return {"value": value, "ci95": [value - half, value + half], "n": 9}


def damage(points: list[dict[str, Any]], seed: int) -> dict[str, Any]:
    placed = [{"at": at, "amount": 6 * at} | point for at, point in zip(STRENGTHS, points, strict=True)]
    return {"told": "it is </script>", "unit": "px", "points": placed, "sprite": webp(2, seed)}


@pytest.fixture
def record() -> dict[str, Any]:
    def point(psnr: float, fid: float, jsd: float, half: float = 0.001) -> dict[str, Any]:
        return {"psnr": grade(psnr), "fid_toybox_n9": grade(fid), "jsd_20": grade(jsd, half), "odd": grade(1)}

    return {
        "settings": {"size": SIDE, "strengths": STRENGTHS, "pictures": 9},
        "shown": webp(1),
        "undamaged": point(100, 0, 0.1),
        "unrelated": point(10, 1, 0.1),
        "damages": {
            "hue": damage([point(30, 0.01, 0.12, 0.05), point(20, 0.5, 0.3, 0.15)], 1),
            "blur": damage([point(39, 7, 0.09), point(10, 63, 0.5)], 2),
            "unknown": damage([point(30, 0, 0), point(20, 0, 0)], 3),
        },
    }


def payload(html: str) -> dict[str, Any]:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def test_the_record_survives_the_journey(record: dict[str, Any]) -> None:
    data = payload(damages_explorer(record, "hue", 1))
    assert [packed["title"] for packed in data["damages"]] == ["blur", "hue shift"], "as the buttons stand"
    assert data["start"] == [1, 1]
    assert (data["side"], data["rows"], data["strengths"]) == (SIDE, ROWS, [0, *STRENGTHS])
    for packed, name in zip(data["damages"], ("blur", "hue"), strict=True):
        given = record["damages"][name]
        assert packed["sprite"] == "data:image/webp;base64," + given["sprite"]
        assert (packed["told"], packed["unit"]) == (given["told"], given["unit"])
        assert [float(amount) for amount in packed["amounts"]] == [3, 6]
    assert [meter["key"] for meter in data["meters"]] == ["psnr", "fid_toybox_n9", "jsd_20"]
    assert [meter["set"] for meter in data["meters"]] == [False, True, True]
    for meter in data["meters"]:
        digits = METERS[meter["key"].split("_")[0]][1]
        for name, reads in zip(("blur", "hue"), meter["reads"], strict=True):
            points = [record["undamaged"], *record["damages"][name]["points"]]
            assert [read[3] for read in reads] == [f"{p[meter['key']]['value']:.{digits}f}" for p in points]


def test_needles_go_from_undamaged_to_the_worst(record: dict[str, Any]) -> None:
    psnr, fid, jsd = payload(damages_explorer(record))["meters"]
    blur, hue = psnr["reads"]
    assert [read[0] for read in blur] == pytest.approx([0, 1 / 30, 1], abs=1e-4), "40 dB is flawless"
    assert [read[0] for read in hue] == pytest.approx([0, 10 / 30, 20 / 30], abs=1e-4)
    assert psnr["unrelated"] == [1, "10.0"]
    assert [read[0] for read in fid["reads"][0]] == pytest.approx([0, 0.5, 1], abs=1e-4), "1, 8, 64: powers"
    assert fid["unrelated"][0] == pytest.approx(1 / 6, abs=1e-4)
    assert [read[0] for read in jsd["reads"][0]] == [0, 0, 1], "better than undamaged is as good"
    assert [read[4] for read in blur] == [0, 0, 1], f"needles below {AWAKE} have not noticed"
    assert [read[4] for read in jsd["reads"][1]] == [0, 0, 1], "nor have those within their interval"
    for meter in (psnr, fid, jsd):
        for reads in meter["reads"]:
            assert all(low <= needle <= high for needle, low, high, *_ in reads)


def test_a_value_without_interval_is_its_own(record: dict[str, Any]) -> None:
    del record["unrelated"]["fid_toybox_n9"]["ci95"]
    del record["damages"]["blur"]["points"][1]["fid_toybox_n9"]["ci95"]
    needle, low, high, _, noticed = payload(damages_explorer(record))["meters"][1]["reads"][0][2]
    assert needle == low == high == noticed == 1


def test_every_damage_of_the_experiment_has_a_title(root) -> None:
    committed = json.loads((root / "results" / "experiments" / "damages.json").read_text())
    assert set(committed["damages"]) == set(TITLES)
    html = damages_explorer(committed)
    assert len(html) < 400_000
    assert len(payload(html)["meters"]) == len(METERS)


def test_figure_is_self_contained_and_unique(record: dict[str, Any]) -> None:
    html = damages_explorer(record)
    assert not re.search(r"https?:|@import|url\(", html)
    assert "__ID__" not in html
    assert "__SCRIPT__" not in html
    assert "__DATA__" not in html
    name = re.search(r'id="(damages-\w+)"', html)[1]
    assert name not in damages_explorer(record, "hue")
    assert damages_explorer(record) == html


def test_a_record_that_does_not_fit_is_refused(record: dict[str, Any]) -> None:
    for start in (("grey", 1), ("blur", 3), ("blur", -1)):
        with pytest.raises(ValueError, match="blur, hue"):
            damages_explorer(record, *start)
    for path, value, what in (
        (("shown",), webp(2), "'shown'"),
        (("damages", "hue", "sprite"), webp(3), "pictures of hue"),
        (("undamaged",), {"odd": grade(1)}, "odd"),
    ):
        changed = copy.deepcopy(record)
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        with pytest.raises(ValueError, match=what):
            damages_explorer(changed)
