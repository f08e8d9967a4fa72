"""What a record of a measured run must look like: checked when one is written, filed or read for a table."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from repro.record.files import RecordError

SCHEMA = 2
"""Number of the form; a record of another number is measured again before it is used."""


def check_record(record: Any, where: str) -> None:
    """Raise RecordError, naming ``where`` and the field, unless ``record`` is one of the present form.

    The form is ``repro/assets/record.schema.json``, a JSON Schema that other programs can use as well.
    """
    if isinstance(record, dict) and record.get("schema") != SCHEMA:
        raise RecordError(
            f"{where} has form {record.get('schema', 1)}, not {SCHEMA}: evaluate its run again (--again)"
        )
    from jsonschema.exceptions import best_match

    error = best_match(_validator().iter_errors(record))
    if error:
        place = ".".join(str(step) for step in error.absolute_path) or "the record"
        raise RecordError(f"{where}: {place}: {error.message[:200]}")


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator  # late: most verbs need no record

    text = (resources.files("repro") / "assets" / "record.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))
