"""The chapters as committed: executed, without errors, in the rooms of the book, readable without eyes.

That they still run is tested by nbval: `make test` passes ``notebooks`` to the same pytest.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nbformat import NotebookNode

from repro.report import notebooks

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = notebooks.chapters(ROOT / "notebooks")
ROOMS = [
    "The question",
    "In the paper",
    "Build it",
    "Check it",
    "See it",
    "Touch it",
    "What the paper leaves open",
    "Exercises",
    "Further reading",
]
BUILD_LIMIT = 40  # lines of code in the room "Build it"

each = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def code_of(cells: list[NotebookNode]) -> str:
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


def rooms(notebook: NotebookNode) -> dict[str, list[NotebookNode]]:
    """Room → its cells; a heading may stand anywhere in a Markdown cell."""
    found: dict[str, list[NotebookNode]] = {}
    current: list[NotebookNode] = []
    for cell in notebook.cells:
        text = cell.source if cell.cell_type == "markdown" else ""
        for heading in re.findall(r"^## (.+)$", text, re.MULTILINE):
            current = found.setdefault(heading, [])
        current.append(cell)
    return found


def test_there_are_chapters() -> None:
    assert CHAPTERS


@each
def test_chapter_is_executed_in_order_and_without_error(path: Path) -> None:
    # The Colab cell, which counts as 0, is left out.
    cells = [cell for cell in code_cells(notebooks.read(path)) if cell.execution_count != 0]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert [output.ename for output in outputs if output.output_type == "error"] == []
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []


@each
def test_chapter_has_its_rooms_in_order(path: Path) -> None:
    assert list(rooms(notebooks.read(path))) == ROOMS


@each
def test_component_is_built_in_few_lines(path: Path) -> None:
    built = code_of(rooms(notebooks.read(path))["Build it"])
    lines = [line for line in built.splitlines() if line.strip()]
    assert 0 < len(lines) <= BUILD_LIMIT
    assert not any("repro" in line for line in lines), "built by hand"


@each
def test_chapter_checks_itself_against_the_package(path: Path) -> None:
    checks = code_of(rooms(notebooks.read(path))["Check it"])
    assert "repro" in code_of(notebooks.read(path).cells)
    assert checks.count("assert") >= 3


@each
def test_pictures_have_alt_text(path: Path) -> None:
    for cell in code_cells(notebooks.read(path)):
        if any("image/png" in output.get("data", {}) for output in cell.outputs):
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            assert len(alt) > 30, f"describe the picture of:\n{cell.source[:200]}"


@each
def test_exercises_have_solutions_that_check_themselves(path: Path) -> None:
    cells = rooms(notebooks.read(path))["Exercises"]
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    exercises = re.findall(r"^### ", text, re.MULTILINE)
    assert len(exercises) >= 3
    assert text.count(":class: dropdown") == len(exercises)
    solutions = [cell for cell in cells if cell.cell_type == "code" and "# @title Solution" in cell.source]
    assert len(solutions) == len(exercises)
    assert all("check_" in cell.source and "hide-input" in cell.metadata.tags for cell in solutions)


@each
def test_some_output_is_compared_when_it_runs_again(path: Path) -> None:
    cells = code_cells(notebooks.read(path))
    assert any(cell.outputs and "nbval-check-output" in cell.metadata.get("tags", []) for cell in cells)
