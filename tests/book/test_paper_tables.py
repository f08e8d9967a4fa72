"""The paper's tables, typed off: they agree with each other where the paper's do."""

from __future__ import annotations

import csv
from pathlib import Path

SETS = ["cat", "dog", "wild", "anime-pair", "edge2shoe"]
SHAPES = {
    "table1": 5,
    "table2_fid": 9,
    "table3_psnr": 6,
    "table4_ssim": 6,
    "table5_ndb_jsd": 6,
    "table6_fid_losses": 5,
}


def table(root: Path, name: str) -> dict[str, dict[str, float]]:
    with (root / "book" / "paper" / f"{name}.csv").open(encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    return {row[0]: dict(zip(head[1:], map(float, row[1:]), strict=True)) for row in rows}


def test_every_table_is_whole(root: Path) -> None:
    for name, count in SHAPES.items():
        rows = table(root, name)
        assert len(rows) == count
        for row in rows.values():
            assert len(row) == (10 if name == "table5_ndb_jsd" else 5)
            assert all(value > 0 for value in row.values())
    assert "CC BY 4.0" in (root / "book" / "paper" / "README.md").read_text(encoding="utf-8")


def test_table_1_repeats_the_others_and_table_6_ends_like_table_2(root: Path) -> None:
    """A slip of the typist's hand in the rows of the paper's own method would show."""
    short = table(root, "table1")
    fid, psnr, ssim = (table(root, name)["ours full"] for name in list(SHAPES)[1:4])
    bins = table(root, "table5_ndb_jsd")["ours full"]
    for s in SETS:
        row = short[s]
        found = [row[name] for name in ("fid", "psnr", "ssim", "ndb", "jsd")]
        assert found == [fid[s], psnr[s], ssim[s], bins[f"{s}_ndb"], bins[f"{s}_jsd"]]
    assert table(root, "table6_fid_losses")["full"] == fid
