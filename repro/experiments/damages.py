"""What does each metric see, and what not? True answers, damaged by a known amount.

Every picture of the test is its own true answer, and then one thing is done to it: it is blurred, moved,
coloured with the wrong palette. A metric must get worse with the damage that it is there to find. Which it
sleeps through is as good to know.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage.color import lab2rgb, rgb2lab

from repro.config import DataConfig, resolve
from repro.data.toybox import picture_arrays, truth
from repro.data.trials import Trials, make_trials
from repro.experiments.pictures import webp
from repro.metrics.embedders import embedder
from repro.metrics.predict import Made
from repro.metrics.score import SetJudge, Summaries, picture_values
from repro.metrics.statistics import summary

DOMAIN, SIZE, PICTURES, REAL = "anime", 64, 200, 500
STRENGTHS = (0.125, 0.25, 0.5, 1.0)
FEW = 5  # pictures that are left over when modes are dropped
SHOWN, QUALITY = 4, 75
RESAMPLES, FID_RESAMPLES = 1000, 20

Array = np.ndarray


@dataclass(frozen=True)
class Scene:
    """Test cases with their true answers, and the same drawings in another palette, (n, 3, H, W) uint8."""

    trials: Trials
    repainted: Array

    @property
    def truth(self) -> Array:
        """(n, 3, H, W) uint8. Raises ValueError where there is none."""
        if self.trials.truth is None:
            raise ValueError("only drawn pictures have a true answer")
        return self.trials.truth


@dataclass(frozen=True)
class Damage:
    """told: what is done, in words. most: how much of it at strength 1, in ``unit``.

    apply: pictures (n, 3, H, W) uint8 and the amount → pictures, alike.
    """

    told: str
    unit: str
    most: float
    apply: Callable[[Array, float, Scene], Array]

    def __call__(self, pictures: Array, strength: float, scene: Scene) -> Array:
        """``pictures`` (n, 3, H, W) uint8, the answers to ``scene``, damaged; alike.

        strength: in [0, 1]; 0 changes nothing. Raises ValueError for another strength.
        """
        if not 0 <= strength <= 1:
            raise ValueError(f"a strength lies in [0, 1], got {strength}")
        return self.apply(pictures, strength * self.most, scene) if strength else pictures.copy()


def _blur(pictures: Array, sigma: float, _: Scene) -> Array:
    return _bytes(gaussian_filter(pictures.astype(np.float32), (0, 0, sigma, sigma), mode="nearest"))


def _bleed(pictures: Array, sigma: float, _: Scene) -> Array:
    return _recoloured(pictures, lambda ab: gaussian_filter(ab, (0, sigma, sigma, 0), mode="nearest"))


def _hue(pictures: Array, degrees: float, _: Scene) -> Array:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.array([[cos, sin], [-sin, cos]], np.float32)
    return _recoloured(pictures, lambda ab: ab @ turn)


def _grey(pictures: Array, share: float, _: Scene) -> Array:
    return _recoloured(pictures, lambda ab: (1 - share) * ab)


def _move(pictures: Array, pixels: float, _: Scene) -> Array:
    """To the right and down."""
    step = round(pixels)
    moved = np.full_like(pictures, 255)
    moved[:, :, step:, step:] = pictures[:, :, : pictures.shape[2] - step, : pictures.shape[3] - step]
    return moved


def _jpeg(pictures: Array, loss: float, _: Scene) -> Array:
    return np.stack([_compressed(picture, round(100 - loss)) for picture in pictures])


def _drop(pictures: Array, share: float, _: Scene) -> Array:
    """The more are dropped, the more copies of the same FEW: what was a copy stays one."""
    order = np.random.Generator(np.random.PCG64(0)).permutation(len(pictures))
    dropped, left = order[: round(share * len(order))], order[-FEW:]
    kept = pictures.copy()
    kept[dropped] = pictures[np.resize(left, len(dropped))]
    return kept


def _repaint(pictures: Array, share: float, scene: Scene) -> Array:
    return _mixed(pictures, scene.repainted, share)


def _ghost(pictures: Array, share: float, scene: Scene) -> Array:
    return _mixed(pictures, scene.trials.y_e, share)


DAMAGES: Mapping[str, Damage] = MappingProxyType(
    {
        "blur": Damage("everything is blurred", "px, σ", 3, _blur),
        "jpeg": Damage("saved as JPEG", "quality points lost", 95, _jpeg),
        "move": Damage("moved right and down, over white paper", "px", 8, _move),
        "bleed": Damage("colour is blurred, lightness and lines are not", "px, σ", 6, _bleed),
        "grey": Damage("colour fades, lightness stays", "of the colour", 1, _grey),
        "hue": Damage("all hues are turned, lightness stays", "degrees", 180, _hue),
        "palette": Damage("coloured from another exemplar", "of the way there", 1, _repaint),
        "ghost": Damage("the exemplar shines through", "of the exemplar", 1, _ghost),
        "drop": Damage(f"replaced by copies of {FEW} of them", "of the pictures", 1, _drop),
    }
)
"""Name → what may happen to pictures. All but the last damage each picture for itself."""


def measure() -> dict[str, Any]:
    """Every damage at every strength, with its pictures."""
    return measure_damages(make_scene(PICTURES), STRENGTHS, REAL)


def make_scene(count: int) -> Scene:
    """``count`` test cases of DOMAIN; each is repainted in the palette of the next one's exemplar."""
    data: DataConfig = resolve("laptop", DOMAIN, "ours", data__size=SIZE).data
    trials = make_trials(data, count)
    numbers = [tuple(int(name.rsplit("/", 1)[1]) for name in pair) for pair in trials.names]
    palettes = [palette for _, palette in numbers[1:] + numbers[:1]]
    drawn = (
        truth(DOMAIN, "test", shape, palette, SIZE).color
        for (shape, _), palette in zip(numbers, palettes, strict=True)
    )
    return Scene(trials, np.rint(np.stack([*drawn]) * 255).astype(np.uint8))


def measure_damages(scene: Scene, strengths: Sequence[float], real: int) -> dict[str, Any]:
    """What every metric says of the damaged answers to ``scene``.

    real: training pictures behind the bins. Returns {"settings", "undamaged", "unrelated", "shown",
    "damages"}. "undamaged" are the metrics of the true answers themselves. "unrelated" is what real pictures
    score that answer nothing: exemplars handed back, for what is measured picture by picture, and training
    pictures, for what is measured of a set. "shown" is a WebP in base64, a column of the first answers. A
    damage has "told", "unit", "points" (strength "at", its "amount", metrics with intervals) and "sprite",
    a WebP as "shown" with a column a strength.
    """
    pictures, _ = picture_arrays(DOMAIN, "train", real, SIZE)
    judge = SetJudge({"true": scene.truth}, pictures, [embedder("toybox")], RESAMPLES)
    look = partial(_scores, scene, judge)
    damages: dict[str, Any] = {}
    for name, damage in DAMAGES.items():
        damaged = [damage(scene.truth, strength, scene) for strength in strengths]
        points = [
            {"at": strength, "amount": round(strength * damage.most, 4), **look(made)}
            for strength, made in zip(strengths, damaged, strict=True)
        ]
        told = {"told": damage.told, "unit": damage.unit}
        damages[name] = told | {"points": points, "sprite": _shown(damaged)}
    settings = {"domain": DOMAIN, "size": SIZE, "pictures": len(scene.truth), "real": real, "few": FEW}
    return {
        "settings": settings | {"strengths": list(strengths)},
        "undamaged": look(scene.truth),
        "unrelated": look(scene.trials.y_e) | _kept(judge.null("true")),
        "shown": _shown([scene.truth]),
        "damages": damages,
    }


def _scores(scene: Scene, judge: SetJudge, images: Array) -> Summaries:
    values = picture_values(Made(images), scene.truth, scene.trials)
    found = {name: summary(numbers, RESAMPLES) for name, numbers in values.items()}
    return found | _kept(judge.values(images, "true"))


def _kept(found: Summaries) -> Summaries:
    """Of the numbers of bins, those of 20: enough to tell modes apart, and well filled."""
    return {name: value for name, value in found.items() if "fid" in name or name.endswith("_20")}


def _recoloured(pictures: Array, change: Callable[[Array], Array]) -> Array:
    """a and b of CIE Lab, (n, H, W, 2), are changed; L stays, but for colours that no screen shows."""
    lab = rgb2lab(np.moveaxis(pictures, 1, -1).astype(np.float32) / 255)
    lab[..., 1:] = change(lab[..., 1:])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of those colours: they are cut off
        return _bytes(np.moveaxis(lab2rgb(lab), -1, 1) * 255)


def _mixed(pictures: Array, others: Array, share: float) -> Array:
    return _bytes((1 - share) * pictures.astype(np.float32) + share * others)


def _bytes(values: Array) -> Array:
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)


def _compressed(picture: Array, quality: int) -> Array:
    file = io.BytesIO()
    Image.fromarray(np.moveaxis(picture, 0, -1)).save(file, "JPEG", quality=quality)
    return np.moveaxis(np.asarray(Image.open(file)), -1, 0)


def _shown(columns: list[Array]) -> str:
    """Columns of pictures, each (n, 3, H, W) uint8 of which the first SHOWN are taken, as one WebP."""
    return webp(zip(*(column[:SHOWN] for column in columns), strict=True), QUALITY)
