"""Many files through one function: in order, whatever the number of processes, and whoever dies."""

from __future__ import annotations

import os

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
