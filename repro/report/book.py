"""What the book learns before it is built: the repository's address, and the numbers of the records.

``python -m repro.report.book`` writes

- ``_build/config.yml``: ``_config.yml`` plus the launch buttons, when the address is set;
- ``book/generated/*.md``: fragments that the pages include, made from records and nothing else.

``python -m repro.report.book --sync-notebooks`` adds or removes the Colab cell of every notebook.
The address is one setting, ``[tool.repro] repository`` in ``pyproject.toml``; empty means that no
public address is known, and then the book shows no button.
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import Any

import yaml

from repro.report import fragments, notebooks

BRANCH = "main"


def repository(root: Path) -> str:
    """The public address in ``root/pyproject.toml``, without a trailing slash; "" when none is known.

    Raises ValueError for an address that is not https: a button made from it would be dead.
    """
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    address = settings.get("tool", {}).get("repro", {}).get("repository", "").rstrip("/")
    if address and not address.startswith("https://"):
        raise ValueError(f"[tool.repro] repository must start with https://, got {address!r}")
    return address


def config(base: dict[str, Any], address: str) -> dict[str, Any]:
    """The Jupyter Book configuration: ``base``, with buttons exactly when there is an address."""
    if not address:
        return base
    buttons = {"colab_url": "https://colab.research.google.com", "notebook_interface": "jupyterlab"}
    return base | {
        "repository": {"url": address, "path_to_book": "", "branch": BRANCH},
        "launch_buttons": buttons,
        "html": base.get("html", {}) | {"use_repository_button": True},
    }


def prepare(root: Path) -> list[Path]:
    """Write the configuration and the fragments below ``root``. Returns the files written."""
    base = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    text = yaml.safe_dump(config(base, repository(root)), sort_keys=False, allow_unicode=True)
    files = {root / "_build" / "config.yml": text}
    generated = root / "book" / "generated"
    files[generated / "results.md"] = fragments.results(root)
    files[generated / "reproduce.md"] = fragments.own_run(root)
    files[generated / "cost.md"] = fragments.cost(root)
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != content:  # untouched: no rebuild
            path.write_text(content, encoding="utf-8")
    return list(files)


def main(arguments: list[str] | None = None) -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m repro.report.book", description="Prepare the book.")
    parser.add_argument("--sync-notebooks", action="store_true", help="add or remove the Colab cells instead")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    if options.sync_notebooks:
        changed = notebooks.sync_setup(root / "notebooks", repository(root))
    else:
        changed = prepare(root)
    for path in changed:
        print(f"wrote {path.relative_to(root)}")


if __name__ == "__main__":
    main()
