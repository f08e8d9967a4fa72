"""The sheet a run leaves behind while it trains: unseen sketches, coloured so far."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from repro.config import Config, DataConfig
from repro.data.sheet import contact_sheet
from repro.data.trials import Trials, make_trials
from repro.record import atomic_path

ROWS = 6


def sheet_trials(data: DataConfig) -> Trials:
    """The few test cases a run is watched on. Raises DataError when the data set has none to spare."""
    return make_trials(data, ROWS if data.dataset == "toybox" else min(ROWS, data.holdout))


def training_sheet(method: nn.Module, config: Config, trials: Trials, run_dir: Path, step: int) -> np.ndarray:
    """Colour ``trials``, write ``run_dir/sheets/step_….png`` and return it, (H, W, 3) uint8.

    The method is in evaluation mode for it, so that looking leaves no trace in what is trained.
    """
    device = next(method.parameters()).device
    x_s, y_e = (torch.from_numpy(a).to(device).float() / 255 for a in (trials.x_s, trials.y_e))
    method.eval()
    with torch.no_grad():
        made = method.translate(x_s, y_e)  # type: ignore[operator]
    method.train()
    columns = {"sketch": trials.x_s, "exemplar": trials.y_e, "coarse": _bytes(made.coarse)}
    columns[config.method] = _bytes(made.image)
    if trials.truth is not None:
        columns["true answer"] = trials.truth
    sheet = contact_sheet(list(zip(*columns.values(), strict=True)), list(columns))
    with atomic_path(run_dir / "sheets" / f"step_{step:06d}.png") as temporary:
        Image.fromarray(sheet).save(temporary)
    return sheet


def _bytes(images: torch.Tensor) -> np.ndarray:
    return (images.float().clamp(0, 1) * 255).round().byte().cpu().numpy()
