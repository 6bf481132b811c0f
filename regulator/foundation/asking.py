"""Statements of columns that are built once and asked often, without what a statement costs beside its answer."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Date, Enum, Select, Uuid, func
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import InstrumentedAttribute

from regulator.foundation.database import is_postgres, session

MAPPED_BYTES = 2**31
_MAPPED = "regulator.mapped"
Converter = Callable[[Any], Any]
AnySelect: TypeAlias = Select[*tuple[Any, ...]]


class Rows(list[Any]):
    """The rows of an answer, each a sequence of Python values in the order of the columns."""

    def first(self) -> Any:
        """The first row; None when there is none."""
        return self[0] if self else None

    def one(self) -> Any:
        """The only row. Raises LookupError when there are none or several."""
        if len(self) != 1:
            message = f"one row was expected, there are {len(self)}"
            raise LookupError(message)
        return self[0]

    def one_or_none(self) -> Any:
        """The only row; None when there is none. Raises LookupError when there are several."""
        return self.one() if self else None

    def scalar(self) -> Any:
        """The first value of the first row; None when there is none."""
        return self[0][0] if self else None


def ask(stmt: AnySelect, **params: Any) -> Rows:
    """The rows of a statement of columns, asked on the session's connection.

    The statement must be one that is kept (a constant, or out of a cache): it is compiled once. On SQLite it goes to
    the driver itself, since SQLAlchemy's way there and back costs more than a look-up by an index; wherever somebody
    listens to statements, on PostgreSQL, and when the driver objects, it goes SQLAlchemy's way.
    """
    connection = session().connection()
    direct = _direct(stmt, connection)
    if direct is not None:
        raw = _mapped(connection)
        try:
            return direct.rows(raw.execute(direct.sql, direct.values(params)).fetchall())
        except sqlite3.Error:
            pass  # asked again below, where errors are told the way everybody expects them
    return Rows(connection.execute(stmt, params))


def joined(texts: ColumnElement[str] | InstrumentedAttribute[str], separator: str) -> ColumnElement[str]:
    """The texts of a group in one; SQLAlchemy's own ``aggregate_strings`` writes the separator into each statement."""
    return func.string_agg(texts, separator) if is_postgres() else func.group_concat(texts, separator)


class _Direct(NamedTuple):
    """A statement in the driver's words: where its values come from and how its columns are read."""

    sql: str
    names: tuple[tuple[str, Any, Converter | None], ...]  # parameter, value when it is not given, how it is written
    readers: tuple[tuple[int, Converter], ...]  # the columns that are not what the driver gives

    def values(self, params: dict[str, Any]) -> list[Any]:
        return [
            value if write is None or value is None else write(value)
            for name, default, write in self.names
            for value in (params.get(name, default),)
        ]

    def rows(self, found: Sequence[tuple[Any, ...]]) -> Rows:
        if not self.readers:
            return Rows(found)
        return Rows(map(self._read, found))

    def _read(self, row: tuple[Any, ...]) -> list[Any]:
        values = list(row)
        for at, read in self.readers:
            if values[at] is not None:
                values[at] = read(values[at])
        return values


def _mapped(connection: Connection) -> Any:
    """The driver's connection, with the file read through the system's own memory instead of a copy for each thread."""
    raw: Any = connection.connection.driver_connection
    if _MAPPED not in connection.info:
        raw.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
        connection.info[_MAPPED] = True
    return raw


def _direct(stmt: AnySelect, connection: Connection) -> _Direct | None:
    if connection.dialect.name != "sqlite" or connection.engine.dispatch.before_cursor_execute:
        return None
    return _compiled(stmt, connection.dialect)


@lru_cache(maxsize=256)
def _compiled(stmt: AnySelect, dialect: Dialect) -> _Direct | None:
    """None for a statement whose text depends on its values (lists of values)."""
    made: Any = stmt.compile(dialect=dialect)
    if made.post_compile_params or made.literal_execute_params:
        return None
    binds = {made.bind_names[bind]: bind for bind in made.bind_names}
    writers = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
    names = tuple((name, binds[name].value, writers[name]) for name in made.positiontup)
    readers = ((at, _reader(column.type, dialect)) for at, column in enumerate(made._result_columns))  # noqa: SLF001  # kept by SQLAlchemy for its own results
    return _Direct(made.string, names, tuple((at, read) for at, read in readers if read is not None))


def _reader(kind: Any, dialect: Dialect) -> Converter | None:
    """What makes the Python value of a column; short cuts where SQLAlchemy's own does the same at length."""
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return {member.value: member for member in kind.enum_class}.__getitem__
    if isinstance(kind, Uuid) and kind.as_uuid:
        return UUID
    if isinstance(kind, Date):
        return _day
    read: Converter | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return read


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    return date.fromisoformat(text)
