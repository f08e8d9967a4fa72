"""What every test shares: two threads, one seed, and the door to real pictures where they exist."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure() -> None:
    """Two threads: what the stated times are measured on, and sums that do not depend on the machine."""
    torch.set_num_threads(min(2, os.cpu_count() or 1))


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Every test starts from the same random state, in whatever order the tests run."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  (code under test may draw from the global generator)
    torch.manual_seed(0)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests store goes into a folder of their own, in this process and those it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPRO_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """``real_data("edges2shoes")``: a folder of real pictures, or a skipped test where there is none.

    Looked for in $REPRO_DATA, then in ../shared/data beside the repository. No real picture ships with
    the package, so what these tests check is checked on miniature folders as well.
    """
    places = [Path(os.environ["REPRO_DATA"])] if os.environ.get("REPRO_DATA") else []
    places.append(ROOT.parent / "shared" / "data")

    def find(name: str) -> Path:
        for place in places:
            if (place / name).is_dir():
                return place / name
        pytest.skip(f"no real pictures: {name} lies neither in $REPRO_DATA nor in ../shared/data")

    return find
