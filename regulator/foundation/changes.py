"""Whether anybody has committed anything since one last looked; nothing of what it was."""

import sqlite3
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event


class _Watcher:
    """A connection that never writes and is never in a transaction, so that it sees the commits of all others."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._lock = Lock()

    def version(self) -> int:
        with self._lock:
            found: tuple[int] = self._connection.execute("PRAGMA data_version").fetchone()
        return found[0]

    def close(self) -> None:
        with self._lock:
            self._connection.close()


_watchers: WeakKeyDictionary[Engine, _Watcher] = WeakKeyDictionary()
_making = Lock()


def last_commit(engine: Engine) -> int | None:
    """A number that is another one after each commit by any process, in this process only; microseconds to ask.

    None where the database tells nothing of the kind: on PostgreSQL, and for a SQLite that is in memory or away.
    """
    if engine.dialect.name != "sqlite" or engine.url.database in (None, "", ":memory:"):
        return None
    try:
        return (_watchers.get(engine) or _watch(engine)).version()
    except sqlite3.Error:
        return None


def _watch(engine: Engine) -> _Watcher:
    with _making:
        if engine not in _watchers:
            _watchers[engine] = _Watcher(str(engine.url.database))
            event.listen(engine, "engine_disposed", _forget)
        return _watchers[engine]


def _forget(engine: Any) -> None:
    watcher = _watchers.pop(engine, None)
    if watcher is not None:
        watcher.close()
