"""CycleGAN (Zhu et al. 2017): sketch to colour and back again, without pairs and without an exemplar.

Faithful: generators of nine residual blocks, discriminators of 70² patches, their start, least squares,
cycle and identity terms with their weights, the pool of 50 pictures, rates and schedule, as in the paper
and in the official code (junyanz/pytorch-CycleGAN-and-pix2pix: ``cycle_gan_model.py``, ``networks.py``,
``image_pool.py``). The identity term, which the paper has for paintings alone, is on by default there.
Losses compare pictures in [-1, 1]. The training is unpaired: x_s comes from the sketches, y_e, another
picture, from the colour side, and neither x_e nor y_s is looked at. A sketch is a picture like any other:
its one channel is repeated to three, as the official code reads image files.

Scaled: in the small presets all widths together, and rates and schedule are those of ours. Batches are the
preset's; the paper takes one picture a step.

Exemplar: none, all sketches are coloured as if by one hand. ``takes_exemplar`` says so, tables show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from repro.config import Config, ConfigError
from repro.contracts import Batch, Terms, Translation
from repro.losses.adversarial import LEAST_SQUARES
from repro.models.cyclegan import Critic, Translator
from repro.models.features import FeatureNet
from repro.models.residual import as_picture

DOMAINS = ("color", "sketch")

CYCLE = 10.0  # λ of Eq. 3
IDENTITY = 0.5 * CYCLE  # §5.2

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {f"fool_{domain}": 1.0 for domain in DOMAINS}
    | {f"cycle_{domain}": CYCLE for domain in DOMAINS}
    | {f"identity_{domain}": IDENTITY for domain in DOMAINS}
    | {f"judge_{domain}": 0.5 for domain in DOMAINS}  # §4: halved, to slow the discriminators down
)
"""Term → weight, each term once for either domain."""


class CycleGAN(nn.Module):
    """Zhu et al. 2017. Implements `repro.contracts.Method`."""

    takes_exemplar = False
    weights = WEIGHTS

    def __init__(self, config: Config, load_features: Callable[[str], FeatureNet] | None) -> None:
        """Build both generators, and for training both discriminators, from torch's global generator.

        load_features: None where the method is to be used, not trained. It has no feature net.
        Raises ConfigError for training on pictures below 32².
        """
        super().__init__()
        width = config.model.rival_channels
        self.to_color, self.to_sketch = Translator(width), Translator(width)
        self.players: dict[str, tuple[str, ...]] = {"generator": ("to_color", "to_sketch")}
        if load_features is None:
            return
        try:
            critics = {domain: Critic(width, config.data.size) for domain in DOMAINS}
        except ValueError as error:
            raise ConfigError(f"data.size: {error}") from error
        self.critics = nn.ModuleDict(critics)
        self.players["critics"] = ("critics",)

    def translate(self, x_s: Tensor, y_e: Tensor) -> Translation:  # noqa: ARG002 -- it takes none
        """Colour ``x_s`` (B, 1, H, W) in [0, 1], sides multiples of 16; ``y_e`` changes nothing."""
        return Translation(self.to_color(as_picture(x_s)) / 2 + 0.5)

    def phases(self, batch: Batch) -> Iterator[tuple[str, Terms]]:
        """Both generators' terms on x_s and y_e, then both discriminators' on the same pictures."""
        trip = self._round_trip(as_picture(batch.x_s), batch.y_e * 2 - 1)
        self.critics.requires_grad_(False)  # the generators learn from their verdict, they do not
        yield "generator", self._lesson(trip)
        self.critics.requires_grad_(True)
        yield "critics", {f"judge_{domain}": self._judged(domain, trip) for domain in DOMAINS}

    def _round_trip(self, sketch: Tensor, color: Tensor) -> RoundTrip:
        """Everything the losses look at; pictures do not meet within a batch, so passes can share one."""
        to_color = self.to_color(torch.cat([sketch, color])).chunk(2)
        to_sketch = self.to_sketch(torch.cat([color, sketch, to_color[0]])).chunk(3)
        return RoundTrip(
            real={"color": color, "sketch": sketch},
            made={"color": to_color[0], "sketch": to_sketch[0]},
            same={"color": to_color[1], "sketch": to_sketch[1]},
            back={"color": self.to_color(to_sketch[0]), "sketch": to_sketch[2]},
        )

    def _lesson(self, trip: RoundTrip) -> Terms:
        terms: Terms = {}
        for domain in DOMAINS:
            real = trip.real[domain]
            terms[f"fool_{domain}"] = LEAST_SQUARES.generator(
                self.critics[domain](trip.made[domain])
            )  # Eq. 1
            terms[f"cycle_{domain}"] = F.l1_loss(trip.back[domain], real)  # Eq. 2
            terms[f"identity_{domain}"] = F.l1_loss(trip.same[domain], real)  # §5.2
        return terms

    def _judged(self, domain: str, trip: RoundTrip) -> Tensor:
        critic = self.critics[domain]
        made = critic.pool(trip.made[domain])  # type: ignore[operator]
        return LEAST_SQUARES.discriminator(critic(trip.real[domain]), critic(made))


@dataclass(frozen=True)
class RoundTrip:
    """A batch on its way there and back, domain → (B, 3, H, W) in [-1, 1].

    real: as given. made: from the other domain's real. back: from what was made of real in the other domain.
    same: from real itself by the generator of its own domain, which should leave it alone.
    """

    real: dict[str, Tensor]
    made: dict[str, Tensor]
    back: dict[str, Tensor]
    same: dict[str, Tensor]
