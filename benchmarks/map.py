"""`make bench-map`: estates by box at every zoom and with each filter, one estate changed, the map in Chromium.

In a register of 1,000,000 estates in 250 cities spread over the country, on SQLite (``--small``: three cities), as
`regulator serve` runs it with two workers and four browsers asking; beside it, in the same run, the pages folium's
FastMarkerCluster makes of 10,000 and of 100,000 estates. ``--postgresql`` fills a throw-away PostGIS
with the same estates and asks it the same. Exit 1 when a target is missed.
"""

import argparse
import gzip
import json
import os
import random
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import fastmarkers
import on_postgresql
import registers
import servers
from sqlalchemy import select, text

from regulator.app import create_app
from regulator.commands.setup import upgrade_tables
from regulator.features.maps import actions, following
from regulator.features.maps.models import MapEstate
from regulator.features.registry import signals
from regulator.foundation import clock
from regulator.foundation.database import session, transaction

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browsing import open_chromium  # the tests' own way to start it

PORT = int(os.environ.get("REGULATOR_BENCH_PORT", "8170"))
ZOOMS = range(5, 19)
SCREEN = (1366, 768)
SEED = 20261127
CLIENTS = 4
VISITS = 3
MOST = {
    "p50, ms": 20.0,
    "p95, ms": 80.0,
    "combinations p95, ms": 400.0,
    "largest answer, KB compressed": 100.0,
    "one estate's mode changed, ms": 5.0,
    "map usable, s": 1.0,
    "longest block of the main thread, ms": 150.0,
    "heap, MB": 30.0,
    "PostGIS / SQLite, p50": 1.5,
    "PostGIS / SQLite, p95": 1.5,
}


@dataclass(frozen=True)
class Look:
    """A box somebody looks at, with what is asked beside it."""

    path: str
    combined: bool


def looks(number: int) -> list[Look]:
    """Boxes of a screen around estates drawn by lot, at every zoom: without a filter, with each one, with several."""
    drawn = random.Random(SEED)
    at = [
        tuple(row) for row in session().execute(select(MapEstate.lon, MapEstate.lat).where(MapEstate.number % 997 == 1))
    ]
    companies = list(
        session().scalars(
            select(MapEstate.credit_code).where(MapEstate.number % 997 == 1, MapEstate.credit_code.is_not(None))
        )
    )
    divisions = list(session().scalars(select(MapEstate.division_code).where(MapEstate.number % 997 == 1)))
    single: list[Callable[[], dict[str, str]]] = [
        dict,
        lambda: {"mode": drawn.choice(("professional", "abandoned", "none,abandoned"))},
        lambda: {"ownership": drawn.choice(("commodity", "reformed", "public"))},
        lambda: {"condition": drawn.choice(("occupied", "under_construction"))},
        lambda: {"completed": drawn.choice(("1980-1989", "1990-1999", "2010-2019"))},
        lambda: {"division": drawn.choice(divisions)[:6]},
        lambda: {"division": drawn.choice(divisions)[:4] + "00"},
        lambda: {"company": str(drawn.choice(companies))},
    ]
    several: list[Callable[[], dict[str, str]]] = [
        lambda: single[1]() | single[2](),
        lambda: single[2]() | single[4](),
        lambda: single[1]() | single[5](),
        lambda: {"completed": f"{drawn.randint(1981, 1989)}-{drawn.randint(1991, 2008)}"} | single[3](),
    ]
    found = []
    for n in range(number):
        zoom, (lon, lat) = ZOOMS[n % len(ZOOMS)], drawn.choice(at)
        for filters, combined in ((single[n % len(single)], False), (several[n % len(several)], True)):
            found.append(
                Look(
                    f"/map/estates.json?{urlencode(filters() | {'bbox': box(lon, lat, zoom), 'zoom': str(zoom)})}",
                    combined,
                )
            )
    return found


def box(lon: float, lat: float, zoom: int) -> str:
    """What a screen shows around a point."""
    wide = SCREEN[0] / 256 * 360 / 2**zoom / 2
    high = wide * SCREEN[1] / SCREEN[0] * 0.8
    sides = (max(lon - wide, -180), max(lat - high, -85), min(lon + wide, 180), min(lat + high, 85))
    return ",".join(f"{side:.5f}" for side in sides)


def ask(address: str, paths: list[str]) -> list[float]:
    """Milliseconds of each answer, four browsers asking at once from a process of their own; each path once."""
    client = [sys.executable, str(Path(__file__).with_name("looking.py")), address, str(CLIENTS)]
    done = subprocess.run(client, input=json.dumps(paths), capture_output=True, text=True, check=True)
    answer: list[float] = json.loads(done.stdout)
    return answer


def percentile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100)[round(share * 100) - 1]


def figures(address: str, wanted: list[Look]) -> dict[str, float]:
    """Median and 95 % of plain and of combined questions, mixed as they come; first all of it once to warm up."""
    ask(address, [look.path for look in wanted[::7]])
    took = ask(address, [look.path for look in wanted])
    plain = [ms for look, ms in zip(wanted, took, strict=True) if not look.combined]
    combined = [ms for look, ms in zip(wanted, took, strict=True) if look.combined]
    return {
        "p50, ms": percentile(plain, 0.5),
        "p95, ms": percentile(plain, 0.95),
        "combinations p50, ms": percentile(combined, 0.5),
        "combinations p95, ms": percentile(combined, 0.95),
    }


def largest(address: str, wanted: list[Look]) -> float:
    """Kilobytes of the largest answer, compressed as the product compresses."""
    sizes = []
    for look in wanted[::5]:
        with urllib.request.urlopen(f"http://{address}{look.path}") as answer:
            sizes.append(len(gzip.compress(answer.read(), 6)) / 1024)
    return max(sizes)


def one_change() -> float:
    """Median milliseconds of an estate's new mode in tallies and on the map, in its transaction, taken back after."""
    codes = list(session().scalars(select(MapEstate.code).where(MapEstate.mode == "professional").limit(400)))[::10]
    took = []
    for code in codes:
        with taken_back():
            session().execute(
                text(
                    "UPDATE service SET mode = 'owners_self', company_id = NULL WHERE ended_on IS NULL"
                    " AND estate_id = (SELECT id FROM estate WHERE code = :code)"
                ),
                {"code": code},
            )
            began = time.perf_counter()
            signals.touch([code])
            took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


class _Back(Exception):
    """Nothing of it is kept."""


@contextmanager
def taken_back() -> Iterator[None]:
    try:
        with transaction():
            yield
            raise _Back  # noqa: TRY301  # it is the way out
    except _Back:
        pass


# --- in the browser -------------------------------------------------------------------------------------------------

MEASURE = """() => { globalThis.blocks = [];
new PerformanceObserver(list => list.getEntries().forEach(e => blocks.push(e.duration)))
  .observe({type: "longtask", buffered: true}); }"""


def in_chromium(url: str, ready: str, *, limit: float = 180.0) -> dict[str, float]:
    """Seconds until a page can be used, its longest task and its heap, medians of three visits in fresh contexts."""
    found: list[dict[str, float]] = []
    with open_chromium() as browser:
        for _ in range(VISITS):
            context = browser.new_context(viewport={"width": SCREEN[0], "height": SCREEN[1]})
            page = context.new_page()
            page.add_init_script(f"({MEASURE})()")
            began = time.perf_counter()
            page.goto(url, wait_until="commit", timeout=limit * 1000)
            while not page.evaluate(ready):
                if time.perf_counter() - began > limit:
                    raise SystemExit(f"{url}: not ready in {limit:.0f} s")
                time.sleep(0.01)
            usable = time.perf_counter() - began
            page.wait_for_timeout(1500)
            devtools = context.new_cdp_session(page)
            devtools.send("HeapProfiler.collectGarbage")
            heap = devtools.send("Runtime.getHeapUsage")["usedSize"] / 2**20
            found.append({"usable": usable, "block": max(page.evaluate("blocks") or [0]), "heap": heap})
            context.close()
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


OURS_READY = "!!document.querySelector('.estate-cluster, .estate-mark[data-code]')"
FOLIUM_READY = "!!document.querySelector('.marker-cluster, .leaflet-marker-icon')"


def browsers(address: str) -> tuple[dict[str, float], list[tuple[str, float, float, float, float]]]:
    """Our map of the whole register, and folium's of 10,000 and of 100,000 estates."""
    with urllib.request.urlopen(f"http://{address}/map") as answer:
        size = len(answer.read()) / 1024
    ours = in_chromium(f"http://{address}/map", OURS_READY)
    rows = [("regulator, all estates", size, ours["usable"], ours["block"], ours["heap"])]
    points = [
        tuple(row)
        for row in session().execute(select(MapEstate.lat, MapEstate.lon).order_by(MapEstate.number).limit(100_000))
    ]
    for number in (10_000, 100_000):
        with fastmarkers.served(points[:number]) as (url, kilobytes):
            one = in_chromium(url, FOLIUM_READY)
        rows.append((f"FastMarkerCluster, {number:,}", kilobytes, one["usable"], one["block"], one["heap"]))
    found = {
        "map usable, s": ours["usable"],
        "longest block of the main thread, ms": ours["block"],
        "heap, MB": ours["heap"],
    }
    return found, rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--looks", type=int, default=560)
    given = parser.parse_args()
    directory = registers.made(registers.SMALL if given.small else registers.NATIONAL)
    os.environ["REGULATOR_DATA_DIR"] = str(directory)
    app = create_app()
    with app.app_context():
        upgrade_tables()
        with transaction():
            following.roll_over(clock.now())
            actions.keep_shell_fresh(clock.now())
        with transaction():
            list(actions.draw_shell({}))  # what the worker does
        wanted = looks(given.looks)
        changed = one_change()
        with servers.regulator(directory, PORT) as server:
            measured = figures(server.address, wanted)
            measured["largest answer, KB compressed"] = largest(server.address, wanted)
            measured["one estate's mode changed, ms"] = changed
            drawn, beside = browsers(server.address)
        measured |= drawn
    if given.postgresql:
        measured |= beside_postgis(directory, wanted, measured)
    return report(measured, beside)


def beside_postgis(directory: Path, wanted: list[Look], lite: dict[str, float]) -> dict[str, float]:
    """The same questions asked of PostGIS, and how many times as long they take."""
    with on_postgresql.copied(directory) as (files, how), servers.regulator(files, PORT, others=how) as server:
        found = figures(server.address, wanted)
    return {f"PostGIS, {name}": value for name, value in found.items()} | {
        "PostGIS / SQLite, p50": found["p50, ms"] / lite["p50, ms"],
        "PostGIS / SQLite, p95": found["p95, ms"] / lite["p95, ms"],
    }


def report(measured: dict[str, float], beside: list[tuple[str, float, float, float, float]]) -> int:
    missed = False
    print("| | measured | wanted |\n|---|---|---|")
    for name, value in measured.items():
        late = name in MOST and value > MOST[name]
        missed |= late
        print(f"| {name} | {value:.2f}{' MISSED' if late else ''} | {f'≤ {MOST[name]:g}' if name in MOST else ''} |")
    print("\n| page | KB | usable, s | longest block, ms | heap, MB |\n|---|---|---|---|---|")
    for name, *values in beside:
        print(f"| {name} | " + " | ".join(f"{value:.1f}" for value in values) + " |")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
