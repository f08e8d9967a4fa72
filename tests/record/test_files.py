"""Files that outlive a run: whole or not at all, and saying where they come from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import repro.record
from repro.record import RecordError, atomic_path, keep_record, provenance, read_json, write_json


class PlantedError(Exception):
    """What goes wrong in the middle of writing."""


def test_a_new_file_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "a.txt"
    with atomic_path(target) as temporary:
        assert temporary.parent == target.parent  # one file system, so that the replacement is atomic
        assert temporary.suffix == ".txt"  # writers choose the format by it
        temporary.write_text("all of it")
        assert not target.exists()
    assert target.read_text() == "all of it"
    assert list(target.parent.iterdir()) == [target]
    assert target.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("old", ["the old text", None])
def test_a_failure_leaves_the_old_file_and_no_litter(tmp_path: Path, old: str | None) -> None:
    target = tmp_path / "a.txt"
    if old is not None:
        target.write_text(old)

    def write_half() -> None:
        with atomic_path(target) as temporary:
            temporary.write_text("half")
            raise PlantedError

    with pytest.raises(PlantedError):
        write_half()
    assert (target.read_text() if target.exists() else None) == old
    assert list(tmp_path.iterdir()) == ([target] if old is not None else [])


def test_a_target_that_cannot_be_replaced_leaves_no_litter(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.mkdir()
    with pytest.raises(OSError, match=r"a\.json"):
        write_json(target, {})
    assert list(tmp_path.iterdir()) == [target]


def test_json_goes_there_and_back(tmp_path: Path) -> None:
    data = {"α": [1, 2.5, None, True], "text": "größer", "nested": {"a": []}}
    write_json(tmp_path / "a.json", data)
    assert read_json(tmp_path / "a.json") == data
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert "größer" in text
    assert text.endswith("}\n")
    assert text.index('"nested"') < text.index('"text"')  # sorted: one content, one file


def test_a_list_of_numbers_is_one_line_however_long(tmp_path: Path) -> None:
    data = {"deep": {"values": [0.25] * 300, "rows": [[1, "a"], [2, None]], "empty": [{}, []]}, "none": {}}
    write_json(tmp_path / "a.json", data)
    assert read_json(tmp_path / "a.json") == data
    lines = (tmp_path / "a.json").read_text().splitlines()
    assert sum("0.25" in line for line in lines) == 1
    assert '   [1, "a"],' in lines


def test_what_json_cannot_hold_leaves_the_old_file(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", 1)
    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", {"a": object()})
    assert read_json(tmp_path / "a.json") == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"a": 1,}', b"\xff\xfe\x00", b"[" * 100_000, b"\x00" * 10],
    ids=lambda c: repr(c[:8]),
)
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=r"broken\.json cannot be read as JSON"):
        read_json(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"gone\.json does not exist"):
        read_json(tmp_path / "gone.json")
    with pytest.raises(RecordError, match="cannot be read"):
        read_json(tmp_path)


def test_provenance_says_code_libraries_and_hardware() -> None:
    found = provenance()
    assert set(found) == {"commit", "versions", "hardware"}
    assert {"python", "torch", "numpy"} <= set(found["versions"])
    assert set(found["hardware"]) == {"cpu", "threads", "gpu"}
    assert found["hardware"]["cpu"]
    json.dumps(found)


@pytest.mark.parametrize(
    "failure",
    [
        FileNotFoundError("git"),
        subprocess.CalledProcessError(128, "git"),
        subprocess.TimeoutExpired("git", 10),
    ],
)
def test_without_git_the_commit_is_unknown(monkeypatch, failure: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(subprocess, "run", fail)
    assert provenance()["commit"] == "unknown"


def test_reading_a_record_does_not_import_torch() -> None:
    program = "import repro.record, sys; sys.exit('torch' in sys.modules)"
    root = Path(repro.record.__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0


@pytest.mark.parametrize("data", ["toybox", "edges2shoes"])
def test_a_record_is_filed_under_its_id_with_a_sheet_of_drawings_only(
    tmp_path: Path, entry: dict[str, Any], data: str
) -> None:
    run, entry = tmp_path / "run", entry | {"id": f"smoke/{data}/anime/ours/0", "data": data}
    write_json(run / "record.json", entry)
    Image.new("RGB", (8, 4), "red").save(run / "sheet.png")
    target = tmp_path / "results" / f"{entry['id']}.json"
    sheets = [target.with_suffix(".webp")] if data == "toybox" else []
    assert keep_record(run, tmp_path / "results") == [target, *sheets]
    assert read_json(target) == entry
    assert sorted((tmp_path / "results").rglob("*.webp")) == sheets
    assert all(Image.open(sheet).size == (8, 4) for sheet in sheets)


def test_a_record_of_another_config_is_not_replaced(tmp_path: Path, entry: dict[str, Any]) -> None:
    entry["data"] = "edges2shoes"
    for name in ("a", "b"):
        write_json(tmp_path / name / "record.json", entry | {"config_hash": name * 12})
    (target,) = keep_record(tmp_path / "a", tmp_path)
    assert keep_record(tmp_path / "a", tmp_path) == [target]
    with pytest.raises(RecordError, match="another config"):
        keep_record(tmp_path / "b", tmp_path)
    assert read_json(target)["config_hash"] == "a" * 12


def test_what_is_no_record_is_not_filed(tmp_path: Path, entry: dict[str, Any]) -> None:
    write_json(tmp_path / "run" / "record.json", entry | {"metrics": 3})
    with pytest.raises(RecordError, match=r"record\.json: metrics"):
        keep_record(tmp_path / "run", tmp_path / "results")
    assert not (tmp_path / "results").exists()
