"""`make bench-geoexport`: writing the layer of estates as each kind of file, and how much memory that takes.

On SQLite in a directory of its own, at a tenth of the estates and at all of them (200,000; ``--small``: 20,000): a
process for each, since a process never gives its peak back. Exit 1 when ten times the estates take more than half as
much memory again.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert

from regulator.app import create_app
from regulator.config import Settings
from regulator.features.divisions.models import Division
from regulator.features.divisions.terms import Level, Scope
from regulator.features.maps.geofiles.terms import FileType, GeoLayer
from regulator.features.registry.models import Estate, Service
from regulator.features.registry.terms import Condition, EstateKind, Mode, RecordSource
from regulator.foundation import clock
from regulator.foundation.database import new_key, transaction
from regulator.foundation.extensions import enable_migrations
from regulator.resources import resource_dir

CITY, DISTRICT, STREET = "210100", "210103", "210103001"
AT_ONCE = 20_000
MOST_GROWTH = 1.5


def make_register(app: Flask, estates: int) -> None:
    """So many estates with positions, addresses and a mode, all in one street."""
    enable_migrations(app, resource_dir("migrations"))
    upgrade()
    with transaction() as current:
        for code, level, parent in (
            (CITY, Level.CITY, None), (DISTRICT, Level.DISTRICT, CITY), (STREET, Level.STREET, DISTRICT),
        ):  # fmt: skip
            current.add(Division(code=code, level=level, name=f"区划{code}", parent_code=parent))
            current.flush()
    chance, now = random.Random(1), clock.now()
    recorded = {"source": RecordSource.TYPED, "registered_at": now, "updated_at": now, "version": 1}
    kind = {"kind": EstateKind.RESIDENTIAL, "condition": Condition.OCCUPIED, "division_code": STREET}
    for start in range(0, estates, AT_ONCE):
        rows = [
            {
                "id": new_key(),
                "code": f"{STREET}{number:07d}",
                "name": f"第{number}小区",
                "address": f"惠工街{number}号",
                "lon": 123.3 + chance.random() / 5,
                "lat": 41.7 + chance.random() / 5,
                "households": chance.randrange(2000),
                "floor_area": chance.randrange(10**7),
                "to_be_placed": False,
            }
            | kind
            | recorded
            for number in range(start, min(start + AT_ONCE, estates))
        ]
        periods = [
            {"id": new_key(), "estate_id": row["id"], "mode": Mode.NONE, "stated_for": now.date()} | recorded
            for row in rows
        ]
        with transaction() as current:
            current.execute(insert(Estate), rows)
            current.execute(insert(Service), periods)


def settings_of(directory: Path) -> Settings:
    """An installation that is there for its database only."""
    return Settings(data_dir=directory, compress=False)


def export(directory: Path, file_type: FileType) -> None:
    """Write the layer once; prints seconds, peak of memory in MB, before and at the end, and the file's MB."""
    app = create_app(settings_of(directory))
    with app.app_context():
        from regulator.features.maps.geofiles.writing import write_layer  # noqa: PLC0415 -- a second to load

        before, began = peak(), time.perf_counter()
        path = directory / f"out.{file_type.value}"
        write_layer(GeoLayer.ESTATES, path, file_type, scope=Scope.everything(), day=clock.today())
        print(json.dumps([time.perf_counter() - began, before, peak(), path.stat().st_size / 1e6]))


def peak() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(estates: int) -> dict[FileType, float]:
    """Print a line for each kind of file; gives the memory each took, in MB."""
    found: dict[FileType, float] = {}
    with tempfile.TemporaryDirectory() as directory:
        app = create_app(settings_of(Path(directory)))
        with app.app_context():
            make_register(app, estates)
        for file_type in FileType:
            words = [sys.executable, __file__, "--export", directory, file_type.value]
            done = subprocess.run(words, capture_output=True, text=True, check=True)
            seconds, before, most, size = json.loads(done.stdout.splitlines()[-1])
            found[file_type] = most
            print(
                f"{estates:>9,} estates as {file_type.value:8} {seconds:6.1f} s   {size:7.1f} MB written   "
                f"memory {before:.0f} MB before, {most:.0f} MB at most"
            )
    return found


def main() -> int:
    """Print the figures; 1 when memory grows with the register."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small", action="store_true")
    options.add_argument("--export", nargs=2, metavar=("DIRECTORY", "TYPE"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.export:
        export(Path(given.export[0]), FileType(given.export[1]))
        return 0
    most = 20_000 if given.small else 200_000
    few, many = measure(most // 10), measure(most)
    return int(any(many[kind] > few[kind] * MOST_GROWTH for kind in FileType))


if __name__ == "__main__":
    sys.exit(main())
