"""What the figures share: data written into the HTML, so that a page needs nothing beside itself."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[Any]


STYLE = Path(__file__).with_suffix(".css")
"""What figures look like alike: buttons, captions, the dark page."""
SCRIPT = Path(__file__).with_suffix(".js")
"""What figures with a grid do alike: pointing at a cell, lighting cells, choosing."""

OPENING = """\
<script type="application/json">__DATA__</script>
<script>
(() => {
  const root = document.getElementById("__ID__");
  const data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);"""
"""How every figure's program begins: its data, itself (``root``) and what it was given (``data``)."""


def fill(template: Path, prefix: str, data: Any) -> str:
    """The template with ``__DATA__`` replaced by ``data`` as JSON, and ``__ID__`` by an id of the element.

    ``__STYLE__`` and ``__SCRIPT__``, where a template asks for them, become the common style and script;
    ``__OPEN__`` becomes OPENING.
    The id is ``prefix`` and a hash of the data, so figures can stand side by side on a page.
    """
    # "</" would end the script element that carries the data.
    text = json.dumps(data, separators=(",", ":")).replace("</", "<\\/")
    name = f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"
    html = template.read_text(encoding="utf-8").replace("__OPEN__", OPENING)
    for mark, shared in (("__STYLE__", STYLE), ("__SCRIPT__", SCRIPT)):
        html = html.replace(mark, shared.read_text(encoding="utf-8"))
    return html.replace("__ID__", name).replace("__DATA__", text)


def uint8(picture: Array) -> Array:
    """A picture in [0, 1] as bytes; values outside are clipped."""
    return np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def png(picture: Array) -> str:
    """A (1 or 3, H, W) picture in [0, 1] as a data URI, without loss beyond its 8 bits."""
    pixels = uint8(picture)
    image = Image.fromarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0))
    memory = io.BytesIO()
    image.save(memory, format="PNG", optimize=True)
    return "data:image/png;base64," + base64_text(memory.getvalue())


def webp(pixels: Array, quality: int) -> str:
    """An (H, W, 3) uint8 picture as a data URI, as small as ``quality`` of 100 makes it."""
    memory = io.BytesIO()
    Image.fromarray(pixels).save(memory, format="WEBP", quality=quality, method=6)
    return webp_uri(base64_text(memory.getvalue()))


def webp_uri(picture: str) -> str:
    """The data URI of a WebP that a record keeps in base64."""
    return "data:image/webp;base64," + picture


def picture_size(picture: str) -> tuple[int, int]:
    """Width and height of a picture in base64."""
    return Image.open(io.BytesIO(base64.b64decode(picture))).size


def base64_text(raw: bytes) -> str:
    """Bytes as base64."""
    return base64.b64encode(raw).decode("ascii")
