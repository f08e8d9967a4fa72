"""Records: a JSON of a real run, with its provenance inside, written whole or not at all."""

from __future__ import annotations

from .files import (
    RECORD,
    SHEET,
    RecordError,
    atomic_path,
    cache_folder,
    keep_record,
    read_json,
    write_json,
)
from .provenance import provenance
from .schema import SCHEMA, check_record

__all__ = [
    "RECORD",
    "SCHEMA",
    "SHEET",
    "RecordError",
    "atomic_path",
    "cache_folder",
    "check_record",
    "keep_record",
    "provenance",
    "read_json",
    "write_json",
]
