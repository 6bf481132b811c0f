"""`make bench-import`: a bureau's lists go in and are taken back again, while people sign in.

Measured on a fresh register in SQLite with the web running: a workbook of 100,000 companies through `regulator import
companies`, one of 10,000 estates they serve (more than the demo city has) through `regulator import estates`, then both
taken back by `regulator import undo`. Rows a second from a command's start to its end (judged, written, indexed,
audited), the longest time the write lock was held (a second connection asks for it every few milliseconds and never
waits), a command's peak memory, and every sign-in meanwhile. Exit 1 when a target is missed; the targets are those of
the companies, and of the lock for all.
"""

import argparse
import http.client
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import registers
import servers
from python_calamine import CalamineWorkbook
from servers import environment_of
from workbook import write_companies, write_estates

PORT = int(os.environ.get("REGULATOR_BENCH_PORT", "8170")) + 5
USERNAME, PASSWORD = "bench", "Ein-langes-Kennwort-7"
PROBE_SECONDS, SIGN_IN_SECONDS = 0.005, 0.5
LEAST_ROWS_A_SECOND, LONGEST_HOLD, MOST_MEMORY_MB = 5000.0, 2.0, 500.0


@dataclass
class LockProbe:
    """How long others could not write: begins a write transaction again and again, and never waits for it."""

    register: Path
    holds: list[float] = field(default_factory=list)

    def taken(self) -> list[float]:
        """What was noted since the last time this was asked."""
        holds, self.holds = self.holds, []
        return holds

    def __call__(self, stop: threading.Event) -> None:
        database = sqlite3.connect(self.register, isolation_level=None, timeout=0)
        refused_since: float | None = None
        while not stop.wait(PROBE_SECONDS):
            now = time.perf_counter()
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                refused_since = refused_since or now
                continue
            database.execute("ROLLBACK")
            if refused_since is not None:
                self.holds.append(now - refused_since)
                refused_since = None
        database.close()


@dataclass
class SignIns:
    """Somebody signs in by the form every half second; the time each took, and what went wrong."""

    address: str
    took: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __call__(self, stop: threading.Event) -> None:
        while not stop.wait(SIGN_IN_SECONDS):
            began = time.perf_counter()
            try:
                self._sign_in()
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))
            else:
                self.took.append(time.perf_counter() - began)

    def _sign_in(self) -> None:
        line = http.client.HTTPConnection(self.address, timeout=30)
        form = urllib.parse.urlencode({"username": USERNAME, "password": PASSWORD})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://{self.address}",
            "Sec-Fetch-Site": "same-origin",
        }
        line.request("POST", "/sign-in", form, headers)
        answer = line.getresponse()
        answer.read()
        line.close()
        if answer.status not in (302, 303) or not answer.headers.get("Set-Cookie"):
            raise http.client.HTTPException(f"sign-in answered {answer.status}")


def prepared(directory: Path) -> None:
    """A fresh register of Shenyang with one account."""
    shutil.rmtree(directory, ignore_errors=True)
    run(directory, "init")
    run(directory, "account", "add", USERNAME, "--role", "city_officer", "--scope", "210100", "--password-stdin")


def run(directory: Path, *words: str) -> None:
    command = [sys.executable, "-m", "regulator", *words]
    said = f"{PASSWORD}\n" if "--password-stdin" in words else None
    subprocess.run(command, env=environment_of(directory), input=said, text=True, check=True, stdout=sys.stderr)


@contextmanager
def beside(*work: Callable[[threading.Event], None]) -> Iterator[None]:
    stop = threading.Event()
    threads = [threading.Thread(target=one, args=(stop,)) for one in work]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@dataclass(frozen=True)
class Done:
    """A command that ended well: what it took, and how long others could not write meanwhile."""

    name: str
    rows: int
    seconds: float
    cpu_seconds: float
    memory_mb: float
    holds: list[float]

    @property
    def rate(self) -> float:
        return self.rows / self.seconds

    @property
    def longest(self) -> float:
        return max(self.holds, default=0.0)

    def line(self) -> str:
        by_cpu = self.rows / self.cpu_seconds
        held = f"{self.longest:.2f} of {sum(self.holds):.1f} in {len(self.holds)}"
        return f"{self.name:32}{self.seconds:9.1f}{self.rate:11.0f}{by_cpu:11.0f}{self.memory_mb:9.0f}  {held}"


def done(directory: Path, probe: LockProbe, name: str, rows: int, *words: str) -> Done:
    """Run `regulator import` with these words to its end and say what it took."""
    probe.taken()
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "regulator", "import", *words], env=environment_of(directory), stdout=sys.stderr
    )
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{name} ended with {os.waitstatus_to_exitcode(status)}")
    return Done(name, rows, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, probe.taken())


def imported(directory: Path, probe: LockProbe, kind: str, workbook: Path) -> tuple[Done, str]:
    """What the import took, of the rows it accepted, and the batch it made."""
    report = directory / f"report-{kind}.json"
    taken = done(directory, probe, f"{kind} in", 0, kind, str(workbook), "--report", str(report))
    said = json.loads(report.read_text("utf-8"))
    return replace(taken, rows=int(said["accepted"])), str(said["batch"])


def workbooks(companies: int, estates: int) -> tuple[Path, Path]:
    """The files, made once; the companies of the first serve the estates of the second."""
    first, second = (
        registers.BENCH / f"companies-{companies}.xlsx",
        registers.BENCH / f"estates-{estates}-of-{companies}.xlsx",
    )
    if not first.exists():
        write_companies(first, companies)
    if not second.exists():
        (sheet,) = CalamineWorkbook.from_path(first).sheet_names
        rows = CalamineWorkbook.from_path(first).get_sheet_by_name(sheet).to_python()[3:-1]
        write_estates(second, estates, [str(row[1]) for row in rows])
    return first, second


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--estates", type=int, default=10_000)
    given = options.parse_args()
    registers.BENCH.mkdir(parents=True, exist_ok=True)
    directory = registers.BENCH / "import"
    companies, estates = workbooks(given.rows, given.estates)
    prepared(directory)
    print(f"{given.rows} rows, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with servers.regulator(directory, PORT) as web:
        probe, people = LockProbe(directory / "regulator.sqlite"), SignIns(web.address)
        with beside(probe, people):
            first, companies_batch = imported(directory, probe, "companies", companies)
            second, estates_batch = imported(directory, probe, "estates", estates)
            third = done(directory, probe, "estates taken back", second.rows, "undo", estates_batch)
            fourth = done(directory, probe, "companies taken back", first.rows, "undo", companies_batch)
    print(f"load at the end {os.getloadavg()[0]:.1f}")
    sys.exit(0 if report(given.rows, [first, second, third, fourth], people) else 1)


def report(rows: int, measured: list[Done], people: SignIns) -> bool:
    """Print what was measured; True when every target is met."""
    print(f"\n{'':32}{'seconds':>9}{'rows/s':>11}{'by CPU':>11}{'MB':>9}  lock held, s: longest, together, times")
    for one in measured:
        print(one.line())
    companies = measured[0]
    lines = [
        ("companies accepted", f"{companies.rows}", f"{rows}", companies.rows == rows),
        ("companies, rows a second", f"{companies.rate:.0f}", f"≥ {LEAST_ROWS_A_SECOND:.0f}",
         companies.rate >= LEAST_ROWS_A_SECOND),
        ("peak memory, MB", f"{companies.memory_mb:.0f}", f"< {MOST_MEMORY_MB:.0f}",
         companies.memory_mb < MOST_MEMORY_MB),
        ("sign-ins that failed", f"{len(people.failed)} of {len(people.failed) + len(people.took)}", "0",
         not people.failed and bool(people.took)),
        *((f"longest hold of the lock, {one.name}, s", f"{one.longest:.2f}", f"≤ {LONGEST_HOLD:g}",
           one.longest <= LONGEST_HOLD) for one in measured),
    ]  # fmt: skip
    print(f"\n{'target':52}{'measured':>14}{'wanted':>10}")
    for name, value, wanted, good in lines:
        print(f"{name:52}{value:>14}{wanted:>10}  {'met' if good else 'MISSED'}")
    if people.took:
        print(f"a sign-in took {statistics.median(people.took):.2f} s, the slowest {max(people.took):.2f} s")
    for failure in people.failed[:5]:
        print(f"  {failure}")
    return all(good for *_, good in lines)


if __name__ == "__main__":
    main()
