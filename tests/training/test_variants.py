"""Every row of the tables and every open question: it trains, and differs from ours only where it says."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from repro.config import METHODS, VARIANTS, resolve, to_dict
from repro.config.rivals import RIVALS
from repro.contracts import DOMAINS
from repro.methods.weights import CHECKPOINT, load_run, read_tensors
from repro.training.checkpoint import differences
from repro.training.trainer import Trainer

ROWS = METHODS | VARIANTS


@pytest.mark.parametrize("name", ROWS)
def test_a_row_differs_from_ours_only_where_it_says(name: str) -> None:
    for preset in ("smoke", "laptop", "paper"):
        ours, row = (to_dict(resolve(preset, "cat", method)) for method in ("ours", name))
        says = {**ROWS[name], **RIVALS.get(name, {}).get(preset, {})}
        assert set(differences(ours, row)) <= set(says) | {"method"}
        assert name == "ours" or differences(ours, row) != ["method"]


def test_the_paper_s_ablations_are_all_there() -> None:
    table_2, table_6 = {"wo_cc", "wo_sc", "wo_csft"}, {"wo_context", "wo_pseudo", "wo_align", "wo_adv"}
    assert {"ours"} | table_2 | table_6 <= set(METHODS)
    assert not METHODS.keys() & VARIANTS.keys()


@pytest.mark.parametrize("name", ROWS)
def test_a_row_trains(name: str, tmp_path: Path) -> None:
    config = resolve("smoke", DOMAINS[len(name) % len(DOMAINS)], name)
    Trainer(config, tmp_path / "run", resume=False).run()
    tensors, card = read_tensors(tmp_path / "run" / CHECKPOINT)
    assert card["progress"]["step"] == config.train.steps == 20
    assert all(tensor.isfinite().all() for tensor in tensors.values())
    method, _, _ = load_run(tmp_path / "run")
    made = method.translate(torch.rand(1, 1, 32, 32), torch.rand(1, 3, 32, 32))  # type: ignore[operator]
    assert made.image.isfinite().all()


def test_all_domains_in_one_train_together(tmp_path: Path) -> None:
    config = resolve("smoke", "all", "ours", train__steps=2, optim__ema=0.9, train__precision="bf16-mixed")
    Trainer(config, tmp_path / "run", resume=False).run()
    assert load_run(tmp_path / "run")[1].data.domain == "all"
