"""Borders as they are drawn for each zoom level: two neighbours keep one border, and none gets lost."""

import math
from pathlib import Path

import pytest
import shapely

from regulator.features.maps import shelf
from regulator.features.maps.layers import draw_layers, ground_of, simplified
from regulator.features.maps.queries.boundaries import Boundary
from regulator.features.maps.rules import TOLERANCES

STEPS = 400


def halves(code: str = "210103", other: str = "210104") -> list[Boundary]:
    """Two districts beside one another, their border a wave of many small steps."""
    wave = [(123.4 + math.sin(n / 9) / 200, 41.6 + 0.4 * n / STEPS) for n in range(STEPS + 1)]
    west = shapely.MultiPolygon([shapely.Polygon([(123.2, 41.6), *wave, (123.2, 42.0)])])
    east = shapely.MultiPolygon([shapely.Polygon([(123.6, 41.6), *wave, (123.6, 42.0)])])
    return [Boundary(code, "沈河区", False, west), Boundary(other, "大东区", True, east)]


@pytest.mark.parametrize("last", TOLERANCES)
def test_neighbours_keep_one_border_at_every_zoom_level(last: int) -> None:
    west, east = (item.geometry for item in simplified(halves(), last))
    assert west.is_valid
    assert east.is_valid
    assert west.intersection(east).area == 0
    assert shapely.union(west, east).area == pytest.approx(0.4 * 0.4, rel=1e-9)


def test_the_farther_the_fewer_points() -> None:
    points = [shapely.get_num_coordinates(simplified(halves(), last)[0].geometry) for last in sorted(TOLERANCES)]
    assert points == sorted(points)
    assert points[0] < 20
    assert points[-1] > 100


def test_a_division_smaller_than_a_pixel_does_not_disappear() -> None:
    tiny = Boundary("210105", "小岛", False, shapely.MultiPolygon([shapely.box(123.0, 41.0, 123.0004, 41.0003)]))
    assert simplified([*halves(), tiny], 7)[2].geometry.area > 0


def test_each_level_is_drawn_by_itself_and_the_ground_is_the_districts(tmp_path: Path) -> None:
    streets = halves("210103001", "210103002")
    layers = draw_layers([*halves(), *streets])
    assert {(item.level, item.last) for item in layers} == {
        (level, last) for level in ("district", "street") for last in TOLERANCES
    }
    assert [item.division_code for item in ground_of([*streets, *halves()])] == ["210103", "210104"]
    assert [item.division_code for item in ground_of(streets)] == ["210103001", "210103002"]
    assert ground_of([]) == []
    shelf.configure(tmp_path)
    assert (shelf.drawn_levels(), shelf.find_borders("district", 7)) == ([], ("", ()))
    (tmp_path / "tiles").mkdir()
    for version in ("a1", "a2", "a3"):
        shelf.put(version, {"en": shelf.Drawing("", "", "", (), ())}, layers)
    assert shelf.drawn_levels() == ["district", "street"]
    version, found = shelf.find_borders("street", 13)
    assert version == "a3"
    assert [(facts["code"], facts["schematic"]) for facts, _ in found] == [("210103001", False), ("210103002", True)]
    assert all(shapely.from_geojson(geometry).is_valid for _, geometry in found)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a2", "a3", "current.json", "tiles"]
