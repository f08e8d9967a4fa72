"""Hair in three layers: behind everything, over the shoulders, and the cap with its bangs."""

from __future__ import annotations

import numpy as np

from ..curves import Points, arcs, ellipse, join, mirror, ribbon, smooth, symmetric
from ..planes import FINE, HAIRLINE, Plane
from .bangs import BANGS
from .parts import part
from .traits import Traits

_CROWN = [(-0.565, -0.02), (-0.545, -0.26), (-0.43, -0.48), (-0.23, -0.615), (0.0, -0.655)]
"""The cap from the left temple to the top; mirrored for the right."""

_BACK = {
    # Right half of the hair behind the head, from the crown down: points, and which are corners.
    # The crown stays inside the cap, so that two outlines never run side by side.
    "short": (
        [
            (0.0, -0.52),
            (0.36, -0.40),
            (0.50, -0.14),
            (0.57, 0.12),
            (0.50, 0.36),
            (0.37, 0.32),
            (0.28, 0.44),
            (0.0, 0.40),
        ],
        (4, 5, 6),
    ),
    "bob": (
        [
            (0.0, -0.52),
            (0.36, -0.40),
            (0.50, -0.14),
            (0.65, 0.16),
            (0.66, 0.40),
            (0.50, 0.53),
            (0.24, 0.50),
            (0.0, 0.50),
        ],
        (5,),
    ),
    "long": (
        [(0.0, -0.52), (0.36, -0.40), (0.50, -0.14), (0.64, 0.20), (0.68, 0.60), (0.76, 1.30), (0.0, 1.30)],
        (5, 6),
    ),
    "wavy": (
        [
            (0.0, -0.52),
            (0.36, -0.40),
            (0.50, -0.14),
            (0.62, 0.08),
            (0.75, 0.30),
            (0.68, 0.54),
            (0.82, 0.76),
            (0.72, 1.00),
            (0.80, 1.30),
            (0.0, 1.30),
        ],
        (8, 9),
    ),
    "wolf": (
        [
            (0.0, -0.52),
            (0.36, -0.40),
            (0.50, -0.14),
            (0.60, 0.14),
            (0.76, 0.34),
            (0.60, 0.36),
            (0.68, 0.56),
            (0.47, 0.50),
            (0.36, 0.62),
            (0.0, 0.55),
        ],
        (4, 5, 6, 7, 8),
    ),
    "spiky": (
        [
            (0.0, -0.52),
            (0.36, -0.40),
            (0.50, -0.14),
            (0.55, 0.02),
            (0.74, 0.20),
            (0.57, 0.22),
            (0.62, 0.42),
            (0.42, 0.35),
            (0.0, 0.40),
        ],
        (3, 4, 5, 6, 7),
    ),
}

_SPIKES = arcs(
    [
        *((-0.565, -0.02), (-0.78, -0.10), (-0.56, -0.22), (-0.75, -0.44), (-0.45, -0.46)),
        *((-0.50, -0.78), (-0.20, -0.60), (-0.06, -0.84), (0.14, -0.62), (0.36, -0.82)),
        *((0.40, -0.50), (0.70, -0.56), (0.55, -0.25), (0.77, -0.18), (0.565, -0.02)),
    ],
    [-0.10, 0.14] * 7,
)
"""The crown of spiky hair, in place of `_CROWN` and its mirror image: flames that lean to the left."""


def draw_behind(head: Plane, traits: Traits) -> None:
    """Tails that hang behind the shoulders, then the hair at the back of the head."""
    if traits.tied == "twintails":
        for side in (-1, 1):
            _draw_tail(head, [(0.54, -0.36), (0.72, -0.31), (0.79, 0.04), (0.78, 0.44), (0.66, 0.84)], side)
    elif traits.tied == "ponytail":
        _draw_tail(
            head, [(0.40, -0.57), (0.62, -0.62), (0.79, -0.30), (0.80, 0.12), (0.68, 0.52)], traits.side
        )
    elif traits.tied == "buns":
        for side in (-1, 1):
            bun = head.fill(ellipse(0.40 * side, -0.58, 0.20, 0.19), part("hair"), "hair")
            head.shade(bun, ellipse(0.44 * side, -0.46, 0.22, 0.17), "hair.shade")
            head.line(arcs([(0.30 * side, -0.60), (0.42 * side, -0.70)], 0.25 * side), HAIRLINE)
    right, corners = _BACK[traits.back]
    outline = np.array(right) * (traits.volume, 1.0)
    outline[3:-1, 1] += traits.length * np.linspace(0.3, 1.0, len(outline) - 4)
    full = symmetric(outline[1:])
    mirrored = [len(full) - 1 - (c - 1) for c in corners]
    back = head.fill(smooth(full, [c - 1 for c in corners] + mirrored), part("hair"), "hair")
    head.shade(back, ellipse(0.0, 0.22, 0.50, 0.42), "hair.shade")
    if traits.back in ("long", "wavy"):
        head.shade(back, symmetric([(0.36, 0.3), (0.46, 1.4)]), "hair.shade")
        for side in (-1, 1):
            head.line(
                smooth(np.array([(0.55, 0.30), (0.56, 0.60), (0.60, 0.95)]) * (side, 1), closed=False),
                HAIRLINE,
            )


def draw_over_shoulders(head: Plane, traits: Traits) -> None:
    """Low tails and braids, which fall in front of the clothes."""
    if traits.tied == "low_twintails":
        for side in (-1, 1):
            _draw_tail(head, [(0.55, 0.30), (0.62, 0.42), (0.65, 0.66), (0.58, 0.98)], side, 0.8)
    elif traits.tied == "braids":
        for side in (-1, 1):
            _draw_braid(head, side)


def draw_front(head: Plane, traits: Traits, skin: int) -> None:
    """The cap with bangs and side locks, its shadow on the face, its gloss."""
    outline = _cap(traits)
    head.inset(0.015, 0.055).shade(skin, outline, "skin.shade")
    if traits.ahoge:
        _draw_ahoge(head, traits.side)
    cap = head.fill(outline, part("hair"), "hair")
    head.shade(cap, _gloss(), "hair.light")
    head.shade(
        cap,
        smooth([(0.36, -0.60), (0.62, -0.50), (0.62, 0.6), (0.46, 0.6), (0.49, 0.0), (0.47, -0.30)]),
        "hair.shade",
    )
    for strand in BANGS[traits.bangs].strands:
        head.line(smooth(np.array(strand) * (traits.side, 1), closed=False), HAIRLINE)


def _cap(traits: Traits) -> Points:
    bangs = BANGS[traits.bangs]
    inner = arcs(bangs.edge, bangs.bulge)
    if traits.side < 0:
        inner = mirror(inner)
    lock = [(-0.42, 0.35 * traits.lock), (-0.475, traits.lock), (-0.555, 0.45 * traits.lock)]
    ends = (inner[-1:], lock, mirror(lock), inner[:1])
    if traits.back == "spiky":
        spikes = _SPIKES if traits.side > 0 else mirror(_SPIKES)
        left = smooth(join(*ends[:2], spikes[:1]), (2,), closed=False)
        right = smooth(join(spikes[-1:], *ends[2:]), (2,), closed=False)
        outer = join(left[:-1], spikes, right[1:])
    else:
        left, right = join(*ends[:2], _CROWN), join(mirror(_CROWN)[1:], *ends[2:])
        count = len(left) + len(right)
        outer = smooth(join(left, right), (2, count - 3), closed=False)
    return join(inner, outer[1:-1]) * (traits.volume, 1.0)


def _gloss() -> Points:
    """A broken ring of light around the crown."""
    xs = np.linspace(-0.41, 0.41, 8)
    arch = -0.34 - 0.13 * (1 - (xs / 0.45) ** 2)
    upper = np.stack([xs, arch], 1)
    lower = np.stack([xs, arch + 0.03 + np.where(np.arange(8) % 2, 0.05, 0.0)], 1)
    return join(smooth(upper, closed=False), arcs(lower[::-1], 0.04))


def _draw_tail(head: Plane, spine: list[tuple[float, float]], side: int, size: float = 1.0) -> None:
    path = np.array(spine) * (side, 1)
    widths = np.interp(np.linspace(0, 1, len(path)), (0, 0.3, 0.65, 1), (0.12, 0.30, 0.28, 0.02)) * size
    tail = head.fill(ribbon(path, list(widths)), part("hair"), "hair")
    head.inset(0.09 * side, 0.03).shade(tail, ribbon(path, list(widths * 0.6)), "hair.shade")
    head.line(smooth(path[1:-1] - (0.02 * side, 0), closed=False), HAIRLINE)
    x, y = path[0]
    knot = head.inset(x, y, 1.0, 20.0 * side)
    knot.fill(ellipse(0.0, 0.0, 0.075 * size, 0.095 * size, count=16), part("hair_tie"), "accessory", FINE)


def _draw_braid(head: Plane, side: int) -> None:
    for step in range(4):
        y = 0.30 + 0.165 * step
        x = (0.50 + 0.035 * step) * side
        bead = smooth(
            [
                (x - 0.10, y - 0.06),
                (x, y + 0.0),
                (x + 0.10, y - 0.06),
                (x + 0.09, y + 0.09),
                (x, y + 0.16),
                (x - 0.09, y + 0.09),
            ],
            (1,),
        )
        plait = head.fill(bead, part("hair"), "hair", FINE)
        head.shade(plait, ellipse(x + 0.05, y + 0.10, 0.10, 0.08), "hair.shade")
    head.fill(ellipse(0.49 * side, 0.25, 0.085, 0.06), part("hair_tie"), "accessory", FINE)


def _draw_ahoge(head: Plane, side: int) -> None:
    curl = join(arcs([(0.02, -0.62), (0.20, -0.86)], -0.22), arcs([(0.20, -0.86), (0.10, -0.62)], 0.12))
    head.fill(curl * (side, 1), part("hair"), "hair", FINE)
