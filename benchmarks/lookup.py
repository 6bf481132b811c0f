"""`make bench-lookup`: the public look-up beside Datasette and beside a Flask that does nothing, in one run.

One machine, one run, the same rows: 300,000 companies and 1,000,000 estates (``--small``: three cities) in SQLite,
8 connections, 2 worker processes each, answers not compressed, 20 rows a page. Datasette is one process by design, so
two of it run with four connections each. Every case is measured for some seconds per round, the rounds take turns, the
median of the rounds counts. The product remembers public answers until anything changes; every case is therefore
asked twice, of a server as it is and of one that remembers nothing and has to find and render every answer ("afresh").
"CPU" is the processor time of the workers per answer, which other work on the machine hardly touches; "by CPU" is the
ratio it gives. Where the product is held against itself ("as fast as search") that ratio decides: how eight connections
fall to two workers moves the rate of a round by a tenth and more. Exit 1 when a target is missed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import registers
import servers
from registers import Samples
from servers import Server
from statements import statements_per_page

PORT = int(os.environ.get("REGULATOR_BENCH_PORT", "8170"))
CONNECTIONS = 8
WARM_SECONDS = 1.0
STARTS = 4


@dataclass
class Case:
    """Something asked of a server, and what came of it in each round."""

    name: str
    asked: list[Server]
    paths: list[str]
    rounds: list[dict[str, float]] = field(default_factory=list)

    def ask(self, seconds: float) -> dict[str, float]:
        question = {
            "servers": [server.address for server in self.asked],
            "paths": self.paths,
            "connections": CONNECTIONS,
            "seconds": seconds,
        }
        client = [sys.executable, str(Path(__file__).with_name("asking.py"))]
        before = sum(server.cpu_seconds() for server in self.asked)
        done = subprocess.run(client, input=json.dumps(question), capture_output=True, text=True, check=True)
        answer: dict[str, float] = json.loads(done.stdout)
        if answer["failed"]:
            raise SystemExit(f"{self.name}: {answer['failed']:.0f} answers were not 200, {answer['answers']:.0f} were")
        used = sum(server.cpu_seconds() for server in self.asked) - before
        return answer | {"cpu_ms": used * 1000 / answer["answers"]}

    def median(self, what: str) -> float:
        return statistics.median(one[what] for one in self.rounds)


@dataclass(frozen=True)
class Target:
    """What must hold between two cases: the first at least so many times as fast as the second."""

    case: str
    than: str
    least: float
    by_cpu: bool = False

    def ratio(self, cases: dict[str, Case]) -> float:
        """What decides: the ratio of rates, or that of processor time."""
        one, other = cases[self.case], cases[self.than]
        if self.by_cpu:
            return other.median("cpu_ms") / one.median("cpu_ms")
        return one.median("rate") / other.median("rate")


AFRESH = ", nothing remembered"
NOISE = 0.95
"""The same speed, measured on a machine that is never quite quiet: by processor time."""
TARGETS = (
    Target("company search, HTML", "Datasette, HTML", 5.0),
    Target("company search, JSON", "Datasette, JSON", 3.0),
    Target("company search, HTML", "bare Flask, HTML", 0.10),
    Target("company search, JSON", "bare Flask, JSON", 0.25),
    Target("company search, HTML, two characters", "company search, HTML", NOISE, by_cpu=True),
    Target("company search, JSON, two characters", "company search, JSON", NOISE, by_cpu=True),
    Target("company page", "company search, HTML", NOISE, by_cpu=True),
    Target("estate page", "estate search, HTML", NOISE, by_cpu=True),
)
MOST_MEMORY_MB, MOST_START_SECONDS = 120.0, 1.5


def asked(path: str, words: list[str]) -> list[str]:
    return [path.format(quote(word)) for word in words]


def cases(ours: Server, afresh: Server, theirs: list[Server], bare: Server, found: Samples) -> list[Case]:
    table = "/register/company{}?_size=20&_nocount=1&_nofacet=1&_search={{}}"
    return [
        *of_ours(ours, "", found),
        *of_ours(afresh, AFRESH, found),
        Case("Datasette, HTML", theirs, asked(table.format(""), found.four)),
        Case("bare Flask, HTML", [bare], ["/html"]),
        Case("Datasette, JSON", theirs, asked(table.format(".json"), found.four)),
        Case("bare Flask, JSON", [bare], ["/json"]),
    ]


def of_ours(server: Server, how: str, found: Samples) -> list[Case]:
    html, api = "/companies?q={}", "/api/v1/companies?limit=20&q={}"
    estates, estates_api = "/estates?q={}", "/api/v1/estates?limit=20&q={}"
    pages = {
        "company search, HTML": asked(html, found.four),
        "company search, JSON": asked(api, found.four),
        "company search, HTML, two characters": asked(html, found.two),
        "company search, JSON, two characters": asked(api, found.two),
        "company search, HTML, 物业": asked(html, ["物业"]),
        "company page": asked("/companies/{}", found.companies),
        "estate search, HTML": asked(estates, found.estate_four),
        "estate search, HTML, two characters": asked(estates, found.estate_two),
        "estate search, JSON": asked(estates_api, found.estate_four),
        "estate page": asked("/estates/{}", found.estates),
        "home page": ["/"],
    }
    return [Case(name + how, [server], paths) for name, paths in pages.items()]


def start_once(directory: Path) -> float:
    """Seconds from nothing to the first answer."""
    with servers.regulator(directory, PORT) as server:
        seconds: float = server.started_in
    return seconds


@contextmanager
def running(directory: Path, found: Samples) -> Iterator[tuple[list[Case], dict[str, float]]]:
    """All servers at once; only one is asked at a time."""
    copy = registers.rival(directory)
    with ExitStack() as stack:
        starts = [start_once(directory) for _ in range(STARTS)]
        ours = stack.enter_context(servers.regulator(directory, PORT))
        start = statistics.median([*starts, ours.started_in])
        facts = {"start": start, "memory": ours.memory_mb(), "start cpu": ours.cpu_seconds() / 2}
        afresh = stack.enter_context(servers.regulator(directory, PORT + 4, remembering=False))
        theirs = [stack.enter_context(servers.datasette(copy, PORT + place)) for place in (1, 2)]
        sizes = [
            int(Case("size", [ours], asked(path, found.four[:1])).ask(0)["bytes"])
            for path in ("/companies?q={}", "/api/v1/companies?limit=20&q={}")
        ]
        bare = stack.enter_context(servers.bare(PORT + 3, *sizes))
        yield cases(ours, afresh, theirs, bare, found), facts
        facts["memory after"] = ours.memory_mb()


def report(measured: list[Case], facts: dict[str, float], pages: dict[str, list[int]]) -> bool:
    """Print the tables; True when every target is met."""
    print(f"\n{'case':58}{'answers/s':>10}{'median ms':>11}{'95 % ms':>9}{'CPU ms':>8}{'KB':>7}")
    for case in measured:
        rate, median, slow, cpu, size = map(case.median, ("rate", "median_ms", "p95_ms", "cpu_ms", "bytes"))
        print(f"{case.name:58}{rate:10.0f}{median:11.2f}{slow:9.2f}{cpu:8.2f}{size / 1000:7.1f}")
    by_name = {case.name: case for case in measured}
    lines = [compared(target, by_name) for target in TARGETS]
    memory, start, cpu = facts["memory"], facts["start"], facts["start cpu"]
    lines.append(("memory of a web worker after start, MB", f"{memory:.0f}", f"≤ {MOST_MEMORY_MB:.0f}", "", ""))
    lines.append(("seconds until the first answer", f"{start:.2f}", f"≤ {MOST_START_SECONDS:g}", f"{cpu:.2f}", ""))
    met = [target.ratio(by_name) >= target.least for target in TARGETS]
    met += [memory <= MOST_MEMORY_MB, start <= MOST_START_SECONDS]
    for page, counts in pages.items():
        lines.append(
            (f"SQL statements, {page}, by rows 1 / 20 / 200", " / ".join(map(str, counts)), "the same", "", "")
        )
        met.append(len(set(counts)) == 1)
    print(f"\n{'target':62}{'measured':>12}{'wanted':>10}{'by CPU':>8}{'afresh':>8}")
    for (name, value, wanted, by_cpu, afresh), good in zip(lines, met, strict=True):
        print(f"{name:62}{value:>12}{wanted:>10}{by_cpu:>8}{afresh:>8}  {'met' if good else 'MISSED'}")
    print("afresh: the same ratio, of the server that remembers nothing")
    print(f"\nmemory of a web worker after the run: {facts['memory after']:.0f} MB")
    return all(met)


def compared(target: Target, cases: dict[str, Case]) -> tuple[str, str, str, str, str]:
    """A line of the table: the ratio of rates, what is wanted, the ratio by processor time, and the one afresh."""
    one, other = cases[target.case], cases[target.than]
    one_afresh, other_afresh = cases[target.case + AFRESH], cases.get(target.than + AFRESH, other)
    return (
        f"{target.case} / {target.than}",
        f"{one.median('rate') / other.median('rate'):.2f}",
        f"≥ {target.least:g}",
        f"{other.median('cpu_ms') / one.median('cpu_ms'):.2f}",
        f"{one_afresh.median('rate') / other_afresh.median('rate'):.2f}",
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--small", action="store_true", help="three cities and short rounds: a look, no figures")
    options.add_argument("--cities", type=int, default=registers.NATIONAL, help="of 1,200 companies and 4,000 estates")
    options.add_argument("--fresh", action="store_true", help="make the register anew")
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--seconds", type=float, default=3.0, help="per case and round")
    given = options.parse_args()
    cities = registers.SMALL if given.small else given.cities
    rounds, seconds = (2, 1.0) if given.small else (given.rounds, given.seconds)
    directory = registers.made(cities, fresh=given.fresh)
    found = registers.samples(directory)
    pages = statements_per_page(directory, found)
    print(f"{cities} cities, {rounds} rounds of {seconds:g} s, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with running(directory, found) as (measured, facts):
        for case in measured:
            case.ask(WARM_SECONDS)
        for _ in range(rounds):
            for case in measured:
                case.rounds.append(case.ask(seconds))
    print(f"load at the end {os.getloadavg()[0]:.1f}")
    sys.exit(0 if report(measured, facts, pages) else 1)


if __name__ == "__main__":
    main()
