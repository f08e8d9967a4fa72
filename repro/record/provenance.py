"""Where a number comes from: code, libraries, machine."""

from __future__ import annotations

import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

VERSIONED = (
    "torch",
    "numpy",
    "pillow",
    "opencv-python-headless",
    "lightning-fabric",
    "torch-fidelity",
    "torchmetrics",
    "scikit-image",
    "scikit-learn",
)


def provenance() -> dict[str, Any]:
    """Where a number comes from: code commit (with ``-dirty``), library versions, hardware."""
    return {"commit": _commit(), "versions": _versions(), "hardware": _hardware()}


def _commit() -> str:
    """The commit of the source tree, or ``unknown`` when repro is installed without one."""
    here = Path(__file__).resolve()

    def git(*words: str) -> str:
        command = ["git", "-C", str(here.parent), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()

    try:
        git("ls-files", "--error-unmatch", here.name)  # not some other project that repro is installed in
        return git("describe", "--always", "--abbrev=12", "--dirty", "--exclude=*")
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in VERSIONED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _hardware() -> dict[str, Any]:
    import torch  # late: reading a record must not cost the import of torch

    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return {"cpu": _cpu_name(), "threads": torch.get_num_threads(), "gpu": gpus}


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
