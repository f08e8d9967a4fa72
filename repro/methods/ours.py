"""The paper's method: align, transfer, correspond, warp, refine."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from repro.config import Config
from repro.contracts import Batch, Terms, Translation
from repro.losses.reconstruction import align_loss, coarse_loss, pseudo_loss
from repro.models.alignment import GRID_STRIDE, CommonDomain, Pyramids
from repro.models.correspondence import correspond
from repro.models.csft import CSFT_MODES
from repro.models.generator import Generator


class Ours(nn.Module):
    """Cui et al. 2022 (§3.1 and §3.2). Implements `repro.contracts.Method`."""

    players = MappingProxyType({"generator": ("pyramids", "csft", "domain", "generator")})

    def __init__(self, config: Config) -> None:
        super().__init__()
        model = config.model
        self.alpha = model.alpha
        self.weights = config.loss
        self.pyramids = Pyramids(model.pyramid_channels, model.pyramid_dilations)
        self.csft = CSFT_MODES[model.csft_mode](self.pyramids.width)
        self.domain = CommonDomain(self.pyramids.width, model.common_channels)
        self.generator = Generator(model.generator_channels, model.moment_shortcut)

    def translate(self, x_s: Tensor, y_e: Tensor) -> Translation:
        """Colour ``x_s`` (B, 1, H, W) from ``y_e`` (B, 3, H', W'); range [0, 1], sides multiples of 16."""
        return self._refine(x_s, y_e, *self.pyramids(x_s, y_e))

    def phases(self, batch: Batch) -> Iterator[tuple[str, Terms]]:
        """One phase: reconstruct x_e from TPS(x_e) with the two domains aligned (Eq. 13 and 14).

        Eq. 14 sums over x and y. Both are drawn alike, so x alone has the same expectation, halved.
        """
        exemplars = [batch.x_t, batch.x_e] if self.weights.align else [batch.x_t]
        v_s, v_e = self.pyramids(batch.x_s, torch.cat(exemplars))
        v_warped, *v_own = v_e.split(len(batch.x_s))
        made = self._refine(batch.x_s, batch.x_t, v_s, v_warped)
        terms = {
            "pseudo": lambda: pseudo_loss(made.image, batch.x_e),
            "coarse": lambda: coarse_loss(made.coarse, F.avg_pool2d(batch.x_e, GRID_STRIDE)),
            "align": lambda: align_loss(*self.domain(v_s, *v_own)),
        }
        yield "generator", {name: term() for name, term in terms.items() if getattr(self.weights, name)}

    def _refine(self, x_s: Tensor, y_e: Tensor, v_s: Tensor, v_r: Tensor) -> Translation:
        """From pyramid features to the picture."""
        x_c, y_c = self.domain(*self.csft(v_s, v_r))  # Eq. 6–9, then 1 and 2
        coarse = correspond(x_c, y_c, F.avg_pool2d(y_e, GRID_STRIDE), self.alpha)  # Eq. 3 and 4
        raised = F.interpolate(coarse, size=x_s.shape[2:], mode="bilinear", align_corners=False)
        return Translation(self.generator(raised, x_s), coarse, x_c, y_c)
