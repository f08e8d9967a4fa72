"""The sheet a run leaves behind while it trains: unseen sketches, coloured so far."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from repro.config import Config
from repro.data.sheet import contact_sheet
from repro.data.trials import make_trials
from repro.record import atomic_path

ROWS = 6


def training_sheet(method: nn.Module, config: Config, run_dir: Path, step: int) -> np.ndarray:
    """Colour a few test sketches, write ``run_dir/sheets/step_….png`` and return it, (H, W, 3) uint8."""
    trials = make_trials(config.data, ROWS)
    device = next(method.parameters()).device
    x_s, y_e = (torch.from_numpy(a).to(device).float() / 255 for a in (trials.x_s, trials.y_e))
    with torch.no_grad():
        made = method.translate(x_s, y_e)  # type: ignore[operator]
    columns = {"sketch": trials.x_s, "exemplar": trials.y_e, "coarse": _bytes(made.coarse), "ours": _bytes(made.image)}
    if trials.truth is not None:
        columns["true answer"] = trials.truth
    sheet = contact_sheet(list(zip(*columns.values(), strict=True)), list(columns))
    with atomic_path(run_dir / "sheets" / f"step_{step:06d}.png") as temporary:
        Image.fromarray(sheet).save(temporary)
    return sheet


def _bytes(images: torch.Tensor) -> np.ndarray:
    return (images.clamp(0, 1) * 255).round().byte().cpu().numpy()
