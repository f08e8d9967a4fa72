"""Tables of records: every number once in its place, and no two nets' distances in one."""

from __future__ import annotations

from typing import Any

from repro.report.tables import label, overview, tables


def measured(value: float, n: int = 500) -> dict[str, Any]:
    return {"value": value, "ci95": [value - 0.25, value + 0.25], "n": n}


def record(**changes: Any) -> dict[str, Any]:
    return {
        "domain": "anime",
        "method": "ours",
        "metrics": {
            "true": {"psnr": measured(25.126), "part_accuracy": measured(0.9321, 498)},
            "paired": {"psnr": measured(27.5), "zeta": measured(1.0)},
            "cross": {},
        },
        "floors": {"copy_exemplar": {"true": {"psnr": {"value": 9.43, "n": 500}}}},
    } | changes


def rows(text: str) -> list[list[str]]:
    return [
        [cell.strip().replace("\u00a0", " ") for cell in line.strip("|").split("|")]
        for line in text.strip().splitlines()
    ]


def test_a_table_has_every_number_once_in_its_place() -> None:
    head, _, *body = rows(tables(record()))
    assert head == ["", "", "`true`", "`paired`"]
    assert body == [
        ["PSNR, dB ↑", "**ours**", "25.13 ± 0.25", "27.50 ± 0.25"],
        ["", "copy the exemplar", "9.43", ""],
        ["part accuracy ↑", "**ours**", "0.932 ± 0.250", ""],
        ["`zeta`", "**ours**", "", "1.000 ± 0.250"],
        ["pairs", "", "498–500", "500"],
    ]


def test_distances_over_two_nets_never_share_a_table() -> None:
    names = ("fid_toybox_n500", "fid_inception_n500", "fid_mine_n500", "ndb_100", "ndb_20")
    text = tables(record(metrics={"true": {name: measured(3.0) for name in names}}, floors={}))
    found = [[row[0] for row in rows(one)[2:-1]] for one in text.split("\n\n")]
    fid = "FID, `{}` features, N = 500 ↓"
    assert found == [
        [fid.format("inception"), "NDB of 20 ↓", "NDB of 100 ↓"],
        [fid.format("mine")],
        [fid.format("toybox")],
    ]


def test_a_key_says_what_it_is() -> None:
    assert label("ssim") == "SSIM ↑"
    assert label("fid_inception_n3545") == "FID, `inception` features, N = 3545 ↓"
    assert label("jsd_50") == "JSD, 50 bins ↓"
    assert label("fid_x") == "`fid_x`"


def test_many_records_have_a_row_each_and_only_columns_that_are_filled() -> None:
    cat = record(
        domain="cat", method="cyclegan", takes_exemplar=False, metrics={"true": {"psnr": measured(20.0)}}
    )
    head, _, *body = rows(overview([record(), cat]))
    assert head == ["", "PSNR, dB ↑ `true`", "part accuracy ↑ `true`", "PSNR, dB ↑ `paired`"]
    assert body == [
        ["anime, Ours", "25.13 ± 0.25", "0.932 ± 0.250", "27.50 ± 0.25"],
        ["cat, CycleGAN (takes no exemplar)", "20.00 ± 0.25", "", ""],
    ]
