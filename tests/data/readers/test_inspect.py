"""Whatever bytes a file holds: a picture comes out, or a problem, and nothing else."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from repro.data.readers.inspect import decode
from repro.data.readers.problems import KINDS, Unsound


def outcome(content: bytes, form: str, *, sketch: bool) -> np.ndarray | Unsound:
    try:
        return decode(content, form, sketch=sketch, upright=True)
    except Unsound as fault:
        return fault


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF", "BMP"])
def test_flipped_cut_and_doubled_bytes(form: str, noise: Image.Image) -> None:
    rng = np.random.default_rng(sum(form.encode()))
    buffer = BytesIO()
    noise.save(buffer, form)
    whole = buffer.getvalue()
    for trial in range(80):
        broken = bytearray(whole)
        for place in rng.integers(0, min(len(whole), 200 if trial % 2 else len(whole)), 4):
            broken[place] = int(rng.integers(0, 256))
        if trial % 5 == 0:
            broken = broken[: int(rng.integers(0, len(whole)))]
        if trial % 7 == 0:
            broken = broken * 2
        found = outcome(bytes(broken), form, sketch=trial % 3 == 0)
        if isinstance(found, Unsound):
            assert found.kind in KINDS
            assert found.detail.isprintable()
        else:
            assert found.dtype == np.uint8
            assert found.shape[2] == 3


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_no_cut_goes_unnoticed(form: str, noise: Image.Image) -> None:
    buffer = BytesIO()
    noise.resize((32, 16)).save(buffer, form)
    whole = buffer.getvalue()
    decode(whole, form, sketch=False, upright=True)
    for length in range(len(whole)):
        with pytest.raises(Unsound) as fault:
            decode(whole[:length], form, sketch=False, upright=True)
        assert fault.value.kind in {"truncated", "not a picture", "damaged"}
