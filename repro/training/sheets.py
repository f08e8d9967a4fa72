"""The sheet a run leaves behind while it trains: unseen sketches, coloured so far."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from repro.config import Config
from repro.contracts import WarpedTranslation
from repro.data.sheet import spread, trial_sheet
from repro.data.tensors import to_bytes, to_tensor
from repro.data.trials import Trials, make_trials
from repro.record import atomic_path

ROWS = 6


def sheet_trials(config: Config) -> Trials:
    """Test cases a run is watched on; the sheet shows a few.

    Of real pictures all test pairs are read: DataError says before the first step, not after the
    last, that there are fewer than the run is to be measured on.
    """
    return make_trials(config.data, ROWS if config.data.dataset == "toybox" else config.evaluate.pairs)


def training_sheet(method: nn.Module, config: Config, trials: Trials, run_dir: Path, step: int) -> np.ndarray:
    """Colour ``trials``, write ``run_dir/sheets/step_….png`` and return it, (H, W, 3) uint8.

    The method is in evaluation mode for it, so that looking leaves no trace in what is trained.
    """
    device = next(method.parameters()).device
    x_s, y_e = (to_tensor(a[spread(len(a), ROWS)], device) for a in (trials.x_s, trials.y_e))
    method.eval()
    with torch.no_grad():
        made = method.translate(x_s, y_e)  # type: ignore[operator]
    method.train()
    coarse = to_bytes(made.coarse) if isinstance(made, WarpedTranslation) else None
    sheet = trial_sheet(trials, coarse, to_bytes(made.image), config.method, ROWS)
    with atomic_path(run_dir / "sheets" / f"step_{step:06d}.png") as temporary:
        Image.fromarray(sheet).save(temporary)
    return sheet
