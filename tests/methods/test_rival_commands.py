"""Every rival through the commands that ours goes through: train, go on, measure, colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from repro.cli import main
from repro.config.rivals import RIVALS
from repro.record import read_json

BRIEF = ("--train.steps", "2", "--train.batch", "2", "--evaluate.pairs", "4", "--data.train_count", "8")
WARPING = {"cocosnet"}
BLIND = {"cyclegan"}


@pytest.mark.parametrize("rival", RIVALS)
def test_a_rival_is_trained_measured_and_used_as_ours_is(
    rival: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, made = tmp_path / "run", tmp_path / "made.png"
    train = [
        "train",
        "--preset",
        "smoke",
        "--domain",
        "cat",
        "--method",
        rival,
        "--run-dir",
        str(run),
        *BRIEF,
    ]
    assert main(train) == 0
    assert main([*train, "--resume"]) == 0

    assert main(["evaluate", str(run), "--keep", str(tmp_path / "results")]) == 0
    record = read_json(tmp_path / f"results/smoke/toybox/cat/{rival}/0.json")
    assert record["takes_exemplar"] == (rival not in BLIND)
    assert ("part_accuracy" in record["metrics"]["true"]) == (rival in WARPING)
    assert {"psnr", "delta_e", "copying", "fid_toybox_n4"} <= set(record["metrics"]["true"])

    sketch, exemplar = tmp_path / "sketch.png", tmp_path / "exemplar.png"
    noise = np.random.default_rng(0).integers(0, 256, (40, 48, 3), np.uint8)
    Image.fromarray(noise[..., 0]).save(sketch)
    Image.fromarray(noise).save(exemplar)
    colorize = ["colorize", str(sketch), str(exemplar), "--weights", str(run), "-o", str(made)]
    assert main(colorize) == 0
    assert Image.open(made).size == (48, 40)
    capsys.readouterr()
    for part, words in (("coarse", "warps nothing"), ("correspondence", "finds no correspondence")):
        assert main([*colorize, "--show", part]) == (0 if rival in WARPING else 1)
        assert rival in WARPING or words in capsys.readouterr().err
