"""Pairs: parts that do not fit together are refused."""

from __future__ import annotations

import numpy as np
import pytest

from repro.data.pairs import DataError, Pairs


def arrays(n: int = 2) -> dict:
    return {
        "color": np.zeros((n, 3, 8, 8), np.uint8),
        "sketch": np.zeros((n, 1, 8, 8), np.uint8),
        "names": tuple(f"{i}.png" for i in range(n)),
    }


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"color": np.zeros((2, 3, 8, 8), np.float32)}, "color must be uint8"),
        ({"color": np.zeros((2, 8, 8, 3), np.uint8)}, "color must be uint8 of shape"),
        ({"sketch": np.zeros((2, 3, 8, 8), np.uint8)}, "sketch must be uint8 of shape"),
        ({"sketch": np.zeros((2, 1, 8, 9), np.uint8)}, "differ in size"),
        ({"sketch": np.zeros((3, 1, 8, 8), np.uint8)}, "differ in number: 2 pictures, 3 sketches, 2 names"),
        ({"names": ("a",)}, "differ in number"),
        ({"names": ("a", "a")}, "same name"),
        (arrays(0), "not one picture"),
    ],
)
def test_pairs_that_do_not_fit_together(wrong: dict, says: str) -> None:
    Pairs(**arrays())
    with pytest.raises(DataError, match=says):
        Pairs(**{**arrays(), **wrong})


def test_the_digest_changes_with_any_pixel_any_name_and_the_order() -> None:
    known, digests = arrays(), set()
    for change in ("nothing", "color", "sketch"):
        changed = {name: known[name].copy() for name in ("color", "sketch")}
        if change != "nothing":
            changed[change][1, 0, 7, 7] = 1
        digests.add(Pairs(**known | changed).digest())
    digests.add(Pairs(**known | {"names": ("1.png", "0.png")}).digest())
    assert len(digests) == 4
    assert Pairs(**arrays()).digest() == Pairs(**known).digest()
