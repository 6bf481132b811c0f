"""`make bench-zones`: proposing zones for a street of 500 uncovered estates and for a district of 20,000.

On SQLite in a directory of its own, through the product's own acts: read, group, draw, write, record, commit. The
district is 40 streets of 500 (``--small``: 4 streets), as the job does it; and, as the worst case, all these estates in
one single street, grouped only. All of it twice: without barriers, and with a road every 300 metres either way and a
winding river. Exit 1 when a target is missed.
"""

import argparse
import math
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from shapely import LineString
from sqlalchemy import delete, insert

from regulator.app import create_app
from regulator.config import Settings
from regulator.features.audit.terms import Actor
from regulator.features.divisions.models import Division
from regulator.features.divisions.queries import get_division
from regulator.features.divisions.terms import Level
from regulator.features.registry.models import Estate, Service
from regulator.features.registry.terms import Condition, EstateKind, Mode, RecordSource
from regulator.features.zones.actions import proposing
from regulator.features.zones.actions.barriers import NewBarrier, bring_in
from regulator.features.zones.barriers import Barriers
from regulator.features.zones.models import Zone, ZoneProposal
from regulator.features.zones.rules.deciding import PRACTICE
from regulator.features.zones.rules.grouping import group_estates
from regulator.features.zones.terms import BarrierKind, Candidate
from regulator.foundation import clock, jobs
from regulator.foundation.database import new_key, transaction
from regulator.foundation.extensions import enable_migrations
from regulator.foundation.geo import LocalMetres
from regulator.resources import resource_dir

CITY, DISTRICT = "210100", "210103"
EACH, SIDE = 500, 3000.0
MOST_STREET, MOST_DISTRICT = 1.0, 30.0
ACTOR = Actor.system()
SIZES = (None, 36, 72, 240, 800)


def make_register(app: Flask, streets: int) -> None:
    """A district whose streets lie side by side, each with 500 uncovered estates on three kilometres square."""
    enable_migrations(app, resource_dir("migrations"))
    upgrade()
    chance = random.Random(1)
    now = clock.now()
    recorded = {"source": RecordSource.TYPED, "registered_at": now, "updated_at": now, "version": 1}
    kind = {"kind": EstateKind.SCATTERED_BUILDING, "condition": Condition.OCCUPIED, "to_be_placed": True}
    for number in range(streets):
        code = f"{DISTRICT}{number + 1:03d}"
        grid = LocalMetres(123.4 + number * 0.04, 41.8)
        estates = []
        for place in range(EACH):
            lon, lat = grid.to_degrees(chance.random() * SIDE, chance.random() * SIDE)
            homes = chance.choice(SIZES)
            area = None if homes is None else homes * 6000
            known = {
                "code": f"{code}{place:04d}",
                "name": f"{place}号楼",
                "division_code": code,
                "lon": lon,
                "lat": lat,
            }
            estates.append({"id": new_key(), "households": homes, "floor_area": area} | known | kind | recorded)
        with transaction() as current:
            if number == 0:
                current.add(Division(code=CITY, level=Level.CITY, name="沈阳市"))
                current.flush()
                current.add(Division(code=DISTRICT, level=Level.DISTRICT, name="沈河区", parent_code=CITY))
                current.flush()
            current.add(Division(code=code, level=Level.STREET, name=f"{number}街道", parent_code=DISTRICT))
            current.flush()
            current.execute(insert(Estate), estates)
            periods = [
                {"id": new_key(), "estate_id": one["id"], "mode": Mode.NONE, "stated_for": now.date()} | recorded
                for one in estates
            ]
            current.execute(insert(Service), periods)


def street_seconds() -> float:
    """One street as the page does it."""
    street = get_division(f"{DISTRICT}001")
    began = time.perf_counter()
    with transaction():
        proposing.propose_zones(street, PRACTICE, version=proposing.NONE_SEEN, actor=ACTOR, now=clock.now())
    return time.perf_counter() - began


def district_seconds() -> float:
    """The other streets as the worker does them."""
    with transaction():
        job = proposing.ask_for_district(get_division(DISTRICT), PRACTICE, actor=ACTOR, now=clock.now())
    began = time.perf_counter()
    jobs.run_job(job, "benchmark")
    return time.perf_counter() - began


def ways(grid: LocalMetres, side: float) -> list[LineString]:
    """Roads every 300 metres either way, and a river with a bend every 20 metres, over a square of so many metres."""
    bends = int(side / 20)
    river = [(at * 20, side / 2 + 150 * math.sin(at / 7)) for at in range(bends)]
    metres: list[Any] = [river, *([(0, at), (side, at)] for at in range(150, int(side), 300))]
    metres += [[(at, 0), (at, side)] for at in range(150, int(side), 300)]
    return [LineString([grid.to_degrees(*place) for place in way]) for way in metres]


def load_barriers(streets: int) -> int:
    """Barriers through every street; what was proposed without them goes."""
    every = [way for number in range(streets) for way in ways(LocalMetres(123.4 + number * 0.04, 41.8), SIDE)]
    rows = [NewBarrier(number, BarrierKind.ROAD, None, way) for number, way in enumerate(every)]
    with transaction() as current:
        current.execute(delete(Zone))
        current.execute(delete(ZoneProposal))
        bring_in(new_key(), rows, file_name="x", source="x", actor=ACTOR, now=clock.now())
    return len(rows)


def one_street_seconds(estates: int, side: float, *, parted: bool) -> float:
    """The grouping alone where a whole district is one street."""
    grid = LocalMetres(123.4, 41.8)
    barriers = Barriers(ways(grid, side), grid) if parted else None
    chance = random.Random(1)
    sizes = [chance.choice(SIZES) for _ in range(estates)]
    rows = [
        Candidate(f"{n:06d}", chance.random() * side, chance.random() * side, homes, homes and homes * 6000)
        for n, homes in enumerate(sizes)
    ]
    began = time.perf_counter()
    group_estates(rows, PRACTICE, barriers.part if barriers else None)
    return time.perf_counter() - began


def measure(streets: int, *, parted: bool) -> bool:
    """Print a round of figures; whether all targets are met."""
    street = street_seconds()
    district = district_seconds() + street
    crowded = one_street_seconds(streets * EACH, 20_000.0, parted=parted)
    print(f"a street of {EACH:,}               {street:6.2f} s   (at most {MOST_STREET:.0f} s)")
    print(f"a district of {streets * EACH:,}          {district:6.2f} s   (at most {MOST_DISTRICT:.0f} s)")
    print(f"{streets * EACH:,} in one street, grouped {crowded:6.2f} s   (at most {MOST_DISTRICT:.0f} s)")
    return street <= MOST_STREET and district <= MOST_DISTRICT and crowded <= MOST_DISTRICT


def main() -> int:
    """Print the figures; 1 when a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small", action="store_true")
    streets = 4 if options.parse_args().small else 40
    with tempfile.TemporaryDirectory() as directory:
        app = create_app(Settings(data_dir=Path(directory), compress=False))
        with app.app_context():
            make_register(app, streets)
            print("without barriers")
            met = measure(streets, parted=False)
            print(f"with {load_barriers(streets):,} barriers")
            met &= measure(streets, parted=True)
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
