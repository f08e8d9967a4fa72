"""Nets under their own names: what each sees, what is kept, and files that are none."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from repro.methods.feature_nets import feature_net, feature_net_path, inception_path
from repro.methods.weights import save_tensors
from repro.metrics import embedders as module
from repro.metrics.embedders import LAYERS, embedder, embedders
from repro.models.features import FeatureNetError


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REPRO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def pictures() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (60, 3, 32, 32), np.uint8)


def onnx_file(path: Path, side: int | str, operator: str = "GlobalAveragePool") -> str:
    """A net of one operator that takes pictures of this side, or of any where it is a word."""
    taken = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, side, side])
    given = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph([helper.make_node(operator, ["x"], ["y"])], "net", [taken], [given])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return str(path)


def test_the_shipped_net_is_pooled_over_all_its_blocks(pictures: np.ndarray) -> None:
    net, seen = feature_net("toybox"), embedder("toybox")(pictures)
    assert seen.shape == (60, sum(net.widths[layer] for layer in LAYERS))
    assert seen.dtype == np.float64
    alone = embedder("toybox")(pictures[-1:])
    np.testing.assert_allclose(seen[-1:], alone, atol=1e-5)  # whatever stands beside it


def test_an_onnx_file_looks_under_its_own_name(tmp_path: Path, pictures: np.ndarray) -> None:
    any_side = embedder(onnx_file(tmp_path / "Mean_Colour-v1.onnx", "s"))
    assert any_side.name == "meancolourv1"
    np.testing.assert_allclose(any_side(pictures), pictures.mean(axis=(2, 3)) / 255, atol=1e-5)
    fixed = embedder(onnx_file(tmp_path / "fixed.onnx", 16))
    np.testing.assert_allclose(fixed(pictures), pictures.mean(axis=(2, 3)) / 255, atol=2e-2)
    maps = embedder(onnx_file(tmp_path / "maps.onnx", "s", "Relu"))
    np.testing.assert_allclose(maps(pictures), any_side(pictures), atol=1e-5)


def test_no_two_nets_share_a_name(tmp_path: Path) -> None:
    one = onnx_file(tmp_path / "a.onnx", "s")
    assert [net.name for net in embedders([one, one])] == ["toybox", "a"]
    (tmp_path / "b").mkdir()
    with pytest.raises(FeatureNetError, match="both be called a"):
        embedders([one, onnx_file(tmp_path / "b" / "A.onnx", "s")])
    copy = shutil.copy(feature_net_path("toybox"), tmp_path / "toybox.safetensors")
    with pytest.raises(FeatureNetError, match="both be called toybox"):
        embedders([str(copy)])


def test_what_is_no_net_is_refused_by_name(tmp_path: Path, pictures: np.ndarray) -> None:
    with pytest.raises(FeatureNetError, match=r"gone\.onnx"):
        embedder(str(tmp_path / "gone.onnx"))
    (tmp_path / "broken.onnx").write_bytes(b"not a net")
    with pytest.raises(FeatureNetError, match=r"broken\.onnx is no ONNX model"):
        embedder(str(tmp_path / "broken.onnx"))
    flat = embedder(onnx_file(tmp_path / "shape.onnx", "s", "ReduceSum"))
    with pytest.raises(FeatureNetError, match=r"shape\.onnx must give a row of numbers"):
        flat(pictures)
    with pytest.raises(FeatureNetError, match="no feature net is called"):
        embedder("resnet")


def test_real_pictures_are_looked_at_once(
    own_cache: Path, pictures: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = embedder("toybox")
    first = net.of_real(pictures)
    (kept,) = (own_cache / "embeddings").iterdir()
    monkeypatch.setattr(module.Embedder, "__call__", lambda *_: pytest.fail("looked again"))
    np.testing.assert_array_equal(net.of_real(pictures), first)
    with pytest.raises(pytest.fail.Exception):
        net.of_real(pictures[::-1].copy())  # other content
    monkeypatch.undo()
    monkeypatch.setenv("REPRO_CACHE", str(own_cache))
    kept.write_bytes(kept.read_bytes()[:100])
    np.testing.assert_array_equal(net.of_real(pictures), first)  # damaged: looked at again


def test_inception_is_used_where_its_weights_are(pictures: np.ndarray) -> None:
    """With random weights in place of the published ones: the same net, and what it sees is the library's."""
    assert [net.name for net in embedders()] == ["toybox"]
    torch.manual_seed(0)
    theirs = blank_inception()
    save_tensors(inception_path(), theirs.state_dict(), {})
    assert [net.name for net in embedders()] == ["toybox", "inception"]
    seen = embedder("inception")(pictures[:2])
    expected = theirs(torch.from_numpy(pictures[:2]))[0]
    assert seen.shape == (2, 2048)
    np.testing.assert_allclose(seen, expected, rtol=1e-4, atol=1e-5)
    save_tensors(inception_path(), {"x": torch.zeros(1)}, {})
    with pytest.raises(FeatureNetError, match="does not hold the weights of Inception"):
        embedder("inception")


def blank_inception() -> FeatureExtractorInceptionV3:
    """The library's net with the weights its layers start with: its constructor would download them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "torch_fidelity.feature_extractor_inceptionv3.load_state_dict_from_url", lambda *_, **__: {}
        )
        patch.setattr(FeatureExtractorInceptionV3, "load_state_dict", lambda *_: None)
        return FeatureExtractorInceptionV3("inception", ["2048"])
