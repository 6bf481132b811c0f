"""A real installation of the product: its own directory, commands as processes, a server; no inside knowledge."""

import json
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, Self

import psycopg

from tests.errands import ready
from tests.errands.visitor import Visitor

WORKBOOKS = Path(__file__).resolve().parents[1] / "data" / "register"
EXPECTED: dict[str, Any] = json.loads((WORKBOOKS / "expected.json").read_text(encoding="utf-8"))
ORDER = {
    "companies": "companies.xlsx",
    "estates": "estates.xlsx",
    "people": "people.csv",
    "contracts": "contracts.xlsx",
}
AS_OF = "2026-09-30"
KEYS = {"REGULATOR_SECRET_KEY": "errand-secret-" + "s" * 40, "REGULATOR_DATA_KEY": "errand-data-" + "d" * 40}
NOT_REGISTER = (
    *(
        "account",
        "alembic",
        "application",  # numbered without gaps and moved on by the sweep, whatever an errand imports
        "answered",
        "audit",
        "authority",
        "calendar",
        "case_file_counter",
        "case_file_print",
        "certificate",  # what was issued stays when an import is taken back
        "coverage_month",  # the sweep closes months when their day has come, whatever an errand is doing
        "deputy",
        "division",
        "import",
        "job",
        "lockout",
        "map_",  # numbered as rows come and counted by versions; `verify` compares it with the register
    ),
    *(
        "management",
        "matter",  # what waited stays told when an import is taken back; `verify` compares what is open
        "paper_chain",
        "paper_counter",
        "paper_series",
        "paper_template",
        "password",
        "recovery",
        "review_",  # rounds of the yearly look are nobody's import
        "role",
        "sign_in",
        "spatial",
        "sqlite",
    ),
)
Dump = dict[str, list[dict[str, Any]]]
Process = ready.Process | subprocess.Popen[bytes]


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    exit: int
    out: str
    err: str


class Installation:
    """One installation in ``directory``: SQLite there, or the database of ``database_url``; ``today`` fixes its day.

    Its commands are this checkout's, begun where loading has ended (`ready`), or those of the file ``command``.
    """

    def __init__(
        self,
        directory: Path,
        database_url: str | None = None,
        today: date | str | None = None,
        *,
        command: Path | None = None,
        **settings: str,
    ) -> None:
        self.directory = directory
        self.database_url = database_url
        self.today = today
        self.command = command
        self.settings = settings
        self.data = directory / "var"
        self.port = free_port()
        self._server: Process | None = None
        directory.mkdir(parents=True, exist_ok=True)

    # --- commands ---

    @property
    def environment(self) -> dict[str, str]:
        """The process environment: nothing of ours but REGULATOR_ settings, and which code is begun.

        `serve` starts its web and its worker from nothing: they too are to be this checkout's, whosever environment
        this Python is of.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("REGULATOR_", "PYTHON"))}
        own = {
            "REGULATOR_ENV": "test",
            "REGULATOR_DATA_DIR": str(self.data),
            "REGULATOR_BIND": f"127.0.0.1:{self.port}",
            **KEYS,
        }
        if self.command is None:
            own["PYTHONPATH"] = str(ready.ROOT)
        if self.database_url:
            own["REGULATOR_DATABASE_URL"] = self.database_url
        if self.today:
            own["REGULATOR_TODAY"] = str(self.today)
        return kept | own | {f"REGULATOR_{name.upper()}": value for name, value in self.settings.items()}

    def run(self, *words: str | Path, given: str = "", exits: int | None = None, timeout: float = 300) -> Result:
        """Run ``regulator WORDS`` to its end with ``given`` on standard input; ``exits`` asserts how it ended."""
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            asked.write(given.encode())
            asked.seek(0)
            process = self._begin(words, (asked, out, err))
            try:
                code = process.wait(timeout)
            finally:
                process.kill()
            result = Result(code, _read(out), _read(err))
        if exits is not None:
            assert result.exit == exits, f"regulator {' '.join(map(str, words))}: {result}"
        return result

    def begin(self, *words: str | Path) -> Process:
        """Start a command and let it run; the caller ends it."""
        with self._log.open("ab") as log, Path(os.devnull).open("r+b") as nothing:
            return self._begin(words, (nothing, nothing, log))

    def _begin(self, words: Sequence[str | Path], files: tuple[IO[bytes], IO[bytes], IO[bytes]]) -> Process:
        texts = [str(word) for word in words]
        if self.command is None:
            return ready.begin(texts, env=self.environment, cwd=self.directory, files=files)
        return subprocess.Popen(
            [str(self.command), *texts],
            env=self.environment, cwd=self.directory, stdin=files[0], stdout=files[1], stderr=files[2],
        )  # fmt: skip

    def prepare(self) -> Self:
        """`regulator init`."""
        self.run("init", exits=0)
        return self

    def import_file(self, kind: str, file: Path, *options: str, as_of: str | None = AS_OF) -> Any:
        """Import one workbook; gives its report with "exit" added."""
        report = self.directory / f"report-{secrets.token_hex(4)}.json"
        day = ("--as-of", as_of) if as_of else ()
        done = self.run("import", kind, file, *day, "--report", report, *options)
        assert report.exists(), f"no report: {done}"
        return json.loads(report.read_text(encoding="utf-8")) | {"exit": done.exit}

    def import_all(self) -> dict[str, Any]:
        """The four workbooks in order, as the city; gives file name → report."""
        return {name: self.import_file(kind, WORKBOOKS / name) for kind, name in ORDER.items()}

    def add_account(self, name: str, role: str, scope: str) -> str:
        """Add an account that need not change its password first; gives the password. A second role: `add_role`."""
        password = f"Aa1-{secrets.token_urlsafe(12)}"
        words = ("--role", role, "--scope", scope, "--password-stdin")
        self.run("account", "add", name, *words, given=f"{password}\n", exits=0)
        return password

    def add_role(self, name: str, role: str, scope: str) -> Result:
        """Give an existing account one more role; may be refused."""
        return self.run("account", "add", name, "--role", role, "--scope", scope)

    # --- serving ---

    @property
    def address(self) -> str:
        """Where the server answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def _log(self) -> Path:
        return self.directory / "serve.log"

    @property
    def log(self) -> str:
        """What the server said so far."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    @contextmanager
    def serve(self) -> Iterator[Self]:
        """Serve while the block runs: web and worker."""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    @property
    def is_served(self) -> bool:
        """Whether it was started and not stopped."""
        return self._server is not None

    def start(self) -> None:
        """Start `regulator serve` and wait until it answers."""
        assert self._server is None, "it is served already"
        self._server = self.begin("serve")
        wait_for(self._answers, 60, lambda: f"the server did not answer: {self.log}")

    def stop(self) -> int:
        """End the server as systemd would, and with force after 30 seconds; gives its exit code."""
        server, self._server = self._server, None
        if server is None:
            return 0
        children = children_of(server.pid)
        server.terminate()
        try:
            return server.wait(30)
        except subprocess.TimeoutExpired:
            for pid in (server.pid, *children):
                end(pid)
            server.wait()
            raise

    def restart_on(self, day: date | str) -> None:
        """Go on with another day: commands from now on, and the server if it runs."""
        served = self.is_served
        self.stop()
        self.today = day
        if served:
            self.start()

    @property
    def server_pid(self) -> int:
        """The process of `regulator serve`."""
        assert self._server is not None, "it is not served"
        return self._server.pid

    def worker_pids(self) -> list[int]:
        """The processes doing jobs, for `end(pid)`."""
        return [pid for pid in children_of(self.server_pid) if "work" in command_line(pid)]

    def web_pids(self) -> list[int]:
        """Gunicorn's first process."""
        return [pid for pid in children_of(self.server_pid) if "gunicorn" in command_line(pid)]

    def browser(self, language: str = "zh-CN,zh") -> Visitor:
        """A new browser window, nobody signed in."""
        return Visitor(self.address, language=language)

    def signed_in(self, username: str, password: str) -> Visitor:
        """A browser window in which this person has signed in."""
        browser = self.browser()
        desk = browser.sign_in(username, password).ok()
        assert not desk.path.startswith("/sign-in"), f"not signed in: {desk.words[:500]}"
        return browser

    def _answers(self) -> bool:
        assert self._server is None or self._server.poll() is None, f"the server ended: {self.log}"
        try:
            return self.browser().get("/healthz").status < 500
        except OSError:
            return False

    # --- what is in the database, read only ---

    def select(self, query: str) -> list[dict[str, Any]]:
        """Read rows past the product: for dumps and for proofs about the database itself."""
        if self.database_url:
            with psycopg.connect(self.database_url, row_factory=psycopg.rows.dict_row) as there:
                there.read_only = True
                return there.execute(query.encode()).fetchall()
        with closing(sqlite3.connect(f"file:{self.sqlite}?mode=ro", uri=True, timeout=10)) as here:
            here.row_factory = sqlite3.Row
            return [dict(row) for row in here.execute(query)]

    def execute(self, statement: str) -> int:
        """Write past the product, as an intruder would; gives the number of rows. Raises the driver's own error."""
        if self.database_url:
            with psycopg.connect(self.database_url) as there:
                return there.execute(statement.encode()).rowcount
        with closing(sqlite3.connect(self.sqlite, timeout=10)) as here, here:
            return here.execute(statement).rowcount

    @property
    def sqlite(self) -> Path:
        """The embedded register's file."""
        return self.data / "regulator.sqlite"

    def tables(self) -> list[str]:
        """Every table but a search index's own and the database's own."""
        if self.database_url:
            query = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
        else:
            query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = sorted(row["name"] for row in self.select(query))
        return [name for name in names if "_fts" not in name and not name.startswith(("sqlite_", "spatial_"))]

    def register_tables(self) -> list[str]:
        """The tables of the register: not of accounts, audit, divisions, imports and jobs."""
        return [name for name in self.tables() if not name.startswith(NOT_REGISTER)]

    def dump(self, tables: Sequence[str] | None = None, *, without: Sequence[str] = ()) -> Dump:
        """The rows of tables (the register's, unless named), columns ``without`` left out, in an order of their own."""
        found: Dump = {}
        for name in tables or self.register_tables():
            rows = self.select(f'SELECT * FROM "{name}"')  # names out of the database itself
            kept = [{column: value for column, value in row.items() if column not in without} for row in rows]
            found[name] = sorted(kept, key=repr)
        return found

    # --- copies ---

    def copy_to(self, directory: Path, **settings: str) -> "Installation":
        """The same installation at another place, with more settings, nobody serving either (SQLite only)."""
        assert self._server is None, "stop it first"
        assert not self.database_url, "copy a PostgreSQL register with CREATE DATABASE … TEMPLATE"
        shutil.copytree(self.data, directory / "var")
        return Installation(directory, today=self.today, command=self.command, **(self.settings | settings))


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Any, seconds: float = 30, complaint: Any = lambda: "it did not happen in time") -> Any:
    """Ask until the answer is true, and give it; fail with the complaint after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, complaint()
        time.sleep(0.05)
    return answer


def end(pid: int) -> None:
    """kill -9."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def children_of(pid: int) -> list[int]:
    """The processes a process has started and that live, oldest first."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(child) for child in listed.split() if command_line(int(child))]


def command_line(pid: int) -> list[str]:
    """The words a process was started with; none for one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []
