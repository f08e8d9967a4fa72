"""The command line: one verb a command, heavy imports inside the verb that needs them."""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from repro.contracts import DOMAINS

if TYPE_CHECKING:
    from repro.config import Config

REAL: dict[str, Literal["edges2shoes"]] = {"shoe": "edges2shoes"}  # domain → layout that --data is read in
SHOWN = {"image": "image", "coarse": "coarse", "correspondence": "matches"}  # --show → part of the result
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
        prog="repro", description="Colour sketches from exemplars; train the method; measure it."
    )
    verbs = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    colorize = verbs.add_parser("colorize", help="colour a sketch with the colours of an exemplar")
    _colorize_options(colorize)
    train = verbs.add_parser(
        "train",
        help="train a method; any config field can be given, e.g. --model.alpha 50",
        epilog="Any field of the config can be given as well, e.g. --model.alpha 50 --train.steps 100; "
        "--dry-run lists them all.",
        allow_abbrev=False,
    )
    _train_options(train)
    evaluate = verbs.add_parser("evaluate", help="measure a finished run: record.json and sheet.png")
    evaluate.add_argument("run_dir", type=Path, metavar="RUN_DIR")
    evaluate.add_argument(
        "--keep", type=Path, metavar="RESULTS", help="also file the record there, as RESULTS/PRESET/DATA/…"
    )
    export = verbs.add_parser("export", help="write a measured run as one small file, with its model card")
    export.add_argument("run_dir", type=Path, metavar="RUN_DIR")
    export.add_argument("-o", "--output", type=Path, required=True, help="a .safetensors file")
    return parser


def _colorize_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("sketch", metavar="SKETCH", help="any size, any common format; dark lines, light paper")
    verb.add_argument("exemplar", metavar="EXEMPLAR", help="the picture to take the colours from")
    verb.add_argument("-o", "--output", type=Path, help="default: SKETCH-colored.png beside the sketch")
    verb.add_argument("--photo", action="store_true", help="SKETCH is a photo: draw its lines first (xDoG)")
    verb.add_argument(
        "--show",
        choices=SHOWN,
        default="image",
        help="what to write: the result, the warped exemplar, or who matched whom",
    )
    verb.add_argument(
        "--weights", default="builtin", help="a run folder or a .safetensors file; default: those that ship"
    )
    verb.add_argument("--side", type=int, help="px of the longer side in the network; default: as trained")


def _train_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--preset", required=True, help="smoke, laptop, colab or paper")
    verb.add_argument("--domain", required=True, choices=DOMAINS)
    verb.add_argument("--method", default="ours")
    verb.add_argument("--seed", type=int, default=0)
    verb.add_argument("--data", type=Path, help="folder of real pictures; default: Toybox draws them")
    verb.add_argument("--run-dir", type=Path, help="default: runs/PRESET-DOMAIN-METHOD-SEED")
    verb.add_argument("--resume", action="store_true", help="go on where the run in --run-dir stopped")
    verb.add_argument("--dry-run", action="store_true", help="print config, sizes and memory, and stop")


def _colorize(options: argparse.Namespace) -> int:
    suffix = "colored" if options.show == "image" else options.show
    sketch = Path(options.sketch).absolute()
    output = options.output or sketch.parent / f"{sketch.stem}-{suffix}.png"
    for given in (options.sketch, options.exemplar):
        if output.resolve() == Path(given).resolve():
            raise ValueError(f"the output would overwrite {given}: choose another name with -o")
    import numpy as np

    from repro.colorize import load
    from repro.data.images import write_image

    made = load(options.weights).colorize(
        options.sketch, options.exemplar, photo=options.photo, side=options.side
    )
    write_image(np.asarray(getattr(made, SHOWN[options.show])), output)
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
    if options.data:  # no more test pairs than are held out, or the finished run could not be measured
        pairs = min(chosen.evaluate.pairs, chosen.data.holdout)
        chosen = replace(chosen, evaluate=replace(chosen.evaluate, pairs=pairs))
    return from_dict(to_dict(chosen))


def _on_real_pictures(config: Config, folder: Path) -> Config:
    """The same run on the pictures in ``folder``. Raises ValueError for a domain that has no reader."""
    if config.data.domain not in REAL:
        raise ValueError(
            f"--data has no reader for domain {config.data.domain!r} yet, only for {', '.join(REAL)}"
        )
    data = replace(config.data, dataset=REAL[config.data.domain], root=str(folder.resolve()))
    return replace(config, data=data)


def _dry_run(config: Config) -> int:
    from repro.config import config_hash, to_dict
    from repro.training.budget import budget

    print(json.dumps(to_dict(config), indent=1))
    print(f"config hash: {config_hash(config)}")
    for line in budget(config):
        print(line)
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from repro.metrics.evaluate import evaluate_run
    from repro.record import RECORD, keep_record

    record = evaluate_run(options.run_dir)
    for protocol, metrics in record["metrics"].items():
        print(f"{protocol:7s}", "  ".join(f"{name} {_shown(m)}" for name, m in metrics.items()))
    for floor, protocols in record["floors"].items():
        cells = (f"{protocol} psnr {_shown(metrics['psnr'])}" for protocol, metrics in protocols.items())
        print(f"floor {floor}:", "  ".join(cells))
    for path in [
        options.run_dir / RECORD,
        *(keep_record(options.run_dir, options.keep) if options.keep else []),
    ]:
        print(path)
    return 0


def _shown(metric: Mapping[str, Any]) -> str:
    """A number with its interval."""
    low, high = metric["ci95"]
    return f"{metric['value']:.3f} [{low:.3f}, {high:.3f}]"


def _export(options: argparse.Namespace) -> int:
    from repro.record import RECORD, read_json
    from repro.training.ship import export_weights

    for path in export_weights(options.run_dir, options.output, read_json(options.run_dir / RECORD)):
        print(path)
    return 0
