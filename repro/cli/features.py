"""``repro features``: the frozen nets behind perceptual losses and distances."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from repro.cli.train import INTERRUPTED

HELP = "show, train or fetch the nets behind perceptual losses"


def add_options(verb: argparse.ArgumentParser) -> None:
    """Declare the options of the verb."""
    tasks = verb.add_subparsers(dest="task", required=True, metavar="show|train|fetch")
    show = tasks.add_parser("show", help="where a net lies, its layers, and what its card says")
    show.add_argument("net", metavar="NET", help="toybox, vgg19 or a .safetensors file")
    train = tasks.add_parser("train", help="train the toybox net; about ten minutes on two cores")
    train.add_argument("-o", "--output", type=Path, required=True, help="a .safetensors file")
    train.add_argument("--steps", type=int)
    train.add_argument("--lr", type=float)
    train.add_argument("--seed", type=int)
    fetch = tasks.add_parser("fetch", help="download the weights of VGG-19 (575 MB) or Inception (91 MB)")
    fetch.add_argument("net", choices=("vgg19", "inception"))
    fetch.add_argument("--url", help="another address of the very same file")
    fetch.add_argument("--file", type=Path, help="the file itself, fetched by hand; nothing is downloaded")


def run(options: argparse.Namespace) -> int:
    """Do the task asked for."""
    tasks = {"show": _show, "train": _train, "fetch": _fetch}
    return tasks[options.task](options)


def _show(options: argparse.Namespace) -> int:
    from repro.methods.feature_nets import feature_net, feature_net_path

    net = feature_net(options.net)
    print(f"{net.recipe.name}: {feature_net_path(options.net)}")
    for layer, width in net.widths.items():
        print(f"{layer:8s} {width:4d} channels")
    print(json.dumps(net.about, indent=1, ensure_ascii=False))
    return 0


def _train(options: argparse.Namespace) -> int:
    from repro.training.feature_net import Lessons, train_feature_net

    given = {name: getattr(options, name) for name in ("steps", "lr", "seed")}
    lessons = Lessons(**{name: value for name, value in given.items() if value is not None})
    for path in train_feature_net(options.output, lessons):
        print(path)
    return 0


def _fetch(options: argparse.Namespace) -> int:
    from repro.training.inception import fetch_inception
    from repro.training.vgg19 import fetch_vgg19

    fetch = {"vgg19": fetch_vgg19, "inception": fetch_inception}[options.net]
    try:
        print(fetch(url=options.url, file=options.file))
    except ModuleNotFoundError as error:
        raise ValueError(
            f"{error.name} is missing, which downloads need: pip install 'repro[data]'"
        ) from error
    except KeyboardInterrupt:
        print("\nStopped; what came so far is kept, the same command goes on from there.", file=sys.stderr)
        return INTERRUPTED
    return 0
