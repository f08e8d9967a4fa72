"""The table of costs: every cell is the record's."""

from __future__ import annotations

import json
from pathlib import Path

from repro.report import fragments


def test_the_cost_is_the_record_s(tmp_path: Path) -> None:
    assert fragments.cost(tmp_path) == fragments.NO_RECORD
    place = tmp_path / "results" / "experiments"
    place.mkdir(parents=True)
    counted = {"used": 23_400_000, "gflops": 347.2, "weights": 2**30, "activations": 2**31}
    record = {
        "counted": counted | {"parameters": {"critics": 11_000_000, "generator": 1}},
        "cocosnet": {"parameters": 167.9e6, "gflops": 1080.7},
        "settings": {"size": 256, "batch": 8},
        "step": {"peak_memory_bytes": 5 * 2**30},
        "commit": "abc",
    }
    (place / "cost.json").write_text(json.dumps(record))
    text = fragments.cost(tmp_path)
    for cells in ("23.4 | 167.9", "347.2 | 1,080.7", "11.0 | ", "3.0 | ", "5.0 | "):
        assert f"| {cells} |" in text
    assert "commit `abc`" in text
