"""Whatever a rival estimates on the way is in its checkpoint: a resumed run ends with the same bits."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from repro.config import Config, resolve
from repro.config.rivals import RIVALS
from repro.methods.weights import CHECKPOINT, read_tensors
from repro.training.stopping import Interrupted
from repro.training.trainer import Trainer

STEPS, STOP = 3, 2


def ended(run_dir: Path) -> dict[str, torch.Tensor]:
    return read_tensors(run_dir / CHECKPOINT)[0]


def short(name: str) -> Config:
    """In half precision, with a moving average, and with nets that compute their activations twice."""
    hard = {"train__precision": "bf16-mixed", "train__recompute": "nets", "optim__ema": 0.9}
    return resolve("smoke", "shoe", name, train__steps=STEPS, train__batch=2, **hard)


@pytest.mark.parametrize("name", RIVALS)
def test_a_rival_goes_on_as_if_nothing_had_happened(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    Trainer(short(name), whole, resume=False).run()
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "_agreed", lambda trainer, _: trainer.progress["step"] == STOP)
        with pytest.raises(Interrupted):
            Trainer(short(name), cut, resume=False).run()
    before = ended(cut)
    Trainer(short(name), cut, resume=True).run()
    expected, found = ended(whole), ended(cut)
    assert expected.keys() == found.keys()
    assert [n for n in expected if not torch.equal(expected[n], found[n])] == []
    assert [n for n in expected if not torch.equal(expected[n], before[n])] != []
