"""The command line: a module a verb, heavy imports inside the function that needs them.

A verb's module says in one line what it does (``HELP``), which options it takes (``add_options``),
and does it (``run``). ``run`` gets the parsed options, among them ``words``, all that was typed,
and ``rest``, what no option claimed; it returns the exit status.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from types import MappingProxyType, ModuleType

from repro.cli import bench, colorize, data, evaluate, experiment, export, features, train
from repro.cli.train import INTERRUPTED

VERBS: Mapping[str, ModuleType] = MappingProxyType(
    {
        "colorize": colorize,
        "train": train,
        "evaluate": evaluate,
        "data": data,
        "experiment": experiment,
        "export": export,
        "features": features,
        "bench": bench,
    }
)

CUT_OFF = 141  # the shell's exit status of a command whose reader went away (SIGPIPE)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``repro …`` and return its exit status: 0 done, 1 a problem explained on stderr, 2 wrong usage."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = _parser()
    options, rest = parser.parse_known_args(words)
    if rest and options.command != "train":
        parser.error(f"unrecognised arguments: {' '.join(rest)}")
    options.words, options.rest = words, rest
    if isinstance(sys.stdout, TextIOWrapper):  # a file name may hold what the terminal cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = VERBS[options.command].run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever reads our output, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CUT_OFF
    except (ValueError, OSError) as error:  # every error of ours that is meant for people is a ValueError
        print(f"repro {options.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nrepro {options.command}: interrupted", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="repro", description="Colour sketches from exemplars; train the method; measure it."
    )
    verbs = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in VERBS.items():
        # Abbreviated options would swallow the config fields that `train` takes as they are.
        module.add_options(verbs.add_parser(name, help=module.HELP, allow_abbrev=False))
    return parser
