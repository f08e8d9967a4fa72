"""The shape of the code: sizes, one direction of dependencies, no field that nobody reads."""

from __future__ import annotations

import ast
import dataclasses
import os
import shutil
import subprocess
import sys
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from repro.config import Config

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = sorted((ROOT / "repro").rglob("*.py"))
SOURCES = PACKAGE + sorted((ROOT / "tests").rglob("*.py"))
MAX_FILE = 250
MAX_FUNCTION = 50

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# Sizes


def long_functions(tree: ast.AST) -> list[str]:
    """Functions of more lines than a screen holds, from ``def`` to the last line."""
    functions = (node for node in ast.walk(tree) if isinstance(node, Function))
    return [f.name for f in functions if (f.end_lineno or f.lineno) - f.lineno + 1 > MAX_FUNCTION]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_files_and_functions_fit_a_reader(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_FILE
    assert long_functions(ast.parse(text)) == []


def test_a_long_function_is_seen() -> None:
    body = "    x = 1\n" * MAX_FUNCTION
    assert long_functions(ast.parse(f"class A:\n  def f():\n{body}")) == ["f"]
    assert long_functions(ast.parse(f"def f():\n{body[:-10]}")) == []


def test_nothing_is_called_utils() -> None:
    vague = {"utils", "util", "helpers", "common", "misc"}
    assert [name_of(path) for path in SOURCES if path.stem in vague or path.parent.name in vague] == []


# Docstrings


def undocumented(tree: ast.Module) -> list[str]:
    """The module itself and its public functions, classes and methods that lack a docstring."""

    def walk(node: ast.Module | ast.ClassDef, prefix: str) -> Iterator[str]:
        if not ast.get_docstring(node):
            yield prefix or "module"
        for child in node.body:
            if not isinstance(child, Function | ast.ClassDef) or child.name.startswith("_"):
                continue
            name = f"{prefix}.{child.name}".lstrip(".")
            if isinstance(child, ast.ClassDef):
                yield from walk(child, name)
            elif not ast.get_docstring(child):
                yield name

    return list(walk(tree, ""))


@pytest.mark.parametrize("path", PACKAGE, ids=name_of)
def test_what_is_public_says_what_it_does(path: Path) -> None:
    assert undocumented(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_a_missing_docstring_is_seen() -> None:
    source = '"""M."""\nclass A:\n  """A."""\n  def f(self): pass\n  def _g(self): pass\ndef h(): pass\n'
    assert undocumented(ast.parse(source)) == ["A.f", "h"]


# Config fields


def config_fields(kind: type) -> Iterator[str]:
    """Names of all fields of a config dataclass, and of the dataclasses it holds."""
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        yield field.name
        if dataclasses.is_dataclass(hints[field.name]):
            yield from config_fields(hints[field.name])


def names_read(tree: ast.AST) -> set[str]:
    """Attributes that a module reads, as ``x.name`` or ``getattr(x, "name")``.

    A module that reads attributes by a computed name, such as the weight of each loss term, is taken
    to read those that are keys of its dictionaries.
    """
    names, keys, computed = set(), set(), False
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            names.add(node.attr)
        elif isinstance(node, ast.Dict):
            keys |= {key.value for key in node.keys if isinstance(key, ast.Constant)}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            match node.args[1]:
                case ast.Constant(value=name):
                    names.add(name)
                case _:
                    computed = True
    return names | keys if computed else names


def unread(kind: type, trees: Iterable[ast.AST]) -> list[str]:
    """Fields of ``kind`` that no tree reads."""
    return sorted(set(config_fields(kind)) - set().union(*map(names_read, trees)))


def test_every_config_field_is_read() -> None:
    others = (path for path in PACKAGE if not name_of(path).startswith("repro/config/"))
    assert unread(Config, (ast.parse(path.read_text(encoding="utf-8")) for path in others)) == []


def test_an_unread_field_is_seen() -> None:
    @dataclasses.dataclass(frozen=True)
    class Fake(Config):
        idle: int = 0  # only ever written
        by_name: int = 0
        by_key: int = 0
        no_key: int = 0

    readers = [
        *(ast.parse(f"config.{name}") for name in config_fields(Config)),
        ast.parse("c.idle = 1; getattr(c, 'by_name'); {'idle': 0}"),
        ast.parse("w = {'by_key': f}\nfor name in w: getattr(c, name)"),
    ]
    assert unread(Fake, readers) == ["idle", "no_key"]


# Dependencies


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Import-linter over the package in ``folder``, with the contracts of its pyproject.toml."""
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_dependencies_point_one_way() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("contracts.py", "import repro.cli", "Dependencies point one way"),
        ("losses/planted.py", "import repro.methods.ours", "Dependencies point one way"),
        ("models/planted.py", "import repro.data.tps", "Dependencies point one way"),
        ("planted.py", "import repro.contracts", "Dependencies point one way"),
        ("report/planted.py", "import repro.metrics", "The report reads records"),
        ("models/planted.py", "import repro.config", "The config stops at constructors"),
    ],
)
def test_a_wrong_import_is_seen(tmp_path: Path, module: str, line: str, contract: str) -> None:
    shutil.copytree(
        ROOT / "repro", tmp_path / "repro", ignore=shutil.ignore_patterns("__pycache__", "assets")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "repro" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    done = lint_imports(tmp_path)
    broken = [text for text in done.stdout.splitlines() if " BROKEN" in text]
    assert done.returncode == 1
    assert any(text.startswith(contract) for text in broken), done.stdout + done.stderr


def test_importing_the_package_does_not_import_torch() -> None:
    program = "import repro, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
