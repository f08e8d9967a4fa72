"""Configs: every run resolves, every strange input is refused by name, every field counts."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
import time
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest

from repro.config import METHODS, PRESETS, Config, ConfigError, config_hash, from_dict, resolve, to_dict
from repro.config.checks import BOUNDS
from repro.contracts import DOMAINS


def leaves(data: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Dotted paths of all fields that hold a value."""
    for name, value in data.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def put(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of ``data`` with ``value`` at the dotted path."""
    changed = copy.deepcopy(data)
    *groups, leaf = path.split(".")
    table = changed
    for group in groups:
        table = table[group]
    table[leaf] = value
    return changed


def get(data: dict[str, Any], path: str) -> Any:
    for name in path.split("."):
        data = data[name]
    return data


SMOKE = to_dict(resolve("smoke", "anime", "ours"))
LEAVES = list(leaves(SMOKE))
NUMBERS = [path for path in LEAVES if not isinstance(get(SMOKE, path), str)]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("method", METHODS)
def test_every_run_resolves_and_survives_json(preset: str, domain: str, method: str) -> None:
    config = resolve(preset, domain, method)
    assert (config.preset, config.data.domain, config.method) == (preset, domain, method)
    assert from_dict(json.loads(json.dumps(to_dict(config)))) == config


def test_a_preset_changes_what_it_names_and_nothing_else() -> None:
    default, smoke = to_dict(Config()), to_dict(resolve("smoke", "anime", "ours"))
    changed = {path for path in LEAVES if get(default, path) != get(smoke, path)}
    assert changed <= set(PRESETS["smoke"]) | {"preset"}
    assert get(smoke, "train.steps") == PRESETS["smoke"]["train.steps"]


def test_the_defaults_are_the_paper() -> None:
    paper = resolve("paper", "anime", "ours")
    assert (paper.data.size, paper.train.batch) == (256, 8)
    assert (paper.optim.lr, paper.optim.beta1, paper.optim.beta2) == (1e-4, 0.5, 0.999)
    assert sum(paper.model.pyramid_channels) == 1472
    assert paper.model.alpha == 100


def test_overrides_come_last() -> None:
    config = resolve("smoke", "cat", "ours", seed=3, model__alpha=50, train__steps=7, loss__align=0.0)
    assert (config.seed, config.model.alpha, config.train.steps, config.loss.align) == (3, 50.0, 7, 0.0)
    assert isinstance(config.model.alpha, float)
    assert resolve("smoke", "cat", "ours", model__generator_channels=[4, 8]).model.generator_channels == (
        4,
        8,
    )


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("nope", "anime", "ours"), "unknown preset 'nope': choose from smoke"),
        (("smoke", "hamster", "ours"), "unknown domain 'hamster': choose from cat"),
        (("smoke", "anime", "theirs"), "unknown method 'theirs': choose from .*ours"),
    ],
)
def test_an_unknown_name_is_refused_with_the_choices(names: tuple[str, str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        resolve(*names)


@pytest.mark.parametrize(
    "path",
    ["model__nope", "nope", "nope__alpha", "seed__x", "seed__x__y", "model__alpha__x", "method__o", ""],
)
def test_an_override_of_an_unknown_field_is_refused(path: str) -> None:
    with pytest.raises(ConfigError, match=r"unknown config field"):
        resolve("smoke", "anime", "ours", **{path: 1})


def test_a_config_cannot_be_changed() -> None:
    config = Config()
    for table in (
        config,
        config.data,
        config.model,
        config.loss,
        config.optim,
        config.train,
        config.evaluate,
    ):
        name = dataclasses.fields(table)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(table, name, 1)


# Hash


def another(path: str) -> Any:
    """A value for the field that is allowed and not the one it has."""
    owner: Any = Config
    *groups, leaf = path.split(".")
    for group in groups:
        owner = get_type_hints(owner)[group]
    hint, value = get_type_hints(owner)[leaf], get(SMOKE, path)
    special = {"data.domain": "shoe", "data.size": 48, "model.pyramid_channels": [8, 8, 16, 16, 15]}
    if path in special:
        return special[path]
    if isinstance(value, list):
        return [*value[:-1], value[-1] + 1]
    if isinstance(value, str):
        return next((choice for choice in get_args(hint) if choice != value), value + "x")
    return value / 2 + 0.000123 if isinstance(value, float) else value + 1


@pytest.mark.parametrize("path", LEAVES)
def test_the_hash_changes_with_every_field(path: str) -> None:
    changed = from_dict(put(SMOKE, path, another(path)))
    assert changed != from_dict(SMOKE)
    same = config_hash(changed) == config_hash(from_dict(SMOKE))
    assert same is (path == "data.root")  # where the pictures lie is one machine's business


def test_the_hash_is_stable_and_short() -> None:
    assert config_hash(from_dict(SMOKE)) == config_hash(resolve("smoke", "anime", "ours"))
    assert len(config_hash(Config())) == 12
    int(config_hash(Config()), 16)


# Data from anywhere


FREE_TEXT = ("preset", "method", "data.root", "loss.features")


@pytest.mark.parametrize("path", LEAVES)
def test_a_wrong_type_is_refused_by_name(path: str) -> None:
    words = [] if path in FREE_TEXT else ["planted\n"]
    for value in (None, True, {}, [], [[]], b"1", object(), *words):
        with pytest.raises(ConfigError, match=rf"\b{path}\b"):
            from_dict(put(SMOKE, path, value))


@pytest.mark.parametrize("path", NUMBERS)
def test_an_absurd_number_is_refused_by_name(path: str) -> None:
    for value in (math.nan, math.inf, -math.inf, -1, 10**400, 10**30):
        within = [value] * len(get(SMOKE, path)) if isinstance(get(SMOKE, path), list) else value
        with pytest.raises(ConfigError, match=rf"\b{path}\b"):
            from_dict(put(SMOKE, path, within))


@pytest.mark.parametrize("path", [path for path in NUMBERS if isinstance(get(SMOKE, path), int)])
def test_a_fraction_or_truth_is_no_count(path: str) -> None:
    for value in (float(get(SMOKE, path)), False, str(get(SMOKE, path))):
        with pytest.raises(ConfigError, match=rf"\b{path}\b must be int"):
            from_dict(put(SMOKE, path, value))


def test_every_number_has_bounds() -> None:
    assert set(BOUNDS) == set(NUMBERS)


@pytest.mark.parametrize("table", ["", "data", "model", "loss", "optim", "train", "evaluate"])
def test_an_unknown_field_is_refused_by_name(table: str) -> None:
    prefix = f"{table}." if table else ""
    with pytest.raises(ConfigError, match=rf"config{'.' + table if table else ''}: .* planted"):
        from_dict(put(SMOKE, prefix + "planted", 1))


def test_a_field_that_is_missing_has_its_default() -> None:
    """Data may be older than the field; the hash of what was written before is then the same."""
    for path in leaves(to_dict(Config())):
        group, _, leaf = path.rpartition(".")
        table = get(SMOKE, group) if group else SMOKE
        less = {key: value for key, value in table.items() if key != leaf}
        older = from_dict(put(to_dict(Config()), group, {}) if group else less | {"preset": "paper"})
        assert get(to_dict(older), path) == get(to_dict(Config()), path)
    assert config_hash(from_dict({})) == config_hash(Config())


@pytest.mark.parametrize("data", [None, 3, [], "config", [SMOKE]], ids=lambda d: f"{d!r:.10}")
def test_what_is_no_config_at_all_is_refused(data: Any) -> None:
    with pytest.raises(ConfigError, match="config"):
        from_dict(data)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data.size": 40}, "data.size must be a multiple of 16"),
        ({"data.domain": "hamster"}, "data.domain must be one of cat"),
        ({"model.pyramid_channels": [8, 8, 8], "model.pyramid_dilations": [1, 1, 1]}, "at least four levels"),
        ({"model.pyramid_dilations": [1, 1, 1, 1]}, "one number for each"),
        ({"model.common_channels": 2}, "model.common_channels must lie in 3"),
        ({"model.generator_channels": [4] * 6}, "may have five levels"),
        ({"model.generator_channels": [4] * 17}, "list of 1 to 16"),
        ({"model.csft_mode": "none"}, "cross, symmetric, self, residual"),
    ],
)
def test_a_contradiction_is_refused(changes: dict[str, Any], message: str) -> None:
    data = SMOKE
    for path, value in changes.items():
        data = put(data, path, value)
    with pytest.raises(ConfigError, match=message):
        from_dict(data)


def test_refusing_something_huge_is_quick_and_short() -> None:
    started = time.perf_counter()
    for value in ("x" * 10**7, [1] * 10**6, {str(i): i for i in range(10**5)}):
        with pytest.raises(ConfigError) as caught:
            from_dict(put(SMOKE, "model", value))
        assert len(str(caught.value)) < 300
    assert time.perf_counter() - started < 2
