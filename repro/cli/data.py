"""``repro data``: what is wrong with a data folder, a contact sheet of it, and how to get one."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "check a data folder, show it, or fetch one"


def add_options(verb: argparse.ArgumentParser) -> None:
    """Declare the options of the verb."""
    tasks = verb.add_subparsers(dest="task", required=True, metavar="check|show|fetch")
    check = tasks.add_parser("check", help="list every problem, file by file")
    show = tasks.add_parser("show", help="write a contact sheet")
    fetch = tasks.add_parser("fetch", help="download and unpack, with checksum")
    for task in (check, show, fetch):
        task.add_argument("dataset", metavar="DATASET")
        task.add_argument("folder", type=Path, metavar="DIR")


def run(options: argparse.Namespace) -> int:
    """Do the task asked for."""
    tasks = {"check": _check, "show": _show, "fetch": _fetch}
    return tasks[options.task](options)


def _check(options: argparse.Namespace) -> int:
    raise NotImplementedError(options)


def _show(options: argparse.Namespace) -> int:
    raise NotImplementedError(options)


def _fetch(options: argparse.Namespace) -> int:
    raise NotImplementedError(options)
