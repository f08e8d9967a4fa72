"""The shared vocabulary: what a picture is, what a step sees, what a method returns.

Shape letters, used in every public docstring: ``B`` batch, ``C`` channels, ``H W`` image,
``h w`` feature grid, ``N = h·w``. Images are RGB float32 in [0, 1]; in a sketch paper is 1
and ink is 0. ``x`` is the content instance and ``y`` the exemplar instance, with suffix ``s``
for the sketch and ``e`` for the colour picture: the user supplies ``x_s`` and ``y_e``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # names alone must not cost the import of torch: `repro --help` reads this module
    from torch import Tensor

DOMAINS = ("cat", "dog", "wild", "anime", "shoe")
"""The five columns of the paper's tables, in the paper's order."""

POOLED = "all"
"""All five drawn domains in one data set: one model for all, not one for each (ambiguity 48)."""

PROTOCOLS = ("true", "cross", "paired")
"""How an output is judged. ``true``: exemplar y_e, reference = x drawn with y's palette (Toybox
only). ``cross``: exemplar y_e, reference x_e, as the paper must have done. ``paired``: exemplar
TPS(x_e), reference x_e."""


@dataclass(frozen=True)
class Batch:
    """What one training step sees (Figure 2 of the paper). All tensors float32 in [0, 1].

    x_s: (B, 1, H, W) sketch to be coloured.
    x_e: (B, 3, H, W) the colour picture that belongs to x_s.
    x_t: (B, 3, H, W) TPS(x_e), the pseudo exemplar of Eq. 13 (ambiguity 26).
    y_s: (B, 1, H, W) the sketch that belongs to y_e, for Eq. 14.
    y_e: (B, 3, H, W) the exemplar of Eq. 10 to 12 and 15: another picture, never x_e.
    y_sim: (B, 3, H, W) I_similar of Eq. 15: another picture of y_e's colour cluster (ambiguity 30).
        Without a colorific term nobody looks for it, and it is y_e itself.
    """

    x_s: Tensor
    x_e: Tensor
    x_t: Tensor
    y_s: Tensor
    y_e: Tensor
    y_sim: Tensor


@dataclass(frozen=True)
class Translation:
    """A method's answer to (x_s, y_e).

    image: (B, 3, H, W) in [0, 1], the refined picture.
    """

    image: Tensor


@dataclass(frozen=True)
class WarpedTranslation(Translation):
    """The answer of a method that finds every place of the sketch in the exemplar.

    coarse: (B, 3, h, w) in [0, 1], the coarse image: the exemplar warped on the feature grid (Eq. 4).
    x_c:    (B, C, h, w) sketch in the common domain (Eq. 1), what the correspondence compares.
    y_c:    (B, C, h', w') exemplar in the common domain (Eq. 2).
    """

    coarse: Tensor
    x_c: Tensor
    y_c: Tensor


Terms = dict[str, "Tensor"]
"""Loss name → unweighted scalar. The method's weights are applied in one place, the trainer."""


class Method(Protocol):
    """A row of the results table: nets, who trains them, and how a pair is translated."""

    players: Mapping[str, tuple[str, ...]]
    """``generator``, and ``critics`` where there are any → names of the child modules whose weights it
    owns. Each has an optimiser and a learning rate of its own. What `translate` needs is the generator's;
    the critics' nets all lie in the child ``critics``, which is not saved for use."""

    weights: Mapping[str, float]
    """Name of every term that `phases` may yield → its weight in the player's total."""

    takes_exemplar: bool
    """Whether the answer depends on the exemplar at all. Tables mark a method of which it does not."""

    def phases(self, batch: Batch) -> Iterator[tuple[str, Terms]]:
        """Yield (player, terms) lazily; the trainer steps that player before asking for more."""
        ...

    def translate(self, x_s: Tensor, y_e: Tensor) -> Translation:
        """Colour ``x_s`` (B, 1, H, W) from ``y_e`` (B, 3, H, W)."""
        ...
