"""Weights that others publish: fetched when asked for, compared, opened by nothing that could be tricked.

What is published is a pickle. It is opened only after its checksum was found right, and then by torch's
restricted loader (``weights_only``), which builds tensors and refuses everything that could run. What is
kept of it is a safetensors file.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from repro.models.features import FeatureNetError

if TYPE_CHECKING:  # downloading needs packages that everything else here does without
    from repro.data.fetch.transfer import Patience

State = dict[str, Tensor]


def fetch_state(
    address: str,
    sha256: str,
    target: Path,
    keep: Callable[[State], None],
    *,
    file: Path | None = None,
    patience: Patience | None = None,
) -> None:
    """Download a state dict and hand it to ``keep``, which writes ``target``.

    An interrupted download is gone on with by the next call. file: the file itself, fetched by hand; then
    nothing is downloaded, and it is left where it is.

    Raises FeatureNetError when the file is not the published one, cut short say, and as ``keep`` does;
    FetchError when it cannot be had.
    """
    if file is not None:
        keep(_state(file, sha256, address))
        return
    from repro.data.fetch.transfer import download

    target.parent.mkdir(parents=True, exist_ok=True)
    part = download(address, target.with_suffix(".pth"), patience)
    try:
        keep(_state(part.path, sha256, address))
    except FeatureNetError:
        part.discard()  # going on with it would fail again
        raise
    part.discard()


def _state(source: Path, sha256: str, address: str) -> State:
    """The state dict in ``source``, opened by the restricted loader once its checksum is right."""
    try:
        with source.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FeatureNetError(f"{source} cannot be read: {error.strerror or error}") from error
    if found != sha256:
        raise FeatureNetError(
            f"{source} is not the published file: its sha256 is {found}, not {sha256}. It may have "
            f"been cut short on its way; fetch {address} again"
        )
    try:
        return torch.load(source, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise FeatureNetError(f"{source} holds more than tensors, or none: {error}") from error
