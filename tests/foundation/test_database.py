"""One way to commit: whole or not at all, waiting for another writer rather than failing; and what columns keep."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, String, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from regulator.foundation import database
from regulator.foundation.database import (
    Instant,
    Key,
    Versioned,
    aside,
    code_enum,
    is_postgres,
    keep_still,
    new_key,
    session,
    thinking,
    transaction,
)
from regulator.foundation.errors import StaleVersion
from tests import postgres

Meanwhile = Callable[[Callable[[], object]], Future[None]]


class Shape(StrEnum):
    ROUND = "round"


class Own(DeclarativeBase):
    """Tables of this test alone."""


class Note(Versioned, Own):
    __tablename__ = "note"

    id: Mapped[Key]
    word: Mapped[str] = mapped_column(String(40), unique=True)
    shape: Mapped[Shape | None] = mapped_column(code_enum(Shape))
    at: Mapped[datetime | None] = mapped_column(Instant)


@pytest.fixture(autouse=True)
def app(bare: Flask) -> Iterator[Flask]:
    """The application, in its context, and an empty table of notes."""
    with bare.app_context():
        with transaction() as current:
            Own.metadata.drop_all(current.connection())
            Own.metadata.create_all(current.connection())
        yield bare


@pytest.fixture
def meanwhile(app: Flask) -> Iterator[Meanwhile]:
    """Does an act in a thread with a session of its own."""

    def act_in_context(act: Callable[[], object]) -> None:
        with app.app_context():
            act()

    with ThreadPoolExecutor(1) as pool:
        yield lambda act: pool.submit(act_in_context, act)


def words() -> set[str]:
    """What is committed, seen from a connection of its own."""
    with connect() as other:
        return set(other.scalars(select(Note.word)))


def connect() -> Connection:
    engine = session().get_bind()
    assert isinstance(engine, Engine)
    return engine.connect()


def write(word: str) -> None:
    session().add(Note(word=word))
    session().flush()


# --- transaction -----------------------------------------------------------------------------------------------------


def test_a_transaction_commits_at_its_end() -> None:
    with transaction() as current:
        assert current is session()
        write("kept")
        assert words() == set()
    assert words() == {"kept"}


def test_an_error_takes_everything_back() -> None:
    with pytest.raises(RuntimeError):
        _fail(RuntimeError())
    assert words() == set()
    with transaction():
        write("after")
    assert words() == {"after"}


def test_even_an_interruption_takes_everything_back() -> None:
    with pytest.raises(KeyboardInterrupt):
        _fail(KeyboardInterrupt())
    assert words() == set()


@transaction()
def _fail(error: BaseException) -> None:
    write("lost")
    raise error


def test_a_broken_constraint_at_the_end_takes_everything_back() -> None:
    with transaction():
        write("one")
    with pytest.raises(IntegrityError), transaction():
        session().add_all([Note(word="two"), Note(word="one")])
    assert words() == {"one"}


def test_what_was_written_before_the_transaction_is_not_slipped_in() -> None:
    session().add(Note(word="smuggled"))
    with transaction():
        write("kept")
    assert words() == {"kept"}


def test_a_read_before_it_does_not_spoil_it(meanwhile: Meanwhile) -> None:
    assert session().scalars(select(Note.word)).all() == []  # a snapshot from before the other's write
    other = meanwhile(lambda: _commit("other"))
    other.result(20)
    with transaction():
        assert session().scalars(select(Note.word)).all() == ["other"]
        write("mine")
    assert words() == {"other", "mine"}


def test_a_second_writer_waits_instead_of_failing(meanwhile: Meanwhile) -> None:
    with transaction():
        write("first")
        other = meanwhile(lambda: _commit("second"))
        time.sleep(0.5)
        assert other.done() is is_postgres()
    other.result(20)
    assert words() == {"first", "second"}


def test_readers_do_not_wait_for_a_writer(meanwhile: Meanwhile) -> None:
    seen: list[set[str]] = []
    with transaction():
        write("open")
        other = meanwhile(lambda: seen.append(words()))
        other.result(3)
    assert seen == [set()]


def _commit(word: str) -> None:
    session().scalars(select(Note.word)).all()
    with transaction():
        session().scalars(select(Note.word)).all()
        write(word)


# --- thinking, aside, keep_still -------------------------------------------------------------------------------------


def test_while_one_thinks_others_write(meanwhile: Meanwhile) -> None:
    with transaction():
        with thinking():
            other = meanwhile(lambda: _commit("other"))
            other.result(20)
            assert words() == {"other"}
        write("thought")
        assert session().scalars(select(Note.word).order_by(Note.word)).all() == ["other", "thought"]
    assert words() == {"other", "thought"}


def test_thinking_comes_before_writing() -> None:
    with pytest.raises(RuntimeError, match="before writing"):
        _think_late()
    assert words() == set()


@transaction()
def _think_late() -> None:
    session().add(Note(word="early"))
    with thinking():
        raise AssertionError


def test_a_write_aside_is_kept_though_the_session_is_rolled_back() -> None:
    with aside() as connection:
        assert connection is not None
        connection.execute(text("INSERT INTO note (id, word, version) VALUES (:id, 'aside', 1)"), {"id": _raw_key()})
    session().rollback()
    assert words() == {"aside"}


def test_a_write_aside_never_waits(meanwhile: Meanwhile) -> None:
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction():
            session().execute(text("UPDATE note SET word = word"))
            held.set()
            release.wait(20)

    other = meanwhile(hold)
    assert held.wait(20)
    began = time.monotonic()
    with aside() as connection:
        assert (connection is None) is not is_postgres()
    assert time.monotonic() - began < 1
    release.set()
    other.result(20)
    with aside() as connection:
        assert connection is not None
    if not is_postgres():  # the connection goes back to the pool as patient as it came
        session().rollback()
        with connect() as first, connect() as second:
            asked = {each.scalar(text("PRAGMA busy_timeout")) for each in (first, second)}
        assert asked == {database.BUSY_TIMEOUT_MS}


def test_nobody_else_writes_to_a_table_kept_still(meanwhile: Meanwhile) -> None:
    with transaction():
        keep_still("note")
        other = meanwhile(lambda: _commit("late"))
        time.sleep(0.4)
        assert not other.done()
        assert words() == set()
    other.result(20)
    assert words() == {"late"}


def test_keeping_still_gives_up_rather_than_queue(meanwhile: Meanwhile) -> None:
    if not is_postgres():
        return  # a SQLite write transaction is alone already
    with transaction():
        write("busy")

        def keep() -> None:
            with transaction():
                keep_still("note")

        other = meanwhile(keep)
        with pytest.raises(OperationalError):
            other.result(10)


# --- columns ---------------------------------------------------------------------------------------------------------


def test_moments_are_kept_in_utc_and_come_back_aware() -> None:
    moment = datetime(2026, 11, 23, 7, 8, 9, 123456, tzinfo=timezone(timedelta(hours=8)))
    with transaction():
        session().add(Note(word="then", at=moment))
    session().expire_all()
    found = session().scalars(select(Note.at)).one()
    assert found == moment
    assert found.tzinfo is UTC
    later = select(Note.word).where(Note.at > moment - timedelta(microseconds=1), Note.at <= moment)
    assert session().scalars(later).all() == ["then"]
    assert session().scalars(select(Note.word).where(Note.at > moment)).all() == []


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(StatementError, match="time zone"), transaction():
        session().add(Note(word="when", at=datetime(2026, 1, 1)))  # noqa: DTZ001  # that is the case


def test_a_code_is_kept_by_its_value_and_no_other_is_taken() -> None:
    with transaction():
        session().add(Note(word="coded", shape=Shape.ROUND))
    assert session().scalar(text("SELECT shape FROM note")) == "round"
    with pytest.raises(IntegrityError), transaction() as current:
        current.execute(text("UPDATE note SET shape = 'square'"))


def test_a_stale_version_is_told_and_says_which() -> None:
    with transaction():
        write("contested")
    note = session().scalars(select(Note)).one()
    assert note.version == 1
    note.expect_version(1)
    note.version = 2
    with pytest.raises(StaleVersion) as stale:
        note.expect_version(1)
    assert (stale.value.found, stale.value.given) == (2, 1)


def test_keys_are_unique_and_in_order_of_time() -> None:
    keys = [new_key() for _ in range(2000)]
    assert len(set(keys)) == 2000
    assert keys == sorted(keys)
    assert {key.version for key in keys} == {7}
    assert isinstance(keys[0], UUID)


def test_sqlite_connections_are_prepared() -> None:
    if is_postgres():
        return
    asked = {name: session().scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "synchronous")}
    assert asked == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}
    assert session().scalar(text("PRAGMA busy_timeout")) == database.BUSY_TIMEOUT_MS


def _raw_key() -> object:
    return new_key() if is_postgres() else new_key().hex


def test_connections_that_died_while_idle_are_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_postgres():
        return  # a file has no server that could go away
    engine = session().get_bind()
    assert isinstance(engine, Engine)
    session().close()
    engine.dispose()
    first = engine.connect()
    with engine.connect() as second:
        numbers = [one.execute(text("SELECT pg_backend_pid()")).scalar_one() for one in (first, second)]
    first.close()
    monkeypatch.setattr(database, "IDLE_SECONDS", 0.0)
    with engine.connect() as kept:
        assert kept.execute(text("SELECT pg_backend_pid()")).scalar_one() in numbers
    for number in numbers:
        postgres.cluster().execute(f"SELECT pg_terminate_backend({number}, 5000)")
    with engine.connect() as one, engine.connect() as other:
        fresh = {connection.execute(text("SELECT pg_backend_pid()")).scalar_one() for connection in (one, other)}
    assert not fresh & set(numbers)
