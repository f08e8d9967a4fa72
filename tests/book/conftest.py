"""The built book on a loopback server, and a browser that was already there."""

from __future__ import annotations

import base64
import io
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Request, Response, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Not to the terminal: what fails is seen by the browser."""


@pytest.fixture(scope="session")
def book(root: Path) -> Iterator[str]:
    """Address of the built book, ending in a slash; fails when it has not been built."""
    html = root / "_build" / "html"
    if not (html / "index.html").is_file():
        pytest.fail("the book is not built: run `make book` first (`make test` does so by itself)")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(html)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A system Chromium or Chrome; nothing is downloaded."""
    path = os.environ.get("REPRO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        message = f"no browser found ({', '.join(NAMES)}, or its path in REPRO_CHROMIUM)"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(f"{message}: in CI the pages must be tested")
        pytest.skip(f"{message}: the pages of the book are not tested")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


class Watch:
    """What went wrong on a page: console errors, failed or foreign requests."""

    def __init__(self, page: Page, home: str) -> None:
        self.faults: list[str] = []
        self._home = home
        page.on("console", lambda message: message.type == "error" and self._add("console", message.text))
        page.on("pageerror", lambda error: self._add("script", str(error)))
        page.on("request", self._request)
        page.on("requestfailed", lambda request: self._add("failed", request.url))
        page.on("response", self._response)

    def _add(self, kind: str, what: str) -> None:
        self.faults.append(f"{kind}: {what[:200]}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self._home, "data:", "blob:")):
            self._add("another host", request.url)

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._add(f"HTTP {response.status}", response.url)


@pytest.fixture
def visit(browser: Browser, book: str) -> Iterator[Callable[..., tuple[Page, Watch]]]:
    """``visit("book/index.html")`` opens a page of the book and watches it; options go to the context."""
    contexts = []

    def open_page(path: str, **options: object) -> tuple[Page, Watch]:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        watch = Watch(page, book)
        page.goto(book + path, wait_until="networkidle")
        return page, watch

    yield open_page
    for context in contexts:
        context.close()


class Live:
    """A figure alone on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def pixels(self, canvas: int) -> np.ndarray:
        """(H, W, 4) uint8: what a canvas shows."""
        address = self.page.locator("canvas").nth(canvas).evaluate("canvas => canvas.toDataURL('image/png')")
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))).convert("RGBA"))

    def settle(self) -> None:
        """Wait until the frame that was asked for last has been drawn."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Live]]:
    """``opened(html)``: that figure, drawn, without the book; a fault in its script fails the test."""
    contexts, faults = [], []

    def open_figure(html: str, **options: object) -> Live:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: message.type == "error" and faults.append(message.text))
        page.set_content(f'<meta name="viewport" content="width=device-width"><body>{html}')
        page.wait_for_function("document.querySelector('.readout').textContent")
        return Live(page)

    yield open_figure
    for context in contexts:
        context.close()
    assert faults == []
