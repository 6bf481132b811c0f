"""The demo's boundaries tile the city, are labelled schematic, and invented estates stand inside their district."""

import csv
import json
import runpy
import subprocess
import sys
from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import shape

from regulator.features.maps.schematic import schematic_point

ROOT = Path(__file__).resolve().parents[3]
GEODATA = ROOT / "geodata"


def rows(name: str) -> list[dict[str, str]]:
    with (GEODATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def features() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((GEODATA / "boundaries.geojson").read_text("utf-8"))["features"]
    return found


@pytest.fixture(scope="module")
def districts(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {feature["properties"]["code"]: shape(feature["geometry"]) for feature in features}


@pytest.fixture(scope="module")
def city() -> Any:
    box = rows("cities.csv")[0]
    return shapely.box(*(float(box[edge]) for edge in ("west", "south", "east", "north")))


def test_every_district_has_one_labelled_boundary(features: list[dict[str, Any]]) -> None:
    named = {row["code"]: row["name"] for row in rows("divisions.csv") if row["level"] == "district"}
    assert {f["properties"]["code"]: f["properties"]["name"] for f in features} == named
    assert all(feature["properties"]["schematic"] is True for feature in features)


def test_the_tree_is_shenyangs() -> None:
    levels = Counter(row["level"] for row in rows("divisions.csv"))
    assert levels == {"city": 1, "district": 13, "street": 190, "community": 2703}


def test_rings_are_valid_and_counter_clockwise(districts: dict[str, Any]) -> None:
    for code, area in districts.items():
        assert area.is_valid, code
        assert area.exterior.is_ccw, code  # RFC 7946, 3.1.6


def test_districts_tile_the_city_without_gap_or_overlap(districts: dict[str, Any], city: Any) -> None:
    union = shapely.union_all(list(districts.values()))
    assert shapely.equals(union, city)
    assert union.area == pytest.approx(city.area, rel=1e-12)
    assert sum(area.area for area in districts.values()) == pytest.approx(city.area, rel=1e-12)
    for (one, a), (other, b) in combinations(districts.items(), 2):
        assert a.intersection(b).area == 0, (one, other)


def test_neighbours_share_their_vertices_exactly(features: list[dict[str, Any]], city: Any) -> None:
    edges = Counter(
        frozenset(map(tuple, pair))
        for feature in features
        for ring in feature["geometry"]["coordinates"]
        for pair in pairwise(ring)
    )
    single = [shapely.LineString(list(edge)) for edge, count in edges.items() if count == 1]
    assert set(edges.values()) == {1, 2}
    assert shapely.union_all(single).length == pytest.approx(city.exterior.length)
    assert all(city.exterior.covers(edge) for edge in single)


def test_each_seat_lies_in_its_own_district(districts: dict[str, Any]) -> None:
    for row in rows("district_seats.csv"):
        assert districts[row["code"]].contains(shapely.Point(float(row["lon"]), float(row["lat"]))), row["name"]


def test_drawing_again_gives_the_same_file(tmp_path: Path) -> None:
    for name in ("cities.csv", "district_seats.csv"):
        (tmp_path / name).write_bytes((GEODATA / name).read_bytes())
    drawer = runpy.run_path(str(ROOT / "dev" / "geodata.py"))
    drawer["main"].__globals__["GEODATA"] = tmp_path
    drawer["main"]()
    assert (tmp_path / "boundaries.geojson").read_bytes() == (GEODATA / "boundaries.geojson").read_bytes()


def test_invented_estates_stand_inside_their_district(districts: dict[str, Any]) -> None:
    for row in rows("divisions.csv"):
        if row["level"] == "city":
            continue
        points = [schematic_point(row["code"], n) for n in range(8)]
        assert len(set(points)) == 8
        inside = shapely.contains_xy(districts[row["code"][:6]], [p[0] for p in points], [p[1] for p in points])
        assert inside.all(), row["name"]


def test_streets_of_one_district_stand_apart() -> None:
    streets = [row["code"] for row in rows("divisions.csv") if row["level"] == "street" and row["parent"] == "210103"]
    middles = {
        code: [sum(xs) / 50 for xs in zip(*(schematic_point(code, n) for n in range(50)), strict=True)]
        for code in streets
    }
    for a, b in combinations(middles.values(), 2):
        assert max(abs(a[0] - b[0]), abs(a[1] - b[1])) > 0.002


def test_invented_positions_are_the_same_every_time() -> None:
    assert schematic_point("210103005", 3) == schematic_point("210103005", 3)
    assert schematic_point("210103005", 3) != schematic_point("210103005", 4)


@pytest.mark.parametrize("code", ["990103001", "210103999"])
def test_an_unknown_division_is_told(code: str) -> None:
    with pytest.raises(KeyError):
        schematic_point(code, 0)


def test_placing_the_demo_needs_no_gis_library() -> None:
    code = (
        "import sys; from regulator.features.maps.schematic import schematic_point; schematic_point('210103', 1);"
        "print(sorted({'numpy', 'shapely', 'geopandas', 'folium'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
