"""The figure of the damages: choose what happens to good pictures, and how much; see which metrics notice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from repro.report.figures.inline import fill, picture_size, webp_uri

TEMPLATE = Path(__file__).with_suffix(".html")
CEILING = 40.0
"""dB from which on a PSNR counts as flawless: no eye sees the rest."""
AWAKE = 0.1
"""Share of its way that a meter must have gone for it to have noticed."""
TITLES: Mapping[str, tuple[str, int | None]] = MappingProxyType(
    {
        "blur": ("blur", 2),
        "jpeg": ("JPEG", 0),
        "move": ("translation", 0),
        "bleed": ("colour bleeds", 2),
        "grey": ("grey", None),
        "hue": ("hue shift", 1),
        "palette": ("wrong palette", None),
        "ghost": ("exemplar shines through", None),
        "drop": ("modes dropped", None),
    }
)
"""Damage of the record → its name, and digits of its amount, None for a share; as the buttons stand."""
METERS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "psnr": ("PSNR, dB", 1),
        "ssim": ("SSIM", 2),
        "delta_e": ("ΔE2000", 1),
        "part_delta_e": ("ΔE of parts", 1),
        "bleeding": ("bleeding", 1),
        "copying": ("copying", 2),
        "fid": ("Fréchet dist.", 2),
        "ndb": ("NDB", 0),
        "jsd": ("JSD", 3),
    }
)
"""First word of a metric of the record, or all of it → name of its meter, and digits."""


def damages_explorer(record: Mapping[str, Any], damage: str = "blur", strength: int = 2) -> str:
    """HTML of the figure, from the record of `repro.experiments.damages`.

    It starts with ``damage`` at the ``strength``-th of the record's strengths, 0 for none. Raises ValueError
    where the record lacks it, has no metric that the figure knows, or pictures of another size than it says.
    """
    damages, side = record["damages"], record["settings"]["size"]
    names = [name for name in TITLES if name in damages]
    strengths = [0, *record["settings"]["strengths"]]
    if damage not in names or not 0 <= strength < len(strengths):
        raise ValueError(f"choose one of {', '.join(names)}, and a strength of 0 … {len(strengths) - 1}")
    width, height = picture_size(record["shown"])
    rows = height // side
    if (width, height) != (side, rows * side):
        raise ValueError(f"'shown' must be a column of {side} pixels, got {width} × {height}")
    for name in names:
        if picture_size(damages[name]["sprite"]) != (side * (len(strengths) - 1), height):
            raise ValueError(f"the pictures of {name} are not {rows} rows of {len(strengths) - 1}")
    meters = [_meter(key, record, names) for key in _keys(record)]
    packed = [
        {
            "title": TITLES[name][0],
            "told": damages[name]["told"],
            "unit": damages[name]["unit"],
            "amounts": [_amount(point["amount"], TITLES[name][1]) for point in damages[name]["points"]],
            "sprite": webp_uri(damages[name]["sprite"]),
        }
        for name in names
    ]
    data = {
        "side": side,
        "rows": rows,
        "strengths": strengths,
        "damages": packed,
        "meters": meters,
        "shown": webp_uri(record["shown"]),
        "pictures": record["settings"]["pictures"],
        "start": [names.index(damage), strength],
    }
    return fill(TEMPLATE, "damages", data)


def _amount(amount: float, digits: int | None) -> str:
    return f"{100 * amount:.3g} %" if digits is None else f"{amount:.{digits}f}"


def _keys(record: Mapping[str, Any]) -> list[str]:
    """The record's metrics that have a meter, in the order of METERS."""
    known = list(METERS)
    keys = {_word(key): key for key in record["undamaged"] if _word(key) in known}
    if not keys:
        raise ValueError(f"no metric of the record has a meter: {', '.join(record['undamaged'])}")
    return [keys[word] for word in known if word in keys]


def _word(key: str) -> str:
    return key if key in METERS else key.split("_")[0]


def _meter(key: str, record: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """A metric: where its needle stands, and what it reads, for each damage at each strength.

    A needle goes from 0, as good as undamaged, to 1, the worst that any damage does.
    """
    best, unrelated = record["undamaged"][key], record["unrelated"][key]
    series = {name: [best, *(point[key] for point in record["damages"][name]["points"])] for name in names}
    values = [measured["value"] for row in series.values() for measured in row]
    lower_is_worse = _word(key) in ("psnr", "ssim")
    worst = (min if lower_is_worse else max)(values)

    def place(value: float) -> float:
        ends = [_scaled(key, v, unrelated["value"]) for v in (best["value"], worst, value)]
        return round(min(1.0, max(0.0, (ends[2] - ends[0]) / ((ends[1] - ends[0]) or 1.0))), 4)

    def read(measured: Mapping[str, Any]) -> list[Any]:
        low, high = measured.get("ci95", [measured["value"]] * 2)
        needle = place(measured["value"])
        noticed = needle >= AWAKE and not low <= best["value"] <= high
        ends = sorted((place(low), place(high)))
        return [needle, *ends, f"{measured['value']:.{digits}f}", int(noticed)]

    name, digits = METERS[_word(key)]
    return {
        "key": key,
        "name": name,
        "set": _word(key) in ("fid", "ndb", "jsd"),
        "unrelated": [place(unrelated["value"]), f"{unrelated['value']:.{digits}f}"],
        "reads": [[read(measured) for measured in series[name]] for name in names],
    }


def _scaled(key: str, value: float, unrelated: float) -> float:
    """PSNR is cut off at CEILING; a Fréchet distance, which runs over powers, goes by its logarithm."""
    if _word(key) == "psnr":
        return min(value, CEILING)
    if _word(key) == "fid" and unrelated > 0:
        return math.log1p(value / unrelated)
    return value
