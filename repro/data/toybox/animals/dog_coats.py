"""What dogs wear: blazes, masks, saddles, patches, spots."""

from __future__ import annotations

from .coats import BIB, Coat, area, middle, spot

_BLAZE = middle(
    [(0.03, -0.48), (0.05, -0.22), (0.09, 0.0), (0.26, 0.16), (0.34, 0.40), (0.30, 0.66)], "light"
)
_CHEEKS = middle([(0.05, 0.20), (0.24, 0.13), (0.46, 0.10), (0.80, 0.12), (0.80, 0.70)], "light")

COATS: dict[str, Coat] = {
    "plain": Coat((), (BIB,), "none", "light"),
    "self": Coat((), (), "none", "light"),
    "collie": Coat((_BLAZE,), (BIB,), "both", "light"),
    "corgi": Coat(
        (
            middle(
                [(0.04, -0.46), (0.09, -0.14), (0.15, 0.06), (0.34, 0.18), (0.50, 0.40), (0.44, 0.66)],
                "light",
            ),
        ),
        (BIB,),
        "none",
        "light",
    ),
    "husky": Coat(
        (
            middle(
                [
                    *((0.03, 0.02), (0.05, -0.16), (0.22, -0.29), (0.40, -0.20), (0.45, 0.02)),
                    *((0.58, 0.12), (0.66, 0.30), (0.50, 0.70)),
                ],
                "light",
            ),
        ),
        (BIB,),
        "none",
        "light",
    ),
    "shepherd": Coat(
        (
            middle(
                [(0.05, -0.34), (0.12, -0.12), (0.36, -0.14), (0.40, 0.08), (0.32, 0.34), (0.20, 0.66)],
                "marking",
            ),
        ),
        (BIB,),
        "both",
        "marking",
    ),
    "pug": Coat(
        (spot(0.27, 0.02, 0.20, 0.17),),
        (BIB,),
        "both",
        "marking",
    ),
    "points": Coat(
        (spot(0.23, -0.21, 0.075, 0.06), _CHEEKS),
        (BIB,),
        "none",
        "light",
    ),
    "beagle": Coat(
        (
            area(
                [
                    (0.07, -0.75),
                    (0.08, -0.30),
                    (0.16, 0.02),
                    (0.34, 0.20),
                    (0.52, 0.26),
                    (0.9, 0.3),
                    (0.9, -0.75),
                ],
                "marking",
            ),
        ),
        (BIB,),
        "both",
        "light",
    ),
    "eyepatch": Coat(
        (spot(0.29, -0.02, 0.215, 0.25, "one"),),
        (BIB, spot(-0.46, 0.34, 0.22, 0.18, "one")),
        "one",
        "light",
    ),
    "dalmatian": Coat(
        (
            *(spot(0.10, -0.40, 0.07, 0.06, "one"), spot(0.14, -0.26, 0.05, 0.05, "other")),
            *(spot(0.34, -0.30, 0.06, 0.07, "other"), spot(0.44, -0.12, 0.06, 0.06, "one")),
            *(spot(0.46, 0.18, 0.06, 0.07), spot(0.36, 0.36, 0.06, 0.05, "one")),
            spot(0.06, -0.14, 0.04, 0.045, "one"),
        ),
        (
            *(spot(0.40, 0.22, 0.07, 0.06, "one"), spot(0.22, 0.28, 0.06, 0.06, "other")),
            *(spot(0.46, 0.42, 0.07, 0.07, "other"), spot(0.12, 0.42, 0.06, 0.05, "one")),
            spot(0.30, 0.44, 0.06, 0.06, "one"),
        ),
        "both",
        "light",
    ),
}
"""Name → coat."""
