"""What lions, tigers and foxes wear."""

from __future__ import annotations

from .coats import BIB, Coat, Patch, middle, spot, stripe

_FOREHEAD = (
    stripe([(0.0, -0.64), (0.0, -0.44), (0.0, -0.34)], 0.10, 0.08, 0.02, where="middle"),
    stripe([(0.03, -0.24), (0.11, -0.27), (0.20, -0.36)], 0.03, 0.065, 0.02),
    stripe([(0.06, -0.38), (0.15, -0.42), (0.22, -0.52)], 0.03, 0.07, 0.06),
    stripe([(0.02, -0.14), (0.08, -0.15), (0.14, -0.20)], 0.02, 0.05, 0.02),
)
_CHEEK_STRIPES = (
    stripe([(0.82, -0.20), (0.58, -0.15), (0.46, -0.12)], 0.11, 0.07, 0.02),
    stripe([(0.84, 0.04), (0.60, 0.05), (0.45, 0.10)], 0.12, 0.08, 0.02),
    stripe([(0.84, 0.24), (0.60, 0.20), (0.42, 0.23)], 0.11, 0.08, 0.02),
    stripe([(0.74, 0.42), (0.54, 0.34), (0.40, 0.34)], 0.11, 0.07, 0.02),
)
_LIGHT_CHEEKS = (
    middle([(0.06, 0.29), (0.20, 0.26), (0.36, 0.18), (0.52, 0.11), (0.85, 0.10), (0.85, 0.70)], "light"),
    spot(0.25, -0.13, 0.11, 0.075, tone="light"),
)
_FLANKS = (
    stripe([(0.80, 0.16), (0.46, 0.18), (0.28, 0.24)], 0.10, 0.09, 0.02),
    stripe([(0.85, 0.34), (0.50, 0.33), (0.31, 0.38)], 0.10, 0.09, 0.02),
    stripe([(0.85, 0.50), (0.52, 0.48), (0.34, 0.52)], 0.10, 0.09, 0.02),
)


def _mask(bridge: float, dip: float) -> Patch:
    """A fox's white cheeks; they meet below the nose."""
    return middle(
        [(bridge, 0.20), (0.14, 0.06 + dip), (0.36, 0.13 + dip), (0.60, 0.02), (0.9, 0.0), (0.9, 0.7)],
        "light",
        (5,),
    )


COATS: dict[str, Coat] = {
    "lion": Coat((spot(0.25, 0.13, 0.11, 0.06, tone="light"),), (BIB,), "none", "light"),
    "lion_plain": Coat((), (BIB,), "none", "light"),
    "lion_brows": Coat(
        (
            spot(0.24, -0.15, 0.10, 0.065, tone="light"),
            stripe([(0.0, -0.52), (0.0, -0.30), (0.0, -0.16)], 0.08, 0.07, 0.02, where="middle"),
        ),
        (BIB,),
        "none",
        "light",
    ),
    "tiger": Coat((*_LIGHT_CHEEKS, *_FOREHEAD, *_CHEEK_STRIPES), (*_FLANKS, BIB), "tips", "light"),
    "tiger_few": Coat(
        (*_LIGHT_CHEEKS, _FOREHEAD[0], _FOREHEAD[1], *_CHEEK_STRIPES[1:3]),
        (*_FLANKS[:2], BIB),
        "both",
        "light",
    ),
    "fox": Coat((_mask(0.02, 0.0),), (BIB,), "tips", "light"),
    "fox_tears": Coat(
        (_mask(0.02, 0.03), stripe([(0.19, 0.08), (0.13, 0.14), (0.10, 0.26)], 0.05, 0.06, 0.03)),
        (BIB,),
        "tips",
        "light",
    ),
    "fox_brows": Coat(
        (_mask(0.05, -0.03), spot(0.23, -0.19, 0.075, 0.055, tone="light")), (BIB,), "both", "light"
    ),
}
"""Name → coat."""
