"""From a finished run to the file that people use: half precision, one file, one model card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from repro.config import Config, config_hash
from repro.contracts import POOLED
from repro.data.tensors import to_tensor
from repro.data.trials import make_trials
from repro.methods.weights import load_method, load_run, save_weights
from repro.record import RecordError, atomic_path

TOLERANCE = 0.02  # largest mean change, in [0, 1], that half precision may make to a picture
PICTURES = {
    "toybox": "drawings by Toybox, no photograph and nothing downloaded",
    "edges2shoes": "photographs of edges2shoes (UT-Zappos50K), on the terms of that data set",
}


def export_weights(
    run_dir: Path, target: Path, record: dict[str, Any], beside: Sequence[dict[str, Any]] = ()
) -> tuple[Path, Path]:
    """Write ``target`` (.safetensors) and its card (.md) beside it, from a run and its record.

    beside: what `repro.metrics.beside.compare` found of this run and the weights it is to replace.

    The file is loaded again and must give the same pictures before it is reported as done. Returns
    both paths. Raises RecordError when the run is unfinished, the record is another run's, or the
    exported file does not agree.
    """
    if target.suffix != ".safetensors":
        raise RecordError(f"can only export to .safetensors so far, not {target.name}")
    method, config, trained = load_run(run_dir)
    if record["config_hash"] != config_hash(config):
        raise RecordError(f"the record in {run_dir} belongs to another config: evaluate the run again")
    numbers = {"metrics": record["metrics"], "floors": record["floors"], "progress": trained["progress"]}
    numbers["beside"] = [*beside]
    with atomic_path(target) as temporary:  # what lies at `target` stays until the new file has proved good
        save_weights(temporary, method, config, numbers)
        change = _change(method, load_method(temporary)[0], config)
        if not change <= TOLERANCE:
            raise RecordError(f"half precision changes the pictures by {change:.3f}: nothing was exported")
    note = target.with_suffix(".md")
    with atomic_path(note) as temporary:
        card = model_card(config, record, method, target.stat().st_size, change)
        if beside:
            card += _beside(beside)
        temporary.write_text(card, encoding="utf-8")
    return target, note


def model_card(
    config: Config, record: dict[str, Any], method: torch.nn.Module, size: int, change: float
) -> str:
    """The card in Markdown: what it was trained on, how long, how good, and what it is not for."""
    data, train = config.data, config.train
    domain = "all five domains, in equal shares," if data.domain == POOLED else f"domain *{data.domain}*"
    parameters = sum(p.numel() for p in method.parameters())
    rows = [
        f"| {protocol} | {name} | {m['value']} | {m['ci95'][0]} – {m['ci95'][1]} | {m['n']} |"
        for protocol, metrics in record["metrics"].items()
        for name, m in metrics.items()
    ]
    return "\n".join(
        [
            f"# Weights of `{config.method}`",
            "",
            f"- **Method**: `{config.method}` of this package, {parameters:,} parameters, stored in half "
            f"precision ({size / 1e6:.2f} MB; mean change of a picture against float32: {change:.5f} of 1).",
            f"- **Trained on**: up to {data.train_count:,} pictures of {domain} at "
            f"{data.size}×{data.size}: {PICTURES[data.dataset]}.",
            f"- **Steps**: {train.steps:,} of batch {train.batch}, seed {config.seed}, "
            f"{record['seconds']['train'] / 60:.1f} minutes on {record['hardware']['cpu']} "
            f"({record['hardware']['threads']} threads), commit `{record['trained_commit']}`.",
            f"- **Config**: preset `{config.preset}`, hash `{config_hash(config)}`; whole in the metadata.",
            "- **Good for**: line-drawn pictures near the training domain. **Not for**: judging people, "
            "passing a result off as a photograph, or domains it has not seen without looking at the result.",
            "",
            "| protocol | metric | value | 95 % interval | n |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _beside(rows: Sequence[dict[str, Any]]) -> str:
    """A table: these weights and the ones before them, on the same unseen pairs."""
    lines = [
        "Beside the weights that shipped before, on the same unseen pairs, against the truth:",
        "",
        "| domain | size | n | metric | before | these | gain, 95 % interval |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        for name in sorted(row.keys() - {"domain", "size", "n"}):
            found, place = row[name], f"| {row['domain']} | {row['size']}² | {row['n']} "
            low, high = found["gain"]["ci95"]
            numbers = f"| {found['old']['value']} | {found['new']['value']} | {low} – {high} |"
            lines.append(f"{place}| {name} {numbers}")
    return "\n".join(["", *lines, ""])


def _change(first: torch.nn.Module, second: torch.nn.Module, config: Config) -> float:
    """Mean absolute difference of both methods' pictures on a few test pairs."""
    trials = make_trials(config.data, 4)
    x_s, y_e = (to_tensor(a) for a in (trials.x_s, trials.y_e))
    with torch.inference_mode():
        made = [m.translate(x_s, y_e).image for m in (first, second)]  # type: ignore[operator]
    return float((made[0] - made[1]).abs().mean())
