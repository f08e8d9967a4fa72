"""Ctrl-C as a terminal sends it: status 130, a good checkpoint, and a printed command that goes on."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from repro.methods.weights import CHECKPOINT, read_tensors
from repro.training.journal import METRICS

STEPS = 80


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A PATH on which `repro` is this package, as its console script would be."""
    script = tmp_path / "bin" / "repro"
    script.parent.mkdir()
    script.write_text(f"#!{sys.executable}\nimport sys\nfrom repro.cli import main\nsys.exit(main())\n")
    script.chmod(0o755)
    return f"{script.parent}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.slow
def test_an_interrupted_run_says_how_to_go_on_and_does(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "a run"  # a name that a shell would take apart
    env = os.environ | {"PATH": path, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    words = ["repro", "train", "--preset", "smoke", "--domain", "anime", "--run-dir", str(folder)]
    words += ["--train.steps", str(STEPS), "--train.log_every", "1", "--train.checkpoint_every", "1000"]
    run = subprocess.Popen(words, env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    end = time.monotonic() + 120
    while not (folder / METRICS).exists():
        assert time.monotonic() < end
        assert run.poll() is None
        time.sleep(0.005)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Traceback" not in errors
    assert "Warning" not in errors
    assert "step/s" in errors  # the bar
    assert "<" in errors  # … with the time that is left, [elapsed<left, …]
    stopped = read_tensors(folder / CHECKPOINT)[1]["progress"]["step"]
    assert 1 <= stopped < STEPS
    assert json.loads((folder / METRICS).read_text().splitlines()[-1])["step"] == stopped

    command = errors.rstrip().splitlines()[-1]
    assert shlex.split(command) == [*words, "--resume"]
    again = subprocess.run(shlex.split(command), env=env, capture_output=True, text=True, timeout=120)
    assert again.returncode == 0, again.stderr
    steps = [json.loads(line)["step"] for line in (folder / METRICS).read_text().splitlines()]
    assert steps == list(range(1, STEPS + 1))
