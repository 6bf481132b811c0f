"""Chromium for the tests: an application served here, a browser that finds nobody else, and the verdict of axe."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

STILL = "document.getAnimations().every(one => one.playState !== 'running' || one.effect.getTiming().iterations > 9)"
"""Nothing on the page moves, but what goes on for ever."""
MOST_LOOKS = 60
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
WIDE: ViewportSize = {"width": 1366, "height": 768}
NARROW: ViewportSize = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """Debian's Chromium; no name but this machine's can be found from it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address an application answers at while the block runs."""
    with _Server(("127.0.0.1", 0), _Request) as server:
        server.set_app(app)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def violations(page: Page) -> list[str]:
    """What axe finds, asked past the policy, which rightly forbids such a script."""
    source = AXE.read_text(encoding="utf-8")
    run = "axe.run({resultTypes: ['violations']})"  # of what passes nothing is written down
    told = "v.id + ': ' + v.nodes.map(n => n.html).join(' ').slice(0, 300)"
    run = f"{run}.then(r => r.violations.map(v => {told}))"
    for _ in range(MOST_LOOKS):  # what is fading in has not its colours yet
        if page.evaluate(STILL):
            break
        page.wait_for_timeout(50)
    session = page.context.new_cdp_session(page)
    call = {"expression": f"{source};{run}", "awaitPromise": True, "returnByValue": True}
    found: list[str] = session.send("Runtime.evaluate", call)["result"]["value"]
    return found


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    """One thread for each connection.

    Not werkzeug's: when a browser goes away in the middle of an answer, that one leaves the file it was sending open.
    """

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away before it had asked is no event."""


class _Request(WSGIRequestHandler):
    def address_string(self) -> str:
        return str(self.client_address[0])

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Nothing: a failing test shows the page, not each file the page asked for."""
