"""PostgreSQL databases that tests use one after the other, emptied in between; knows nothing of the product.

A copy of the template for each test would cost half a second of processor and disk: a thousand files made and removed.
"""

from collections import Counter
from typing import Any

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Placeholder

from tests import postgres

MOST_USES = 50
"""Then a new one: nobody vacuums the catalogue, which grows with each temporary table."""
MOST_BYTES = 1 << 20
"""Of one table: what is larger leaves large indexes behind, with which queries are planned otherwise."""
WATCH = """
CREATE SCHEMA watched;
CREATE TABLE watched.change (tag text);
CREATE FUNCTION watched.note() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'pg_temp') THEN
        INSERT INTO watched.change VALUES (tg_tag);
    END IF;
END $$;
CREATE FUNCTION watched.note_drop() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary) THEN
        INSERT INTO watched.change VALUES (tg_tag);
    END IF;
END $$;
CREATE EVENT TRIGGER note ON ddl_command_end EXECUTE FUNCTION watched.note();
CREATE EVENT TRIGGER note_drop ON sql_drop EXECUTE FUNCTION watched.note_drop();
"""
"""Notes what changes more than rows; temporary tables end with their connection."""
OWN = """
relkind = 'r' AND relnamespace = 'public'::regnamespace
AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
"""
"""Tables that are not an extension's."""
WRITTEN = f"SELECT relname, pg_relation_size(oid) FROM pg_class WHERE {OWN} AND pg_relation_size(oid) > 0"
"""Each table that holds or held rows, and its size."""
THROW_OUT = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
ALTERED = f"""
SELECT EXISTS (SELECT FROM watched.change)
OR EXISTS (SELECT FROM pg_statistic JOIN pg_class ON pg_class.oid = starelid WHERE {OWN})
"""
COUNTED = "SELECT * FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
RESTART = f"""
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM ({COUNTED}) AS counted
"""
UNCOUNT = "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = ANY(%s::regclass[])"
"""As in a table never vacuumed, by which queries are planned."""
Connection = psycopg.Connection[tuple[Any, ...]]


class Shelf:
    """Databases equal to a template: taken for a test, given back after it."""

    def __init__(self, template: str) -> None:
        """``template`` is the URL of a database nobody is connected to; what its tables hold now each one will hold."""
        self._template = template
        self._free: list[str] = []
        self._uses: Counter[str] = Counter()
        with psycopg.connect(template, autocommit=True) as connection:
            assert not connection.execute(COUNTED).fetchall(), "its numbers would have to go on, not begin anew"
            self._kept = {name: connection.execute(_all_of(name)).fetchall() for name in _written(connection)}
            connection.execute(WATCH)

    def take(self) -> str:
        """The URL of a database that is as the template was."""
        url = self._free.pop() if self._free else postgres.create_database(template=self._template)
        self._uses[url] += 1
        return url

    def give_back(self, url: str) -> None:
        """Make it ready for the next test, or drop it where that would take more than other rows."""
        if self._uses[url] < MOST_USES and self._restored(url):
            self._free.append(url)
        else:
            postgres.drop_database(url)

    def _restored(self, url: str) -> bool:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(THROW_OUT)
            written = _written(connection)
            if connection.execute(ALTERED).fetchone() != (False,) or max(written.values(), default=0) > MOST_BYTES:
                return False
            connection.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
            _empty(connection, sorted(written))
            for name, rows in self._kept.items():
                _fill(connection, name, rows)
            connection.execute(RESTART)
        return True


def _written(connection: Connection) -> dict[str, int]:
    return dict(connection.execute(WRITTEN).fetchall())


def _all_of(name: str) -> Composed:
    return SQL("SELECT * FROM {}").format(Identifier(name))


def _empty(connection: Connection, names: list[str]) -> None:
    """Vacuumed, so that new rows lie as in a new table."""
    if names:
        tables = [Identifier(name) for name in names]
        connection.execute(SQL("; ").join(SQL("DELETE FROM {}").format(table) for table in tables))
        connection.execute(SQL("VACUUM {}").format(SQL(", ").join(tables)))
        connection.execute(UNCOUNT, [[table.as_string() for table in tables]])


def _fill(connection: Connection, name: str, rows: list[tuple[Any, ...]]) -> None:
    for row in rows:
        places = SQL(", ").join([Placeholder()] * len(row))
        connection.execute(SQL("INSERT INTO {} VALUES ({})").format(Identifier(name), places), row)
