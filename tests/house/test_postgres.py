"""The throw-away PostgreSQL behaves as the product needs it."""

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tests.shelf import MOST_BYTES, Shelf


def _ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def test_a_new_database_has_postgis_and_knows_chinese_letters() -> None:
    url = postgres.create_database()
    assert str(_ask(url, "SELECT postgis_lib_version()")).startswith("3.")
    assert _ask(url, "SELECT datctype FROM pg_database WHERE datname = current_database()") == "C.UTF-8"
    assert _ask(url, "SELECT to_tsvector('simple', '物 业')::text") == "'业':2 '物':1"
    postgres.drop_database(url)


def test_a_copy_carries_the_rows_of_its_template() -> None:
    source = postgres.create_database()
    postgres.cluster().execute("CREATE TABLE kept AS SELECT 7 AS n", postgres.database_name(source))
    copy = postgres.create_database(template=source)
    assert _ask(copy, "SELECT n FROM kept") == 7
    for url in (copy, source):
        postgres.drop_database(url)


def test_a_killed_test_run_leaves_no_server_behind(tmp_path: Path) -> None:
    script = "import os, signal; from tests import postgres; c = postgres.cluster(); print(c._directory, flush=True); "
    done = subprocess.run(
        [sys.executable, "-c", script + "os.kill(os.getpid(), signal.SIGKILL)"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == -9, done.stderr
    directory = Path(done.stdout.strip())
    assert directory.name.startswith("regulator-pg-")
    deadline = time.monotonic() + 20
    while directory.joinpath("data").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not directory.joinpath("data").exists()


# --- databases used again ---------------------------------------------------------------------------------------------

GUARDED = """
CREATE TABLE state (id integer PRIMARY KEY, said text);
INSERT INTO state VALUES (1, 'undecided');
CREATE TABLE entry (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state_id integer REFERENCES state, said text);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $$append-only$$; END';
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse();
"""
WRITE = "UPDATE state SET said = 'used'; INSERT INTO entry (state_id, said) VALUES (1, 'a'), (1, 'b');"


@pytest.fixture
def shelf() -> Shelf:
    """Of databases with a row that must be there and a table nobody may delete from."""
    template = postgres.create_database()
    _do(template, GUARDED)
    return Shelf(template)


def _do(url: str, statements: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statements.encode())


def _next(shelf: Shelf, before: str) -> str:
    shelf.give_back(before)
    return shelf.take()


def test_a_database_used_again_is_as_it_was(shelf: Shelf) -> None:
    url = shelf.take()
    for _time in range(3):
        assert _ask(url, "SELECT array_agg(s::text) FROM state s") == ["(1,undecided)"]
        assert _ask(url, "SELECT count(*) FROM entry") == 0
        assert _ask(url, "SELECT reltuples FROM pg_class WHERE relname = 'entry'") == -1
        _do(url, "CREATE TEMPORARY TABLE passing (n integer); DROP TABLE passing; CREATE TEMPORARY TABLE more (n int)")
        _do(url, WRITE)
        assert _ask(url, "SELECT array_agg(seq || said || ctid) FROM entry") == ["1a(0,1)", "2b(0,2)"]
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            _do(url, "DELETE FROM entry")
        assert _next(shelf, url) == url


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE other (n integer)",
        "ALTER TABLE entry ADD COLUMN more integer",
        "DROP TRIGGER refuse ON entry",
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "ANALYZE entry",
        f"INSERT INTO entry (said) SELECT repeat('x', 1000) FROM generate_series(1, {MOST_BYTES // 900})",
    ],
)
def test_what_is_more_than_a_few_rows_is_not_used_again(shelf: Shelf, statement: str) -> None:
    url = shelf.take()
    _do(url, WRITE)
    _do(url, statement)
    other = _next(shelf, url)
    assert other != url
    assert _ask(other, "SELECT count(*) FROM entry") == 0
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        _do(url, "SELECT 1")


def test_who_is_still_connected_is_thrown_out_of_a_database_used_again(shelf: Shelf) -> None:
    url = shelf.take()
    with psycopg.connect(url) as left_open:
        left_open.execute(WRITE.encode())  # and not committed
        assert _next(shelf, url) == url
        with pytest.raises(psycopg.OperationalError):
            left_open.execute("SELECT 1")
    assert _ask(url, "SELECT count(*) FROM entry") == 0
