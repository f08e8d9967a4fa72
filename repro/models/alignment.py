"""The two feature pyramids and the common domain (Eq. 1, 2 and 5).

A sketch and a colour picture go through a pyramid each. All levels are pooled to the last level's
grid (H/4 × W/4) and concatenated: that is V of Eq. 5. A 1×1 convolution per domain then takes V
into the common domain c, where the two can be compared. The alignment loss is taken there, before
CSFT has mixed the two pictures (ambiguities 4, 14).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from repro.models.layers import ConvBlock

GRID_STRIDE = 4  # one grid cell covers 4×4 pixels
STRIDED_LEVELS = (1, 3)  # the two levels that halve the picture


class Pyramid(nn.Module):
    """Feature pyramid E of one domain and the concatenation V of Eq. 5."""

    def __init__(self, inputs: int, channels: Sequence[int], dilations: Sequence[int]) -> None:
        super().__init__()
        widths = [inputs, *channels]
        self.levels = nn.ModuleList(
            ConvBlock(widths[i], outputs, stride=2 if i in STRIDED_LEVELS else 1, dilation=dilation)
            for i, (outputs, dilation) in enumerate(zip(channels, dilations, strict=True))
        )
        self.width = sum(channels)

    def forward(self, image: Tensor) -> Tensor:
        """(B, inputs, H, W) in [0, 1] → V (B, d_v, h, w) with h = H/4, w = W/4, d_v = Σ channels.

        Raises ValueError unless H and W are multiples of 4.
        """
        height, width = image.shape[2:]
        if height % GRID_STRIDE or width % GRID_STRIDE:
            raise ValueError(f"the pyramid needs sides that are multiples of 4, got {height}×{width}")
        grid = (height // GRID_STRIDE, width // GRID_STRIDE)
        features, levels = image * 2 - 1, []
        for level in self.levels:
            features = level(features)
            levels.append(F.avg_pool2d(features, features.shape[2] // grid[0]))
        return torch.cat(levels, dim=1)


class Pyramids(nn.Module):
    """The pyramid E_s of the sketch domain and E_r of the exemplar domain."""

    def __init__(self, channels: Sequence[int], dilations: Sequence[int]) -> None:
        super().__init__()
        self.sketch = Pyramid(1, channels, dilations)
        self.exemplar = Pyramid(3, channels, dilations)
        self.width = self.sketch.width

    def forward(self, sketch: Tensor, exemplar: Tensor) -> tuple[Tensor, Tensor]:
        """sketch (B, 1, H, W), exemplar (B', 3, H', W') → V_s and V_r, their Eq. 5.

        The two batches and sizes are independent. Range [0, 1].
        """
        return self.sketch(sketch), self.exemplar(exemplar)


class CommonDomain(nn.Module):
    """The two projections into the common domain c (Eq. 1 and 2)."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__()
        self.sketch = nn.Conv2d(width, channels, 1)
        self.exemplar = nn.Conv2d(width, channels, 1)

    def forward(self, v_s: Tensor, v_r: Tensor) -> tuple[Tensor, Tensor]:
        """V_s, V_r (B, d_v, h, w) → x_c, y_c (B, C, h, w), of unit length over channels."""
        return F.normalize(self.sketch(v_s)), F.normalize(self.exemplar(v_r))
