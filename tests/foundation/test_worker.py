"""Web workers share who comes: one that has connections lets a neighbour go first."""

import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from regulator.foundation import worker
from regulator.foundation.worker import LONGEST_HESITATION, Worker


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.setblocking(False)
        yield made


@pytest.fixture
def visitor(listener: socket.socket) -> Iterator[socket.socket]:
    with socket.create_connection(listener.getsockname()) as made:
        yield made


def working(workers: int, connections: int) -> Any:
    """A worker with so many connections of its own, which only counts those it takes."""
    made = Worker.__new__(Worker)
    made.cfg = SimpleNamespace(workers=workers, is_ssl=False, keepalive=2)
    made.nr_conns = connections
    made.enqueue_req = lambda connection: connection.close()
    return made


@pytest.mark.usefixtures("visitor")
def test_a_busy_worker_leaves_a_visitor_to_an_idle_one(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, idle = working(2, 3), working(2, 0)
    waited: list[float] = []

    def neighbour(seconds: float) -> None:
        waited.append(seconds)
        idle.accept(listener)

    monkeypatch.setattr(worker.time, "sleep", neighbour)
    busy.accept(listener)
    assert (busy.nr_conns, idle.nr_conns) == (3, 1)
    assert len(waited) == 1
    assert 0 < waited[0] <= LONGEST_HESITATION


@pytest.mark.usefixtures("visitor")
@pytest.mark.parametrize(("workers", "connections", "waits"), [(2, 0, 0), (1, 5, 0), (2, 50, 1)])
def test_nobody_is_left_waiting(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch, workers: int, connections: int, waits: int
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(worker.time, "sleep", waited.append)
    one = working(workers, connections)
    one.accept(listener)
    assert one.nr_conns == connections + 1
    assert len(waited) == waits
    assert all(seconds <= LONGEST_HESITATION for seconds in waited)


def test_told_twice_to_end_it_ends_once() -> None:
    ended: list[int] = []
    one = working(2, 0)
    one.tpool = SimpleNamespace(shutdown=lambda **_how: ended.append(1))
    one.alive, one.cfg.worker_int = True, lambda _worker: None
    with pytest.raises(SystemExit):
        one.handle_quit(2, None)
    one.handle_quit(3, None)
    assert ended == [1]
