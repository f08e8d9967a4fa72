"""A record of the present form, as small as can be."""

from __future__ import annotations

from typing import Any

import pytest

from repro.record import SCHEMA


@pytest.fixture
def entry() -> dict[str, Any]:
    """One metric of two pictures, measured on drawings."""
    metric = {"value": 20.0, "ci95": [19.0, 21.0], "n": 2}
    return {
        "schema": SCHEMA,
        "id": "smoke/toybox/anime/ours/0",
        "preset": "smoke",
        "data": "toybox",
        "domain": "anime",
        "method": "ours",
        "takes_exemplar": True,
        "seed": 0,
        "config": {},
        "config_hash": "0123456789ab",
        "weights": "0123456789abcdef",
        "features": {"toybox": "0" * 64},
        "measured": {"pictures": "uint8", "real": 32},
        "commit": "abc",
        "trained_commit": "abc",
        "versions": {"torch": "2"},
        "hardware": {"cpu": "a"},
        "seconds": {"train": 1.0, "evaluate": 2.0},
        "pairs": [["a", "b"], ["b", "a"]],
        "skipped": {"train": [], "test": []},
        "metrics": {"true": {"psnr": metric}},
        "floors": {"real": {"true": {"fid_toybox_n2": {"value": 0.1, "n": 2}}}},
        "per_image": {"true": {"psnr": [19.0, 21.0], "pck_05": [None, 1.0]}},
    }
