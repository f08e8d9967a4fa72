"""Small real runs of the command line, in processes that can be killed."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

DOOMED = Path(__file__).with_name("doomed.py")
PRELOAD = ["torch", "repro.cli", "repro.training.trainer", "tyro"]
SHORT = ["--train.steps", "16", "--train.log_every", "2", "--train.checkpoint_every", "4"]
SHORT += ["--train.sheet_every", "8", "--train.batch", "2"]

Run = Callable[..., int | None]


@pytest.fixture(scope="session")
def nursery() -> Iterator[BaseContext]:
    """Processes forked from one that has imported everything: a start takes no seconds.

    One thread each, so that all runs add up in the same order.
    """
    outer = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    yield context
    os.environ.pop("OMP_NUM_THREADS")
    if outer is not None:
        os.environ["OMP_NUM_THREADS"] = outer


@pytest.fixture(scope="session")
def start(nursery: BaseContext) -> Callable[..., BaseProcess]:
    """``start(run_dir, *options, moment="never")``: `repro train` in a process of its own, running.

    ``moment`` is one of doomed.py's.
    """

    def begin(run_dir: Path, *options: str, moment: str = "never") -> BaseProcess:
        argv = ["train", "--preset", "smoke", "--domain", "anime", "--run-dir", str(run_dir)]
        names = {"argv": [*argv, *SHORT, *options], "moment": moment}
        process = nursery.Process(target=runpy.run_path, args=(str(DOOMED), names))  # type: ignore[attr-defined]
        process.start()
        return process

    return begin


@pytest.fixture(scope="session")
def train(start: Callable[..., BaseProcess]) -> Run:
    """As `start`, to its end. Returns its exit status, negative when a signal ended it."""

    def run(run_dir: Path, *options: str, moment: str = "never") -> int | None:
        process = start(run_dir, *options, moment=moment)
        process.join(120)
        assert process.exitcode is not None, "the run does not end"
        return process.exitcode

    return run


@pytest.fixture(scope="session")
def whole_run(train: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    assert train(folder) == 0
    return folder


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[bytes], str]]:
    """``serve(content)``: the address, on the loopback interface, under which these bytes can be had."""
    folder = tmp_path / "web"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()

        def put(content: bytes) -> str:
            (folder / "small.pth").write_bytes(content)
            return f"http://127.0.0.1:{server.server_port}/small.pth"

        yield put
        server.shutdown()
        thread.join()
