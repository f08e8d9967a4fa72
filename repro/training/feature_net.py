"""The `toybox` features: a small net of VGG's shape, trained to tell the parts of drawn pictures apart."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from tqdm import trange

from repro.data.pool import ordered_map
from repro.data.tensors import to_tensor
from repro.data.toybox import DOMAINS, picture
from repro.methods.weights import read_tensors, save_tensors
from repro.models.features import HEADS, FeatureNet, FeatureNetError, Recipe, read_feature_net
from repro.record import atomic_path, provenance
from repro.training.feature_card import feature_card
from repro.training.part_net import ASKED, CLASSES, PartNet, cell_shares, class_of, folded, part_loss

SIDES = (64, 80, 96)
"""Sides of the training pictures in turn, so that the features know parts of more than one size."""

TESTED_SIDE = 64
PURE = 0.6  # share of a cell that one class must cover for the cell to count, as in part accuracy
BATCH = 32
Bytes = NDArray[np.uint8]
Accuracy = dict[str, dict[str, float]]
"""Layer → share of cells told right, of ``all`` and of those that are ``drawn``, not background."""


@dataclass(frozen=True)
class Lessons:
    """How the net is trained.

    steps: of a batch of 32, cycling through SIDES. pictures: drawn for training, in each domain.
    tested: unseen pictures of each domain that its accuracy is measured on. lr: the highest learning rate,
    reached after 30 % of the steps and left again for nearly 0.

    Raises FeatureNetError for values of which nothing can come.
    """

    steps: int = 2400
    pictures: int = 2000
    tested: int = 200
    lr: float = 4e-3
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.steps, self.pictures, self.tested) < 1 or not self.lr > 0 or self.seed < 0:
            raise FeatureNetError(f"steps, pictures, tested and lr must be above 0, seed 0 or more: {self}")


def train_feature_net(target: Path, lessons: Lessons) -> tuple[Path, Path]:
    """Train the net, measure it as it will be used, and write ``target`` (.safetensors) and its card (.md).

    The same lessons give the same net on the same machine with the same number of threads. Raises
    FeatureNetError for another ending or a folder that cannot be written, before anything is drawn; or when
    the training came to nothing.
    """
    _check_writable(target)
    started = time.perf_counter()
    colors, labels = drawn_parts("train", lessons.pictures, max(SIDES))
    recipe = Recipe("toybox", *_moments(colors))
    net = _trained(recipe, colors, labels, lessons)
    about = {
        "source": "drawings by Toybox, no photograph and nothing downloaded",
        "licence": "MIT, like the package",
        "classes": len(CLASSES),
        "sides": SIDES,
        "batch": BATCH,
        "lessons": asdict(lessons),
        "tested": f"share of cells told right, of {lessons.tested} unseen pictures of each domain at "
        f"{TESTED_SIDE}²; counted: cells of which one part covers {PURE:.0%}; drawn ones are no background",
        "minutes": round((time.perf_counter() - started) / 60, 1),
        **{name: value for name, value in provenance().items() if name != "versions"},
    }
    weights = {name: tensor.half() for name, tensor in folded(net).items()}
    with atomic_path(target) as temporary:
        save_tensors(temporary, weights, {"recipe": asdict(recipe), "about": about})
        about["accuracy"] = held_out_accuracy(temporary, lessons.tested)
        save_tensors(temporary, weights, {"recipe": asdict(recipe), "about": about})
    note = target.with_suffix(".md")
    with atomic_path(note) as temporary:
        card = feature_card(read_feature_net(target), target.stat().st_size)
        temporary.write_text(card, encoding="utf-8")
    return target, note


def drawn_parts(split: str, count: int, side: int) -> tuple[Bytes, Bytes]:
    """Pictures 0 … count - 1 of every domain: colours (n, 3, S, S) and classes (n, S, S).

    n = domains · count, one domain after the other; classes are indices into CLASSES. Several processes
    share the drawing of many.
    """
    items = [(domain, index) for domain in DOMAINS for index in range(count)]
    colors = np.empty((len(items), 3, side, side), np.uint8)
    labels = np.empty((len(items), side, side), np.uint8)
    rows = ordered_map(partial(_drawn, split=split, side=side), items, f"drawing toybox {split}")
    for place, (color, label) in enumerate(rows):
        colors[place], labels[place] = color, label
    return colors, labels


def held_out_accuracy(path: Path, count: int) -> Accuracy:
    """What the feature net in ``path`` makes of ``count`` unseen pictures of every domain, 64².

    Counted are the cells of which one class covers at least 60 %. Raises FeatureNetError when the file
    has no heads.
    """
    net, tensors = read_feature_net(path), read_tensors(path)[0]
    if not all(f"{HEADS}{layer}.weight" in tensors for layer in ASKED):
        raise FeatureNetError(f"{path} holds no heads: what it knows of parts cannot be asked")
    colors, labels = drawn_parts("test", count, TESTED_SIDE)
    right = {layer: np.zeros((2, 2)) for layer in ASKED}
    for start in range(0, len(colors), BATCH):
        part = slice(start, start + BATCH)
        answers = _answers(net, tensors, to_tensor(colors[part]))
        for layer, cell in ASKED.items():
            share, truth = cell_shares(torch.from_numpy(labels[part]), cell).max(dim=1)
            hit, pure = answers[layer] == truth, share >= PURE
            for row, counted in enumerate((pure, pure & (truth > 0))):
                right[layer][row] += (int((hit & counted).sum()), int(counted.sum()))
    return {
        layer: {
            kind: round(hits / max(1.0, of), 4)
            for kind, (hits, of) in zip(("all", "drawn"), rows, strict=True)
        }
        for layer, rows in right.items()
    }


def _check_writable(target: Path) -> None:
    """Raise FeatureNetError now rather than after ten minutes of training."""
    if target.suffix != ".safetensors":
        raise FeatureNetError(f"a feature net is written as .safetensors, not {target.name}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FeatureNetError(f"{target.parent} cannot be made: {error.strerror or error}") from error
    if target.is_dir() or not os.access(target.parent, os.W_OK):
        raise FeatureNetError(f"{target} cannot be written")


def _drawn(item: tuple[str, int], split: str, side: int) -> tuple[Bytes, Bytes]:
    domain, index = item
    drawing = picture(domain, split, index, side)
    return np.rint(drawing.color * 255.0).astype(np.uint8), class_of(domain).numpy()[drawing.part]


def _moments(colors: Bytes) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Mean and standard deviation of red, green and blue in [0, 1]."""
    of_each = [np.bincount(colors[:, band].reshape(-1), minlength=256) for band in range(3)]
    values = np.arange(256) / 255
    means = [float(np.average(values, weights=counts)) for counts in of_each]
    spreads = [
        float(np.sqrt(np.average((values - mean) ** 2, weights=counts)))
        for mean, counts in zip(means, of_each, strict=True)
    ]
    (r, g, b), (sr, sg, sb) = np.round(means, 4).tolist(), np.round(spreads, 4).tolist()
    return (r, g, b), (sr, sg, sb)


def _trained(recipe: Recipe, colors: Bytes, labels: Bytes, lessons: Lessons) -> PartNet:
    """The net after its last step. Raises FeatureNetError when the loss is no number any more."""
    torch.manual_seed(lessons.seed)
    net = PartNet(recipe).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = AdamW(net.parameters(), lr=lessons.lr, weight_decay=0.01)
    schedule = OneCycleLR(optimizer, max_lr=lessons.lr, total_steps=lessons.steps)
    with trange(
        lessons.steps, desc="toybox features", unit="step", mininterval=1.0, dynamic_ncols=True
    ) as bar:
        for step in bar:
            images, truth = _batch(colors, labels, step, lessons.seed)
            loss = part_loss(net(images), truth)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            if step % 50 == 0 or step == lessons.steps - 1:
                bar.set_postfix(loss=f"{loss.item():.3f}")
                if not loss.isfinite():
                    raise FeatureNetError(f"the loss is no number at step {step + 1}: try a smaller --lr")
    return net.eval()


def _batch(colors: Bytes, labels: Bytes, step: int, seed: int) -> tuple[Tensor, Tensor]:
    """Pictures (B, 3, S, S) and classes (B, S, S) of a step, half of them mirrored; S goes round SIDES."""
    rng = np.random.Generator(np.random.PCG64([seed, step]))
    chosen, side = rng.integers(0, len(colors), BATCH), SIDES[step % len(SIDES)]
    images = F.interpolate(to_tensor(colors[chosen]), (side, side), mode="bilinear", antialias=True)
    classes = torch.from_numpy(labels[chosen])[:, None].float()
    classes = F.interpolate(classes, (side, side), mode="nearest-exact")[:, 0].long()
    half = BATCH // 2
    images[:half], classes[:half] = images[:half].flip(-1), classes[:half].flip(-1)
    return images.contiguous(memory_format=torch.channels_last), classes


@torch.no_grad()
def _answers(net: FeatureNet, tensors: Mapping[str, Tensor], images: Tensor) -> dict[str, Tensor]:
    """Layer of ASKED → the likeliest class of each cell, (B, h, w)."""
    answers = {}
    for layer, values in net(images, ASKED).items():
        weight, bias = tensors[f"{HEADS}{layer}.weight"].float(), tensors[f"{HEADS}{layer}.bias"].float()
        answers[layer] = F.conv2d(values, weight, bias).argmax(dim=1)
    return answers
