"""Draws `landing.png`, the picture of the landing page and of the README, and `favicon.png`.

Run it from anywhere: ``python book/images/landing.py``. Sketches and exemplars are drawn by Toybox and
were never trained on; the third column is what the shipped weights make of them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import repro
from repro.data.toybox import picture, sample_pairs, truth

SIZE = 200  # px, side of one picture
GAP = 14  # px between pictures
SIGN = 44  # px that a plus or an arrow takes
ROWS = (("anime", 14), ("cat", 9), ("shoe", 7))  # test pictures, chosen; the sampler gives each its exemplar
FAVICON = ("anime", "test", 14, 14)
INK = (46, 42, 52)


def rgb(picture: np.ndarray) -> Image.Image:
    """A (1 or 3, H, W) array in [0, 1] as a picture with rounded corners on white."""
    pixels = np.round(np.broadcast_to(picture, (3, SIZE, SIZE)) * 255).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)))


def card(image: Image.Image, scale: int = 4) -> tuple[Image.Image, Image.Image]:
    """The picture and a mask with round corners."""
    mask = Image.new("L", (SIZE * scale, SIZE * scale), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, SIZE * scale - 1, SIZE * scale - 1), 16 * scale, fill=255)
    return image, mask.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def sign(kind: str, scale: int = 4) -> Image.Image:
    """A plus or an arrow, anti-aliased."""
    side = SIGN * scale
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen, middle, width = ImageDraw.Draw(image), side // 2, 5 * scale
    arm = 11 * scale
    pen.line((middle - arm, middle, middle + arm, middle), fill=(*INK, 255), width=width)
    if kind == "plus":
        pen.line((middle, middle - arm, middle, middle + arm), fill=(*INK, 255), width=width)
    else:
        tip, base, spread = middle + arm + 3 * scale, middle + 2 * scale, arm * 0.8
        pen.polygon([(tip, middle), (base, middle - spread), (base, middle + spread)], fill=(*INK, 255))
    return image.resize((SIGN, SIGN), Image.Resampling.LANCZOS)


def main() -> None:
    """Write landing.png, and favicon.png from its first answer, beside this file."""
    width = 3 * SIZE + 2 * (SIGN + 2 * GAP) + 2 * GAP
    height = len(ROWS) * (SIZE + GAP) + GAP
    sheet = Image.new("RGB", (width, height), "white")
    model = repro.load()
    for row, (domain, content) in enumerate(ROWS):
        other = dict(sample_pairs(domain, "test", 100))[content]
        sketch = picture(domain, "test", content, SIZE).sketch
        exemplar = picture(domain, "test", other, SIZE).color
        made = np.asarray(model.colorize(sketch[0], exemplar.transpose(1, 2, 0)).image) / 255
        pictures = (sketch, exemplar, made.transpose(2, 0, 1))
        top = GAP + row * (SIZE + GAP)
        for column, array in enumerate(pictures):
            left = GAP + column * (SIZE + SIGN + 2 * GAP)
            image, mask = card(rgb(array))
            sheet.paste(image, (left, top), mask)
            ImageDraw.Draw(sheet).rounded_rectangle(
                (left, top, left + SIZE - 1, top + SIZE - 1), 16, outline=(222, 220, 226)
            )
        for column, kind in enumerate(("plus", "arrow")):
            left = GAP + (column + 1) * SIZE + column * (SIGN + 2 * GAP) + GAP
            mark = sign(kind)
            sheet.paste(mark, (left, top + (SIZE - SIGN) // 2), mark)
    sheet.save(Path(__file__).with_name("landing.png"), optimize=True)
    favicon, mask = card(rgb(truth(*FAVICON, SIZE).color))
    favicon.putalpha(mask)
    favicon.resize((64, 64), Image.Resampling.LANCZOS).save(Path(__file__).with_name("favicon.png"))


if __name__ == "__main__":
    main()
