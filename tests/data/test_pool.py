"""Many files through one function: in order, whatever the number of processes, and whoever dies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from repro.data import pool
from repro.data.pairs import DataError
from repro.data.pool import ordered_map


@pytest.mark.parametrize("cores", [1, 3])
def test_results_come_in_the_order_of_the_items(cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "MANY", 2)
    monkeypatch.setattr(pool, "_cores", lambda: cores)
    items = [str(i) for i in range(100)]
    assert list(ordered_map(int, items, "counting")) == list(range(100))


def test_a_killed_process_is_an_error_for_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "MANY", 2)
    monkeypatch.setattr(pool, "_cores", lambda: 2)
    with pytest.raises(DataError, match="was killed; most often memory ran out"):
        list(ordered_map(os._exit, [1] * 4, "dying"))


def test_a_bar_is_shown_for_many_files_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    list(ordered_map(int, ["1"] * 10, "few"))
    assert capsys.readouterr().err == ""
    list(ordered_map(int, ["1"] * pool.SHOWN, "counting"))
    assert "counting" in capsys.readouterr().err


def test_a_script_without_a_guard_may_draw_in_several_processes(tmp_path: Path) -> None:
    """A spawned process imports the script that is running, which would start all over; ours do not."""
    script = tmp_path / "mine.py"
    script.write_text(
        "from repro.data import pool\n"
        "pool.MANY, pool._cores = 2, lambda: 2\n"
        "from repro.data.toybox import picture_arrays\n"
        "print('drawn', len(picture_arrays('shoe', 'train', 4, 16)[0]))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.stdout == "drawn 4\n", done.stderr
