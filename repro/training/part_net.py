"""The net behind the `toybox` features while it learns: VGG's shape, with batch normalisation and heads.

It is asked, at three depths, which part of which drawn thing lies in each cell of the grid. Batch
normalisation makes it learn in minutes; afterwards it is folded into the convolutions, so that a plain
`FeatureNet` computes the same.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from repro.data.toybox import PARTS
from repro.models.features import HEADS, Recipe

WIDTHS = (16, 32, 64, 96, 96)
DEPTH = 2
"""Convolutions a block."""

ASKED = {"relu3_2": 4, "relu4_2": 8, "relu5_2": 16}
"""Layer with a head → pixels of the picture per cell of its grid."""

BACKGROUND = "background"
CLASSES = (BACKGROUND, *(f"{domain} {part}" for domain, parts in PARTS.items() for part in parts[1:]))
"""What a cell may show: the background of all domains, or a part of one."""


def class_of(domain: str) -> Tensor:
    """Part id → index into CLASSES, (parts,) uint8, for one domain."""
    names = [f"{domain} {part}" for part in PARTS[domain][1:]]
    return torch.tensor([0, *map(CLASSES.index, names)], dtype=torch.uint8)


def cell_shares(labels: Tensor, cell: int) -> Tensor:
    """How much of each cell each class covers.

    labels: (B, H, W) integer indices into CLASSES; cell: pixels a side, a divisor of H and W.
    Returns (B, K, H/cell, W/cell) float32, which sums to 1 over K = len(CLASSES).
    """
    B, H, W = labels.shape
    h, w = H // cell, W // cell
    cells = labels.long().reshape(B, h, cell, w, cell).permute(0, 1, 3, 2, 4).reshape(B, h, w, cell * cell)
    counts = torch.zeros(B, h, w, len(CLASSES)).scatter_add_(3, cells, torch.ones(cells.shape))
    return (counts / cell**2).permute(0, 3, 1, 2)


class PartNet(nn.Module):
    """Pictures (B, 3, H, W) in [0, 1] → layer of ASKED → logits (B, K, H/cell, W/cell)."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(recipe.mean).reshape(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(recipe.std).reshape(1, 3, 1, 1))
        self.steps, self.heads = nn.ModuleDict(), nn.ModuleDict()
        inputs = 3
        for block, width in enumerate(WIDTHS, 1):
            for number in range(1, DEPTH + 1):
                conv = nn.Conv2d(inputs, width, 3, padding=1, bias=False)
                self.steps[f"conv{block}_{number}"] = nn.Sequential(conv, nn.BatchNorm2d(width), nn.ReLU())
                inputs = width
        for layer in ASKED:
            self.heads[layer] = nn.Conv2d(WIDTHS[int(layer[4]) - 1], len(CLASSES), 1)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """The logits of every head."""
        features = (images - self.get_buffer("mean")) / self.get_buffer("std")
        said = {}
        for name, step in self.steps.items():
            if name.endswith("_1") and name != "conv1_1":
                features = F.max_pool2d(features, 2)
            features = step(features)
            layer = name.replace("conv", "relu")
            if layer in ASKED:
                said[layer] = self.heads[layer](features)
        return said


def part_loss(said: dict[str, Tensor], labels: Tensor) -> Tensor:
    """Cross-entropy between what each head says of a cell and what lies there, summed over the heads.

    said: as `PartNet` answers; labels: (B, H, W) indices into CLASSES. A cell that shows two parts asks
    for both, in their shares.
    """
    return torch.stack(
        [F.cross_entropy(said[layer], cell_shares(labels, ASKED[layer])) for layer in ASKED]
    ).sum()


@torch.no_grad()
def folded(net: PartNet) -> dict[str, Tensor]:
    """Weights of the `FeatureNet` that computes what ``net`` does in use, and its heads.

    γ (w∗x − μ)/√(σ² + ε) + β is the convolution with w·γ/√(σ² + ε) and the bias β − μ·γ/√(σ² + ε).
    """
    weights = {}
    for name, (conv, norm, _) in net.steps.items():  # type: ignore[misc]
        gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        weights[f"{name}.weight"] = conv.weight * gain[:, None, None, None]
        weights[f"{name}.bias"] = norm.bias - norm.running_mean * gain
    return weights | {HEADS + name: tensor for name, tensor in net.heads.state_dict().items()}
