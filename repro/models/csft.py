"""Cross-domain spatially feature transfer: the attention of Eq. 6 to 9.

Every sketch position asks the exemplar positions what they are, and adds the answer to itself:
V_s + V*, with V*_i = Σ_j softmax_j(W_q v_s^i · W_k v_r^j / √d_v) W_v v_r^j. The paper calls this
self-attention but writes cross-attention (ambiguity 17), so the readings stand side by side here
and a name chooses one in a constructor.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Attention(nn.Module):
    """One head of scaled dot-product attention over all positions (Eq. 8 and 9)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)

    def forward(self, asking: Tensor, answering: Tensor) -> Tensor:
        """asking (B, d, h, w), answering (B, d, h', w') → context V* (B, d, h, w), memory linear in N."""
        source, target = _tokens(asking), _tokens(answering)
        context = F.scaled_dot_product_attention(
            self.query(source)[:, None], self.key(target)[:, None], self.value(target)[:, None]
        )
        return context[:, 0].transpose(1, 2).reshape(asking.shape)

    def explicit(self, asking: Tensor, answering: Tensor) -> tuple[Tensor, Tensor]:
        """The reference twin: (V*, weights), with the matrix α_ij (B, N, N') of Eq. 8 written out."""
        source, target = _tokens(asking), _tokens(answering)
        scores = self.query(source) @ self.key(target).transpose(1, 2) / source.shape[-1] ** 0.5
        weights = torch.softmax(scores, dim=-1)
        context = weights @ self.value(target)
        return context.transpose(1, 2).reshape(asking.shape), weights


class CrossCSFT(nn.Module):
    """The literal Eq. 8 and 9: the sketch asks, the exemplar answers; V_r stays as it is [20]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attention = Attention(width)

    def forward(self, v_s: Tensor, v_r: Tensor) -> tuple[Tensor, Tensor]:
        """V_s, V_r (B, d_v, h, w) → V_s + V*, V_r."""
        return v_s + self.attention(v_s, v_r), v_r


class SymmetricCSFT(CrossCSFT):
    """Both pictures ask the other, with the same weights."""

    def forward(self, v_s: Tensor, v_r: Tensor) -> tuple[Tensor, Tensor]:
        """V_s, V_r (B, d_v, h, w) → both with the other's context added."""
        return v_s + self.attention(v_s, v_r), v_r + self.attention(v_r, v_s)


class SelfCSFT(CrossCSFT):
    """What the name self-attention would mean: each picture asks itself."""

    def forward(self, v_s: Tensor, v_r: Tensor) -> tuple[Tensor, Tensor]:
        """V_s, V_r (B, d_v, h, w) → both with their own context added."""
        return v_s + self.attention(v_s, v_s), v_r + self.attention(v_r, v_r)


class ResidualControl(nn.Module):
    """The control of the w/o CSFT row: a residual 1×1 block with as many weights, no exchange [19]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        layers = [nn.Conv2d(width, width, 1, bias=False) for _ in range(3)]
        self.block = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])

    def forward(self, v_s: Tensor, v_r: Tensor) -> tuple[Tensor, Tensor]:
        """V_s, V_r (B, d_v, h, w) → V_s + block(V_s), V_r."""
        return v_s + self.block(v_s), v_r


CSFT_MODES: dict[str, Callable[[int], nn.Module]] = {
    "cross": CrossCSFT,
    "symmetric": SymmetricCSFT,
    "self": SelfCSFT,
    "residual": ResidualControl,
}
"""Name in the config → class, built as ``CSFT_MODES[name](d_v)``."""


def _tokens(features: Tensor) -> Tensor:
    """(B, d, h, w) → (B, N, d)."""
    return features.flatten(2).transpose(1, 2)
