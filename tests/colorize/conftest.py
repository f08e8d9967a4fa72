"""Untrained weights of the smallest size: what is tested here does not depend on what was learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from repro.colorize import Colorizer, load
from repro.config import resolve
from repro.methods import build_method
from repro.methods.weights import save_weights


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    config = resolve("smoke", "anime", "ours")
    torch.manual_seed(0)
    save_weights(path, build_method(config), config, {})
    return path


@pytest.fixture(scope="session")
def model(weights: Path) -> Colorizer:
    return load(weights)


@pytest.fixture(scope="session")
def sketch() -> Image.Image:
    """Black lines on white paper, 230 × 170."""
    picture = Image.new("L", (230, 170), 255)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((40, 20, 190, 150), outline=0, width=4)
    pen.line((60, 85, 170, 85), fill=0, width=2)
    return picture


@pytest.fixture(scope="session")
def exemplar() -> Image.Image:
    """A red disc on blue, 120 × 90."""
    picture = Image.new("RGB", (120, 90), (40, 60, 200))
    ImageDraw.Draw(picture).ellipse((30, 15, 90, 75), fill=(220, 40, 30))
    return picture


@pytest.fixture
def files(tmp_path: Path, sketch: Image.Image, exemplar: Image.Image) -> tuple[Path, Path]:
    """Both pictures as files."""
    paths = tmp_path / "sketch.png", tmp_path / "exemplar.png"
    sketch.save(paths[0])
    exemplar.save(paths[1])
    return paths


@pytest.fixture
def noise() -> np.ndarray:
    """(60, 90, 3) uint8 of colours without order."""
    return np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8)
