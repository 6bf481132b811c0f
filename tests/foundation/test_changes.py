"""A commit by anybody else changes the number; reading, and what is taken back, does not."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from regulator.foundation.changes import last_commit
from regulator.foundation.database import is_postgres, session, transaction
from regulator.foundation.extensions import db


@pytest.fixture(autouse=True)
def numbers(bare: Flask) -> Iterator[None]:
    with bare.app_context():
        with transaction() as current:
            current.execute(text("DROP TABLE IF EXISTS number"))
            current.execute(text("CREATE TABLE number (value INTEGER)"))
        yield
        session().rollback()


def write() -> None:
    session().execute(text("INSERT INTO number VALUES (1)"))


def test_it_changes_with_every_commit_and_with_nothing_else() -> None:
    before = last_commit(db.engine)
    if is_postgres():
        assert before is None, "PostgreSQL tells nothing of the kind"
        return
    session().execute(text("SELECT * FROM number"))
    assert last_commit(db.engine) == before
    session().rollback()
    write()
    session().rollback()
    assert last_commit(db.engine) == before
    with transaction():
        write()
        assert last_commit(db.engine) == before, "not before it is done"
    assert last_commit(db.engine) != before


def test_it_goes_on_after_the_engine_was_disposed_of() -> None:
    if is_postgres():
        return
    assert last_commit(db.engine) is not None
    db.engine.dispose()
    before = last_commit(db.engine)
    with transaction():
        write()
    assert last_commit(db.engine) != before


def test_a_database_in_memory_is_nobody_elses() -> None:
    engine = create_engine("sqlite://")
    assert last_commit(engine) is None
    engine.dispose()
