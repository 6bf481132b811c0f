"""How Alembic meets the register: the models' metadata, batch mode on SQLite, one transaction per migration.

Batch mode builds a table anew and drops the old one, which would take every row with it that refers to it: SQLite's
foreign keys are off meanwhile, and checked at the end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app

target_db = current_app.extensions["migrate"].db


def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Leave out what is written in plain SQL: search indexes, PostGIS' own tables."""
    name = name or ""
    if kind == "table":
        return "_fts" not in name and name != "spatial_ref_sys"
    if kind == "column":
        return name != "tsv"
    return not (kind == "index" and (name.endswith("_tsv") or name.startswith("xplain_")))


@contextmanager
def unguarded(connection: Any) -> Iterator[None]:
    """SQLite's foreign keys off on this connection; said outside any transaction, where alone SQLite listens."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            message = f"the migration left rows that refer to nothing: {broken[:5]}"
            raise RuntimeError(message)
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def run() -> None:
    """Run the migrations on the application's own engine."""
    configure_args = current_app.extensions["migrate"].configure_args
    with target_db.engine.connect() as connection, unguarded(connection):
        context.configure(
            connection=connection,
            target_metadata=target_db.metadata,
            include_object=include_object,
            transaction_per_migration=True,
            **configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
