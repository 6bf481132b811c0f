"""The web worker: gunicorn's own, which shares with its neighbours and answers a too long address; no pages."""

import json
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from gunicorn.http.errors import LimitRequestLine
from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser
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

TOO_LONG_PROBLEM = {
    "type": "about:blank",
    "title": HTTPStatus.REQUEST_URI_TOO_LONG.phrase,
    "status": HTTPStatus.REQUEST_URI_TOO_LONG.value,
    "detail": "输入的内容太长，请缩短后重试。",
    "code": "address_too_long",
}
"""The same to programs (RFC 9457)."""


class _Request(Request):  # type: ignore[misc]  # as above
    """Gunicorn's request, which remembers of a line beyond its limit how it began."""

    def read_line(self, unreader: Any, buf: bytearray, limit: int = 0) -> tuple[bytes, bytearray]:
        """Read a line; a line that is too long says who asked."""
        try:
            line: tuple[bytes, bytearray] = super().read_line(unreader, buf, limit)
        except LimitRequestLine as error:
            error.is_of_a_program = b" /api/" in bytes(buf[:16])
            raise
        return line


RequestParser.mesg_class = _Request

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
        is_of_a_program = getattr(exc, "is_of_a_program", False)
        body = (json.dumps(TOO_LONG_PROBLEM, ensure_ascii=False) if is_of_a_program else TOO_LONG).encode()
        kind = "application/problem+json" if is_of_a_program else "text/html; charset=utf-8"
        status = HTTPStatus.REQUEST_URI_TOO_LONG
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\n"
            f"Content-Type: {kind}\r\n"
            f"Content-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: nosniff\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with suppress(OSError):  # whoever asked has gone
            client.sendall(head.encode() + body)
