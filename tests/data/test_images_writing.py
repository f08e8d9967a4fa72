"""A picture is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from repro.data.images import ImageError, read_image, write_image

SMOOTH = np.linspace(0, 255, 16 * 24 * 3).reshape(3, 16, 24).transpose(1, 2, 0).astype(np.uint8)
GRADIENT = np.arange(16 * 24 * 3, dtype=np.float64).reshape(16, 24, 3) / (16 * 24 * 3)
BYTES = np.rint(GRADIENT * 255).astype(np.uint8)
CHW = torch.from_numpy(GRADIENT).permute(2, 0, 1)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".tiff", ".PNG"])
@pytest.mark.parametrize("array", [BYTES, GRADIENT, BYTES[..., 0], BYTES[..., :1], CHW.float()])
def test_lossless_round_trip(tmp_path: Path, suffix: str, array: np.ndarray | torch.Tensor) -> None:
    write_image(array, tmp_path / f"a{suffix}")
    back = read_image(tmp_path / f"a{suffix}", what="x")
    np.testing.assert_array_equal(back, read_image(array, what="x"))
    assert [path.name for path in tmp_path.iterdir()] == [f"a{suffix}"]


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp"])
def test_lossy_round_trip(tmp_path: Path, suffix: str) -> None:
    write_image(SMOOTH, tmp_path / f"a{suffix}")
    back = read_image(tmp_path / f"a{suffix}", what="x").astype(int)
    assert np.abs(back - SMOOTH).mean() < 6


def test_a_target_is_replaced_and_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.png", tmp_path / "link.png"
    write_image(BYTES, real)
    umask = os.umask(0)
    os.umask(umask)
    assert real.stat().st_mode & 0o777 == 0o666 & ~umask
    real.chmod(0o640)
    link.symlink_to(real)
    write_image(255 - BYTES, link)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    np.testing.assert_array_equal(read_image(real, what="x"), 255 - BYTES)


def full_disk(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_target_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    write_image(BYTES, tmp_path / "a.png")
    before = (tmp_path / "a.png").read_bytes()
    monkeypatch.setattr(os, step, full_disk)
    for name in ("a.png", "new.png"):
        with pytest.raises(ImageError, match=rf"cannot write .*{name}: No space left on device"):
            write_image(255 - BYTES, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == before


def test_an_interrupt_leaves_nothing_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_image(BYTES, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def refuse(*_: object, **__: object) -> bool:
    return False


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a.xyz", r"use one of the extensions \.png, \.jpg"),
        ("a", "use one of the extensions"),
        ("none/a.png", "there is no folder .*none"),
        ("folder.png", "that is a folder"),
        ("x" * 300 + ".png", "File name too long"),
    ],
)
def test_a_target_that_cannot_be_written(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(ImageError, match=f"cannot write .*: .*{says}|cannot write .*: {says}"):
        write_image(BYTES, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_a_read_only_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_image(BYTES, tmp_path / "a.png")
    monkeypatch.setattr(os, "access", refuse)  # root may write everything, so the answer is staged
    with pytest.raises(ImageError, match="the file is read-only"):
        write_image(255 - BYTES, tmp_path / "a.png")
    np.testing.assert_array_equal(read_image(tmp_path / "a.png", what="x"), BYTES)


@pytest.mark.parametrize(
    "array", [BYTES.astype(np.int32), GRADIENT * 2, BYTES[None], np.zeros((8, 8, 4), np.uint8)]
)
def test_a_bad_array_is_not_written(tmp_path: Path, array: np.ndarray) -> None:
    with pytest.raises(ImageError, match="the picture to write"):
        write_image(array, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_too_long_for_its_format(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"cannot write .*a\.webp"):
        write_image(np.zeros((1, 20000), np.uint8), tmp_path / "a.webp")
    assert list(tmp_path.iterdir()) == []
