"""The Python surface: any kind and shape of picture in, a picture of the sketch's own size out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import repro
from repro.colorize import Colorization, Colorizer, load
from repro.config import resolve, to_dict
from repro.data.images import ImageError, resize
from repro.methods import build_method
from repro.methods.weights import CHECKPOINT, NETS, save_tensors
from repro.record import RecordError


def test_the_package_hands_out_the_surface() -> None:
    assert repro.load is load
    assert repro.Colorizer is Colorizer
    assert repro.Colorization is Colorization


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "P", "CMYK", "I;16", "I", "F"])
def test_every_mode_of_sketch_gives_the_same_picture(
    model: Colorizer, sketch: Image.Image, exemplar: Image.Image, tmp_path: Path, mode: str
) -> None:
    """Black and white survive every conversion, so the answer must not change."""
    plain = np.asarray(model.colorize(sketch, exemplar).image)
    if mode == "I;16":
        other = Image.fromarray(np.asarray(sketch).astype(np.uint16) * 257)
    else:
        other = sketch.convert("RGB").convert(mode) if mode in {"P", "CMYK", "RGBA"} else sketch.convert(mode)
    path = tmp_path / ("sketch.tif" if mode in {"CMYK", "F", "I"} else "sketch.png")
    other.save(path)
    assert Image.open(path).mode in {mode, "I;16"}
    for source in (path, str(path), other):
        assert np.array_equal(np.asarray(model.colorize(source, exemplar).image), plain), mode


def test_arrays_and_tensors_are_pictures_too(
    model: Colorizer, sketch: Image.Image, exemplar: Image.Image
) -> None:
    plain = np.asarray(model.colorize(sketch, exemplar).image)
    grey, colour = np.asarray(sketch), np.asarray(exemplar)
    planes = torch.from_numpy(colour.copy()).movedim(-1, 0)
    for x_s, y_e in (
        (grey, colour),
        (grey / 255.0, colour / 255.0),
        (torch.from_numpy(grey / 255.0), planes),
    ):
        assert np.array_equal(np.asarray(model.colorize(x_s, y_e).image), plain)


def test_a_photograph_lying_on_its_side_is_turned(
    model: Colorizer, sketch: Image.Image, exemplar: Image.Image, tmp_path: Path
) -> None:
    """EXIF orientation 6: the stored picture must be turned a quarter to be upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    sketch.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png", exif=exif)
    upright, turned = model.colorize(sketch, exemplar), model.colorize(tmp_path / "turned.png", exemplar)
    assert turned.image.size == sketch.size
    assert np.array_equal(np.asarray(turned.image), np.asarray(upright.image))


@pytest.mark.parametrize("size", [(1000, 40), (17, 333), (8, 8), (31, 33), (1, 1), (640, 9)])
def test_the_result_has_the_size_of_the_sketch(
    model: Colorizer, exemplar: Image.Image, size: tuple[int, int]
) -> None:
    sketch = Image.new("L", size, 255)
    if min(size) < 8:
        with pytest.raises(ImageError, match="the sketch is too small"):
            model.colorize(sketch, exemplar)
        return
    for result in (
        model.colorize(sketch, exemplar),
        model.colorize(exemplar.resize(size), exemplar, photo=True),
    ):
        assert (result.image.size, result.coarse.size) == (size, size)
        assert (result.image.mode, result.coarse.mode) == ("RGB", "RGB")
    assert min(result.matches.size) > 0


def test_ink_stays_where_it_was_drawn(model: Colorizer, sketch: Image.Image, exemplar: Image.Image) -> None:
    """Black stays black to the pixel, and paper never becomes black."""
    image, ink = np.asarray(model.colorize(sketch, exemplar).image), np.asarray(sketch)
    assert (image[ink == 0] == 0).all()
    assert (image[ink == 255] > 0).any(axis=-1).all()


def test_the_network_works_at_the_side_it_is_told(
    model: Colorizer, sketch: Image.Image, exemplar: Image.Image
) -> None:
    matches = model.matches(sketch, exemplar, side=64)
    assert (matches.sketch.shape, matches.exemplar.shape) == ((48, 64), (48, 64, 3))
    assert (matches.sketch_grid, matches.exemplar_grid) == ((12, 16), (12, 16))
    assert matches.similarity.shape == (192, 192)
    assert np.abs(matches.similarity).max() <= 1 + 1e-5
    assert model.matches(sketch, exemplar).sketch.shape == (16, 32)  # as trained
    for side in (0, -5, 15, 5000):
        with pytest.raises(ImageError, match=f"16…1024 pixels, not {side}"):
            model.colorize(sketch, exemplar, side=side)


def test_the_coarse_image_is_the_warp_of_the_exemplar(
    model: Colorizer, sketch: Image.Image, exemplar: Image.Image
) -> None:
    """Rebuilt from the matrix that `matches` returns, as Eq. 4 says."""
    matches = model.matches(sketch, exemplar)
    h, w = matches.exemplar_grid
    values = matches.exemplar.reshape(h, 4, w, 4, 3).mean(axis=(1, 3)).reshape(-1, 3)
    weights = torch.softmax(model.config.model.alpha * torch.from_numpy(matches.similarity), dim=-1)
    expected = (weights.numpy() @ values).reshape(*matches.sketch_grid, 3)
    enlarged = resize(expected.round().astype(np.uint8), (170, 230)).astype(int)
    assert np.abs(np.asarray(model.colorize(sketch, exemplar).coarse) - enlarged).max() <= 3


# Where weights come from


def test_a_run_folder_is_a_source_of_weights(
    tmp_path: Path, sketch: Image.Image, exemplar: Image.Image
) -> None:
    config = resolve("smoke", "anime", "ours")
    tensors = {NETS + name: tensor for name, tensor in build_method(config).state_dict().items()}
    save_tensors(tmp_path / CHECKPOINT, tensors, {"config": to_dict(config), "progress": {"step": 3}})
    assert load(tmp_path).colorize(sketch, exemplar).image.size == sketch.size


def test_no_weights_is_a_clear_error(tmp_path: Path) -> None:
    for source in (tmp_path, tmp_path / "gone.safetensors", str(tmp_path / "gone")):
        with pytest.raises(RecordError, match=r"no weights at .*give a run folder"):
            load(source)
    (tmp_path / "text.safetensors").write_text("these are not weights")
    with pytest.raises(RecordError, match=r"text\.safetensors is not a weights file"):
        load(tmp_path / "text.safetensors")


# Cost


@pytest.mark.slow
def test_twenty_megapixels_take_seconds_and_no_gigabytes(weights: Path) -> None:
    """In a process of its own, whose largest memory is then known; importing torch alone is 0.3 GB."""
    program = (
        "import sys, resource, time, numpy as np; from repro import load\n"
        f"model = load({str(weights)!r}); sketch = np.full((4000, 5000), 255, np.uint8); sketch[::50] = 0\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; start = time.perf_counter()\n"
        "model.colorize(sketch, np.zeros((64, 64, 3), np.uint8))\n"
        "print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    seconds, grown = map(float, done.stdout.split())
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, bytes
    assert seconds < 10
    assert grown * unit < 600e6  # the sketch is 20 MB, each colour picture of its size 60 MB
