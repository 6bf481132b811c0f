"""The server the browser tests look at: a browser that goes away in the middle of an answer leaves nothing open."""

import gc
import socket
import struct
import time
from urllib.parse import urlsplit

from flask import Flask, Response

from tests.browsing import serving

GO_AWAY = struct.pack("ii", 1, 0)  # SO_LINGER without waiting: the connection is reset, not closed


def test_an_answer_nobody_waits_for_is_closed() -> None:
    closed: list[int] = []
    app = Flask("large")

    @app.get("/")
    def large() -> Response:
        answer = Response((b"x" * 65536 for _ in range(256)), mimetype="text/plain")
        answer.call_on_close(lambda: closed.append(1))
        return answer

    with serving(app) as address:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", urlsplit(address).port or 0)) as visitor:
                visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, GO_AWAY)
                visitor.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
                assert visitor.recv(64).startswith(b"HTTP/1.")
        for _ in range(100):
            if len(closed) == 20:
                break
            time.sleep(0.05)
    gc.collect()
    assert len(closed) == 20
