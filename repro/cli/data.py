"""``repro data``: what is wrong with a data folder, a contact sheet of it, and how to get one."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from repro.cli.train import INTERRUPTED

HELP = "check a data folder, show it, or fetch one"
UNSIGNED = (
    "DATASET is anime-pair, afhq or edges2shoes; DIR is made, or must be empty. No publisher of the three "
    "states a checksum, and edges2shoes comes over plain HTTP: without --sha256 the download is only known "
    "to be what its address gave. Its hash is printed and kept in DIR/fetched.json; demand it with --sha256 "
    "to get the very same archive elsewhere. "
    "Where DIR holds nothing but that fetched.json, a new download is compared to it. An interrupted "
    "download goes on when the same command is given again."
)


def add_options(verb: argparse.ArgumentParser) -> None:
    """Declare the options of the verb."""
    tasks = verb.add_subparsers(dest="task", required=True, metavar="check|show|fetch")
    check = tasks.add_parser("check", help="list every problem, file by file")
    show = tasks.add_parser("show", help="write a contact sheet; of toybox, DIR is one of its domains")
    show.add_argument("-o", "--output", type=Path, help="default: DATASET.png, of toybox toybox-DOMAIN.png")
    show.add_argument("--seed", type=int, default=0, help="another seed shows other pictures")
    fetch = tasks.add_parser("fetch", help="download and unpack, with checksum", epilog=UNSIGNED)
    fetch.add_argument("--url", help="a zip or tar(.gz) to take instead of the documented address")
    fetch.add_argument("--sha256", metavar="HEX", help="throw the archive away unless this is its hash")
    for task in (check, show, fetch):
        task.add_argument("dataset", metavar="DATASET")
        task.add_argument("folder", type=Path, metavar="DIR")


def run(options: argparse.Namespace) -> int:
    """Do the task asked for."""
    tasks = {"check": _check, "show": _show, "fetch": _fetch}
    return tasks[options.task](options)


def _check(options: argparse.Namespace) -> int:
    """Every problem, file by file, then how many pictures are sound; 1 where there is a problem."""
    from repro.data.readers import check_folder

    report = check_folder(options.dataset, options.folder)
    for problem in report.problems:
        print(problem)
    if report.problems:
        print()
    for folder, (sound, official) in report.counts.items():
        print(f"{folder:14s} {sound:7,d} sound pictures" + (f" (official: {official:,})" if official else ""))
    for note in report.notes:
        print(f"note: {note}")
    count = len(report.problems)
    print(f"{count} problem{'' if count == 1 else 's'}" if count else "no problems")
    return 1 if count else 0


def _show(options: argparse.Namespace) -> int:
    from repro.data.images import write_image
    from repro.data.preview import preview

    toybox = options.dataset == "toybox"
    name = f"toybox-{options.folder}" if toybox else options.dataset
    output = options.output or Path(f"{name}.png")
    write_image(preview(options.dataset, str(options.folder), options.seed), output)
    print(output)
    return 0


def _fetch(options: argparse.Namespace) -> int:
    """Download and unpack; then what came, by folder, and the hash to demand of it elsewhere."""
    try:
        from repro.data.fetch import ADDRESSES, fetch
    except ModuleNotFoundError as error:
        raise ValueError(
            f"{error.name} is missing, which downloads need: pip install 'repro[data]'"
        ) from error
    try:
        card = fetch(options.dataset, options.folder, url=options.url, sha256=options.sha256)
    except KeyboardInterrupt:
        print("\nStopped; what came so far is kept, the same command goes on from there.", file=sys.stderr)
        return INTERRUPTED
    for name, count in card.files.items():
        print(f"{name:14s} {count:7,d} files")
    print(f"{options.folder}: {card.dataset} from {card.address}, {card.date}")
    print(f"terms: {ADDRESSES[card.dataset].terms}")
    if card.sha256:
        print(f"{card.bytes:,} bytes, sha256 {card.sha256}")
    print(f"next: repro data check {card.dataset} {shlex.quote(str(options.folder))}")
    return 0
