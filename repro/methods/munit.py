"""MUNIT (Huang et al. 2018): content that two domains share, and a style that each has of its own.

Faithful: both auto-encoders, discriminators at three scales, their start, least squares, the weights of the
reconstructions, rates, weight decay and the halving of the rates after every tenth of the run, as in the
official code and its configuration for edges and shoes (NVlabs/MUNIT: ``networks.py``, ``trainer.py``,
``configs/edges2shoes_folder.yaml``). Losses compare pictures in [-1, 1]. The training is unpaired: x_s comes
from the sketches, y_e, another picture, from the colour side, and neither x_e nor y_s is looked at. In
training a foreign style is drawn from N(0, 1). A sketch's one channel is repeated to three, as there.

Scaled: in the small presets all widths together, the perceptron's too; a style code keeps its eight numbers.
Below 64² a discriminator has fewer scales, for the third would see less than a patch. Rates and schedule are
there those of ours. Batches are the preset's; the official configuration takes one picture a step.

Exemplar: its style code, as in the official ``test.py --style``: G(content of x_s, style of y_e). Eight
numbers for the whole picture cannot say which part has which colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from repro.config import Config
from repro.contracts import Batch, Terms, Translation
from repro.losses.adversarial import LEAST_SQUARES
from repro.models import munit as nets
from repro.models.features import FeatureNet
from repro.models.residual import as_picture

OTHER = {"color": "sketch", "sketch": "color"}

WEIGHTS = {"fool": 1.0, "picture": 10.0, "style": 1.0, "content": 1.0, "judge": 1.0}
"""λ of Eq. 5 and of the official configuration: gan_w, recon_x_w, recon_s_w, recon_c_w, and gan_w again."""

SUMMED = ("fool", "judge")
"""Terms that the official code adds up over the scales of a discriminator; ours are means over them."""


class MUNIT(nn.Module):
    """Huang et al. 2018. Implements `repro.contracts.Method`."""

    takes_exemplar = True

    def __init__(self, config: Config, load_features: Callable[[str], FeatureNet] | None) -> None:
        """Build both auto-encoders, and for training both discriminators, from torch's global generator.

        load_features: None where the method is to be used, not trained. It has no feature net: the
        perceptual loss of the paper's §5.1 is for pictures of more than 512², and off in the official
        configuration.
        """
        super().__init__()
        width, scales = config.model.rival_channels, nets.scales_for(config.data.size)
        self.content_color, self.content_sketch = nets.ContentEncoder(width), nets.ContentEncoder(width)
        self.style_color, self.style_sketch = nets.StyleEncoder(width), nets.StyleEncoder(width)
        self.decoder_color, self.decoder_sketch = nets.Decoder(width), nets.Decoder(width)
        self.players: dict[str, tuple[str, ...]] = {"generator": tuple(dict(self.named_children()))}
        self.weights = {
            f"{term}_{domain}": weight * (scales if term in SUMMED else 1)
            for term, weight in WEIGHTS.items()
            for domain in OTHER
        }
        if load_features is None:
            return
        self.critics = nn.ModuleDict({domain: nets.Critic(width, scales) for domain in OTHER})
        self.players["critics"] = ("critics",)

    def translate(self, x_s: Tensor, y_e: Tensor) -> Translation:
        """Colour ``x_s`` (B, 1, H, W) from ``y_e`` (B, 3, H', W'); range [0, 1], sides multiples of 16."""
        content, style = self.content_sketch(as_picture(x_s)), self.style_color(y_e * 2 - 1)
        return Translation(self.decoder_color(content, style) / 2 + 0.5)

    def phases(self, batch: Batch) -> Iterator[tuple[str, Terms]]:
        """The discriminators' terms on x_s and y_e, then the auto-encoders', each with styles of its own."""
        real = {"color": batch.y_e * 2 - 1, "sketch": as_picture(batch.x_s)}
        with torch.no_grad():
            content = {domain: self._net("content", domain)(real[domain]) for domain in OTHER}
            made = {d: self._net("decoder", d)(content[OTHER[d]], _drawn(real[d])) for d in OTHER}
        yield "critics", {f"judge_{d}": self._judged(self.critics[d], real[d], made[d]) for d in OTHER}
        self.critics.requires_grad_(False)  # the auto-encoders learn from their verdict, they do not
        yield "generator", self._lesson(self._swap(real))
        self.critics.requires_grad_(True)

    def _swap(self, real: dict[str, Tensor]) -> Swap:
        """Take all pictures apart, and put them together with their own and with the other's content."""
        content = {domain: self._net("content", domain)(real[domain]) for domain in OTHER}
        prior = {domain: _drawn(real[domain]) for domain in OTHER}
        again, made = {}, {}
        for domain, other in OTHER.items():
            style = self._net("style", domain)(real[domain])
            contents, styles = [content[domain], content[other]], [style, prior[domain]]
            both = self._net("decoder", domain)(torch.cat(contents), torch.cat(styles))
            again[domain], made[domain] = both.chunk(2)  # pictures do not meet within a batch
        return Swap(real, content, prior, again, made)

    def _lesson(self, swap: Swap) -> Terms:
        terms: Terms = {}
        for domain, other in OTHER.items():
            made = swap.made[domain]
            style, content = (self._net(what, domain)(made) for what in ("style", "content"))
            terms[f"fool_{domain}"] = LEAST_SQUARES.generator(self.critics[domain](made))  # Eq. 4
            terms[f"picture_{domain}"] = F.l1_loss(swap.again[domain], swap.real[domain])  # Eq. 1
            terms[f"style_{domain}"] = F.l1_loss(style, swap.prior[domain])  # Eq. 3
            terms[f"content_{other}"] = F.l1_loss(content, swap.content[other])  # Eq. 2
        return terms

    def _judged(self, critic: nn.Module, real: Tensor, made: Tensor) -> Tensor:
        return LEAST_SQUARES.discriminator(critic(real), critic(made))

    def _net(self, what: str, domain: str) -> nn.Module:
        return self.get_submodule(f"{what}_{domain}")


@dataclass(frozen=True)
class Swap:
    """A batch taken apart and put together; domain → tensor, pictures (B, 3, H, W) in [-1, 1].

    real: as given. content: (B, C, h, w), of real. prior: (B, 8), drawn. again: real from its own content
    and style. made: from the other domain's content and the style that was drawn for this one.
    """

    real: dict[str, Tensor]
    content: dict[str, Tensor]
    prior: dict[str, Tensor]
    again: dict[str, Tensor]
    made: dict[str, Tensor]


def _drawn(pictures: Tensor) -> Tensor:
    """A style (B, 8) for as many pictures, from N(0, 1)."""
    return torch.randn(len(pictures), nets.STYLE, device=pictures.device)
