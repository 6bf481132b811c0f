"""Invented positions inside the schematic districts, for the demo only; nothing is judged by them, no GIS library."""

import csv
import json
import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

from regulator.foundation.geo import LocalMetres
from regulator.resources import resource_dir

DISTRICT, STREET, COMMUNITY = 6, 9, 12
_GOLDEN = math.pi * (3 - math.sqrt(5))
# The plastic number's powers: a sequence that fills the unit square evenly however far it runs (Roberts 2018).
_SPREAD = (0.7548776662466927, 0.5698402909980532)
_SMALLEST, _LARGEST = 150.0, 1_200.0
"""Metres: how far from the middle of its community or street an estate is drawn, however small or large the cell."""

Metres = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a division is drawn: metres from its district's seat, and how far it reaches."""

    centre: Metres
    reach: float


@dataclass(frozen=True)
class _District:
    """A convex cell around its seat; `ring` in metres from the seat, counter-clockwise, closed."""

    grid: LocalMetres
    ring: tuple[Metres, ...]

    @cached_property
    def reach(self) -> float:
        """Radius of a circle of most of the cell's area, metres."""
        doubled = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(self.ring))
        return 0.85 * math.sqrt(abs(doubled) / 2 / math.pi)

    @cached_property
    def middle(self) -> Metres:
        """Half way from the seat to the mean of the corners: streets stand around it."""
        corners = self.ring[:-1]
        return sum(x for x, _ in corners) / len(corners) / 2, sum(y for _, y in corners) / len(corners) / 2

    def room(self, start: Metres, angle: float) -> float:
        """Metres from a point inside to the cell's edge in one direction."""
        dx, dy = math.cos(angle), math.sin(angle)
        nearest = math.inf
        for a, b in pairwise(self.ring):
            across, along = b[1] - a[1], b[0] - a[0]
            towards = dx * across - dy * along
            if towards > 0:
                nearest = min(nearest, ((a[0] - start[0]) * across - (a[1] - start[1]) * along) / towards)
        return max(nearest, 0.0)

    def step(self, start: Metres, angle: float, share: float, reach: float) -> Metres:
        """The point `share` (0 to 1) of the way out of `start`, never leaving the cell."""
        length = share * min(reach, 0.95 * self.room(start, angle))
        return start[0] + length * math.cos(angle), start[1] + length * math.sin(angle)


def schematic_point(division_code: str, n: int) -> tuple[float, float]:
    """Longitude and latitude (EPSG:4490, six decimals) of the n-th invented estate of a district, street or community.

    The same numbers every time, always inside the district's schematic cell. KeyError for a code that geodata/ lacks.
    """
    district = _districts()[division_code[:DISTRICT]]
    place = _place(division_code)
    u, v = ((0.5 + n * step) % 1 for step in _SPREAD)
    x, y = district.step(place.centre, 2 * math.pi * v, math.sqrt(u), place.reach)
    lon, lat = district.grid.to_degrees(x, y)
    return round(lon, 6), round(lat, 6)


def shift_of(copy: int) -> tuple[float, float]:
    """Degrees east and north from the drawn city to its n-th copy: 25 in a row, eleven rows over the country."""
    if copy == 0:
        return 0.0, 0.0
    row, column = divmod(copy - 1, 25)
    return round(78.0 + 2.16 * column - 122.43, 2), round(20.0 + 2.6 * (row % 11) - 41.24, 2)


@cache
def _place(code: str) -> _Place:
    """A division stands on a spiral around the division above it, in order of code."""
    if len(code) == DISTRICT:
        return _Place(_districts()[code].middle, _districts()[code].reach)
    parent = code[: STREET if len(code) == COMMUNITY else DISTRICT]
    above, siblings = _place(parent), _children()[parent]
    i, count = siblings[code], len(siblings)
    centre = _districts()[code[:DISTRICT]].step(above.centre, i * _GOLDEN, math.sqrt((i + 0.5) / count), above.reach)
    return _Place(centre, min(_LARGEST, max(_SMALLEST, 0.9 * above.reach / math.sqrt(count))))


@cache
def _districts() -> dict[str, _District]:
    folder = resource_dir("geodata")
    seats = {row["code"]: (float(row["lon"]), float(row["lat"])) for row in _rows(folder / "district_seats.csv")}
    found = {}
    for feature in json.loads((folder / "boundaries.geojson").read_text("utf-8"))["features"]:
        code = feature["properties"]["code"]
        grid = LocalMetres(*seats[code])
        found[code] = _District(grid, tuple(grid.to_metres(*point) for point in feature["geometry"]["coordinates"][0]))
    return found


@cache
def _children() -> dict[str, dict[str, int]]:
    """For each district and street the codes just below with their places in order."""
    below: dict[str, list[str]] = defaultdict(list)
    for row in _rows(resource_dir("geodata") / "divisions.csv"):
        if row["level"] in ("street", "community"):
            below[row["parent"]].append(row["code"])
    return {parent: {code: i for i, code in enumerate(sorted(codes))} for parent, codes in below.items()}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
