"""What is said of each shape of a file and of the whole: matching, repairs, places, tiling, shifts."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy.orm import Session

from regulator.features.divisions.models import Division, DivisionSuccession
from regulator.features.divisions.terms import Level, Scope
from regulator.features.maps.geofiles.barriers import judge_barriers
from regulator.features.maps.geofiles.checking import Findings, check_boundaries, check_estates
from regulator.features.maps.geofiles.declaring import Declared, Wishes
from regulator.features.maps.geofiles.judged import Judged
from regulator.features.maps.geofiles.judging import judge_features
from regulator.features.maps.geofiles.reading import read_file
from regulator.features.maps.geofiles.terms import GeoKind, GeoOutcome
from regulator.features.registry.models import EstateName
from regulator.features.registry.terms import NameKind
from regulator.features.zones.terms import BarrierKind
from regulator.foundation.database import new_key
from regulator.foundation.geo import Datum
from tests.factories import geofiles as files
from tests.factories import registry as make

HOME = shapely.Point(123.48, 41.80)
BOWTIE = shapely.Polygon([(123.48, 41.80), (123.49, 41.81), (123.49, 41.80), (123.48, 41.81)])


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""The errands of `regulator geo` ask both databases; here it is about what is concluded."""


@pytest.fixture(autouse=True)
def city(session: Session) -> None:
    files.make_city()


def judge(
    tmp_path: Path,
    kind: GeoKind,
    rows: Sequence[tuple[Any, Any]],
    datum: str = "cgcs2000",
    scope: Scope = make.CITY_SCOPE,
    level: Level | None = None,
) -> tuple[list[Judged], Findings]:
    wishes = Wishes(kind, Declared.read(datum), level)
    read = read_file(files.geojson(tmp_path / "a.geojson", rows), wishes)
    judged = judge_features(read.features, wishes, scope, make.TODAY)
    if kind is GeoKind.BOUNDARIES:
        return judged, check_boundaries(judged, wishes, make.TODAY)
    return judged, check_estates(judged, wishes)


def reasons(one: Judged) -> list[str]:
    return [reason.value for reason, _ in one.said]


# --- estates --------------------------------------------------------------------------------------------------------


ESTATE_CASES = {
    "by-name": ({"name": "翰林花园"}, HOME, "cgcs2000", None),
    "by-alias": ({"name": "老名花园"}, HOME, "cgcs2000", None),
    "by-code": ({"code": "2101030010010900"}, HOME, "cgcs2000", None),
    "code-counts": ({"code": "2101030010010900", "name": "别名"}, HOME, "cgcs2000", "name_differs"),
    "two-of-a-name": ({"name": "同名花园"}, HOME, "cgcs2000", "estate_ambiguous"),
    "name-in-its-district": ({"name": "同名花园", "区": "沈河区"}, HOME, "cgcs2000", None),
    "name-elsewhere": ({"name": "同名花园", "区": "大东区"}, HOME, "cgcs2000", "estate_unknown"),
    "unknown": ({"name": "无名花园"}, HOME, "cgcs2000", "estate_unknown"),
    "name-is-a-number": ({"name": 12345}, HOME, "cgcs2000", "name_is_number"),
    "neither": ({"name": ""}, HOME, "cgcs2000", "key_missing"),
    "retired-by-name": ({"name": "注销花园"}, HOME, "cgcs2000", "estate_unknown"),
    "retired-by-code": ({"code": "2101030010010901"}, HOME, "cgcs2000", "estate_retired"),
    "floor-areas-do-not-add-up": ({"name": "矛盾花园"}, HOME, "cgcs2000", "record_contradicts_itself"),
    "at-0-0": ({"name": "翰林花园"}, shapely.Point(0, 0), "wgs84", "position_zero"),
    "swapped": ({"name": "翰林花园"}, shapely.Point(41.80, 123.48), "wgs84", "position_swapped"),
    "metres": ({"name": "翰林花园"}, shapely.Point(41540000, 4629000), "cgcs2000", "position_not_degrees"),
    "gcj02-in-Paris": ({"name": "翰林花园"}, shapely.Point(2.35, 48.85), "gcj02", "position_outside_china"),
    "cgcs2000-in-Paris": ({"name": "翰林花园"}, shapely.Point(2.35, 48.85), "cgcs2000", "position_outside_china"),
    "wgs84-in-Paris": ({"name": "翰林花园"}, shapely.Point(2.35, 48.85), "wgs84", "position_outside_city"),
    "in-Beijing": ({"name": "翰林花园"}, shapely.Point(116.4, 39.9), "gcj02", "position_outside_city"),
    "line": (
        {"name": "翰林花园"},
        shapely.LineString([(123.4, 41.8), (123.5, 41.8)]),
        "cgcs2000",
        "geometry_wrong_kind",
    ),
    "no-shape": ({"name": "翰林花园"}, None, "cgcs2000", "geometry_missing"),
    "wider-than-any-estate": (
        {"name": "翰林花园"},
        shapely.box(123.30, 41.80, 123.501, 41.8001),
        "cgcs2000",
        "outline_too_large",
    ),
    "larger-than-any-estate": (
        {"name": "翰林花园"},
        shapely.box(123.40, 41.80, 123.44, 41.84),
        "cgcs2000",
        "outline_too_large",
    ),
    "as-wide-as-may-be": ({"name": "翰林花园"}, shapely.box(123.30, 41.80, 123.4999, 41.8001), "cgcs2000", None),
    "ring-crosses-itself": ({"name": "翰林花园"}, BOWTIE, "cgcs2000", "geometry_repaired"),
}
"""What a file states, and the reason given; each case is a file of its own in one world."""


def test_what_is_said_of_an_estates_shape(tmp_path: Path, session: Session) -> None:
    first = make.make_estate("翰林花园", code="2101030010010900")
    session.add(EstateName(id=new_key(), estate_id=first.id, name="老名花园", kind=NameKind.ALIAS))
    make.make_estate("注销花园", code="2101030010010901", retired_on=date(2026, 1, 1))
    make.make_estate("同名花园", make.SHENHE_COMMUNITY)
    make.make_estate("同名花园", make.HEPING_COMMUNITY)
    make.make_estate("矛盾花园", floor_area=100_00, area_villa=900_00)
    found = {}
    for case, (row, shape, datum, _) in ESTATE_CASES.items():
        (one,), _checks = judge(tmp_path, GeoKind.ESTATES, [(row, shape)], datum)
        found[case] = next(iter(reasons(one)), None)
        assert (one.outcome is GeoOutcome.REJECTED) == one.is_refused, case
    assert found == {case: reason for case, (*_, reason) in ESTATE_CASES.items()}


WAY = shapely.LineString([(123.40, 41.80), (123.50, 41.81)])
BARRIER_CASES: dict[str, tuple[dict[str, Any], Any, str | None, str | None]] = {
    "chinese-kind": ({"类型": "主干道", "name": "青年大街"}, WAY, None, None),
    "openstreetmaps-kind": ({"fclass": "Motorway"}, WAY, None, None),
    "kind-of-the-file": ({"kind": "飞机场"}, WAY, "wall", None),
    "kind-unknown": ({"kind": "飞机场"}, WAY, None, "barrier_kind_unknown"),
    "kind-missing": ({"name": "浑河"}, WAY, None, "barrier_kind_missing"),
    "nothing-said": ({}, WAY, "road", None),
    "several-lines": ({"kind": "river"}, shapely.MultiLineString([WAY]), None, None),
    "area": ({"kind": "river"}, HOME.buffer(0.01), None, None),
    "area-crosses-itself": ({"kind": "river"}, BOWTIE, None, "geometry_repaired"),
    "point": ({"kind": "wall"}, HOME, None, "geometry_wrong_kind"),
    "line-of-no-length": (
        {"kind": "wall"}, {"type": "LineString", "coordinates": [[123.4, 41.8], [123.4, 41.8]]}, None,
        "geometry_missing",
    ),
    "no-shape": ({"kind": "wall"}, None, None, "geometry_missing"),
    "metres": ({"kind": "road"}, shapely.LineString([(41540000, 4629000), (41541000, 4629000)]), None,
               "position_not_degrees"),
    "from-afar-through-the-city": ({"kind": "river"}, shapely.LineString([(110, 41.8), (123.5, 41.8)]), None, None),
    "in-Beijing": ({"kind": "river"}, shapely.LineString([(116, 39), (117, 39)]), None, "position_outside_city"),
    "swapped": ({"kind": "road"}, shapely.LineString([(41.80, 123.40), (41.81, 123.50)]), None, "position_swapped"),
    "schematic": ({"kind": "road", "schematic": True}, WAY, None, "barrier_schematic"),
}  # fmt: skip
"""What a file states, what its sender says the barriers are, and the reason given."""


def test_what_is_said_of_a_barrier(tmp_path: Path) -> None:
    found = {}
    for case, (row, shape, kind, _) in BARRIER_CASES.items():
        wishes = Wishes(GeoKind.BARRIERS, Declared.read("cgcs2000"), barrier=BarrierKind(kind) if kind else None)
        (one,) = judge_barriers(
            read_file(files.geojson(tmp_path / "a.geojson", [(row, shape)]), wishes).features, wishes
        )
        found[case] = next(iter(reasons(one)), None)
        assert (one.outcome is GeoOutcome.REJECTED) == one.is_refused, case
        assert one.is_refused or one.target.code in set(BarrierKind), case
    assert found == {case: reason for case, (*_, reason) in BARRIER_CASES.items()}


def test_an_estate_of_another_district_is_as_unknown_as_one_that_is_not(tmp_path: Path) -> None:
    make.make_estate("翰林花园", make.SHENHE_COMMUNITY, code="2101030010010900")
    rows = [({"code": "2101030010010900"}, HOME), ({"code": "2101030010019999"}, HOME)]
    judged, _ = judge(tmp_path, GeoKind.ESTATES, rows, scope=make.HEPING_SCOPE)
    assert [reasons(one) for one in judged] == [["estate_unknown"], ["estate_unknown"]]


def test_twice_in_a_file_is_once_too_often_but_a_point_and_an_outline_are_two_things(tmp_path: Path) -> None:
    make.make_estate("翰林花园")
    rows = [({"name": "翰林花园"}, shape) for shape in (HOME, HOME.buffer(0.001), HOME)]
    judged, _ = judge(tmp_path, GeoKind.ESTATES, rows)
    assert [reasons(one) for one in judged] == [[], [], ["duplicate_in_file"]]


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    make.make_estate("翰林花园", lon=HOME.x, lat=HOME.y)
    judged, _ = judge(tmp_path, GeoKind.ESTATES, [({"name": "翰林花园"}, HOME)])
    assert judged[0].outcome is GeoOutcome.UNCHANGED


def test_a_repair_says_how_the_area_changed(tmp_path: Path) -> None:
    make.make_estate("翰林花园")
    (one,), _ = judge(tmp_path, GeoKind.ESTATES, [({"name": "翰林花园"}, BOWTIE)])
    assert one.shape.is_valid
    (_, params) = one.said[0]
    assert params["why"] == "Self-intersection"
    assert params["before"] == 0
    assert params["after"] == round(one.area)
    # two triangles of half a box of 0.01° by 0.01° in all, which is 831 m by 1,111 m at 41.8° N
    assert one.area == pytest.approx(831 * 1111 / 2, rel=0.005)


def test_a_position_outside_its_division_is_flagged_but_never_by_a_schematic_boundary(tmp_path: Path) -> None:
    make.make_estate("翰林花园", make.HEPING_COMMUNITY)
    for schematic, said in ((False, ["point_outside_division"]), (True, [])):
        files.put_boundary(make.HEPING, files.HEPING_BOX, schematic=schematic)
        (one,), found = judge(tmp_path, GeoKind.ESTATES, [({"name": "翰林花园"}, HOME)])
        assert reasons(one) == said
        assert one.outcome is GeoOutcome.NEW
        assert found.outside_count == len(said)


def test_an_outline_that_leaves_the_registered_position_outside_is_flagged(tmp_path: Path) -> None:
    make.make_estate("翰林花园", lon=123.45, lat=41.75)
    (one,), _ = judge(tmp_path, GeoKind.ESTATES, [({"name": "翰林花园"}, HOME.buffer(0.001))])
    assert reasons(one) == ["point_outside_boundary"]


# --- boundaries -----------------------------------------------------------------------------------------------------


DIVISION_CASES = {
    "by-name": ({"name": "沈河区"}, None, None),
    "by-code": ({"code": make.SHENHE}, None, None),
    "twelve-digits": ({"code": "210103000000"}, None, None),
    "code-as-a-number": ({"code": 210103.0}, None, None),
    "wrong-level": ({"code": make.SHENHE}, Level.STREET, "division_wrong_level"),
    "of-another-city": ({"name": "南关区"}, None, "division_unknown"),
    "code-of-another-city": ({"code": "220102"}, None, "division_unknown"),
    "code-out-of-date": ({"code": "210104"}, None, "division_closed"),
    "two-of-a-name": ({"name": "重名社区"}, None, "division_ambiguous"),
    "name-in-its-street": ({"name": "重名社区", "街道": "浑河湾街道"}, None, None),
    "name-is-a-number": ({"name": 7}, None, "name_is_number"),
}


def test_what_is_said_of_a_divisions_boundary(tmp_path: Path, session: Session) -> None:
    closed = Division(
        code="210104", level=Level.DISTRICT, name="旧东区", parent_code=make.CITY, ended_on=date(2020, 12, 31)
    )
    twins = [
        Division(code=f"{street}009", level=Level.COMMUNITY, name="重名社区", parent_code=street)
        for street in (make.HEPING_STREET, make.SHENHE_STREET)
    ]
    session.add_all([closed, *twins])
    session.flush()
    session.add(DivisionSuccession(code="210104", successor_code=make.SHENHE))
    session.flush()
    found = {}
    for case, (row, level, reason) in DIVISION_CASES.items():
        (one,), _checks = judge(tmp_path, GeoKind.BOUNDARIES, [(row, files.SHENHE_BOX)], level=level)
        found[case] = next(iter(reasons(one)), None)
        if reason == "division_closed":
            assert one.said[0][1]["successors"] == [f"{make.SHENHE} 沈河区"]
    assert found == {case: reason for case, (*_, reason) in DIVISION_CASES.items()}


BOTH = [({"name": "和平区"}, files.HEPING_BOX), ({"name": "沈河区"}, files.SHENHE_BOX)]


def test_districts_that_tile_have_no_flaw(tmp_path: Path) -> None:
    _, found = judge(tmp_path, GeoKind.BOUNDARIES, BOTH)
    (tiling,) = found.tilings
    assert (tiling.parent, tiling.parts, tiling.zone, tiling.missing) == (make.CITY, 2, 4529, ())
    assert tiling.gaps == tiling.overlaps == tiling.beyond == []


def test_gaps_and_overlaps_are_measured_in_the_zones_square_metres(tmp_path: Path) -> None:
    hole = shapely.box(123.39, 41.75, 123.40, 41.76)
    rows = [
        ({"name": "和平区"}, files.HEPING_BOX.difference(hole)),
        ({"name": "沈河区"}, shapely.box(files.MIDDLE - 0.001, files.SOUTH, files.EAST, files.NORTH)),
    ]
    _, found = judge(tmp_path, GeoKind.BOUNDARIES, rows)
    (tiling,) = found.tilings
    assert [flaw.area for flaw in tiling.gaps] == pytest.approx([831.6 * 1110.7], rel=0.002)
    assert [flaw.codes for flaw in tiling.overlaps] == [(make.HEPING, make.SHENHE)]
    assert tiling.overlaps[0].area == pytest.approx(83.1 * 17771, rel=0.002)


def test_a_gap_along_the_citys_own_boundary_is_found_where_that_is_known(tmp_path: Path) -> None:
    files.put_boundary(make.CITY, shapely.box(files.WEST - 0.01, files.SOUTH, files.EAST, files.NORTH))
    _, found = judge(tmp_path, GeoKind.BOUNDARIES, BOTH)
    assert found.tilings[0].gaps[0].area == pytest.approx(831 * 17771, rel=0.005)


def test_without_all_districts_gaps_are_not_looked_for_and_schematic_ones_do_not_count(tmp_path: Path) -> None:
    files.put_boundary(make.HEPING, files.HEPING_BOX, schematic=True)
    _, found = judge(tmp_path, GeoKind.BOUNDARIES, BOTH[1:])
    assert found.tilings[0].missing == (make.HEPING,)
    assert found.tilings[0].gaps == []


def test_points_of_the_register_outside_the_new_boundary_are_listed(tmp_path: Path) -> None:
    make.make_estate("里面", make.SHENHE_COMMUNITY, lon=123.48, lat=41.80)
    lost = make.make_estate("外面", make.SHENHE_COMMUNITY, lon=123.38, lat=41.80)
    _, found = judge(tmp_path, GeoKind.BOUNDARIES, BOTH)
    assert [one["code"] for one in found.outside] == [lost.code]
    schematic = [({**row, "schematic": True}, shape) for row, shape in BOTH]
    judged, found = judge(tmp_path, GeoKind.BOUNDARIES, schematic)
    assert not found.outside
    assert not found.tilings
    assert reasons(judged[0]) == ["schematic"]


# --- the wrong datum ------------------------------------------------------------------------------------------------

PLACES = [(123.45 + 0.01 * (n % 5), 41.72 + 0.02 * (n // 5)) for n in range(20)]


SHIFTS = {
    "gcj02-declared-wgs84": (Datum.GCJ02, "wgs84", (480, 620)),
    "bd09-declared-cgcs2000": (Datum.BD09, "cgcs2000", (1000, 1500)),
    "wgs84-declared-gcj02": (Datum.WGS84, "gcj02", (480, 620)),
    "gcj02-declared-bd09": (Datum.GCJ02, "bd09", (700, 900)),
}


def test_positions_in_the_wrong_datum_are_noticed_and_the_right_one_named(tmp_path: Path) -> None:
    for n, (lon, lat) in enumerate(PLACES):
        make.make_estate(f"小区{n}", make.SHENHE_COMMUNITY, lon=lon, lat=lat)
    for case, (real, declared, metres) in SHIFTS.items():
        rows = [  # two people never measure the same
            ({"name": f"小区{n}"}, files.moved(shapely.Point(lon + 0.0003 * (n % 3 - 1), lat - 0.0002 * (n % 2)), real))
            for n, (lon, lat) in enumerate(PLACES)
        ]
        _, found = judge(tmp_path, GeoKind.ESTATES, rows, declared)
        assert found.shift is not None, case
        assert metres[0] < found.shift.metres < metres[1], case
        assert found.shift.likely == real.value, case
        assert judge(tmp_path, GeoKind.ESTATES, rows, real.value)[1].shift is None, case


def test_districts_in_the_wrong_datum_are_noticed_by_the_registers_boundaries(tmp_path: Path, session: Session) -> None:
    session.add(Division(code="210105", level=Level.DISTRICT, name="皇姑区", parent_code=make.CITY))
    session.flush()
    third = shapely.box(files.WEST, files.NORTH, files.EAST, files.NORTH + 0.1)
    rows = [*BOTH, ({"name": "皇姑区"}, third)]
    for code, (_, shape) in zip((make.HEPING, make.SHENHE, "210105"), rows, strict=True):
        files.put_boundary(code, shape)
    shifted = [(row, files.moved(shape, Datum.GCJ02)) for row, shape in rows]
    _, found = judge(tmp_path, GeoKind.BOUNDARIES, shifted, "wgs84")
    assert found.shift is not None
    assert (found.shift.likely, found.shift.compared) == ("gcj02", 3)
    assert 480 < found.shift.metres < 620
    assert found.shift.east > 400  # the distortion of GCJ-02 points east here
    assert judge(tmp_path, GeoKind.BOUNDARIES, shifted, "gcj02")[1].shift is None


def test_districts_in_the_wrong_datum_are_noticed_by_the_registers_points_alone(tmp_path: Path) -> None:
    """Points close to the common edge fall on its wrong side when the districts lie 500 m off."""
    for n in range(8):
        make.make_estate(f"东{n}", make.SHENHE_COMMUNITY, lon=files.MIDDLE + 0.002, lat=41.72 + 0.015 * n)
        make.make_estate(f"西{n}", make.HEPING_COMMUNITY, lon=files.MIDDLE - 0.002, lat=41.72 + 0.015 * n)
    shifted = [(row, files.moved(shape, Datum.GCJ02)) for row, shape in BOTH]
    _, found = judge(tmp_path, GeoKind.BOUNDARIES, shifted, "wgs84")
    assert found.outside_count == 8
    assert found.shift is not None
    assert found.shift.likely == "gcj02"
    assert 480 < found.shift.metres < 620


def test_positions_scattered_in_all_directions_are_no_shift(tmp_path: Path) -> None:
    rows = []
    for n, (lon, lat) in enumerate(PLACES):
        make.make_estate(f"小区{n}", make.SHENHE_COMMUNITY, lon=lon, lat=lat)
        rows.append(({"name": f"小区{n}"}, shapely.Point(lon + 0.005 * (n % 2 * 2 - 1), lat)))
    assert judge(tmp_path, GeoKind.ESTATES, rows)[1].shift is None
