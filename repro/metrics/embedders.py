"""The nets that look at pictures for the Fréchet distance, each under its own name.

``toybox`` ships with the package. ``inception`` is the net of the FID of the literature, as torch-fidelity
ports it from TensorFlow, its resizing without antialiasing included; it is used where `repro features fetch
inception` has put its weights. Any ``.onnx`` or ``.safetensors`` file is another net, called as its file is.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from repro.data.tensors import to_tensor
from repro.methods.feature_nets import feature_net, feature_net_path, inception_path
from repro.methods.weights import read_tensors
from repro.models.features import FeatureNet, FeatureNetError
from repro.record import atomic_path, cache_folder

LAYERS = ("relu1_2", "relu2_2", "relu3_2", "relu4_2", "relu5_2")
"""Of a VGG-shaped net, the last activations of every block: lines and textures count as well as parts."""

BATCH = 50  # pictures at a time


@dataclass(frozen=True)
class Embedder:
    """A net under its name. look: (B, 3, H, W) float32 in [0, 1] → (B, D); digest: sha256 of its weights."""

    name: str
    digest: str
    look: Callable[[Tensor], Tensor]

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        """What it sees in n uint8 pictures (n, 3, H, W): (n, D) float64."""
        with torch.inference_mode():
            batches = (pictures[i : i + BATCH] for i in range(0, len(pictures), BATCH))
            return torch.cat([self.look(to_tensor(batch)) for batch in batches]).double().numpy()

    def of_real(self, pictures: np.ndarray) -> np.ndarray:
        """As calling it, but kept in the cache by content: real pictures are looked at again and again."""
        content = hashlib.sha256(str(pictures.shape).encode() + pictures.tobytes()).hexdigest()
        path = cache_folder() / "embeddings" / f"{self.name}-{self.digest[:16]}-{content[:16]}.npy"
        try:
            return np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError):  # not there yet, or damaged
            seen = self(pictures)
        with atomic_path(path) as temporary:
            np.save(temporary, seen, allow_pickle=False)
        return seen


def embedders(extra: Sequence[str] = ()) -> list[Embedder]:
    """The nets at hand: ``toybox``, ``inception`` where its weights are, and the files named in ``extra``.

    Raises FeatureNetError when a file is missing, damaged, or of no kind that is known here, and when two
    nets would bear one name.
    """
    names = ["toybox", *(["inception"] if inception_path().is_file() else []), *extra]
    found = [embedder(name) for name in dict.fromkeys(names)]
    called = [each.name for each in found]
    if twice := {name for name in called if called.count(name) > 1}:
        raise FeatureNetError(f"two nets would both be called {', '.join(twice)}: rename a file")
    return found


def embedder(which: str) -> Embedder:
    """The net of that name, or in that .onnx or .safetensors file; errors as `embedders`."""
    if which == "inception":
        return Embedder(which, _digest(inception_path()), _inception(inception_path()))
    if which.endswith(".onnx"):
        return Embedder(_name(which), _digest(Path(which)), _onnx(Path(which)))
    net = feature_net(which)
    return Embedder(_name(which), _digest(feature_net_path(which)), partial(_pooled, net))


def _pooled(net: FeatureNet, pictures: Tensor) -> Tensor:
    """The mean of every channel of LAYERS over all positions, the layers side by side."""
    seen = net(pictures, [layer for layer in LAYERS if layer in net.layers])
    return torch.cat([features.mean(dim=(2, 3)) for features in seen.values()], dim=1)


def _inception(path: Path) -> Callable[[Tensor], Tensor]:
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3  # seconds to import

    # The library unpickles a file. It is handed one that was written here, a moment ago, from plain tensors.
    pickled = io.BytesIO()
    torch.save(read_tensors(path)[0], pickled)
    pickled.seek(0)
    try:
        net = FeatureExtractorInceptionV3("inception", ["2048"], feature_extractor_weights_path=pickled)
    except RuntimeError as error:
        raise FeatureNetError(f"{path} does not hold the weights of Inception: delete it") from error
    return lambda pictures: net((pictures * 255).round().to(torch.uint8))[0]


def _onnx(path: Path) -> Callable[[Tensor], Tensor]:
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise FeatureNetError(f"{path} needs onnxruntime: pip install 'repro[onnx]'") from error
    if not path.is_file():
        raise FeatureNetError(f"{path} does not exist")
    try:
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's errors share no base class of their own
        raise FeatureNetError(f"{path} is no ONNX model that can be run: {error}") from error
    taken = session.get_inputs()[0]
    sides = taken.shape[2:]

    def look(pictures: Tensor) -> Tensor:
        if all(isinstance(side, int) for side in sides) and tuple(sides) != tuple(pictures.shape[2:]):
            pictures = F.interpolate(pictures, size=tuple(sides), mode="bilinear", antialias=True)
        try:
            seen = torch.from_numpy(np.asarray(session.run(None, {taken.name: pictures.numpy()})[0]))
        except Exception as error:
            raise FeatureNetError(
                f"{path} cannot look at a batch of pictures {list(pictures.shape)}: {error}"
            ) from error
        if seen.ndim < 2 or len(seen) != len(pictures) or not seen.is_floating_point():
            raise FeatureNetError(f"{path} must give a row of numbers a picture, not {list(seen.shape)}")
        return seen.flatten(2).mean(dim=2) if seen.ndim > 2 else seen

    return look


def _name(which: str) -> str:
    """What stands in a metric's key: a net's own name, or its file's, of plain letters and digits."""
    return re.sub(r"[^a-z0-9]+", "", Path(which).stem.lower()) or "net"


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FeatureNetError(f"{path} cannot be read: {error.strerror or error}") from error
