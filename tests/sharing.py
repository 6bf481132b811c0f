"""What applications of one process build anew though it never differs: tests' applications share it, as requests do.

A test has an application, an engine and a database of its own; how a statement is written in a database's dialect, and
which files lie in `static/`, is found out once.
"""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache
from whitenoise import WhiteNoise

MOST_STATEMENTS = 2000
_dialects: dict[str, Dialect] = {}
_statements: MutableMapping[Any, Any] = LRUCache(MOST_STATEMENTS)
_files: dict[Any, dict[str, Any]] = {}


@contextmanager
def known_statements(engine: Engine) -> Iterator[None]:
    """While the block runs the engine takes statements compiled for others of its kind."""
    if engine.name in _dialects:
        engine.dialect = _dialects[engine.name]
    engine.update_execution_options(compiled_cache=_statements)
    yield
    if hasattr(engine.dialect, "server_version_info"):  # it has seen its database
        _dialects.setdefault(engine.name, engine.dialect)


class KnownFiles(WhiteNoise):  # type: ignore[misc]  # of a package without types
    """Static files as another application with the same headers found them."""

    def update_files_dictionary(self, root: str, prefix: str) -> None:
        """Look once for each place and set of headers."""
        given: dict[str, str] = {}
        self.add_headers_function(given, "", "")
        key = (root, prefix, self.max_age, tuple(given.items()))
        if key not in _files:
            super().update_files_dictionary(root, prefix)
            _files[key] = dict(self.files)
        self.files.update(_files[key])
