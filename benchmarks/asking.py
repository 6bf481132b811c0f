"""A client that asks as fast as it is answered, over kept connections, in a process of its own; knows only HTTP.

Reads one question as JSON from standard input: {"servers": ["127.0.0.1:8171"], "paths": ["/…"], "connections": 8,
"seconds": 3}; writes {"rate": answers a second, "median_ms", "p95_ms", "answers", "failed", "bytes": of an answer on
average}.
Paths are asked in turn; connections are dealt out to the servers in turn. The sockets are driven by hand, because a
client library would cost more than a fast page.
"""

import json
import re
import selectors
import socket
import statistics
import sys
import time
from dataclasses import dataclass, field
from itertools import cycle

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
CLOSING = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
HEAD_END = b"\r\n\r\n"
STUCK_SECONDS = 30.0


@dataclass
class Tally:
    took: list[float] = field(default_factory=list)
    failed: int = 0
    bytes: int = 0


class Connection:
    """One kept connection with at most one question under way."""

    def __init__(self, server: str) -> None:
        self.host, port = server.split(":")
        self.port = int(port)
        self.socket = self._connected()
        self.answer = bytearray()
        self.asked_at = 0.0

    def _connected(self) -> socket.socket:
        made = socket.create_connection((self.host, self.port), timeout=STUCK_SECONDS)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def ask(self, path: str) -> None:
        self.answer.clear()
        question = f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAccept: */*\r\n\r\n".encode()
        self.asked_at = time.perf_counter()
        self.socket.sendall(question)

    def read(self) -> bool:
        """Take what has come; True when the answer is whole. Raises ConnectionError when the server hung up."""
        came = self.socket.recv(262_144)
        if not came:
            raise ConnectionError(self.port)
        self.answer += came
        end = self.answer.find(HEAD_END)
        if end < 0:
            return False
        head = bytes(self.answer[: end + 2])
        if found := LENGTH.search(head):
            return len(self.answer) >= end + len(HEAD_END) + int(found.group(1))
        return bool(CHUNKED.search(head)) and self.answer.endswith(b"0\r\n\r\n")

    @property
    def is_well(self) -> bool:
        return self.answer.startswith(b"HTTP/1.1 200 ")

    @property
    def is_closing(self) -> bool:
        return bool(CLOSING.search(bytes(self.answer[: self.answer.find(HEAD_END) + 2])))

    def renew(self) -> None:
        self.socket.close()
        self.socket = self._connected()


def drive(servers: list[str], paths: list[str], connections: int, seconds: float) -> Tally:
    tally, turn = Tally(), cycle(paths)
    ready = selectors.DefaultSelector()
    lines = [Connection(server) for server, _ in zip(cycle(servers), range(connections), strict=False)]
    for line in lines:
        ready.register(line.socket, selectors.EVENT_READ, line)
        line.ask(next(turn))
    until = time.perf_counter() + seconds
    waiting = len(lines)
    while waiting:
        events = ready.select(STUCK_SECONDS)
        if not events:
            raise TimeoutError(f"no answer for {STUCK_SECONDS} s")
        for key, _mask in events:
            asked: Connection = key.data
            if not _taken(asked, tally, ready):
                continue
            if time.perf_counter() < until:
                asked.ask(next(turn))
            else:
                waiting -= 1
                ready.unregister(asked.socket)
                asked.socket.close()
    return tally


def _taken(line: Connection, tally: Tally, ready: selectors.BaseSelector) -> bool:
    """Whether the connection is free for the next question."""
    try:
        if not line.read():
            return False
    except ConnectionError:
        tally.failed += 1
        _renewed(line, ready)
        return True
    if line.is_well:
        tally.took.append(time.perf_counter() - line.asked_at)
        tally.bytes += len(line.answer)
    else:
        tally.failed += 1
    if line.is_closing:
        _renewed(line, ready)
    return True


def _renewed(line: Connection, ready: selectors.BaseSelector) -> None:
    ready.unregister(line.socket)
    line.renew()
    ready.register(line.socket, selectors.EVENT_READ, line)


def main() -> None:
    question = json.load(sys.stdin)
    began = time.perf_counter()
    tally = drive(question["servers"], question["paths"], question["connections"], question["seconds"])
    seconds = time.perf_counter() - began
    took = sorted(tally.took) or [0.0]
    answer = {
        "rate": len(tally.took) / seconds,
        "median_ms": statistics.median(took) * 1000,
        "p95_ms": took[int(len(took) * 0.95) - 1] * 1000,
        "answers": len(tally.took),
        "failed": tally.failed,
        "bytes": tally.bytes / max(1, len(tally.took)),
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
