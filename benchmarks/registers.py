"""The registers that are measured: made by the product's own commands, kept in var/bench and used again."""

import os
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from servers import environment_of

BENCH = Path(os.environ.get("REGULATOR_BENCH_DIR", "var/bench"))
CITY = {"companies": 1200, "estates": 4000, "people": 12000}
NATIONAL, SMALL = 250, 3
DONE = "demo-accounts.json"
RIVAL = "register.db"


@dataclass(frozen=True)
class Samples:
    """What is looked for: words that stand in names, and keys of records, the same ones every time."""

    four: list[str]
    two: list[str]
    estate_four: list[str]
    estate_two: list[str]
    companies: list[str]
    estates: list[str]


def made(cities: int, *, fresh: bool = False) -> Path:
    """The directory of a filled register of so many cities; minutes when it is not there yet."""
    directory = BENCH / ("national" if cities == NATIONAL else f"cities-{cities}")
    if fresh or not (directory / DONE).exists():
        for old in directory.glob("*"):
            old.unlink()
        sizes = [word for name, count in CITY.items() for word in (f"--{name}", str(count))]
        began = time.monotonic()
        for words in (["init"], ["demo", *sizes, "--cities", str(cities)]):
            subprocess.run(
                [sys.executable, "-m", "regulator", *words],
                env=environment_of(directory),
                check=True,
                stdout=sys.stderr,
            )
        print(f"filled {cities} cities in {time.monotonic() - began:.0f} s", file=sys.stderr)
    return directory


def rival(directory: Path) -> Path:
    """A file with the same companies and estates for Datasette, with its kind of full-text index over the names."""
    path, source = directory / RIVAL, directory / "regulator.sqlite"
    if path.exists() and path.stat().st_mtime > (directory / DONE).stat().st_mtime:
        return path
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("ATTACH ? AS source", (str(source),))
        database.executescript(RIVAL_TABLES)
    database.close()
    return path


RIVAL_TABLES = """
CREATE TABLE company (credit_code TEXT PRIMARY KEY, name TEXT, status TEXT, division_code TEXT, division TEXT,
  estate_count INTEGER, floor_area_m2 REAL);
INSERT INTO company SELECT c.credit_code, c.name, c.status, c.division_code, d.name, count(e.id),
  sum(e.floor_area) / 100.0 FROM source.company c LEFT JOIN source.division d ON d.code = c.division_code
  LEFT JOIN source.service s ON s.company_id = c.id AND s.ended_on IS NULL
  LEFT JOIN source.estate e ON e.id = s.estate_id GROUP BY c.id ORDER BY c.credit_code;
CREATE TABLE estate (code TEXT PRIMARY KEY, name TEXT, kind TEXT, condition TEXT, division_code TEXT, division TEXT,
  mode TEXT, company TEXT, households INTEGER, floor_area_m2 REAL);
INSERT INTO estate SELECT e.code, e.name, e.kind, e.condition, e.division_code, d.name, s.mode, c.name, e.households,
  e.floor_area / 100.0 FROM source.estate e JOIN source.division d ON d.code = e.division_code
  LEFT JOIN source.service s ON s.estate_id = e.id AND s.ended_on IS NULL
  LEFT JOIN source.company c ON c.id = s.company_id ORDER BY e.code;
CREATE VIRTUAL TABLE company_fts USING fts5(name, content='company', tokenize='trigram');
INSERT INTO company_fts(company_fts) VALUES ('rebuild');
CREATE VIRTUAL TABLE estate_fts USING fts5(name, content='estate', tokenize='trigram');
INSERT INTO estate_fts(estate_fts) VALUES ('rebuild');
ANALYZE;
"""


def samples(directory: Path, count: int = 40) -> Samples:
    """Words out of names spread over the register; a company's begins behind its city's name."""
    database = sqlite3.connect(f"file:{directory / 'regulator.sqlite'}?mode=ro", uri=True)

    def spread(table: str, column: str) -> list[str]:
        (rows,) = database.execute(f"SELECT max(rowid) FROM {table}").fetchone()
        step = max(1, rows // count)
        asked = f"SELECT {column} FROM {table} WHERE rowid = ?"
        found = (database.execute(asked, (rowid,)).fetchone() for rowid in range(1, rows + 1, step))
        return [str(row[0]) for row in found if row][:count]

    stems = [name[2:].lstrip("0123456789") for name in spread("company", "name")]
    estates = spread("estate", "name")
    return Samples(
        four=[stem[:4] for stem in stems],
        two=[stem[:2] for stem in stems],
        estate_four=[name[:4] for name in estates],
        estate_two=[name[:2] for name in estates],
        companies=spread("company", "credit_code"),
        estates=spread("estate", "code"),
    )
