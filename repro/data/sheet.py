"""Contact sheets: pictures in a titled grid, for looking at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from repro.data.trials import Trials

GAP = 6  # px between pictures
TITLE = 22  # px of the heading row


def contact_sheet(
    rows: Sequence[Sequence[np.ndarray]], titles: Sequence[str], *, side: int = 128
) -> np.ndarray:
    """Lay out ``rows`` of uint8 pictures under ``titles``, each scaled to ``side`` pixels.

    A picture is (H, W, 3), (3, H, W) or (1, H, W). Returns (H, W, 3) uint8 on white.
    """
    width = len(titles) * (side + GAP) + GAP
    sheet = Image.new("RGB", (width, TITLE + len(rows) * (side + GAP)), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for column, title in enumerate(titles):
        draw.text((GAP + column * (side + GAP) + side / 2, TITLE / 2), title, "#333333", font, anchor="mm")
    for i, row in enumerate(rows):
        for j, picture in enumerate(row):
            tile = _as_image(picture).resize((side, side), Image.Resampling.BICUBIC)
            sheet.paste(tile, (GAP + j * (side + GAP), TITLE + i * (side + GAP)))
    return np.asarray(sheet)


def trial_sheet(
    trials: Trials, coarse: np.ndarray | None, images: np.ndarray, method: str, rows: int
) -> np.ndarray:
    """``rows`` of the test cases, at equal distances, beside what ``method`` made of them, (H, W, 3) uint8.

    coarse: (n, 3, h, w), None of a method without, and images: (n, 3, H, W), uint8, of all test cases or
    of those shown alone. The true answer is the last column where it is known.
    """
    columns = {"sketch": trials.x_s, "exemplar": trials.y_e}
    columns |= {method: images} if coarse is None else {"coarse": coarse, method: images}
    if trials.truth is not None:
        columns["true answer"] = trials.truth
    shown = (c[spread(len(c), rows)] for c in columns.values())
    return contact_sheet(list(zip(*shown, strict=True)), list(columns))


def spread(count: int, rows: int) -> list[int]:
    """``rows`` places among ``count``, at equal distances: of all domains, where these follow one another."""
    return [i * count // rows for i in range(rows)]


def _as_image(picture: np.ndarray) -> Image.Image:
    if picture.shape[0] in (1, 3) and picture.shape[-1] != 3:
        picture = np.moveaxis(picture, 0, -1)
    if picture.shape[-1] == 1:
        picture = np.repeat(picture, 3, axis=-1)
    return Image.fromarray(np.ascontiguousarray(picture))
