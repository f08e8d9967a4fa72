"""What a preset costs: counted on a small one, really run on a small one."""

from __future__ import annotations

from repro.config import resolve
from repro.experiments.cost import PUBLISHED, measure_preset
from repro.methods import build_method


def test_counts_and_a_real_step_of_a_small_preset() -> None:
    config = resolve("smoke", "anime", "ours", loss__features="vgg19")  # in its shape: it need not be there
    found = measure_preset(config)
    used = sum(p.numel() for p in build_method(config, load_features=None).parameters())
    assert found["counted"]["used"] == used
    assert found["counted"]["flops"] > 1e6
    assert set(found["step"]["terms"]) == {"generator", "critics"}
    assert all(value == value for terms in found["step"]["terms"].values() for value in terms.values())
    assert found["step"]["seconds"] > 0
    assert found["step"]["peak_memory_bytes"] > 100e6  # torch alone takes more
    assert found["forward"]["seconds"] > 0
    assert (PUBLISHED["parameters"], PUBLISHED["gflops"]) == (167.9e6, 1080.7)
