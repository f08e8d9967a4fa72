"""Two processes that share a batch learn what one learns from all of it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from repro.config import ConfigError, resolve
from repro.methods.weights import CHECKPOINT, read_tensors
from repro.training.devices import launch
from repro.training.journal import METRICS

WORDS = ["-m", "repro", "train", "--preset", "smoke", "--domain", "anime", "--train.steps", "6"]
# All of a batch is coloured both ways, so that the shares of two processes make up the whole of one; the
# second momentum is short, for Adam divides by what in the first steps is mostly rounding.
WORDS += ["--train.cross_share", "1", "--optim.ema", "0.9", "--optim.clip", "100"]


def run(folder: Path, processes: int) -> subprocess.CompletedProcess[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    torchrun = ["-m", "torch.distributed.run", f"--nproc-per-node={processes}"]
    torchrun += ["--master-addr=127.0.0.1", f"--master-port={port}"]
    env = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, *(torchrun if processes > 1 else []), *WORDS, "--run-dir", str(folder)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
def test_two_processes_reach_the_weights_of_one_with_the_doubled_batch(tmp_path: Path) -> None:
    for processes in (1, 2):
        done = run(tmp_path / str(processes), processes)
        assert done.returncode == 0, done.stderr[-2000:]
    alone, shared = (read_tensors(tmp_path / str(n) / CHECKPOINT)[0] for n in (1, 2))
    assert alone.keys() == shared.keys()
    start = None
    for name, tensor in alone.items():
        if name.startswith(("nets.", "average.")):
            torch.testing.assert_close(shared[name], tensor, atol=2e-4, rtol=1e-3, msg=name)
            start = name
    assert start is not None
    one, two = (len((tmp_path / str(n) / METRICS).read_text().splitlines()) for n in (1, 2))
    assert one == two  # only one of them writes


def test_a_batch_that_cannot_be_shared_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "3")
    with pytest.raises(ConfigError, match="batch 4 cannot be shared evenly by 3"):
        launch(resolve("smoke", "anime", "ours").train)
