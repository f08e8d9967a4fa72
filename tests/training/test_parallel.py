"""Two processes that share a batch learn what one learns from all of it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from repro.config import ConfigError, resolve
from repro.methods import build_method
from repro.methods.weights import CHECKPOINT, read_tensors
from repro.training.devices import launch
from repro.training.journal import METRICS

WORDS = ["-m", "repro", "train", "--preset", "smoke", "--domain", "anime", "--optim.ema", "0.9"]
# All of a batch is coloured both ways, so that the shares of two processes make up the whole of one.
WORDS += ["--train.cross_share", "1", "--optim.clip", "1000"]


def run(folder: Path, processes: int, steps: int) -> dict[str, Tensor]:
    """The checkpoint of a run by torchrun, or by a single process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    torchrun = ["-m", "torch.distributed.run", f"--nproc-per-node={processes}"]
    torchrun += ["--master-addr=127.0.0.1", f"--master-port={port}"]
    env = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [*WORDS, "--train.steps", str(steps), "--run-dir", str(folder)]
    command = [sys.executable, *(torchrun if processes > 1 else []), *words]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return read_tensors(folder / CHECKPOINT)[0]


def apart(one: Tensor, other: Tensor, scale: Tensor) -> float:
    """Length of the difference, in units of the length of ``scale``."""
    return float((one - other).norm() / scale.norm().clamp(min=1e-12))


@pytest.mark.slow
def test_two_processes_take_the_step_of_one_with_the_doubled_batch(tmp_path: Path) -> None:
    """After one step Adam's first moment is the gradient, times 1 − β₁."""
    alone, shared = (run(tmp_path / str(n), n, 1) for n in (1, 2))
    assert alone.keys() == shared.keys()
    moments = {name: t for name, t in alone.items() if name.endswith("exp_avg")}
    longest = max(float(t.abs().max()) for t in moments.values())
    # Biases before a normalisation have no gradient but rounding: they are left out.
    real = {name: t for name, t in moments.items() if t.abs().max() > 1e-5 * longest}
    assert len(real) > 0.6 * len(moments)
    for name, moment in real.items():
        assert apart(shared[name], moment, moment) < 1e-3, name
    one, two = (len((tmp_path / str(n) / METRICS).read_text().splitlines()) for n in (1, 2))
    assert one == two == 1  # only one of them writes


@pytest.mark.slow
def test_and_reach_its_weights(tmp_path: Path) -> None:
    """Adam turns the rounding of small gradients into steps: after six, a tenth of the way at most."""
    torch.manual_seed(0)
    start = build_method(resolve("smoke", "anime", "ours")).state_dict()
    alone, shared = (run(tmp_path / str(n), n, 6) for n in (1, 2))
    for prefix in ("nets.", "average."):
        kernels = {n: t for n, t in alone.items() if n.startswith(prefix) and t.ndim >= 2}
        for name, weight in kernels.items():
            moved = weight - start[name.removeprefix(prefix)]
            assert apart(shared[name], weight, moved) < 0.1, name


def test_a_batch_that_cannot_be_shared_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "3")
    with pytest.raises(ConfigError, match="batch 4 cannot be shared evenly by 3"):
        launch(resolve("smoke", "anime", "ours").train)
