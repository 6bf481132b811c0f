"""Squares on the ground, as outlines of estates and boundaries of divisions. No tests here."""

import json
from typing import Any

from regulator.features.maps.models import DivisionBoundary, EstateBoundary
from regulator.foundation.database import session
from regulator.foundation.geo import LocalMetres
from tests.factories.registry import NOW

LON, LAT = 123.43, 41.80


def ring(x: float, y: float, wide: float, high: float | None = None) -> list[list[float]]:
    """A closed rectangle whose south-west corner lies x metres east and y north of the middle of the city."""
    grid = LocalMetres(LON, LAT)
    high = wide if high is None else high
    corners = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high), (x, y)]
    return [list(grid.to_degrees(*corner)) for corner in corners]


def square(x: float, y: float, wide: float, high: float | None = None) -> str:
    """The same as GeoJSON text."""
    return json.dumps({"type": "Polygon", "coordinates": [ring(x, y, wide, high)]})


def place(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a point so many metres from the middle."""
    lon, lat = LocalMetres(LON, LAT).to_degrees(x, y)
    return round(lon, 6), round(lat, 6)


def shape(x: float, y: float, wide: float, high: float | None = None) -> Any:
    """The same as a shape."""
    from shapely import MultiPolygon, Polygon

    return MultiPolygon([Polygon(ring(x, y, wide, high))])


def outline(code: str, x: float, y: float, wide: float, **given: Any) -> None:
    """An estate's outline in the table."""
    found = shape(x, y, wide)
    west, south, east, north = found.bounds
    sides = {"west": west, "south": south, "east": east, "north": north}
    written = {"source": "测试", "updated_at": NOW, "updated_by": "李强", "version": 1} | given
    session().add(EstateBoundary(estate_code=code, geometry=found, **sides, **written))
    session().flush()


def boundary(code: str, x: float, y: float, wide: float, *, schematic: bool = False) -> None:
    """A division's boundary in the table."""
    found = shape(x, y, wide)
    row = DivisionBoundary(division_code=code, geometry=found, schematic=schematic, source="测试", updated_at=NOW)
    session().add(row)
    session().flush()
