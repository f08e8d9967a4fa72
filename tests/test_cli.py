"""The command line: what a person types, what it prints, how it fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from repro.cli import VERBS, main
from repro.config import ConfigError, config_hash, from_dict, resolve
from repro.contracts import DOMAINS

SMOKE = ["train", "--preset", "smoke", "--domain", "anime"]


def failed(capsys: pytest.CaptureFixture[str], *argv: str | Path) -> str:
    """Run a command that must fail with status 1 and one line on stderr; return the line."""
    assert main([str(word) for word in argv]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"repro {argv[0]}: ")
    assert len(err.strip().splitlines()) == 1
    return err


def test_help_is_there_at_once_and_names_every_command() -> None:
    """Importing torch alone takes two seconds: neither it nor numpy may be needed to read the help."""
    program = "import sys, repro.cli as c\ntry: c.main(['--help'])\nexcept SystemExit: pass\n"
    program += "print('heavy:', [m for m in ('torch', 'numpy', 'cv2', 'tyro') if m in sys.modules])"
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert time.perf_counter() - started < 1.5
    assert "heavy: []" in done.stdout
    for verb in VERBS:
        assert verb in done.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--help"])
    assert stopped.value.code == 0
    assert f"repro {verb}" in capsys.readouterr().out


# Configs


def dry_run(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[dict, str]:
    """The config and the remaining lines of a dry run."""
    assert main([*SMOKE, "--dry-run", *options]) == 0
    text = capsys.readouterr().out
    end = text.index("\n}\n") + 2
    return json.loads(text[:end]), text[end:]


def test_a_dry_run_prints_config_sizes_and_memory_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    config, rest = dry_run(capsys, "--run-dir", "here")
    assert from_dict(config) == resolve("smoke", "anime", "ours")
    assert f"config hash: {config_hash(from_dict(config))}" in rest
    assert "generator " in rest
    assert "parameters" in rest
    assert "estimated memory of a step" in rest
    assert list(tmp_path.iterdir()) == []


def test_any_field_can_be_overridden(capsys: pytest.CaptureFixture[str]) -> None:
    options = (
        "--model.generator_channels 8 16 --model.alpha 50 --optim.decay constant --seed 3 --data.size=48"
    )
    config, _ = dry_run(capsys, *options.split(), "--model.csft-mode", "self", "--loss.align", "0")
    overrides = {"data__size": 48, "model__generator_channels": (8, 16), "model__alpha": 50.0}
    overrides |= {"optim__decay": "constant", "model__csft_mode": "self", "loss__align": 0.0, "seed": 3}
    assert from_dict(config) == resolve("smoke", "anime", "ours", **overrides)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--preset", "smokey"],
            "unknown preset 'smokey': choose from smoke, laptop, grid, shipped, colab, paper",
        ),
        (["--method", "his"], "unknown method 'his': choose from "),
        (["--model.common_channels", "2"], "common_channels"),
        (["--data", "."], "expected DIR/train/*.png and DIR/val/*.png"),
    ],
)
def test_a_wrong_value_is_one_line(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert said in failed(capsys, *SMOKE, "--run-dir", tmp_path / "run", *options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([*SMOKE, "--modell.alpha", "5"], "--modell.alpha"),
        ([*SMOKE, "--model.alpha", "abc"], "could not convert string to float: 'abc'"),
        ([*SMOKE, "--res"], "--res"),
        (["train", "--preset", "smoke", "--domain", "mouse"], "invalid choice: 'mouse'"),
        (["train"], "--preset, --domain"),
        (["evaluate", "x", "--fast"], "unrecognised arguments: --fast"),
        (["paint"], "invalid choice: 'paint'"),
        ([], "COMMAND"),
    ],
)
def test_wrong_usage_is_status_two(argv: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(argv)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


def test_every_domain_may_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    for domain in DOMAINS:
        assert main(["train", "--preset", "smoke", "--domain", domain, "--dry-run"]) == 0
    with pytest.raises(ConfigError):
        resolve("smoke", "mouse", "ours")


def test_a_reader_that_went_away_is_no_error() -> None:
    """`repro experiment | head -0`: the pipe is closed before anything is written."""
    program = "import sys; from repro.cli import main; sys.exit(main(['experiment']))"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")
