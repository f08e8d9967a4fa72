"""What holds of every rival: its size at each preset, the promises of the contract."""

from __future__ import annotations

import pytest
import torch

from repro.config import resolve
from repro.config.rivals import RIVALS, SMALL
from repro.methods import build_method
from repro.methods.feature_nets import feature_net_of_this_shape

OFFICIAL = {
    "spade": {"encoder": 10_463_424, "generator": 108_832_195, "critics": 5_529_730},
    "sun": {"generator": 7_318_531, "critics": 3_113_474},
    "cocosnet": {
        "sketches": 23_906_624,
        "pictures": 23_923_904,
        "matcher": 4_852_228,
        "generator": 92_171_460,
        "critics": 5_529_730 + 2 * 81_921,
    },
}
"""Rival → net → parameters of the official network, counted in the rival's own test, or published."""


def parameters(preset: str, method: str) -> dict[str, int]:
    """Net → number of its parameters; of the large ones nothing is allocated."""
    with torch.device("meta" if preset == "paper" else "cpu"):
        built = build_method(resolve(preset, "anime", method), feature_net_of_this_shape)
    counts = {name: sum(p.numel() for p in net.parameters()) for name, net in built.named_children()}
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize("name", OFFICIAL)
def test_the_paper_s_preset_is_of_official_size(name: str) -> None:
    found = parameters("paper", name)
    assert found.keys() == OFFICIAL[name].keys()
    assert all(abs(found[net] / count - 1) < 0.05 for net, count in OFFICIAL[name].items())


@pytest.mark.parametrize("preset", SMALL)
def test_the_small_ones_are_as_large_as_ours(preset: str) -> None:
    """± 20 %; at smoke, where a width is two or three channels, only as near as such steps come."""
    low, high = (0.6, 1.5) if preset == "smoke" else (0.8, 1.2)
    ours = sum(parameters(preset, "ours").values())
    shares = {name: sum(parameters(preset, name).values()) / ours for name in RIVALS}
    assert {name: share for name, share in shares.items() if not low < share < high} == {}
