"""Inception as the FID of the literature uses it: the TensorFlow net of 2015, as torch-fidelity ports it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from torch import Tensor

from repro.methods.feature_nets import inception_path
from repro.methods.weights import read_tensors, save_tensors
from repro.models.features import FeatureNetError
from repro.training.published import State, fetch_state

if TYPE_CHECKING:
    from repro.data.fetch.transfer import Patience

URL = (
    "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
    "weights-inception-2015-12-05-6726825d.pth"
)
SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
FIRST, LAST = "Conv2d_1a_3x3.conv.weight", "fc.weight"  # what every port of the net begins and ends with


def fetch_inception(
    *,
    url: str | None = None,
    file: Path | None = None,
    sha256: str = SHA256,
    patience: Patience | None = None,
) -> Path:
    """Bring the weights (91 MB) to where `repro evaluate` finds them; returns that place.

    Weights that are there already are left as they are. url: another address of the very same file. file: the
    file itself, fetched by hand.

    Raises FeatureNetError when the file is not the published one, FetchError when it cannot be had.
    """
    target = inception_path()
    if target.exists():
        read_tensors(target)
    else:
        fetch_state(url or URL, sha256, target, _keep, file=file, patience=patience)
    return target


def _keep(state: State) -> None:
    if not isinstance(state, dict) or not all(isinstance(state.get(n), Tensor) for n in (FIRST, LAST)):
        raise FeatureNetError("this is not a state dict of Inception")
    about = {"source": URL, "licence": "Apache-2.0", "sha256": SHA256}
    save_tensors(inception_path(), state, {"about": about})
