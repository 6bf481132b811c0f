"""`make bench-import`: a workbook of 100,000 companies through `regulator import companies`, while people sign in.

Measured on a fresh register in SQLite with the web running: rows a second from the command's start to its end (judged,
written, indexed, audited), the longest time the write lock was held (a second connection asks for it every few
milliseconds and never waits), the command's peak memory, and every sign-in meanwhile. Exit 1 when a target is missed.
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
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import registers
import servers
from servers import environment_of
from workbook import write_companies

PORT = int(os.environ.get("REGULATOR_BENCH_PORT", "8170")) + 5
USERNAME, PASSWORD = "bench", "Ein-langes-Kennwort-7"
PROBE_SECONDS, SIGN_IN_SECONDS = 0.005, 0.5
LEAST_ROWS_A_SECOND, LONGEST_HOLD, MOST_MEMORY_MB = 5000.0, 2.0, 500.0


@dataclass
class LockProbe:
    """How long others could not write: begins a write transaction again and again, and never waits for it."""

    register: Path
    holds: list[float] = field(default_factory=list)

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


def beside(*work: Callable[[threading.Event], None]) -> tuple[threading.Event, list[threading.Thread]]:
    stop = threading.Event()
    threads = [threading.Thread(target=one, args=(stop,)) for one in work]
    for thread in threads:
        thread.start()
    return stop, threads


@dataclass(frozen=True)
class Imported:
    seconds: float
    cpu_seconds: float
    memory_mb: float
    report: dict[str, object]


def imported(directory: Path, workbook: Path) -> Imported:
    """Run the command to its end and say what it took."""
    report = directory / "report.json"
    command = [sys.executable, "-m", "regulator", "import", "companies", str(workbook), "--report", str(report)]
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment_of(directory))
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"the import ended with {os.waitstatus_to_exitcode(status)}")
    said = json.loads(report.read_text("utf-8"))
    return Imported(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=100_000)
    given = options.parse_args()
    registers.BENCH.mkdir(parents=True, exist_ok=True)
    workbook, directory = registers.BENCH / f"companies-{given.rows}.xlsx", registers.BENCH / "import"
    if not workbook.exists():
        write_companies(workbook, given.rows)
    prepared(directory)
    print(f"{given.rows} rows, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with servers.regulator(directory, PORT) as web:
        probe, people = LockProbe(directory / "regulator.sqlite"), SignIns(web.address)
        stop, threads = beside(probe, people)
        try:
            done = imported(directory, workbook)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    print(f"load at the end {os.getloadavg()[0]:.1f}")
    sys.exit(0 if report(given.rows, done, probe, people) else 1)


def report(rows: int, done: Imported, probe: LockProbe, people: SignIns) -> bool:
    """Print what was measured; True when every target is met."""
    longest = max(probe.holds, default=0.0)
    slowest = max(people.took, default=0.0)
    lines = (
        ("rows accepted", f"{done.report['accepted']}", f"{rows}", done.report["accepted"] == rows),
        ("rows a second", f"{rows / done.seconds:.0f}", f"≥ {LEAST_ROWS_A_SECOND:.0f}",
         rows / done.seconds >= LEAST_ROWS_A_SECOND),
        ("longest hold of the write lock, s", f"{longest:.2f}", f"≤ {LONGEST_HOLD:g}", longest <= LONGEST_HOLD),
        ("peak memory, MB", f"{done.memory_mb:.0f}", f"< {MOST_MEMORY_MB:.0f}", done.memory_mb < MOST_MEMORY_MB),
        ("sign-ins that failed", f"{len(people.failed)} of {len(people.failed) + len(people.took)}", "0",
         not people.failed and bool(people.took)),
    )  # fmt: skip
    print(f"\n{'target':40}{'measured':>14}{'wanted':>10}")
    for name, value, wanted, good in lines:
        print(f"{name:40}{value:>14}{wanted:>10}  {'met' if good else 'MISSED'}")
    print(
        f"\n{done.seconds:.1f} s in all, {done.cpu_seconds:.1f} s of processor time: {rows / done.cpu_seconds:.0f} rows"
    )
    print(f"the lock was found taken {len(probe.holds)} times, {sum(probe.holds):.1f} s together")
    if people.took:
        print(f"a sign-in took {statistics.median(people.took):.2f} s, the slowest {slowest:.2f} s")
    for failure in people.failed[:5]:
        print(f"  {failure}")
    return all(good for *_, good in lines)


if __name__ == "__main__":
    main()
