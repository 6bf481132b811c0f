"""The database as the features see it: base class, column kinds, the session and the one way to commit.

A difference between SQLite and PostgreSQL lives here, in ``search`` or in the map; no table of a subject does.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import uuid_utils
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    TypeDecorator,
    Uuid,
    event,
    func,
    select,
    text,
    update,
)
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from regulator.foundation.errors import StaleVersion

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
BUSY_TIMEOUT_MS = 5000
IMMEDIATE = "regulator_immediate"
IDLE_SECONDS = 1.0
_IDLE = "regulator_idle_since"


class Base(DeclarativeBase):
    """The base of every table; names of constraints are made, so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMING)


class Instant(TypeDecorator[datetime]):
    """An aware moment, always UTC, on both databases."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:  # SQLAlchemy's own signature
        """A timestamp with time zone on PostgreSQL, naive UTC text on SQLite."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone rather than guess one."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a moment needs a time zone"
            raise ValueError(message)
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back aware."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Serial = BigInteger().with_variant(Integer(), "sqlite")
"""A whole number the database counts up by itself (SQLite counts only INTEGER)."""


def new_key() -> UUID:
    """A fresh UUIDv7: unique without asking the database, and in order of time."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


Key = Annotated[UUID, mapped_column(Uuid, primary_key=True, default=new_key)]


class Versioned:
    """A row several people may correct: its version goes up with each act and is compared before."""

    version: Mapped[int] = mapped_column(Integer, default=1)

    def expect_version(self, given: int) -> None:
        """Raise ``StaleVersion`` unless the row is still the one the form showed."""
        if self.version != given:
            raise StaleVersion(self.version, given)


_session_source: Callable[[], Session] | None = None


def bind_session(source: Callable[[], Session]) -> None:
    """Say where the current session comes from (the extensions do, once)."""
    global _session_source  # noqa: PLW0603  # set once by the composition root
    _session_source = source


def session() -> Session:
    """The session of the current application context."""
    if _session_source is None:
        message = "no session: import regulator.foundation.extensions first"
        raise RuntimeError(message)
    return _session_source()


def compare_and_set(row: Any, changes: Mapping[str, Any]) -> None:
    """Change a versioned row that goes from state to state as it was read, or not at all; its version goes up.

    Raises StaleVersion when somebody else was first and moved its state or version.
    """
    table, given = row.__table__, row.version
    as_read = update(table).where(table.c.id == row.id, table.c.state == row.state, table.c.version == given)
    done: Any = session().execute(as_read.values(**changes, version=given + 1))
    if done.rowcount != 1:
        now = session().scalar(select(table.c.version).where(table.c.id == row.id))
        raise StaleVersion(now or 0, given)
    session().refresh(row)


def is_postgres(current: Session | None = None) -> bool:
    """Whether the register stands on PostgreSQL."""
    return (current or session()).get_bind().dialect.name == "postgresql"


def refresh_statistics(*tables: str) -> None:
    """Let PostgreSQL count tables anew that grew a moment ago: its own round comes within minutes, a job goes on now.

    What it believes of a table before a large import makes it join 25,000 rows one by one.
    """
    if is_postgres():
        for table in tables:
            session().execute(text(f"ANALYZE {table}"))


def next_day(column: Any) -> ColumnElement[date]:
    """The day after a column's, for comparing with days."""
    found: ColumnElement[date] = column + 1 if is_postgres() else func.date(column, "+1 day", type_=Date)
    return found


def driver_of(current: Session | None = None) -> Any:
    """The database's driver (sqlite3 or psycopg), whose errors come from cursors used without SQLAlchemy."""
    return (current or session()).get_bind().dialect.loaded_dbapi


def begin_to_write(current: Session) -> None:
    """End what the session has read and begin anew, on SQLite with the write lock: waits for writers, never fails them.

    Begun as a read and written to later, a transaction is refused at once when another writer is at work.
    """
    current.rollback()
    current.connection(execution_options={IMMEDIATE: True})


def is_busy(error: BaseException) -> bool:
    """Whether the database refused because others were at work longer than one waits: nothing is wrong with the act."""
    if not isinstance(error, OperationalError):
        return False
    return "database is locked" in str(error.orig) or getattr(error.orig, "sqlstate", None) == "55P03"


@contextmanager
def transaction() -> Iterator[Session]:
    """A write transaction: commits at the end, takes everything back on any error.

    The only committer of the product. On SQLite it takes the write lock at its beginning, so that it waits rather
    than fails when another writer is at work. A read begun before it in the same session is ended first.
    """
    current = session()
    begin_to_write(current)
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise


@contextmanager
def thinking() -> Iterator[None]:
    """In a write transaction that has written nothing yet: give the lock back while reading and reckoning.

    Long work judges thousands of rows in one step; others may write meanwhile. The lock is taken again at the end.
    """
    current = session()
    if current.new or current.dirty or current.deleted:
        message = "thinking comes before writing"
        raise RuntimeError(message)
    current.rollback()
    yield
    begin_to_write(current)


def keep_still(table: str) -> None:
    """Let nobody else write to a table until this transaction ends (a SQLite write transaction is alone already).

    On PostgreSQL waits at most two seconds for writers at work, then raises, so that they never queue up behind it.
    """
    if is_postgres():
        session().execute(text("SET LOCAL lock_timeout = '2s'"))
        session().execute(text(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE'))


@contextmanager
def aside() -> Iterator[Connection | None]:
    """A short write on a connection of its own beside the session; None when the database is busy. Never waits.

    For the one write a GET may cause (touching a sign-in session), which is worth nobody's waiting.
    """
    engine = session().get_bind()
    if not isinstance(engine, Engine):
        yield None
        return
    with engine.connect().execution_options(**{IMMEDIATE: True}) as connection:
        lite = engine.dialect.name == "sqlite"
        waiting = connection.connection.driver_connection
        try:
            if lite and waiting is not None:
                waiting.execute("PRAGMA busy_timeout = 0")
            try:
                connection.begin()
                if not lite:
                    connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
            except OperationalError:
                yield None
                return
            yield connection
            connection.commit()
        finally:
            if lite and waiting is not None:
                waiting.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def prepare_engine(engine: Engine) -> None:
    """Set what each connection of an engine needs; safe to call once per engine."""
    if engine.dialect.name != "sqlite":
        event.listen(engine, "checkin", _lie_idle)
        event.listen(engine, "checkout", partial(_look_after, engine.dialect))
        return
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _lie_idle(_connection: object, record: Any) -> None:
    record.info[_IDLE] = time.monotonic()


def _look_after(dialect: Dialect, connection: Any, record: Any, _proxy: object) -> None:
    """Ask a connection that lay idle whether its server is still there; if not, all of them are made anew.

    Asked at every use, as SQLAlchemy's own ``pool_pre_ping`` does, it takes a tenth of a page's time.
    """
    since = record.info.get(_IDLE)
    if since is None or time.monotonic() - since < IDLE_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -32000")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:  # a Core connection with execution options
    immediate = connection.get_execution_options().get(IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def code_enum(kind: type[StrEnum], name: str = "") -> Enum:
    """A StrEnum kept as its value in a text column, with a CHECK of the values; a table's second one has its name."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=name or kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )
