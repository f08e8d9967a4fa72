"""The coarse-to-fine generator with moment shortcuts (§3.2 of the paper).

A U-Net reads the coarse image and the sketch. Positional normalisation in the encoder strips the
mean and deviation over channels at every position; a moment shortcut gives them back to the
decoder level of the same size. The picture is the coarse image plus what the U-Net adds to it: the
warp has the colours already, so only the fine structure is left to learn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from repro.models.layers import positional_norm

Moments = tuple[Tensor, Tensor]


class NoShortcut(nn.Module):
    """The moments are lost; a learned scale and shift per channel stands in their place."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(1, channels, 1, 1))
        self.beta = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, features: Tensor, moments: Moments) -> Tensor:  # noqa: ARG002 — one interface
        """(B, C, H, W) → the same shape."""
        return self.gamma * features + self.beta


class StaticShortcut(nn.Module):
    """Moment shortcut: β = μ and γ = σ, straight from the encoder (Figure 5, left)."""

    def __init__(self, channels: int) -> None:  # noqa: ARG002 — one interface
        super().__init__()

    def forward(self, features: Tensor, moments: Moments) -> Tensor:
        """features (B, C, H, W), moments (B, 1, H, W) each → σ·features + μ."""
        mean, std = moments
        return std * features + mean


class DynamicShortcut(nn.Module):
    """Dynamic moment shortcut: a small net predicts β and γ per channel from μ and σ (Figure 5, right).

    γ may take either sign: the final ReLU of the published positional-normalisation code is left
    out (ambiguity 36).
    """

    def __init__(self, channels: int, hidden: int = 16) -> None:
        super().__init__()
        last = nn.Conv2d(hidden, 2 * channels, 3, padding=1)
        self.net = nn.Sequential(nn.Conv2d(2, hidden, 3, padding=1), nn.ReLU(), last)
        with torch.no_grad():  # start as the plain normalisation: γ near 1, β near 0
            last.weight.mul_(0.1)
        last.bias = nn.Parameter(torch.cat([torch.zeros(channels), torch.ones(channels)]))

    def forward(self, features: Tensor, moments: Moments) -> Tensor:
        """features (B, C, H, W), moments (B, 1, H, W) each → γ·features + β."""
        beta, gamma = self.net(torch.cat(moments, dim=1)).chunk(2, dim=1)
        return gamma * features + beta


MOMENT_SHORTCUTS: dict[str, Callable[[int], nn.Module]] = {
    "none": NoShortcut,
    "static": StaticShortcut,
    "dynamic": DynamicShortcut,
}
"""Name in the config → class, built as ``MOMENT_SHORTCUTS[name](channels)``."""


class EncoderLevel(nn.Module):
    """Convolution, positional normalisation, convolution."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, features: Tensor) -> tuple[Tensor, Moments]:
        """(B, C, H, W) → (B, C', H, W) and the moments that the normalisation stripped."""
        normed, mean, std = positional_norm(self.first(features))
        return F.leaky_relu(self.second(F.leaky_relu(normed, 0.2)), 0.2), (mean, std)


class DecoderLevel(nn.Module):
    """Upsample, join the encoder's features, normalise, give the moments back."""

    def __init__(self, below: int, skip: int, shortcut: Callable[[int], nn.Module]) -> None:
        super().__init__()
        self.first = nn.Conv2d(below + skip, skip, 3, padding=1)
        self.norm = nn.InstanceNorm2d(skip)
        self.shortcut = shortcut(skip)
        self.second = nn.Conv2d(skip, skip, 3, padding=1)

    def forward(self, below: Tensor, skip: Tensor, moments: Moments) -> Tensor:
        """below (B, C', H/2, W/2), skip (B, C, H, W) → (B, C, H, W)."""
        raised = F.interpolate(below, scale_factor=2.0, mode="nearest")
        features = self.norm(self.first(torch.cat([raised, skip], dim=1)))
        features = F.leaky_relu(self.shortcut(features, moments), 0.2)
        return F.leaky_relu(self.second(features), 0.2)


class Generator(nn.Module):
    """G: coarse image, sketch and perhaps the carried pixels → picture."""

    def __init__(self, channels: Sequence[int], moment_shortcut: str, carried: int = 0) -> None:
        """carried: channels of a third input beside the coarse image and the sketch."""
        super().__init__()
        self.encoder = nn.ModuleList(
            EncoderLevel(inputs, outputs)
            for inputs, outputs in zip([4 + carried, *channels[:-1]], channels, strict=True)
        )
        shortcut = MOMENT_SHORTCUTS[moment_shortcut]
        self.decoder = nn.ModuleList(
            DecoderLevel(channels[i + 1], channels[i], shortcut) for i in reversed(range(len(channels) - 1))
        )
        self.residual = nn.Conv2d(channels[0], 3, 3, padding=1)
        nn.init.zeros_(self.residual.weight)  # start as the coarse image itself
        nn.init.zeros_(self.residual.bias)  # type: ignore[arg-type]

    def forward(self, coarse: Tensor, sketch: Tensor, *carried: Tensor) -> Tensor:
        """coarse (B, 3, H, W) and sketch (B, 1, H, W) in [0, 1] → image (B, 3, H, W) in [0, 1].

        carried: what else there is, (B, C, H, W) in [0, 1], as many channels as the net was built for.

        Raises ValueError unless H and W are multiples of 2^(levels − 1).
        """
        factor = 2 ** (len(self.encoder) - 1)
        if coarse.shape[2] % factor or coarse.shape[3] % factor:
            raise ValueError(
                f"the generator needs sides that are multiples of {factor}, got {list(coarse.shape[2:])}"
            )
        features, levels = torch.cat([coarse, sketch, *carried], dim=1) * 2 - 1, []
        for i, encode in enumerate(self.encoder):
            features, moments = encode(F.avg_pool2d(features, 2) if i else features)
            levels.append((features, moments))
        levels.pop()  # the deepest level is the decoder's input, not one of its shortcuts
        for decode in self.decoder:
            features = decode(features, *levels.pop())
        return (coarse + self.residual(features)).clamp(0, 1)
