"""The paper's method: align, transfer, correspond, warp, refine; learnt by two critics and six losses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from repro.config import Config, term_weights
from repro.contracts import Batch, Terms, WarpedTranslation
from repro.losses.adversarial import ADVERSARIAL
from repro.losses.contextual import CONTEXTUAL_WEIGHTS, contextual_loss
from repro.losses.layerwise import Features
from repro.losses.perceptual import PERCEPTUAL_WEIGHTS, perceptual_loss
from repro.losses.reconstruction import align_loss, coarse_loss, pseudo_loss
from repro.losses.style import STYLE_WEIGHTS, style_loss
from repro.models.alignment import GRID_STRIDE, CommonDomain, Pyramids
from repro.models.correspondence import correspond
from repro.models.csft import CSFT_MODES
from repro.models.discriminator import ColorificDiscriminator, StructuralDiscriminator
from repro.models.features import FeatureNet
from repro.models.generator import Generator

CRITICS: Mapping[str, Callable[[int], nn.Module]] = MappingProxyType(
    {"structural": StructuralDiscriminator, "colorific": ColorificDiscriminator}
)
"""Term of Eq. 15 → the discriminator behind it, built as ``CRITICS[name](width)``."""

SEEN = MappingProxyType(
    {"perceptual": PERCEPTUAL_WEIGHTS, "style": STYLE_WEIGHTS, "context": CONTEXTUAL_WEIGHTS}
)
"""Terms that look through the feature net → the layers they look at, with their ω_l."""


class Ours(nn.Module):
    """Cui et al. 2022. Implements `repro.contracts.Method`; ablations are other numbers in the config."""

    takes_exemplar = True

    def __init__(self, config: Config, load_features: Callable[[str], FeatureNet] | None) -> None:
        """Build the nets from torch's global generator.

        load_features: name of a feature net → the net. None: the method is to be used, not trained, and
        has neither critics nor feature net.
        """
        super().__init__()
        model, loss = config.model, config.loss
        self.alpha, self.loss, self.cross_share = model.alpha, config.loss, config.train.cross_share
        self.weights = term_weights(config.loss)
        self.pyramids = Pyramids(model.pyramid_channels, model.pyramid_dilations)
        self.csft = CSFT_MODES[model.csft_mode](self.pyramids.width)
        self.domain = CommonDomain(self.pyramids.width, model.common_channels)
        self.carries_pixels = model.warp == "patch"
        carried = 3 if self.carries_pixels else 0
        self.generator = Generator(model.generator_channels, model.moment_shortcut, carried)
        self.players: dict[str, tuple[str, ...]] = {"generator": ("pyramids", "csft", "domain", "generator")}
        if load_features is None:
            return
        if names := [name for name in CRITICS if getattr(loss, name)]:
            self.critics = nn.ModuleDict({name: CRITICS[name](model.critic_channels) for name in names})
            self.players["critics"] = ("critics",)
        if any(getattr(loss, name) for name in SEEN):
            self.features = load_features(loss.features)

    def translate(self, x_s: Tensor, y_e: Tensor) -> WarpedTranslation:
        """Colour ``x_s`` (B, 1, H, W) from ``y_e`` (B, 3, H', W'); range [0, 1], sides multiples of 16."""
        return self._refine(x_s, y_e, *self.pyramids(x_s, y_e))

    def phases(self, batch: Batch) -> Iterator[tuple[str, Terms]]:
        """The generator's terms, Eq. 10 to 15, then the critics' side of Eq. 15 on the same pictures.

        Every x is coloured from its own warp (Eq. 13), and the first ones, as many as the config has them
        share in the batch, from y as well, which all other terms but the coarse one look at (ambiguity 28).
        """
        lesson = self._attempt(batch)
        critics = getattr(self, "critics", None)
        if critics:
            critics.requires_grad_(False)  # the generator learns from their verdict, they do not
        yield "generator", lesson.terms()
        if critics:
            critics.requires_grad_(True)
            yield "critics", {name: lesson.critic(name) for name in critics}

    def _attempt(self, batch: Batch) -> Lesson:
        """Colour the batch, both ways in one pass, and keep what the losses compare."""
        size, crossed = len(batch.x_s), self._crossed(len(batch.x_s))
        near = Batch(**{name: picture[:crossed] for name, picture in vars(batch).items()})
        aligned = bool(self.loss.align)
        sketches = [batch.x_s, near.y_s] if aligned else [batch.x_s]
        exemplars = [batch.x_t, near.y_e, batch.x_e] if aligned else [batch.x_t, near.y_e]
        v_s, v_r = self.pyramids(torch.cat(sketches), torch.cat(exemplars))
        made = self._refine(
            torch.cat([batch.x_s, near.x_s]),
            torch.cat([batch.x_t, near.y_e]),
            torch.cat([v_s[:size], v_s[:crossed]]),
            v_r[: size + crossed],
        )
        own = torch.cat([v_r[size + crossed :], v_r[size : size + crossed]])  # of x_e, then of y_e
        common = self.domain(v_s, own) if aligned else ()
        return Lesson(self, batch, near, made.image[:size], made.coarse[:size], made.image[size:], common)

    def _crossed(self, size: int) -> int:
        """How many of a batch are also coloured from y: none where no term would look at it."""
        looked_at = any(getattr(self.loss, name) for name in (*SEEN, *CRITICS))
        return max(1, round(self.cross_share * size)) if looked_at else 0

    def _refine(self, x_s: Tensor, y_e: Tensor, v_s: Tensor, v_r: Tensor) -> WarpedTranslation:
        """From pyramid features to the picture."""
        x_c, y_c = self.domain(*self.csft(v_s, v_r))  # Eq. 6–9, then 1 and 2
        cells = F.pixel_unshuffle(y_e, GRID_STRIDE) if self.carries_pixels else F.avg_pool2d(y_e, GRID_STRIDE)
        warped = correspond(x_c, y_c, cells, self.alpha)  # Eq. 3 and 4
        # The warp is linear: the mean of the carried pixels is the carried mean.
        coarse = warped.unflatten(1, (3, -1)).mean(dim=2)
        raised = F.interpolate(coarse, size=x_s.shape[2:], mode="bilinear", align_corners=False)
        carried = [F.pixel_shuffle(warped, GRID_STRIDE)] if self.carries_pixels else []
        return WarpedTranslation(self.generator(raised, x_s, *carried), coarse, x_c, y_c)


@dataclass(frozen=True)
class Lesson:
    """A batch as the method coloured it: what the losses compare.

    near: the first pictures of the batch, those that were coloured from y_e as well.
    rebuilt, coarse: G(x_s, TPS(x_e)) of the whole batch and its coarse image. crossed: G(x_s, y_e) of near.
    common: features of all sketches and of their own colour pictures in the common domain; may be empty.
    """

    method: Ours
    batch: Batch
    near: Batch
    rebuilt: Tensor
    coarse: Tensor
    crossed: Tensor
    common: tuple[Tensor, ...]

    def terms(self) -> Terms:
        """What the generator is told: every term whose weight is not 0."""
        loss, batch = self.method.loss, self.batch
        terms: dict[str, Callable[[], Tensor]] = {
            "perceptual": lambda: perceptual_loss(self._made, self._known[0]),
            "style": lambda: style_loss(self._made, self._known[1]),
            "context": lambda: contextual_loss(self._made, self._known[1]),
            "pseudo": lambda: pseudo_loss(self.rebuilt, batch.x_e),
            "align": lambda: align_loss(*self.common),
            "structural": lambda: self._verdict("structural"),
            "colorific": lambda: self._verdict("colorific"),
            "coarse": lambda: coarse_loss(self.coarse, F.avg_pool2d(batch.x_e, GRID_STRIDE)),
        }
        return {name: term() for name, term in terms.items() if getattr(loss, name)}

    def critic(self, name: str) -> Tensor:
        """What a critic is told of the real pair, the fake one, and perhaps a mismatched one, in one pass."""
        real, condition = self._pair(name)
        pictures = [real, self.crossed.detach()]
        if self.method.loss.negatives == "mismatched":
            pictures.append(real.roll(1, dims=0))
        scores = self.method.critics[name](torch.cat(pictures), condition.repeat(len(pictures), 1, 1, 1))
        split = [[scale.chunk(len(pictures))[i] for scale in scores] for i in range(len(pictures))]
        return ADVERSARIAL[self.method.loss.gan].discriminator(*split)

    def _verdict(self, name: str) -> Tensor:
        scores = self.method.critics[name](self.crossed, self._pair(name)[1])
        return ADVERSARIAL[self.method.loss.gan].generator(scores)

    def _pair(self, name: str) -> tuple[Tensor, Tensor]:
        """A real picture, and what both it and the fake one are shown beside (ambiguity 30)."""
        near = self.near
        return {"structural": (near.x_e, near.x_s), "colorific": (near.y_e, near.y_sim)}[name]

    @cached_property
    def _made(self) -> Features:
        """φ of G(x_s, y_e)."""
        return self.method.features(self.crossed, self._layers)

    @cached_property
    @torch.no_grad()
    def _known(self) -> tuple[Features, Features]:
        """φ of x_e, the content, and of y_e, the exemplar: in one pass, without a gradient."""
        both = self.method.features(torch.cat([self.near.x_e, self.near.y_e]), self._layers)
        halves = {layer: features.chunk(2) for layer, features in both.items()}
        return tuple({layer: half[i] for layer, half in halves.items()} for i in (0, 1))  # type: ignore[return-value]

    @property
    def _layers(self) -> list[str]:
        """What the terms in use look at, and nothing deeper."""
        used = [layers for name, layers in SEEN.items() if getattr(self.method.loss, name)]
        return sorted(set().union(*used))
