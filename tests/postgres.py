"""One throw-away PostgreSQL cluster per test process, and empty databases in it; knows nothing of the product."""

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

TEMPLATE = "template_postgis"
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "fatal",
}
# Ends the server and removes its files when our end of the pipe closes, so even a killed test run leaves nothing.
_KEEPER = """
dir=$1; shift
"$@" </dev/null >"$dir/log" 2>&1 &
server=$!
trap '' INT TERM HUP
cat >/dev/null
kill -QUIT "$server" 2>/dev/null
wait "$server" 2>/dev/null
rm -rf "$dir"/* "$dir"
"""


class PostgresMissingError(RuntimeError):
    """PostgreSQL with PostGIS is not installed: the tests fail, they are never skipped."""


class Cluster:
    """A running server on a loopback port, owned by an unprivileged user; trusts every local connection."""

    def __init__(self) -> None:
        self._binaries = _binaries()
        self._user = _unprivileged_user()
        self._directory = Path(tempfile.mkdtemp(prefix="regulator-pg-"))
        if self._user is not None:
            shutil.chown(self._directory, self._user)
        self._initialise()
        self.port = _free_port()
        self._keeper = self._start()
        self._wait_until_ready()
        self._make_template()

    def url(self, database: str) -> str:
        """The address of `database`, as REGULATOR_DATABASE_URL takes it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Runs one statement outside any transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def stop(self) -> None:
        """Ends the server and removes its files; may be called twice."""
        if self._keeper.stdin is not None and not self._keeper.stdin.closed:
            self._keeper.stdin.close()
            self._keeper.wait(timeout=30)
        shutil.rmtree(self._directory, ignore_errors=True)

    def _initialise(self) -> None:
        command = [self._binaries / "initdb", "--pgdata", self._directory / "data", "--username", "postgres"]
        options = ["--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"]
        done = subprocess.run(
            [*map(str, command), *options],
            **self._as_user(), cwd=self._directory, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed: {done.stderr or done.stdout}")

    def _start(self) -> subprocess.Popen[bytes]:
        server = [str(self._binaries / "postgres"), "-D", str(self._directory / "data"), "-p", str(self.port)]
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        return subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, "keeper", str(self._directory), *server, "-k", str(self._directory), *settings],
            **self._as_user(), cwd=self._directory, stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _as_user(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid, "extra_groups": []}

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    log = (self._directory / "log").read_text(encoding="utf-8", errors="replace")
                    self.stop()
                    raise RuntimeError(f"PostgreSQL did not start: {log}") from error
                time.sleep(0.1)
            else:
                return

    def _make_template(self) -> None:
        self.execute(f"CREATE DATABASE {TEMPLATE}")
        self.execute("CREATE EXTENSION postgis", TEMPLATE)


@cache
def cluster() -> Cluster:
    """This process's cluster, started when first asked for and stopped at exit."""
    started = Cluster()
    atexit.register(started.stop)
    return started


def create_database(template: str = TEMPLATE) -> str:
    """The URL of a new database: empty but for PostGIS, or a copy of `template` (a name or URL; nobody connected)."""
    name = f"test_{uuid4().hex}"
    # copied as files: half the time, and nothing here need survive a crash
    cluster().execute(f"CREATE DATABASE {name} TEMPLATE {database_name(template)} STRATEGY FILE_COPY")
    return cluster().url(name)


def drop_database(url: str) -> None:
    """Drops a database made by create_database(); whoever is still connected is thrown out."""
    cluster().execute(f"DROP DATABASE IF EXISTS {database_name(url)} WITH (FORCE)")


def database_name(url: str) -> str:
    """The last part of a database URL."""
    return url.rpartition("/")[2]


def _binaries() -> Path:
    """The newest installed PostgreSQL that has PostGIS."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    for initdb in reversed(versions):
        if Path(f"/usr/share/postgresql/{initdb.parts[4]}/extension/postgis.control").exists():
            return initdb.parent
    raise PostgresMissingError("PostgreSQL with PostGIS is missing: run `make test`, which installs it or says how")


def _unprivileged_user() -> str | None:
    """Whom the server runs as: None for ourselves; initdb refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
