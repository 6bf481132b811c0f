"""The same estates in a throw-away PostgreSQL with PostGIS, started as the tests start theirs; filled from SQLite.

Only the tables a map rests on are copied. The server's memory is the tests' own (64 MB of shared buffers).
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from pydantic import SecretStr

from regulator.app import create_app
from regulator.commands.setup import upgrade_tables
from regulator.config import Environment, Settings
from regulator.features.maps import following
from regulator.foundation import clock
from regulator.foundation.database import transaction
from regulator.foundation.extensions import db

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import postgres

KEYS: dict[str, Any] = {name: SecretStr("b" * 48) for name in ("secret_key", "data_key")}
COPIED = ("division", "company", "estate", "service")


@contextmanager
def copied(register: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A directory for the application's files, and the settings of a server on the register's estates in PostGIS."""
    url = postgres.create_database()
    with TemporaryDirectory() as directory:
        app = create_app(Settings(env=Environment.TEST, database_url=url, data_dir=Path(directory), **KEYS))
        with app.app_context():
            upgrade_tables()
            _fill(url, register / "regulator.sqlite")
            with transaction():
                following.start_map(clock.now())
            db.session.remove()
            db.engine.dispose()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        keys = {f"REGULATOR_{name.upper()}": value.get_secret_value() for name, value in KEYS.items()}
        yield Path(directory), {"REGULATOR_DATABASE_URL": url, "REGULATOR_ENV": Environment.TEST.value, **keys}
    postgres.drop_database(url)


def _fill(url: str, source: Path) -> None:
    with sqlite3.connect(source) as lite, psycopg.connect(url) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        connection.execute("SET session_replication_role = replica")  # the rows are checked already
        for table in COPIED:
            rows = lite.execute(f"SELECT * FROM {table}")
            names = ", ".join(f'"{column[0]}"' for column in rows.description)
            cursor = connection.cursor()
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row([None if value is None else str(value) for value in row])
