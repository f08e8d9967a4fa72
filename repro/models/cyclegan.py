"""The networks of CycleGAN (Zhu et al. 2017): generator, discriminator, and the pool between them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from repro.models.residual import MirroredConv, ResidualBlock, draw_weights, small_normal

BLOCKS = 9  # residual blocks, for pictures of 256² and more; appendix 7.2
POOL = 50  # pictures a discriminator remembers; §4
SMALLEST_SIDE = 32  # px a discriminator must see: below, its last map but one is a single place


class Translator(nn.Sequential):
    """From one domain to the other: c7s1-64, d128, d256, nine R256, u128, u64, c7s1-3.

    (B, 3, H, W) in [-1, 1] → the same; sides are multiples of 4 and at least 8. Instance normalisation
    without scale and shift. 11,378,179 parameters at width 64.
    """

    def __init__(self, width: int) -> None:
        w2, w4 = 2 * width, 4 * width
        super().__init__(
            MirroredConv(3, width, 7),
            *_resampled(nn.Conv2d(width, w2, 3, stride=2, padding=1)),
            *_resampled(nn.Conv2d(w2, w4, 3, stride=2, padding=1)),
            *(ResidualBlock(w4) for _ in range(BLOCKS)),
            *_resampled(nn.ConvTranspose2d(w4, w2, 3, stride=2, padding=1, output_padding=1)),
            *_resampled(nn.ConvTranspose2d(w2, width, 3, stride=2, padding=1, output_padding=1)),
            MirroredConv(width, 3, 7, norm=None, activation=nn.Tanh),
        )
        draw_weights(self, small_normal(width))


def _resampled(conv: nn.Conv2d | nn.ConvTranspose2d) -> tuple[nn.Module, ...]:
    return conv, nn.InstanceNorm2d(conv.out_channels), nn.ReLU()


class Critic(nn.Module):
    """The discriminator of one domain, a PatchGAN of 70² (C64-C128-C256-C512), and what it remembers.

    2,764,737 parameters at width 64; the pool learns nothing.
    """

    def __init__(self, width: int, size: int) -> None:
        """size: px, side of the square pictures. Raises ValueError below 32."""
        super().__init__()
        if size < SMALLEST_SIDE:
            raise ValueError(
                f"CycleGAN's discriminators need pictures of {SMALLEST_SIDE}² and more, not {size}²"
            )
        channels = [3, width, 2 * width, 4 * width, 8 * width]
        layers: list[nn.Module] = []
        for i, stride in enumerate((2, 2, 2, 1)):
            layers.append(nn.Conv2d(channels[i], channels[i + 1], 4, stride, padding=1))
            if i:  # the first layer must see the colours themselves
                layers.append(nn.InstanceNorm2d(channels[i + 1]))
            layers.append(nn.LeakyReLU(0.2))
        self.patches = nn.Sequential(*layers, nn.Conv2d(channels[-1], 1, 4, padding=1))
        draw_weights(self.patches, small_normal(width))
        self.pool = ImagePool(POOL, size)

    def forward(self, picture: Tensor) -> list[Tensor]:
        """(B, 3, H, W) in [-1, 1] → one map of scores, (B, 1, H/8 − 2, W/8 − 2): 1 real, 0 made."""
        return [self.patches(picture)]


class ImagePool(nn.Module):
    """Pictures made earlier, so that a discriminator does not forget what it had found out (§4).

    Until the pool is full it takes in every picture and shows it. Then each fresh picture is, at even
    chances, shown itself, or takes the place of an old one, which is shown in its stead. All of it lies
    in buffers: a resumed run goes on with the same pool. Each process of several keeps its own, and a
    checkpoint has the first one's. Source: §4, after Shrivastava et al. (2017).
    """

    pictures: Tensor
    filled: Tensor

    def __init__(self, capacity: int, size: int) -> None:
        super().__init__()
        self.capacity = capacity
        self.register_buffer("pictures", torch.zeros(capacity, 3, size, size))
        self.register_buffer("filled", torch.zeros(()))  # a float, as every tensor of a checkpoint

    @torch.no_grad()
    def forward(self, fresh: Tensor) -> Tensor:
        """fresh: (B, 3, size, size), taken one after the other → as many to be shown, without gradients."""
        shown = []
        for picture in fresh.to(self.pictures.dtype).split(1):
            # Tensors and no `if`: a question would stop a GPU, and the meta device has no answer to it.
            full = self.filled >= self.capacity
            place, coin = torch.rand(2, device=fresh.device)
            slot = torch.where(full, (place * self.capacity).floor(), self.filled).long().reshape(1)
            entering = ~full | (coin > 0.5)
            old = self.pictures.index_select(0, slot)
            self.pictures.index_copy_(0, slot, torch.where(entering, picture, old))
            shown.append(torch.where(full & entering, old, picture))
            self.filled.add_(1).clamp_(max=self.capacity)
        return torch.cat(shown)
