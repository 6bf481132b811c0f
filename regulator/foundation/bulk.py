"""Many rows at once, as fast as each database takes them; knows tables and columns, nothing of what is in them."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import repeat
from operator import attrgetter
from typing import Any

from sqlalchemy import ARRAY, JSON, Date, Engine, Enum, FromClause, Select, String, Uuid, bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from regulator.foundation.database import Instant, is_postgres, session
from regulator.foundation.errors import BadInput

Converter = Callable[[Any], Any]
POURING_CACHE_KIB = 262_144
_INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN :tables",
    "postgresql": (
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename IN :tables"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    ),
}


def insert_rows(current: Session, target: FromClause, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of Python values in the order of ``columns``: COPY on PostgreSQL, one prepared INSERT on SQLite.

    Goes around the ORM: defaults of the models do not apply, constraints and triggers of the database do.
    """
    if not rows:
        return
    if is_postgres(current):
        _copy(current, target, columns, rows)
    else:
        _prepared(current, target, columns, rows)


def listed(name: str) -> Select[Any]:
    """The codes a statement is given under this name, however many: one value, so that the statement stays the same."""
    if is_postgres():
        return select(func.unnest(bindparam(name, type_=ARRAY(String))))
    return select(func.json_each(bindparam(name, type_=JSON)).table_valued("value").c.value)


# --- values ---------------------------------------------------------------------------------------------------------


def _converters(target: FromClause, columns: Sequence[str], dialect: Any) -> list[Converter | None]:
    return [_converter(target.c[name].type, dialect) for name in columns]


def _converter(kind: Any, dialect: Any) -> Converter | None:
    """What makes the database's value of a Python one; short cuts where SQLAlchemy's own does the same at length."""
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return {member: member.value for member in kind.enum_class}.__getitem__  # a KeyError is no value of the code
    if dialect.name == "sqlite":
        if isinstance(kind, Uuid) and kind.as_uuid:
            return attrgetter("hex")
        if isinstance(kind, Date):
            return date.isoformat
        if isinstance(kind, Instant):
            return _instant_text
    found: Converter | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return found


def _instant_text(moment: datetime) -> str:
    """As SQLAlchemy writes it: UTC to the microsecond, without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def _converted(rows: Sequence[Sequence[Any]], converters: Sequence[Converter | None]) -> Iterable[tuple[Any, ...]]:
    """The rows with each column converted; a None stays one."""
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for place, convert in enumerate(converters):
        if convert is not None:
            columns[place] = [None if value is None else convert(value) for value in columns[place]]
    return zip(*columns, strict=True)


# --- statements -----------------------------------------------------------------------------------------------------


def _prepared(current: Session, target: FromClause, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    dialect = sqlite.dialect()
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join(repeat("?", len(columns)))
    statement = f'INSERT INTO "{_name(target)}" ({names}) VALUES ({marks})'  # noqa: S608  # names from our own models
    current.connection().exec_driver_sql(statement, list(_converted(rows, _converters(target, columns, dialect))))


def _copy(current: Session, target: FromClause, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # so in SQLAlchemy
    names = ", ".join(f'"{name}"' for name in columns)
    cursor = current.connection().connection.cursor()
    with cursor.copy(f'COPY "{_name(target)}" ({names}) FROM STDIN') as copy:
        for row in _converted(rows, _converters(target, columns, dialect)):
            copy.write_row(row)


def _name(target: FromClause) -> str:
    name: str = target.name  # type: ignore[attr-defined]  # a Table or a lightweight table clause
    return name


# --- a whole register at once ---------------------------------------------------------------------------------------


@contextmanager
def pouring() -> Iterator[None]:
    """Room for more rows in one transaction than a write-ahead log should hold; the transaction is opened inside.

    On SQLite new pages go straight into the file, behind a journal of the few pages there were: nothing is written
    twice, and a run killed in the middle is taken back when the register is opened next. It needs the register for
    itself and raises BadInput("register_in_use") otherwise. On PostgreSQL there is nothing to prepare.
    """
    engine = session().get_bind()
    if is_postgres() or not isinstance(engine, Engine):
        yield
        return
    session().close()
    engine.dispose()  # the session takes the one connection that is prepared here
    try:
        _say(engine, "PRAGMA journal_mode = DELETE", f"PRAGMA cache_size = -{POURING_CACHE_KIB}", "PRAGMA threads = 2")
    except sqlite3.OperationalError as error:
        raise BadInput("register_in_use") from error
    try:
        yield
    finally:
        session().close()
        _say(engine, "PRAGMA journal_mode = WAL")
        engine.dispose()


def _say(engine: Engine, *pragmas: str) -> None:
    """Outside any transaction, where alone SQLite listens to these."""
    pooled = engine.raw_connection()
    try:
        cursor = pooled.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()
    finally:
        pooled.close()


@contextmanager
def indexes_afterwards(tables: Iterable[str]) -> Iterator[None]:
    """Take the tables' indexes away while rows pour in and build them anew at the end, in the same transaction.

    What a constraint needs stays. Sorting once costs far less than finding each row's place.
    """
    current = session()
    asked = text(_INDEXES["postgresql" if is_postgres() else "sqlite"]).bindparams(bindparam("tables", expanding=True))
    found = current.execute(asked, {"tables": list(tables)}).all()
    for name, _statement in found:
        current.execute(text(f'DROP INDEX "{name}"'))
    yield
    for _name, statement in found:
        current.connection().exec_driver_sql(statement)
