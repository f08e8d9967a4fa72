"""Terms that compare with a picture or a feature of the same instance (Eq. 13 and 14)."""

from __future__ import annotations

from torch import Tensor


def pseudo_loss(image: Tensor, x_e: Tensor) -> Tensor:
    """Eq. 13: mean absolute difference between G(x_s, TPS(x_e)) and x_e.

    image, x_e: (B, 3, H, W) in [0, 1]. Returns a scalar ≥ 0. As printed the target is TPS(x_e),
    which would teach a warped output; the text says x_e (ambiguity 26). Raises ValueError when the
    shapes differ.
    """
    return _l1(image, x_e)


def align_loss(x_c: Tensor, y_c: Tensor) -> Tensor:
    """One pair of Eq. 14: mean absolute difference in the common domain.

    x_c: (B, C, h, w) features of a sketch; y_c: the same of its own colour picture, both of unit
    length over channels so that the loss cannot win by shrinking them (ambiguity 29).
    Returns a scalar ≥ 0. Raises ValueError when the shapes differ.
    """
    return _l1(x_c, y_c)


def coarse_loss(warped: Tensor, x_e: Tensor) -> Tensor:
    """Mean absolute difference between the warp of TPS(x_e) and x_e, on the feature grid.

    warped: (B, 3, h, w); x_e: (B, 3, h, w) pooled to the same grid, both in [0, 1]. Returns a
    scalar ≥ 0. Not in the paper: it tells the correspondence directly what Eq. 13 tells it only
    through the generator. Raises ValueError when the shapes differ.
    """
    return _l1(warped, x_e)


def _l1(a: Tensor, b: Tensor) -> Tensor:
    if a.shape != b.shape:  # broadcasting would hide a wrong target
        raise ValueError(f"shapes differ: {list(a.shape)} and {list(b.shape)}")
    return (a - b).abs().mean()
