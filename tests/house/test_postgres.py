"""The throw-away PostgreSQL behaves as the product needs it."""

import subprocess
import sys
import time
from pathlib import Path

import psycopg

from tests import postgres


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
