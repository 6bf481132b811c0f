"""Outlines on their own: what can be read, what is refused and where, what is asked about, true areas."""

import json
from typing import Any

import pytest
from pyproj import Geod
from shapely import Polygon

from regulator.features.maps.outlines import (
    MOST_VERTICES,
    Named,
    Placement,
    doubts_about,
    judge_outline,
    mark_of,
    read_outline,
    same,
    square_metres,
    vertices,
    write_outline,
)
from regulator.foundation.errors import BadInput
from tests.factories.outlines import place, ring, shape, square

HOLED = {"type": "Polygon", "coordinates": [ring(0, 0, 300), ring(100, 100, 50)]}
TWO = {"type": "MultiPolygon", "coordinates": [[ring(0, 0, 100)], [ring(200, 0, 100)]]}
CROSSED = [[123.4, 41.8], [123.402, 41.802], [123.402, 41.8], [123.4, 41.802], [123.4, 41.8]]
BOW = {"type": "Polygon", "coordinates": [CROSSED]}
CIRCLE = list(Polygon([(0, 0), (1, 0), (0, 1)]).centroid.buffer(0.01, quad_segs=MOST_VERTICES // 4 + 1).exterior.coords)
BOX = (122.4, 41.1, 123.9, 43.1)


@pytest.mark.parametrize(
    ("given", "corners"),
    [
        pytest.param(HOLED, 8, id="with a gap"),
        pytest.param(TWO, 8, id="two parts"),
        pytest.param({"type": "Feature", "properties": {}, "geometry": TWO}, 8, id="a feature"),
        pytest.param({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": TWO}]}, 8, id="a file"),
        pytest.param({"type": "Polygon", "coordinates": [[[*p, 43.5] for p in ring(0, 0, 9)]]}, 4, id="with heights"),
    ],
)
def test_what_is_written_is_read_and_written_again(given: dict[str, Any], corners: int) -> None:
    found = read_outline(json.dumps(given))
    assert found
    assert vertices(found) == corners
    again = read_outline(write_outline(found))
    assert same(found, again)
    assert write_outline(again) == write_outline(found)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param("123.4,41.8", "outline_unreadable", id="no JSON"),
        pytest.param("[" * 100_000, "outline_unreadable", id="depth"),
        pytest.param("[1]", "outline_unreadable", id="a list"),
        pytest.param('{"type":"Point","coordinates":[123.4,41.8]}', "outline_unreadable", id="a point"),
        pytest.param('{"type":"Polygon","coordinates":[]}', "outline_unreadable", id="empty"),
        pytest.param('{"type":"Polygon","coordinates":[[[123,41],[124,41]]]}', "outline_unreadable", id="two corners"),
        pytest.param('{"type":"Polygon","coordinates":[[["a",1],[2,3],[4,5]]]}', "outline_unreadable", id="words"),
        pytest.param(
            '{"type":"Polygon","coordinates":[[[1e999,41],[123,42],[122,42]]]}', "outline_unreadable", id="infinite"
        ),
        pytest.param(square(0, 0, 0), "outline_unreadable", id="no area"),
        pytest.param(
            json.dumps({"type": "Polygon", "coordinates": [CIRCLE]}), "outline_too_many_vertices", id="5,000 and more"
        ),
        pytest.param(" " * 300_000 + "{}", "outline_too_many_vertices", id="long text"),
        pytest.param(json.dumps(BOW), "outline_crosses_itself", id="crossing"),
    ],
)
def test_what_cannot_be_an_outline_is_said(given: str, code: str | None) -> None:
    if code is None:
        assert read_outline(given) is None
        return
    with pytest.raises(BadInput) as refusal:
        read_outline(given)
    assert (refusal.value.code, refusal.value.about) == (code, "boundary")


def test_a_crossing_says_where() -> None:
    with pytest.raises(BadInput) as refusal:
        read_outline(json.dumps(BOW))
    assert refusal.value.params == {"lon": "123.401000", "lat": "41.801000"}


@pytest.mark.parametrize("wide", [30, 300, 3000])
def test_areas_are_true_on_the_ellipsoid(wide: float) -> None:
    found, whole = shape(-1000, 2000, wide), 0.0
    for part in found.geoms:
        area, _ = Geod(a=6378137.0, rf=298.257222101).geometry_area_perimeter(part)
        whole += abs(area)
    assert square_metres(found) == pytest.approx(whole, rel=1e-3)


@pytest.mark.parametrize(
    ("outline", "codes"),
    [
        pytest.param(shape(0, 0, 3000), [], id="9 km²"),
        pytest.param(shape(0, 0, 3200), ["outline_too_large"], id="10.24 km²"),
        pytest.param(shape(0, 0, 20_000, 20), ["outline_too_large"], id="20 km long"),
        pytest.param(shape(60_000, 0, 100), ["outline_outside_city"], id="beyond the city"),
    ],
)
def test_what_no_estate_can_be(outline: Any, codes: list[str]) -> None:
    assert [finding.code for finding in judge_outline(outline, BOX)] == codes


def placement(**given: Any) -> Placement:
    """A square of 100 m with its point inside, in a community of 1 km, beside a neighbour."""
    usual: dict[str, Any] = {
        "point": place(50, 50),
        "outline": shape(0, 0, 100),
        "division": Named("惠工社区", shape(-500, -500, 1000)),
        "neighbours": [Named("翰林花园", shape(100, 0, 100))],
        "site_area": 1_000_000,
    }
    return Placement(**usual | given)


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        pytest.param({}, [], id="nothing to ask"),
        pytest.param({"outline": shape(0.005, 0, 100)}, [], id="neighbours share half a ㎡"),
        pytest.param({"outline": shape(0.02, 0, 100)}, ["outline_overlaps_neighbour"], id="neighbours share 2 ㎡"),
        pytest.param({"division": Named("甲", shape(0.9, -500, 1000))}, [], id="0.9 % outside"),
        pytest.param(
            {"division": Named("甲", shape(1.1, -500, 1000))}, ["outline_outside_division"], id="1.1 % outside"
        ),
        pytest.param({"division": None}, [], id="schematic boundaries judge nothing"),
        pytest.param({"point": place(101, 50)}, ["point_outside_outline"], id="point outside"),
        pytest.param({"site_area": 1_100_000}, [], id="9.1 % smaller"),
        pytest.param({"site_area": 1_120_000}, ["outline_area_differs"], id="10.7 % smaller"),
        pytest.param({"site_area": None}, [], id="site area not known"),
        pytest.param({"outline": None}, [], id="a point alone"),
        pytest.param({"outline": None, "point": place(600, 0)}, ["point_outside_division"], id="a point elsewhere"),
        pytest.param({"outline": None, "point": None}, [], id="nothing"),
    ],
)
def test_what_is_asked_about(given: dict[str, Any], codes: list[str]) -> None:
    assert [doubt.finding.code for doubt in doubts_about(placement(**given))] == codes


def test_a_doubt_names_the_neighbour_and_how_much_and_where() -> None:
    (doubt,) = doubts_about(placement(outline=shape(10, 0, 100)))
    assert doubt.finding.params["name"] == "翰林花园"
    assert doubt.finding.params["found"].centi == pytest.approx(100_000, rel=1e-3)  # type: ignore[attr-defined]
    assert square_metres(doubt.shape) == pytest.approx(1000, rel=1e-3)  # type: ignore[arg-type]


def test_confirming_one_drawing_confirms_no_other() -> None:
    one, other = (doubts_about(placement(outline=shape(x, 0, 100))) for x in (10, 11))
    assert mark_of(one) == mark_of(doubts_about(placement(outline=shape(10, 0, 100))))
    assert mark_of(one) != mark_of(other)
