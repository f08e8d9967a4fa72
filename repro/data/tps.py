"""Thin-plate-spline warps: the transform of Eq. 13 that makes a pseudo exemplar, TPS(x_e).

The paper fixes neither control points nor strength (ambiguity 27); the defaults of
:func:`sample_tps` are a mild bend plus a small similarity. Coordinates are (x, y) in [-1, 1] with
``align_corners=True`` everywhere: -1 and 1 are the centres of the first and last pixel.

The spline is Bookstein's (1989): f(p) = a₀ + A p + Σᵢ wᵢ U(|p - cᵢ|), U(r) = r² log r, its kernels
centred on the points it starts from. It is solved here and not by kornia 0.9, whose
``get_tps_transform`` centres them on the points it ends in: that also passes through every control
point, but it is not the surface of least bending, and at the default strength it folds the picture
over itself. kornia's ``warp_points_tps``, which only evaluates, agrees with this module (a test).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class TPS:
    """A batch of warps: the pixel at ``output`` takes its colour from ``source``.

    output: (B, K, 2) control points in the warped picture, (x, y) in [-1, 1]; (1, K, 2) where all
        warps share them.
    source: (B, K, 2) where each of them reads in the picture that is warped; may leave [-1, 1].
    """

    output: Tensor
    source: Tensor

    def __post_init__(self) -> None:
        """Raise ValueError for other shapes, or K < 3: three points are the fewest that fix a plane."""
        output, source = tuple(self.output.shape), tuple(self.source.shape)
        if len(source) != 3 or source[1] < 3 or source[2] != 2 or output not in {source, (1, *source[1:])}:
            raise ValueError(
                f"control points must be (B or 1, K >= 3, 2) and (B, K, 2), got {output} and {source}"
            )

    def __len__(self) -> int:
        """The number of warps, B."""
        return self.source.shape[0]

    def __getitem__(self, chosen: slice) -> TPS:
        """Some of the warps."""
        return TPS(self.output if len(self.output) == 1 else self.output[chosen], self.source[chosen])

    def to(self, device: torch.device | str) -> TPS:
        """The same warps on ``device``."""
        return TPS(self.output.to(device), self.source.to(device))


def sample_tps(
    batch: int,
    generator: torch.Generator,
    *,
    grid: int = 4,
    displacement: float = 0.15,
    rotation: float = 15.0,
    scale: float = 0.15,
    shift: float = 0.10,
) -> TPS:
    """Draw ``batch`` random warps on the CPU: a pure function of the generator's state.

    Each strength is the bound of a uniform draw; a similarity folded into the control points keeps
    the whole warp one spline. Zero everywhere gives the identity.

    Args:
        batch: B, the number of warps.
        generator: a CPU generator.
        grid: control points a side.
        displacement: of each control point along x and y, in [-1, 1] coordinates; below 1/(grid - 1), half
            the distance between two points, beyond which neighbours may change places.
        rotation: degrees.
        scale: 0.15 means a factor in [0.85, 1.15].
        shift: fraction of the picture's side, along x and y.

    Raises:
        ValueError: for a strength out of its range.
    """
    if batch < 1 or grid < 2:
        raise ValueError(f"batch must be >= 1 and grid >= 2, got {batch} and {grid}")
    if not 0 <= displacement < 1 / (grid - 1):
        raise ValueError(
            f"displacement must lie in [0, {1 / (grid - 1):.3f}) for grid={grid}, got {displacement}"
        )
    if not (0 <= scale < 1 and shift >= 0 and rotation >= 0):
        raise ValueError(f"need 0 <= scale < 1, shift >= 0, rotation >= 0; got {scale}, {shift}, {rotation}")

    def uniform(*shape: int) -> Tensor:
        return torch.rand(shape, generator=generator) * 2 - 1

    output = _lattice(grid, grid)
    bent = output + displacement * uniform(batch, grid * grid, 2)
    angle = math.radians(rotation) * uniform(batch)
    factor = 1 + scale * uniform(batch)
    cos, sin = factor * angle.cos(), factor * angle.sin()
    turn = torch.stack([torch.stack([cos, sin], -1), torch.stack([-sin, cos], -1)], -2)  # acts on row vectors
    return TPS(output, bent @ turn + 2 * shift * uniform(batch, 1, 2))  # the picture is 2 wide in [-1, 1]


def inverse(tps: TPS) -> TPS:
    """The warps that undo ``tps`` to within half a pixel at 64 × 64, at the default strength.

    The inverse of a spline is not a spline. Swapping the 4 × 4 control points is off by four pixels between
    them, so the swap is done on a 13 × 13 lattice (0.3 pixels at worst away from the border; the cost grows
    with the sixth power of the side).
    """
    lattice = _lattice(13, 13).to(tps.source)
    return TPS(output=_apply(tps, lattice), source=lattice.expand(len(tps), -1, -1))


def flow(tps: TPS, height: int, width: int) -> Tensor:
    """Where each pixel of the warped picture reads: (B, H, W, 2), (x, y), ``align_corners=True``.

    ``F.grid_sample(image, flow(tps, H, W), padding_mode="border", align_corners=True)`` is :func:`warp`.
    In the precision of the control points: float32 as drawn, float64 for a check.
    """
    pixels = _lattice(height, width).to(tps.source)
    return _apply(tps, pixels).reshape(len(tps), height, width, 2)


def warp(image: Tensor, tps: TPS) -> Tensor:
    """``image`` (B, C, H, W) seen through ``tps``: bilinear, the border repeated; same shape and range.

    Raises:
        ValueError: if the image is not 4-D or its batch is not that of ``tps``.
    """
    if image.ndim != 4 or image.shape[0] != len(tps):
        raise ValueError(f"{len(tps)} warps need an image ({len(tps)}, C, H, W), got {tuple(image.shape)}")
    grid = flow(tps.to(image.device), image.shape[2], image.shape[3]).to(image.dtype)
    return F.grid_sample(image, grid, mode="bilinear", padding_mode="border", align_corners=True)


def _lattice(height: int, width: int) -> Tensor:
    """(1, H·W, 2): the points of a regular lattice over [-1, 1]², (x, y), row by row, corners included."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    return torch.stack([x, y], dim=-1).reshape(1, -1, 2)


def _kernel(points: Tensor, centres: Tensor) -> Tensor:
    """U = r² log r between (B, N, 2) and (B, K, 2): (B, N, K), 0 at r = 0."""
    squared = (points[:, :, None] - centres[:, None]).square().sum(-1)
    return squared * squared.clamp(min=torch.finfo(squared.dtype).tiny).log() / 2


def _affine(points: Tensor) -> Tensor:
    """The columns (1, x, y) of (B, N, 2): (B, N, 3)."""
    return F.pad(points, (1, 0), value=1.0)


def _apply(tps: TPS, points: Tensor) -> Tensor:
    """f(points), (1 or B, N, 2) → (B, N, 2), for the splines with f(output) = source.

    While all warps share their output points, U is built once for the batch: it is nearly all of the cost.
    """
    weights, count = _solve(tps), tps.output.shape[1]
    return _kernel(points, tps.output) @ weights[:, :count] + _affine(points) @ weights[:, count:]


def _solve(tps: TPS) -> Tensor:
    """The weights (B, K + 3, 2): K of the kernels, then a₀ and the two rows of A.

    Solves [[U, P], [Pᵀ, 0]] [w; a] = [source; 0] with P = (1, x, y). In NumPy and float64: it is exact, and
    torch's batched solver (2.14 with MKL 2024.2, several threads, 150 rows or more) hangs on some processors.
    """
    centres = tps.output.detach().cpu().double()
    plane = _affine(centres)
    top = torch.cat([_kernel(centres, centres), plane], dim=2)
    system = torch.cat([top, F.pad(plane.mT, (0, 3))], dim=1)
    wanted = F.pad(tps.source.detach().cpu().double(), (0, 0, 0, 3))
    weights = np.linalg.solve(system.numpy(), wanted.numpy())
    return torch.from_numpy(weights).to(tps.source)
