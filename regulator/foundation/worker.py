"""The web worker: gunicorn's own, which shares with its neighbours and answers a too long address; no pages."""

import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from gunicorn.http.errors import LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker

# Such a request never reaches the application, so neither its language nor its templates are known here.
TOO_LONG = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>414</title></head>
<body><main><h1>输入的内容太长</h1>
<p>请缩短查询内容后重试，最多 100 个字。<a href="/">返回首页</a></p>
<p lang="en">What was asked for is too long. Please shorten it to 100 characters at most and try again.</p>
</main></body></html>
"""


HESITATION, LONGEST_HESITATION = 0.0005, 0.002
"""Seconds a worker waits for each connection it has before it takes another, and at most."""


class Worker(ThreadWorker):  # type: ignore[misc]  # of a package without types
    """Gunicorn's threaded worker."""

    is_leaving = False

    def handle_quit(self, sig: int, frame: Any) -> None:
        """End at once; told again while ending, as a terminal and the keeper both do, just go on ending."""
        if not self.is_leaving:
            self.is_leaving = True
            super().handle_quit(sig, frame)

    def accept(self, listener: Any) -> None:
        """Take a connection, after a neighbour with fewer of them has had the chance.

        All workers wake when somebody comes, and whoever is quickest would take all connections of a browser or a
        client that keeps several: one worker then does everything and the other nothing, for as long as they last.
        """
        if self.cfg.workers > 1 and self.nr_conns:
            time.sleep(min(self.nr_conns * HESITATION, LONGEST_HESITATION))
        super().accept(listener)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer what could not be read as a request; gunicorn does, save for a line beyond its limit."""
        if not isinstance(exc, LimitRequestLine):
            super().handle_error(req, client, addr, exc)
            return
        body = TOO_LONG.encode()
        status = HTTPStatus.REQUEST_URI_TOO_LONG
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\n"
            f"Content-Type: text/html; charset=utf-8\r\n"
            f"Content-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: nosniff\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with suppress(OSError):  # whoever asked has gone
            client.sendall(head.encode() + body)
