"""The chapters as files: run them again, and keep their Colab cell in step with the address.

``python -m repro.report.notebooks`` executes every chapter in place and saves it with its outputs;
give paths to execute only those.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

SETUP_TAG = "colab-setup"
TIMEOUT = 300  # seconds a cell may take
EXTRAS = ("kornia", "kornia_rs", "lightning_fabric", "safetensors", "torch_fidelity", "torchmetrics")
"""What the chapters' part of `repro` imports besides `COLAB`; kornia_rs is what kornia itself needs."""
COLAB = frozenset(
    {
        "PIL",
        "cv2",
        "jsonschema",
        "kagglehub",
        "numpy",
        "onnxruntime",
        "requests",
        "scipy",
        "skimage",
        "sklearn",
        "threadpoolctl",
        "torch",
        "tqdm",
        "urllib3",
    }
)
"""What Colab brings along, and what stays there as it is."""

_SETUP = """\
# Only on Colab: fetch the package and the records, and leave torch and numpy as they are.
import sys

if "google.colab" in sys.modules:
    !git clone -q --depth 1 {address} book
    %cd -q book/notebooks
    %pip install -q --no-deps ..
    %pip install -q --no-deps {extras}"""


def chapters(folder: Path) -> list[Path]:
    """The executed notebooks of the book, in reading order."""
    return sorted(folder.glob("[0-9]*.ipynb"))


def setup_source(address: str) -> str:
    """Source of the Colab cell for a repository at ``address``."""
    return _SETUP.format(address=address, extras=" ".join(EXTRAS))


def with_setup(notebook: NotebookNode, address: str) -> NotebookNode:
    """``notebook`` with exactly one up-to-date Colab cell, first of its code cells; none without an address.

    The cell is returned as if run off Colab, where it does nothing: its execution count is 0, so the
    counts of the other cells stay as they were.
    """
    cells = [cell for cell in notebook.cells if SETUP_TAG not in cell.metadata.get("tags", [])]
    if address:
        first = next((n for n, cell in enumerate(cells) if cell.cell_type == "code"), len(cells))
        cell = nbformat.v4.new_code_cell(setup_source(address), id=SETUP_TAG, execution_count=0)
        cell.metadata["tags"] = [SETUP_TAG, "remove-cell"]
        cells.insert(first, cell)
    return NotebookNode(notebook | {"cells": cells})


def sync_setup(folder: Path, address: str) -> list[Path]:
    """Rewrite the notebooks of ``folder`` whose Colab cell disagrees with ``address``; returns those."""
    changed = []
    for path in chapters(folder):
        notebook = read(path)
        updated = with_setup(notebook, address)
        if updated != notebook:
            write(updated, path)
            changed.append(path)
    return changed


def execute(path: Path) -> None:
    """Run a notebook in its own folder and save it executed.

    Raises nbclient.exceptions.CellExecutionError, and saves nothing, when a cell fails.
    """
    notebook = read(path)
    NotebookClient(notebook, timeout=TIMEOUT, resources={"metadata": {"path": str(path.parent)}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # wall-clock times: a new diff at every run, read by nobody
    write(notebook, path)


def read(path: Path) -> NotebookNode:
    """A notebook, in the current format."""
    return nbformat.read(path, as_version=4)


def write(notebook: NotebookNode, path: Path) -> None:
    """Save a notebook after checking its format."""
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def main(arguments: list[str] | None = None) -> None:
    """Command line: see the module's docstring."""
    about = "Execute the chapters in place."
    parser = argparse.ArgumentParser(prog="python -m repro.report.notebooks", description=about)
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks; all chapters when left out")
    paths = parser.parse_args(arguments).paths or chapters(Path("notebooks"))
    for path in paths:
        execute(path)
        print(f"executed {path}")


if __name__ == "__main__":
    main()
