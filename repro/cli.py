"""The command line: one verb a command, heavy imports inside the verb that needs them."""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from repro.contracts import DOMAINS

if TYPE_CHECKING:
    from repro.config import Config

REAL: dict[str, Literal["edges2shoes"]] = {"shoe": "edges2shoes"}  # domain → layout that --data is read in
INTERRUPTED = 130  # the shell's exit status of a command stopped by SIGINT


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``repro …`` and return its exit status: 0 done, 1 a problem explained on stderr, 2 wrong usage."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = _parser()
    options, rest = parser.parse_known_args(words)
    if rest and options.command != "train":
        parser.error(f"unrecognised arguments: {' '.join(rest)}")
    commands: dict[str, Callable[[], int]] = {
        "colorize": lambda: _colorize(options),
        "train": lambda: _train(options, rest, words),
        "evaluate": lambda: _evaluate(options),
        "export": lambda: _export(options),
    }
    try:
        return commands[options.command]()
    except (ValueError, OSError) as error:  # every error of ours that is meant for people is a ValueError
        print(f"repro {options.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nrepro {options.command}: interrupted", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="repro", description="Colour sketches from exemplars; train and measure."
    )
    verbs = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    colorize = verbs.add_parser("colorize", help="colour a sketch with the colours of an exemplar")
    colorize.add_argument("sketch", help="any size, any common format; dark lines on light paper")
    colorize.add_argument("exemplar", help="the coloured picture to take the colours from")
    colorize.add_argument("-o", "--output", type=Path, help="default: SKETCH-colored.png beside the sketch")
    colorize.add_argument(
        "--photo", action="store_true", help="SKETCH is a colour picture: draw its lines first (xDoG)"
    )
    colorize.add_argument(
        "--show",
        choices=("image", "coarse", "correspondence"),
        default="image",
        help="what to write: the result, the warped exemplar, or who matched whom",
    )
    colorize.add_argument(
        "--weights", default="builtin", help="a run folder or .safetensors file; default: shipped"
    )
    colorize.add_argument(
        "--side", type=int, help="px of the longer side the network works at; default: as trained"
    )

    train = verbs.add_parser(
        "train",
        help="train a method; any config field can be given, e.g. --model.alpha 50",
        epilog="Any field of the config can be given as well, e.g. --model.alpha 50 --train.steps 100; "
        "--dry-run lists them all.",
        allow_abbrev=False,
    )
    train.add_argument("--preset", required=True, help="smoke, laptop, colab or paper")
    train.add_argument("--domain", required=True, choices=DOMAINS)
    train.add_argument("--method", default="ours")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument(
        "--data", type=Path, help="folder of real pictures; default: the drawn Toybox pictures"
    )
    train.add_argument("--run-dir", type=Path, help="default: runs/PRESET-DOMAIN-METHOD-SEED")
    train.add_argument("--resume", action="store_true", help="go on where the run in --run-dir stopped")
    train.add_argument("--dry-run", action="store_true", help="print config, sizes and memory, and stop")

    evaluate = verbs.add_parser(
        "evaluate", help="measure a finished run; writes record.json and sheet.png into it"
    )
    evaluate.add_argument("run_dir", type=Path)

    export = verbs.add_parser(
        "export", help="write a finished run as one small weights file with its model card"
    )
    export.add_argument("run_dir", type=Path)
    export.add_argument("-o", "--output", type=Path, required=True, help="a .safetensors file")
    return parser


def _colorize(options: argparse.Namespace) -> int:
    output = options.output or Path(options.sketch).with_name(f"{Path(options.sketch).stem}-colored.png")
    for given in (options.sketch, options.exemplar):
        if output.resolve() == Path(given).resolve():
            raise ValueError(f"the output would overwrite {given}: choose another name with -o")
    import numpy as np

    from repro.colorize import load
    from repro.data.images import write_image

    made = load(options.weights).colorize(
        options.sketch, options.exemplar, photo=options.photo, side=options.side
    )
    shown = {"image": "image", "coarse": "coarse", "correspondence": "matches"}[options.show]
    write_image(np.asarray(getattr(made, shown)), output)
    print(output)
    return 0


def _train(options: argparse.Namespace, rest: Sequence[str], words: Sequence[str]) -> int:
    config = _config(options, rest)
    if options.dry_run:
        return _dry_run(config)
    name = f"{config.preset}-{config.data.domain}-{config.method}-{config.seed}"
    run_dir = options.run_dir or Path("runs") / name
    try:
        from repro.training.trainer import Trainer

        Trainer(config, run_dir, resume=options.resume).run()
    except KeyboardInterrupt:
        print(f"\n{_how_to_go_on(run_dir, words)}", file=sys.stderr)
        return INTERRUPTED
    print(f"trained: {run_dir}")
    return 0


def _how_to_go_on(run_dir: Path, words: Sequence[str]) -> str:
    """What is left of an interrupted run, and the command that continues it."""
    if not run_dir.exists():
        return "Stopped before the first step; nothing was written."
    program = "repro" if shutil.which("repro") else sys.argv[0]
    again = shlex.join([program, *words, *([] if "--resume" in words else ["--resume"])])
    return f"Stopped; what was trained so far is kept in {run_dir}. Go on with:\n  {again}"


def _config(options: argparse.Namespace, rest: Sequence[str]) -> Config:
    """Preset, domain and method, then the overrides of the command line."""
    import tyro

    from repro.config import Config, from_dict, resolve, to_dict

    chosen = replace(resolve(options.preset, options.domain, options.method), seed=options.seed)
    if options.data:
        chosen = _on_real_pictures(chosen, options.data)
    chosen = tyro.cli(Config, default=chosen, args=list(rest), prog="repro train …")
    return from_dict(to_dict(chosen))


def _on_real_pictures(config: Config, folder: Path) -> Config:
    """The same run on the pictures in ``folder``. Raises ValueError for a domain that has no reader."""
    if config.data.domain not in REAL:
        raise ValueError(
            f"--data has no reader for domain {config.data.domain!r} yet, only for {', '.join(REAL)}"
        )
    data = replace(config.data, dataset=REAL[config.data.domain], root=str(folder.resolve()))
    # No more test pairs than were held out, or the finished run could not be measured.
    pairs = min(config.evaluate.pairs, data.holdout)
    return replace(config, data=data, evaluate=replace(config.evaluate, pairs=pairs))


def _dry_run(config: Config) -> int:
    from repro.config import config_hash, to_dict
    from repro.training.budget import budget

    print(json.dumps(to_dict(config), indent=1))
    print(f"config hash: {config_hash(config)}")
    for line in budget(config):
        print(line)
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from repro.metrics.evaluate import RECORD, evaluate_run

    record = evaluate_run(options.run_dir)
    for protocol, metrics in record["metrics"].items():
        cells = (
            f"{name} {m['value']:.3f} [{m['ci95'][0]:.3f}, {m['ci95'][1]:.3f}]" for name, m in metrics.items()
        )
        print(f"{protocol:7s}", "  ".join(cells))
    print(options.run_dir / RECORD)
    return 0


def _export(options: argparse.Namespace) -> int:
    from repro.metrics.evaluate import RECORD
    from repro.record import read_json
    from repro.training.ship import export_weights

    for path in export_weights(options.run_dir, options.output, read_json(options.run_dir / RECORD)):
        print(path)
    return 0
