"""Warps as they are drawn: each strength within its bound, and nothing but the generator decides."""

from __future__ import annotations

import pytest
import torch

from repro.data.tps import TPS, sample_tps

STILL = {"displacement": 0.0, "rotation": 0.0, "scale": 0.0, "shift": 0.0}


def drawn(batch: int, seed: int = 0, **strength: float) -> TPS:
    return sample_tps(batch, torch.Generator().manual_seed(seed), **strength)  # type: ignore[arg-type]


def test_drawing_is_a_pure_function_of_the_generator() -> None:
    assert torch.equal(drawn(4, seed=1).source, drawn(4, seed=1).source)
    assert not torch.equal(drawn(4, seed=1).source, drawn(4, seed=2).source)
    generator = torch.Generator().manual_seed(1)
    first, second = sample_tps(4, generator), sample_tps(4, generator)
    assert not torch.equal(first.source, second.source)
    torch.manual_seed(99)
    assert torch.equal(drawn(4, seed=1).source, first.source)


@pytest.mark.parametrize(
    ("name", "bound"), [("rotation", 15.0), ("scale", 0.15), ("shift", 0.10), ("displacement", 0.15)]
)
def test_each_strength_does_what_it_says_and_keeps_its_bound(name: str, bound: float) -> None:
    tps = drawn(2000, **{**STILL, name: bound})
    offset = tps.source.mean(1, keepdim=True)
    centred = tps.source - offset
    scales = centred.square().sum((1, 2)).sqrt() / tps.output.square().sum().sqrt()
    cross = (tps.output[..., 0] * centred[..., 1] - tps.output[..., 1] * centred[..., 0]).sum(1)
    angle = torch.rad2deg(torch.atan2(cross, (tps.output * centred).sum((1, 2))))
    measured = {
        "rotation": angle.abs().max(),
        "scale": (scales - 1).abs().max(),
        "shift": offset.abs().max() / 2,
        "displacement": (tps.source - tps.output).abs().max(),
    }
    assert 0.95 * bound < measured[name] < bound * (1 + 1e-4)
    if name != "displacement":  # random displacement also turns, scales and shifts, a little
        others = [float(v) for key, v in measured.items() if key not in {name, "displacement"}]
        assert max(others) < 1e-3


@pytest.mark.parametrize(
    "wrong",
    [
        {"displacement": 0.34},
        {"displacement": -0.1},
        {"scale": 1.0},
        {"rotation": -1.0},
        {"shift": -0.1},
        {"grid": 1},
        {"batch": 0},
    ],
)
def test_a_strength_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="got"):
        sample_tps(**{"batch": 1, "generator": torch.Generator(), **wrong})  # type: ignore[arg-type]
