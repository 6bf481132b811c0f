"""`make bench-coverage`: the dashboard of a city beside an empty page, a past day, the change of a month explained.

In a register of 1,000,000 estates in 250 cities on SQLite (``--small``: three cities). Pages are asked of the product
as `regulator serve` runs it, by one signed-in browser, in turns, medians. The empty page is the desk's own frame with
a search that asks for nothing. Exit 1 when a target is missed.
"""

import argparse
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import registers
import servers

from regulator.app import create_app
from regulator.features.audit.terms import Actor
from regulator.features.coverage.actions import tallies
from regulator.features.coverage.actions.months import close_month
from regulator.features.coverage.queries.figures import figure_on
from regulator.features.coverage.queries.months import explanation, last_day_of, latest_month
from regulator.features.coverage.rules.counting import month_before, month_of
from regulator.features.divisions.queries import DivisionRow, list_cities
from regulator.foundation import clock
from regulator.foundation.database import transaction

PORT = int(os.environ.get("REGULATOR_BENCH_PORT", "8170"))
OFFICER = "city"
EMPTY, BOARD, PUBLIC = "/office/search", "/office/coverage", "/coverage"
MOST_TIMES, MOST_PAST, MOST_EXPLAINED = 3.0, 2.0, 5.0


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


class Browser:
    """The demo's city officer, signed in as a browser does, on one connection that stays open."""

    def __init__(self, address: str, directory: Path) -> None:
        self._connection = HTTPConnection(address)
        self._cookies: dict[str, str] = {}
        accounts = json.loads((directory / registers.DONE).read_text("utf-8"))
        known = next(account for account in accounts if account["username"] == OFFICER)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', self.ask("GET", "/sign-in")))
        self.ask("POST", "/sign-in", hidden | {name: known[name] for name in ("username", "password")})

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> str:
        """The words of an answer."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, urlencode(form) if form else None, headers)
        answer = self._connection.getresponse()
        for given in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = given.partition(";")[0].partition("=")
            self._cookies[name] = value
        words = answer.read().decode()
        if answer.status not in (200, 302, 303):
            raise SystemExit(f"{path} answers {answer.status}")
        return words


def pages(browser: Browser, rounds: int) -> dict[str, float]:
    """Median seconds of each page, asked in turns."""
    found: dict[str, list[float]] = {path: [] for path in (EMPTY, BOARD, PUBLIC)}
    for _ in range(rounds):
        for path, times in found.items():
            times.append(seconds(lambda path=path: browser.ask("GET", path)))  # type: ignore[misc]
    return {path: statistics.median(times) for path, times in found.items()}


def months_closed(city: DivisionRow) -> tuple[str, str]:
    """The two months before this one, closed if they are not."""
    last = month_of(clock.today().replace(day=1) - timedelta(days=1))
    for month in (month_before(last), last):
        if (latest_month(city.code) or "") < month:
            with transaction():
                close_month(city, month, actor=Actor.system(), now=clock.now())
    return month_before(last), last


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    directory = registers.made(registers.SMALL if given.small else registers.NATIONAL)
    os.environ["REGULATOR_DATA_DIR"] = str(directory)
    app = create_app()
    with app.app_context():
        with transaction():
            tallies.roll_over(clock.now())
        city = list_cities()[0]
        first, last = months_closed(city)
        days = [clock.today() - timedelta(days=365 * years + 17) for years in range(1, 8)]
        past = statistics.median(seconds(lambda day=day: figure_on(city.code, day)) for day in days)  # type: ignore[misc]
        why = statistics.median(
            seconds(lambda: explanation(city.code, last_day_of(first), last_day_of(last))) for _ in range(5)
        )
    with servers.regulator(directory, PORT) as server:
        browser = Browser(server.address, directory)
        pages(browser, 20)  # both workers have compiled and looked at everything once
        found = pages(browser, given.rounds)
    times = found[BOARD] / found[EMPTY]
    rows = [
        ("empty page, ms", found[EMPTY] * 1000, None),
        ("dashboard of the city, ms", found[BOARD] * 1000, None),
        ("dashboard / empty page", times, MOST_TIMES),
        ("public page, ms (nothing remembered the first time)", found[PUBLIC] * 1000, None),
        ("a past day, s", past, MOST_PAST),
        ("a month explained, s", why, MOST_EXPLAINED),
    ]
    missed = False
    print("| | measured | wanted |\n|---|---|---|")
    for name, value, most in rows:
        late = most is not None and value > most
        missed |= late
        print(f"| {name} | {value:.3f}{' MISSED' if late else ''} | {'' if most is None else f'≤ {most:g}'} |")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
