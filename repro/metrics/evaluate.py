"""From trained weights to a record: predict every protocol, score, write one JSON and one sheet."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn

from repro.config import Config, DataConfig, config_hash, to_dict
from repro.contracts import POOLED
from repro.data.sheet import trial_sheet
from repro.data.sources import train_pairs
from repro.data.trials import Trials, make_trials
from repro.methods.weights import load_method, load_run, weights_path
from repro.metrics.embedders import embedders
from repro.metrics.floors import FLOORS, Known
from repro.metrics.predict import Made, keep, kept, translate_all
from repro.metrics.score import SetJudge, Summaries, Values, picture_values
from repro.metrics.statistics import summary
from repro.record import (
    RECORD,
    SCHEMA,
    SHEET,
    RecordError,
    atomic_path,
    check_record,
    provenance,
    read_json,
    write_json,
)

REAL = 1000  # training pictures that stand for the real ones
ROWS = 8  # of the sheet
KEPT = "evaluation"  # folder beside the record, for what a killed evaluation had already made


Protocols = dict[str, tuple[np.ndarray, np.ndarray]]
"""As `Trials.protocols`: protocol → (exemplars, references)."""


@dataclass(frozen=True)
class Subject:
    """What is measured: a trained method, where it comes from, and on which pictures.

    weights: digest of its tensors. progress: of its training. data: of the test cases; its domain is another
    than the config's where one model was trained on all domains.
    """

    method: nn.Module
    config: Config
    data: DataConfig
    weights: str
    progress: dict[str, Any]


def subject(source: str | Path, domain: str = "") -> Subject:
    """A finished run folder, or a weights file; to be measured on ``domain``, by default its own.

    Raises RecordError when there are no usable weights, or when they were not trained on that domain.
    """
    if Path(source).is_dir():
        method, config, card = load_run(Path(source))
    else:
        method, config, card = load_method(weights_path(source))
        card = card.get("numbers", {})
    own = config.data.domain
    if domain and own not in (POOLED, domain):
        raise RecordError(f"{source} was trained on {own}: measured on {domain}, its record would mislead")
    try:
        progress = {name: card["progress"][name] for name in ("commit", "hardware", "seconds")}
    except (KeyError, TypeError) as error:
        raise RecordError(f"{source} does not say how it was trained: {error} is missing") from error
    progress["skipped"] = card["progress"].get("skipped", [])
    weights = hashlib.sha256()
    for name, tensor in sorted(method.state_dict().items()):
        weights.update(name.encode() + tensor.numpy().tobytes())
    data = replace(config.data, domain=domain or own)
    return Subject(method, config, data, weights.hexdigest()[:16], progress)


def evaluate(
    source: str | Path,
    folder: Path,
    *,
    domain: str = "",
    nets: Sequence[str] = (),
    again: bool = False,
) -> dict[str, Any]:
    """Measure under every protocol the data allow; write record.json and sheet.png into ``folder``.

    source: a finished run folder, a weights file, or BUILTIN. domain: of the pictures, for one that was
    trained on all. nets: files of further nets for the Fréchet distance. What was measured before is used
    again; ``again`` forgets it.

    Returns the record. Raises RecordError when there is nothing to measure, or when what was measured before
    belongs to another config, other weights or other pictures; DataError when the test pictures are not
    there; FeatureNetError for a net that cannot be used.
    """
    started = time.perf_counter()
    measured = subject(source, domain)
    if again:
        shutil.rmtree(folder / KEPT, ignore_errors=True)
        (folder / RECORD).unlink(missing_ok=True)
    looking = embedders(nets)
    if (folder / RECORD).exists() and (folder / SHEET).exists():
        record = _measured_before(folder / RECORD, measured)
        if set(record["features"]) >= {net.name for net in looking}:
            return record
    trials = make_trials(measured.data, measured.config.evaluate.pairs)
    protocols = trials.protocols()
    made = _predictions(measured, trials, protocols, folder / KEPT)
    real = train_pairs(replace(measured.data, train_count=min(measured.data.train_count, REAL))).color
    references = {protocol: answers for protocol, (_, answers) in protocols.items()}
    judge = SetJudge(references, real, looking, measured.config.evaluate.bootstrap)
    record = _heading(measured, trials, judge) | _scores(trials, protocols, made, judge)
    record["seconds"]["evaluate"] = round(time.perf_counter() - started, 1)
    _write(
        folder,
        record,
        trial_sheet(trials, made["cross"].coarse, made["cross"].images, record["method"], ROWS),
    )
    return record


def _write(folder: Path, record: dict[str, Any], sheet: np.ndarray) -> None:
    """Sheet first and record last: who finds the record finds all. What was kept on the way goes."""
    check_record(record, str(folder / RECORD))
    with atomic_path(folder / SHEET) as temporary:
        Image.fromarray(sheet).save(temporary)
    write_json(folder / RECORD, record)
    shutil.rmtree(folder / KEPT, ignore_errors=True)


def _measured_before(path: Path, measured: Subject) -> dict[str, Any]:
    """The record at ``path``, if it is this subject's."""
    record = read_json(path)
    check_record(record, str(path))
    found = (record["config_hash"], record["weights"], record["domain"])
    if found != (config_hash(measured.config), measured.weights, measured.data.domain):
        raise RecordError(f"{path} belongs to another config or other weights: --again measures anew")
    return record


def _predictions(measured: Subject, trials: Trials, protocols: Protocols, folder: Path) -> dict[str, Made]:
    """Protocol → pictures; each set of exemplars once, and kept in ``folder`` until all is measured."""
    measured.method.to("cuda" if torch.cuda.is_available() else "cpu")
    content = hashlib.sha256(trials.x_s.tobytes())
    made: dict[str, Made] = {}
    of_set: dict[int, Made] = {}
    for protocol, (exemplars, _) in protocols.items():
        if id(exemplars) not in of_set:  # `true` and `cross` differ in the reference only
            shown = content.copy()
            shown.update(exemplars.tobytes())
            key = f"{config_hash(measured.config)}/{measured.weights}/{shown.hexdigest()[:16]}"
            path = folder / f"{protocol}.safetensors"
            found = kept(path, key)
            if found is None:
                found = translate_all(measured.method, trials.x_s, exemplars, measured.config.evaluate.batch)
                keep(path, key, found)
            of_set[id(exemplars)] = found
        made[protocol] = of_set[id(exemplars)]
    return made


def _scores(trials: Trials, protocols: Protocols, made: dict[str, Made], judge: SetJudge) -> dict[str, Any]:
    """The numbers of a record: of the method, picture by picture and in all, and of the floors."""

    def values(pictures: Made, protocol: str) -> Values:
        return picture_values(pictures, protocols[protocol][1], trials if protocol == "true" else None)

    def summaries(found: Values) -> Summaries:
        return {name: summary(numbers, judge.resamples) for name, numbers in found.items()}

    found = {protocol: values(pictures, protocol) for protocol, pictures in made.items()}
    metrics = {p: summaries(found[p]) | judge.values(made[p].images, p) for p in made}
    floors: dict[str, dict[str, Summaries]] = {"real": {protocol: judge.null(protocol) for protocol in made}}
    for name, guess in FLOORS.items():
        guessed = {id(e): guess(Known(trials.x_s, e, judge.real)) for e, _ in protocols.values()}
        pictures = {protocol: guessed[id(e)] for protocol, (e, _) in protocols.items()}
        floors[name] = {
            p: summaries(values(Made(images), p)) | judge.values(images, p, sure=False)
            for p, images in pictures.items()
        }
    per_image = {
        protocol: {name: [_rounded(v) for v in numbers] for name, numbers in of_each.items()}
        for protocol, of_each in found.items()
    }
    return {"metrics": metrics, "floors": floors, "per_image": per_image}


def _heading(measured: Subject, trials: Trials, judge: SetJudge) -> dict[str, Any]:
    """All of a record but its numbers: what was measured, and where it comes from."""
    config, data, progress = measured.config, measured.data, measured.progress
    placeless = replace(config, data=replace(config.data, root=""))  # one machine's business
    return provenance() | {
        "schema": SCHEMA,
        "id": f"{config.preset}/{data.dataset}/{data.domain}/{config.method}/{config.seed}",
        "preset": config.preset,
        "data": data.dataset,
        "domain": data.domain,
        "method": config.method,
        "takes_exemplar": bool(measured.method.takes_exemplar),
        "seed": config.seed,
        "config": to_dict(placeless),
        "config_hash": config_hash(config),
        "weights": measured.weights,
        "features": {net.name: net.digest for net in judge.nets},
        "measured": {"pictures": "uint8 RGB, never written to a file", "real": len(judge.real)},
        "trained_commit": progress["commit"],
        "hardware": progress["hardware"],
        "seconds": {"train": round(progress["seconds"], 1)},
        "pairs": [list(pair) for pair in trials.names],
        "skipped": {"train": progress["skipped"], "test": [left._asdict() for left in trials.skipped]},
    }


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
