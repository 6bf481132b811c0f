"""Draws the demo's schematic district boundaries: cells around the seats, cut at the city's box."""

import csv
import json
import math
from pathlib import Path
from typing import Any

from regulator.foundation.geo import BBox, LocalMetres

GEODATA = Path(__file__).resolve().parent.parent / "geodata"
DIGITS = 4
"""Decimals kept, about 10 m: vertices that belong together become the same numbers."""

Point = tuple[float, float]


def read(name: str) -> list[dict[str, str]]:
    """The rows of one of the CSV files."""
    with (GEODATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def cut(ring: list[Point], keep: Point, other: Point) -> list[Point]:
    """The part of a convex ring nearer to `keep` than to `other` (Sutherland-Hodgman with one line)."""
    normal = (other[0] - keep[0], other[1] - keep[1])
    middle = ((other[0] + keep[0]) / 2, (other[1] + keep[1]) / 2)
    side = [normal[0] * (x - middle[0]) + normal[1] * (y - middle[1]) for x, y in ring]
    kept: list[Point] = []
    for i, (x, y) in enumerate(ring):
        before_x, before_y = ring[i - 1]
        if side[i] * side[i - 1] < 0:
            share = side[i - 1] / (side[i - 1] - side[i])
            kept.append((before_x + share * (x - before_x), before_y + share * (y - before_y)))
        if side[i] <= 0:
            kept.append((x, y))
    return kept


def cells(seats: dict[str, Point], box: BBox) -> dict[str, list[Point]]:
    """For each code the closed ring, counter-clockwise, of the points of the box nearest to its seat."""
    grid = LocalMetres((box.west + box.east) / 2, (box.south + box.north) / 2)
    corners = [(box.west, box.south), (box.east, box.south), (box.east, box.north), (box.west, box.north)]
    flat = {code: grid.to_metres(*seat) for code, seat in seats.items()}
    rings = {}
    for code, seat in flat.items():
        ring = [grid.to_metres(*corner) for corner in corners]
        for other in sorted(flat.values(), key=lambda point: math.dist(point, seat))[1:]:
            ring = cut(ring, seat, other)
        rounded = [(round(lon, DIGITS), round(lat, DIGITS)) for lon, lat in (grid.to_degrees(*p) for p in ring)]
        distinct = list(dict.fromkeys(rounded))
        rings[code] = [*distinct, distinct[0]]
    return rings


def collection(city: dict[str, str]) -> dict[str, Any]:
    """The boundaries of one city's districts as GeoJSON, in order of code."""
    box = BBox(*(float(city[edge]) for edge in ("west", "south", "east", "north")))
    districts = [row for row in read("district_seats.csv") if row["code"][:4] == city["code"][:4]]
    rings = cells({row["code"]: (float(row["lon"]), float(row["lat"])) for row in districts}, box)
    features = [
        {
            "type": "Feature",
            "properties": {"code": row["code"], "name": row["name"], "schematic": True},
            "geometry": {"type": "Polygon", "coordinates": [rings[row["code"]]]},
        }
        for row in sorted(districts, key=lambda row: row["code"])
    ]
    return {"type": "FeatureCollection", "features": features}


def main() -> None:
    """Write geodata/boundaries.geojson."""
    city = read("cities.csv")[0]
    text = json.dumps(collection(city), ensure_ascii=False, indent=None, separators=(",", ":"))
    (GEODATA / "boundaries.geojson").write_text(
        text.replace('{"type":"Feature",', '\n{"type":"Feature",') + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
