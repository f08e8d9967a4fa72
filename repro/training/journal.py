"""What a run tells while it goes: metrics.jsonl, TensorBoard, sample sheets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.tensorboard import SummaryWriter

from repro.record import atomic_path

METRICS = "metrics.jsonl"


class Journal:
    """The written side of a run folder. Lines after ``step`` are dropped: a resumed run rewrites them."""

    def __init__(self, run_dir: Path, step: int) -> None:
        self.run_dir, self.path = run_dir, run_dir / METRICS
        self._keep_until(step)
        self.board = SummaryWriter(run_dir / "tensorboard", purge_step=step + 1)

    def numbers(self, step: int, values: dict[str, float]) -> None:
        """Append one line after ``step`` steps: {"step": …, name: value, …}."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step} | {k: round(v, 6) for k, v in values.items()}) + "\n")
        for name, value in values.items():
            self.board.add_scalar(name, value, step)

    def sheet(self, step: int, picture: np.ndarray) -> None:
        """Keep a sample sheet, (H, W, 3) uint8."""
        self.board.add_image("sheet", picture, step, dataformats="HWC")

    def close(self) -> None:
        """Flush what TensorBoard still holds."""
        self.board.close()

    def _keep_until(self, step: int) -> None:
        if not self.path.exists():
            return
        kept = [line for line in self.path.read_text(encoding="utf-8").splitlines() if _step(line) <= step]
        with atomic_path(self.path) as temporary:
            temporary.write_text("".join(line + "\n" for line in kept), encoding="utf-8")


def _step(line: str) -> float:
    """The step of a line; a line cut short by a kill counts as beyond any checkpoint."""
    try:
        entry: Any = json.loads(line)
        return entry["step"]
    except (ValueError, KeyError, TypeError):
        return float("inf")
