"""The form of a record: what belongs in it is taken, everything else refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from repro.record import RecordError, check_record


def test_a_record_of_the_form_is_taken(entry: dict[str, Any]) -> None:
    check_record(entry, "it")


@pytest.mark.parametrize("field", ["id", "config_hash", "weights", "metrics", "per_image", "takes_exemplar"])
def test_what_is_missing_is_named(entry: dict[str, Any], field: str) -> None:
    del entry[field]
    with pytest.raises(RecordError, match=rf"mine\.json: the record: '{field}' is a required"):
        check_record(entry, "mine.json")


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("id", "somewhere/else", "id: "),
        ("config_hash", "XYZ", "config_hash: "),
        ("seed", -1, "seed: "),
        ("planted", 1, "planted"),
        ("metrics", {"true": {"psnr": {"value": "20", "n": 2}}}, "metrics.true.psnr.value: "),
        ("metrics", {"true": {"psnr": {"value": 20.0, "ci95": [1.0], "n": 2}}}, "metrics.true.psnr.ci95: "),
        ("metrics", {"true": {"fid": {"value": 20.0, "n": 2}}}, "metrics.true: 'fid'"),  # without net and N
        ("metrics", {"best": {}}, "metrics: 'best'"),
        ("per_image", {"true": {"psnr": ["20"]}}, "per_image.true.psnr.0: "),
        ("pairs", [["a"]], "pairs.0: "),
    ],
)
def test_what_is_wrong_is_named(entry: dict[str, Any], place: str, value: Any, message: str) -> None:
    with pytest.raises(RecordError, match=f"it: .*{message}"):
        check_record(entry | {place: value}, "it")


@pytest.mark.parametrize("old", [{}, {"schema": 1}, {"schema": "2"}])
def test_an_older_form_is_to_be_measured_again(entry: dict[str, Any], old: dict[str, Any]) -> None:
    del entry["schema"]
    with pytest.raises(RecordError, match="evaluate its run again"):
        check_record(entry | old, "it")


@pytest.mark.parametrize("data", [None, [], "record", 3])
def test_what_is_no_record_at_all_is_refused(data: Any) -> None:
    with pytest.raises(RecordError, match="it: the record: "):
        check_record(data, "it")
