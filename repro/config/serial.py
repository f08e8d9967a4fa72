"""A config as plain JSON data and back, strictly: the data may come from anywhere."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing
from collections.abc import Mapping
from typing import Any, Literal

from repro.config.checks import check
from repro.config.fields import Config, ConfigError

MOST = 16  # numbers in a list


def from_dict(data: Mapping[str, Any]) -> Config:
    """Rebuild a config from JSON data that may come from anywhere.

    A field that is missing has its default: data may be older than the field. Raises ConfigError that names
    the field when one is unknown, of a wrong type, or out of range.
    """
    config = _table(Config, data, "config")
    check(config)
    return config


def to_dict(config: Config) -> dict[str, Any]:
    """Plain JSON data; ``from_dict`` is its inverse."""
    return json.loads(json.dumps(dataclasses.asdict(config)))


def config_hash(config: Config) -> str:
    """Twelve hex digits that change when any field does (the data folder's place aside).

    Fields at their default are left out, so that a field added later leaves the hash of an older run alone.
    """
    placeless = dataclasses.replace(config, data=dataclasses.replace(config.data, root=""))
    data = _departures(to_dict(placeless), to_dict(Config()))
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:12]


def _departures(data: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """What of ``data`` is not as in ``defaults``; nested tables alike."""
    other = {name: value for name, value in data.items() if value != defaults[name]}
    return {
        name: _departures(value, defaults[name]) if isinstance(value, dict) else value
        for name, value in other.items()
    }


def _table(kind: type, data: Any, where: str) -> Any:
    """A config dataclass with its own fields and no others."""
    if not isinstance(data, Mapping):
        raise ConfigError(f"{where} must be a table of fields, got {_shown(data)}")
    hints = typing.get_type_hints(kind)
    wrong = sorted(map(str, set(data) - set(hints)))
    if wrong:
        raise ConfigError(f"{where}: unknown field(s) {_shown(', '.join(wrong))}")
    return kind(**{name: _value(hints[name], value, f"{where}.{name}") for name, value in data.items()})


def _value(kind: Any, data: Any, where: str) -> Any:
    """One field's value: a table, one of a few words, a tuple of numbers, or a plain number or text."""
    if dataclasses.is_dataclass(kind):
        return _table(typing.cast(type, kind), data, where)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        if data not in inner:
            raise ConfigError(f"{where} must be one of {', '.join(inner)}, got {_shown(data)}")
        return data
    if origin is tuple:
        if not isinstance(data, list | tuple) or not 1 <= len(data) <= MOST:
            raise ConfigError(f"{where} must be a list of 1 to {MOST} numbers, got {_shown(data)}")
        return tuple(_plain(inner[0], item, where) for item in data)
    return _plain(kind, data, where)


def _plain(kind: type, data: Any, where: str) -> Any:
    """An int, float or str. A bool is no int here; an int may stand for a float."""
    if type(data) not in ((int, float) if kind is float else (kind,)):
        raise ConfigError(f"{where} must be {kind.__name__}, got {_shown(data)}")
    try:
        return kind(data)
    except OverflowError as error:
        raise ConfigError(f"{where} is too large a number") from error


def _shown(data: Any) -> str:
    """``data`` for a message, cut short: it may be anything."""
    text = data if isinstance(data, str) else repr(data)
    return text if len(text) <= 80 else text[:77] + "…"
