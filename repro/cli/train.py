"""``repro train``: from a preset and a few options to a trained run folder."""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from repro.contracts import DOMAINS, POOLED

if TYPE_CHECKING:
    from repro.config import Config

HELP = "train a method; any config field can be given, e.g. --model.alpha 50"
INTERRUPTED = 130  # the shell's exit status of a command stopped by SIGINT


def add_options(verb: argparse.ArgumentParser) -> None:
    """Declare the options of the verb; any field of the config can be given as well."""
    verb.epilog = (
        "Any field of the config can be given as well, e.g. --model.alpha 50 --train.steps 100; "
        "--dry-run lists them all."
    )
    verb.add_argument("--preset", required=True, help="smoke, grid, laptop, shipped, colab or paper")
    verb.add_argument("--domain", required=True, choices=(*DOMAINS, POOLED))
    verb.add_argument(
        "--method", default="ours", help="ours, an ablation or variant of it, or a rival: spade, munit, …"
    )
    verb.add_argument(
        "--optimizer", default="", help="paper, scft or cocosnet, in place of the preset's rates"
    )
    verb.add_argument("--seed", type=int, default=0)
    verb.add_argument("--data", type=Path, help="folder of real pictures; default: Toybox draws them")
    verb.add_argument("--run-dir", type=Path, help="default: runs/PRESET-DOMAIN-METHOD-SEED")
    verb.add_argument("--resume", action="store_true", help="go on where the run in --run-dir stopped")
    verb.add_argument("--dry-run", action="store_true", help="print config, sizes and memory, and stop")


def run(options: argparse.Namespace) -> int:
    """Train to the last step, or print what would be trained."""
    config = _config(options)
    if options.dry_run:
        return _dry_run(config)
    name = f"{config.preset}-{config.data.domain}-{config.method}-{config.seed}"
    run_dir = options.run_dir or Path("runs") / name
    try:
        from repro.data.sources import check_source

        check_source(config.data)  # before the trainer is imported, which takes seconds
        from repro.training.trainer import Trainer

        Trainer(config, run_dir, resume=options.resume).run()
    except KeyboardInterrupt:
        print(f"\n{_how_to_go_on(run_dir, options.words)}", file=sys.stderr)
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


def _config(options: argparse.Namespace) -> Config:
    """Preset, domain and method, then the overrides of the command line."""
    import tyro

    from repro.config import Config, from_dict, resolve, to_dict

    chosen = resolve(
        options.preset, options.domain, options.method, optimizer=options.optimizer, seed=options.seed
    )
    if options.data:
        from repro.data.sources import on_real_pictures

        chosen = on_real_pictures(chosen, options.data)
    chosen = tyro.cli(Config, default=chosen, args=options.rest, prog="repro train …")
    if options.data:
        from repro.data.sources import as_many_as_there_are

        chosen = as_many_as_there_are(chosen)
    return from_dict(to_dict(chosen))


def _dry_run(config: Config) -> int:
    from repro.config import config_hash, to_dict
    from repro.training.budget import budget

    print(json.dumps(to_dict(config), indent=1))
    print(f"config hash: {config_hash(config)}")
    for line in budget(config).lines():
        print(line)
    return 0
