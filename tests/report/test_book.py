"""The address becomes buttons and Colab cells, or nothing at all; records become tables."""

from __future__ import annotations

import ast
import copy
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from repro.report import book, fragments, notebooks

ADDRESS = "https://example.org/someone/colour"
BASE = {"title": "T", "repository": {"url": ""}, "html": {"use_repository_button": False, "favicon": "f.png"}}


@pytest.fixture
def project(tmp_path: Path, root: Path) -> Path:
    """A repository in miniature: settings, configuration, the real chapters."""
    (tmp_path / "pyproject.toml").write_text('[tool.repro]\nrepository = ""\n')
    shutil.copy(root / "_config.yml", tmp_path)
    shutil.copytree(root / "notebooks", tmp_path / "notebooks")
    return tmp_path


def set_address(project: Path, address: str) -> None:
    (project / "pyproject.toml").write_text(f'[tool.repro]\nrepository = "{address}"\n')


# The address


def test_without_an_address_the_configuration_is_untouched() -> None:
    assert book.config(BASE, "") == BASE


def test_an_address_brings_buttons_and_keeps_the_rest() -> None:
    made = book.config(copy.deepcopy(BASE), ADDRESS)
    assert made["repository"] == {"url": ADDRESS, "path_to_book": "", "branch": "main"}
    assert made["launch_buttons"]["colab_url"].endswith("colab.research.google.com")
    assert made["html"] == {"use_repository_button": True, "favicon": "f.png"}
    assert made["title"] == "T"


def test_address_is_read_cleaned_and_checked(project: Path) -> None:
    assert book.repository(project) == ""
    set_address(project, ADDRESS + "/")
    assert book.repository(project) == ADDRESS
    set_address(project, "git@example.org:someone/colour")
    with pytest.raises(ValueError, match="https"):
        book.repository(project)
    (project / "pyproject.toml").write_text("[project]\n")
    assert book.repository(project) == ""


def test_prepare_writes_all_and_rewrites_nothing_needlessly(project: Path) -> None:
    files = book.prepare(project)
    assert all(path.is_file() for path in files)
    before = [path.stat().st_mtime_ns for path in files]
    book.prepare(project)
    assert [path.stat().st_mtime_ns for path in files] == before
    assert "No run" in (project / "book/generated/results.md").read_text()
    assert "make reproduce" in (project / "book/generated/reproduce.md").read_text()


# The Colab cell


def setup_cells(path: Path) -> list[int]:
    cells = notebooks.read(path).cells
    return [n for n, cell in enumerate(cells) if notebooks.SETUP_TAG in cell.metadata.get("tags", [])]


def test_setup_cell_comes_and_goes_without_a_trace(project: Path) -> None:
    paths = notebooks.chapters(project / "notebooks")
    assert paths, "the book has chapters"
    notebooks.sync_setup(project / "notebooks", "")
    before = [path.read_bytes() for path in paths]

    assert notebooks.sync_setup(project / "notebooks", ADDRESS) == paths
    for path in paths:
        (place,) = setup_cells(path)
        cells = notebooks.read(path).cells
        assert all(cell.cell_type != "code" for cell in cells[:place])
        assert f"!git clone -q --depth 1 {ADDRESS} book\n" in cells[place].source
        words = cells[place].source.split("import sys")[1].split()
        assert not {"torch", "torchvision", "numpy"} & set(words), "Colab's own stay"
    assert notebooks.sync_setup(project / "notebooks", ADDRESS) == []

    assert notebooks.sync_setup(project / "notebooks", "") == paths
    assert [path.read_bytes() for path in paths] == before


def test_a_new_address_replaces_the_old_cell(project: Path) -> None:
    notebooks.sync_setup(project / "notebooks", ADDRESS)
    notebooks.sync_setup(project / "notebooks", ADDRESS + "2")
    for path in notebooks.chapters(project / "notebooks"):
        (place,) = setup_cells(path)
        assert ADDRESS + "2" in notebooks.read(path).cells[place].source


def test_setup_cell_does_nothing_off_colab() -> None:
    source = notebooks.setup_source(ADDRESS)
    guarded = source.split('if "google.colab" in sys.modules:\n')[1]
    assert all(line.startswith("    ") for line in guarded.splitlines())


def test_setup_cell_fetches_what_the_chapters_need_and_colab_lacks(root: Path) -> None:
    """Outside experiments, reports and the command line, nothing else is imported from other projects."""
    parts = (
        "colorize",
        "config",
        "contracts.py",
        "data",
        "methods",
        "metrics",
        "models",
        "record",
        "training",
    )
    places = [root / "repro" / part for part in parts]
    imported = {"repro"}
    for file in (file for place in places for file in ([place] if place.is_file() else place.rglob("*.py"))):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.partition(".")[0])
    others = imported - {"repro"} - sys.stdlib_module_names
    assert others - notebooks.COLAB == set(notebooks.EXTRAS) - {"kornia_rs"}
    assert notebooks.setup_source(ADDRESS).endswith(" " + " ".join(notebooks.EXTRAS))


def test_committed_notebooks_agree_with_the_setting(root: Path) -> None:
    address = book.repository(root)
    for path in notebooks.chapters(root / "notebooks"):
        notebook = notebooks.read(path)
        assert notebooks.with_setup(notebook, address) == notebook, f"run --sync-notebooks: {path.name}"


def test_execute_runs_in_the_notebooks_folder_and_saves(tmp_path: Path) -> None:
    path = tmp_path / "1.ipynb"
    cell = nbformat.v4.new_code_cell("import os\nprint(os.path.basename(os.getcwd()))")
    notebooks.write(nbformat.v4.new_notebook(cells=[cell]), path)
    notebooks.execute(path)
    (done,) = notebooks.read(path).cells
    assert done.outputs[0].text == tmp_path.name + "\n"
    assert "execution" not in done.metadata


# Records


def record(**changes: Any) -> dict[str, Any]:
    def measured(value: float, n: int = 500) -> dict[str, Any]:
        return {"value": value, "ci95": [value - 0.25, value + 0.25], "n": n}

    return {
        "preset": "laptop",
        "data": "toybox",
        "domain": "anime",
        "method": "ours",
        "seed": 3,
        "commit": "0123456789abcdef",
        "config_hash": "fedcba9876543210",
        "hardware": {"cpu": "Some CPU", "threads": 2, "gpu": []},
        "seconds": {"train": 411.6, "evaluate": 30.2},
        "metrics": {
            "true": {"psnr": measured(25.126), "part_accuracy": measured(0.9321, 498)},
            "paired": {"psnr": measured(27.5), "zeta": measured(1.0)},
            "cross": {},
        },
        "floors": {"copy_exemplar": {"true": {"psnr": measured(9.43)}}},
    } | changes


def test_provenance_says_where_a_number_comes_from() -> None:
    line = fragments.provenance(record())
    times = "training steps 412 s, evaluation 30 s"  # in this order, whatever the order in the record
    for fact in ("commit `0123456789abcdef`", "`fedcba9876`", "seed 3", times, "Some CPU, 2 threads"):
        assert fact in line
    assert "[]" not in line
    assert fragments.provenance(record(seconds={"evaluate": 30.2, "train": 411.6})) == line


def test_provenance_hides_neither_uncommitted_changes_nor_a_second_commit() -> None:
    dirty = "0123456789ab-dirty"
    assert f"commit `{dirty}` ·" in fragments.provenance(record(commit=dirty, trained_commit=dirty))
    line = fragments.provenance(record(commit=dirty, trained_commit="ba9876543210"))
    assert f"trained at commit `ba9876543210`, measured at commit `{dirty}` ·" in line


def test_unshown_data_are_described_from_the_record(tmp_path: Path) -> None:
    place = tmp_path / "results/laptop/edges2shoes/shoe/ours"
    place.mkdir(parents=True)
    pairs = [["shoe/1", "shoe/7"], ["shoe/2", "shoe/9"], ["shoe/3", "shoe/4"]]
    shoes = record(data="edges2shoes", domain="shoe", pairs=pairs)
    (place / "0.json").write_text(json.dumps(shoes))
    (place / "0.webp").write_bytes(b"")
    text = fragments.results(tmp_path)
    assert text.startswith("## The laptop preset on edges2shoes\n\n### Ours on shoe\n")
    assert "3 pairs, the first `shoe/1` from `shoe/7`, the last `shoe/3` from `shoe/4`." in text
    assert "{image}" not in text


def test_fragments_follow_the_files(tmp_path: Path) -> None:
    place = tmp_path / "results/laptop/toybox/anime/ours"
    place.mkdir(parents=True)
    (place / "0.json").write_text(json.dumps(record()))
    assert "image" not in fragments.results(tmp_path)
    (place / "0.webp").write_bytes(b"")
    text = fragments.results(tmp_path)
    assert "25.13" in text
    assert "{image} ../results/laptop/toybox/anime/ours/0.webp\n:alt: Sample sheet" in text

    own = tmp_path / "runs/reproduce"
    own.mkdir(parents=True)
    (own / "record.json").write_text(json.dumps(record(domain="cat")))
    (own / "sheet.png").write_bytes(b"")
    assert "### Ours on cat\n" in fragments.own_run(tmp_path)
    assert "{image} ../runs/reproduce/sheet.png" in fragments.own_run(tmp_path)
