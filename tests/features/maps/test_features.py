"""Estates and divisions as collections: each filter and box finds what it says, every way pages once through all."""

import dataclasses
from datetime import date
from typing import Any

import pytest
from flask import Flask
from shapely import MultiPolygon, box
from sqlalchemy.orm import Session

from regulator.features.divisions.models import Division
from regulator.features.divisions.terms import Level
from regulator.features.maps import division_features, features
from regulator.features.maps.features import Period, Wanted
from regulator.features.maps.models import DivisionBoundary
from regulator.features.registry.terms import Condition, EstateKind, Mode, Ownership
from regulator.foundation.database import is_postgres
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.geo import BBox
from tests.factories import registry as make
from tests.portals.conftest import statements

__all__ = ["statements"]

TODAY = date(2026, 11, 23)
NOW = Period(TODAY, TODAY, TODAY)
SHENYANG = (BBox(123.0, 41.0, 124.0, 42.0),)
DATE_LINE = (BBox(179.0, -20.0, 180.0, 60.0), BBox(-180.0, -20.0, -179.0, 60.0))


def wanted(**given: Any) -> Wanted:
    return Wanted(**({"period": NOW, "limit": 50} | given))


@pytest.fixture
def codes(app: Flask, session: Session) -> dict[str, str]:
    """Ten estates by short names; `taken` was taken off the register in May, `sold` changed hands in July 2025."""
    features.forget_extents()
    make.make_tree()
    first, other = make.make_company("沈阳甲物业有限公司"), make.make_company("沈阳乙物业有限公司", make.HEPING)
    of = {
        "sold": make.make_estate("翰林花园", lon=123.40, lat=41.80, ownership=Ownership.COMMODITY),
        "tower": make.make_estate("翰林大厦", lon=123.41, lat=41.80, kind=EstateKind.OFFICE),
        "gone": make.make_estate("旧楼", lon=123.42, lat=41.79, condition=Condition.DEMOLISHED),
        "heping": make.make_estate("翰林花园", make.HEPING_COMMUNITY, lon=123.40, lat=41.81),
        "street": make.make_estate("待落小区", make.HEPING_STREET, lon=123.39, lat=41.80),
        "nowhere": make.make_estate("无处小区"),
        "taken": make.make_estate("撤销小区", lon=123.40, lat=41.80, retired_on=date(2026, 5, 1)),
        "east": make.make_estate("东经小区", make.OTHER_DISTRICT, lon=179.5, lat=10.0),
        "west": make.make_estate("西经小区", make.OTHER_DISTRICT, lon=-179.5, lat=12.0),
        "south": make.make_estate("南纬小区", make.OTHER_DISTRICT, lon=0.0, lat=-10.0),
    }
    make.make_service(of["sold"], other, began_on=date(2018, 1, 1), ended_on=date(2025, 6, 30))
    make.make_service(of["sold"], first, began_on=date(2025, 7, 1))
    make.make_service(of["tower"], first)
    make.make_service(of["heping"], None, Mode.ABANDONED)
    make.make_service(of["taken"], first)
    session.commit()
    return {name: estate.code for name, estate in of.items()} | {"甲": first.credit_code, "乙": other.credit_code}


def names(codes: dict[str, str], **given: Any) -> set[str]:
    found = features.public_estate_features(wanted(**given))
    assert found.matched == len(found.items)
    back = {code: name for name, code in codes.items()}
    return {back[item.code] for item in found.items}


ALL = {"sold", "tower", "gone", "heping", "street", "nowhere", "east", "west", "south"}
CITY = ALL - {"east", "west", "south"}
FILTERS: dict[str, tuple[dict[str, str], set[str]]] = {
    "none, without what was taken off": ({}, ALL),
    "mode": ({"mode": "professional"}, {"sold", "tower"}),
    "mode nobody stated": ({"mode": "unknown"}, ALL - {"sold", "tower", "heping"}),
    "ownership": ({"ownership": "commodity"}, {"sold"}),
    "ownership not known": ({"ownership": "unknown"}, ALL - {"sold"}),
    "kind": ({"kind": "office"}, {"tower"}),
    "condition": ({"condition": "demolished"}, {"gone"}),
    "prefix of a city": ({"division": "2101"}, CITY),
    "city": ({"division": make.CITY}, CITY),
    "district": ({"division": make.HEPING}, {"heping", "street"}),
    "community": ({"division": make.HEPING_COMMUNITY}, {"heping"}),
    "division not there": ({"division": "999999"}, set()),
    "company": ({"company": "甲"}, {"sold", "tower"}),
    "company of before": ({"company": "乙"}, set()),
    "name": ({"name": "翰林花园"}, {"sold", "heping"}),
    "name, not a part": ({"name": "翰林"}, set()),
    "several": ({"name": "翰林花园", "company": "甲", "division": "210103"}, {"sold"}),
    "several of a company": ({"company": "甲", "kind": "office", "mode": "professional"}, {"tower"}),
}


def test_filters(codes: dict[str, str]) -> None:
    found = {case: names(codes, filters=coded(codes, given)) for case, (given, _) in FILTERS.items()}
    assert found == {case: expected for case, (_, expected) in FILTERS.items()}


def coded(codes: dict[str, str], filters: dict[str, str]) -> dict[str, str]:
    """Companies by their credit codes."""
    return {name: codes.get(value, value) for name, value in filters.items()}


BOXES: dict[str, tuple[tuple[BBox, ...], dict[str, str], set[str]]] = {
    "7.15.3 not what has no point": (SHENYANG, {}, {"sold", "tower", "gone", "heping", "street"}),
    "7.15.3 edges included": ((BBox(123.40, 41.80, 123.40, 41.80),), {}, {"sold"}),
    "7.15.3 from a western edge on": ((BBox(123.405, 41.0, 124.0, 42.0),), {}, {"tower", "gone"}),
    "7.15.3 across the date line": (DATE_LINE, {}, {"east", "west"}),
    "and mode": (SHENYANG, {"mode": "professional"}, {"sold", "tower"}),
    "and division": (SHENYANG, {"division": make.HEPING}, {"heping", "street"}),
    "and company": (DATE_LINE, {"company": "甲"}, set()),
    "and name": ((BBox(123.0, 41.0, 124.0, 41.805),), {"name": "翰林花园"}, {"sold"}),
}


def test_boxes(codes: dict[str, str]) -> None:
    found = {case: names(codes, boxes=at, filters=coded(codes, by)) for case, (at, by, _) in BOXES.items()}
    assert found == {case: expected for case, (_, _, expected) in BOXES.items()}


def on(*day: int) -> Period:
    return Period(*(date(*day),) * 3)


DAYS: dict[str, tuple[Period, str | None, bool]] = {
    "7.15.4 today": (NOW, "甲", False),
    "7.15.4 a day": (on(2025, 6, 30), "乙", True),
    "7.15.4 before anybody": (on(2017, 1, 1), None, True),
    "7.15.4 an interval with the state of its end": (Period(date(2026, 4, 1), None, TODAY), "甲", True),
    "7.15.4 taken off on its first day": (Period(date(2026, 5, 1), None, TODAY), "甲", False),
    "7.15.4 an open beginning": (Period(None, date(2024, 1, 1), date(2024, 1, 1)), "乙", True),
}


def test_days(codes: dict[str, str]) -> None:
    companies = {codes[name]: name for name in ("甲", "乙")}
    seen = {}
    for case, (period, _, _) in DAYS.items():
        found = {item.code: item for item in features.public_estate_features(wanted(period=period)).items}
        sold = features.public_estate_feature(codes["sold"], period)
        assert sold == found[codes["sold"]]
        seen[case] = (period, companies.get(sold.credit_code), codes["taken"] in found)
    assert seen == DAYS
    with pytest.raises(NotFound):
        features.public_estate_feature(codes["taken"], NOW)
    assert features.public_estate_feature(codes["taken"], on(2026, 4, 30)).credit_code == codes["甲"]


WAYS: list[dict[str, Any]] = [
    {},
    {"boxes": SHENYANG},
    {"boxes": DATE_LINE},
    {"filters": {"division": "2101"}},
    {"filters": {"company": "甲"}},
    {"filters": {"name": "翰林花园"}},
]


def test_every_way_pages_once_through_all(codes: dict[str, str]) -> None:
    for way in WAYS:
        page_through(way | {"filters": coded(codes, way.get("filters", {}))})


def page_through(given: dict[str, Any]) -> None:
    ask = wanted(limit=1, **given)
    seen: list[str] = []
    while True:
        page = features.public_estate_features(ask)
        assert not set(seen) & {item.code for item in page.items}, "the walk goes round"
        seen += [item.code for item in page.items]
        assert page.matched is not None
        if page.next is None:
            break
        assert len(page.items) == 1
        ask = dataclasses.replace(ask, cursor=page.next)
    whole = [item.code for item in features.public_estate_features(wanted(**given)).items]
    assert seen == whole
    assert len(set(seen)) == page.matched


def test_a_cursor_of_another_way_is_refused(codes: dict[str, str]) -> None:
    page = features.public_estate_features(wanted(limit=1))
    with pytest.raises(BadInput, match="cursor_unusable"):
        features.public_estate_features(wanted(boxes=SHENYANG, cursor=page.next))


def test_nobody_waits_for_a_count(codes: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "EXAMINED_AT_MOST", 3)
    assert features.public_estate_features(wanted()).matched is None
    assert features.public_estate_features(wanted(filters={"division": make.HEPING})).matched == 2


INDEXES: list[tuple[dict[str, Any], str]] = [
    ({}, "code>"),
    ({"filters": {"mode": "none"}}, "code>"),
    ({"boxes": SHENYANG, "filters": {"mode": "none"}}, "ix_estate_lat_lon ((lat,lon)>(?,?) AND lat<?)"),
    ({"filters": {"division": "2101", "mode": "none"}}, "ix_estate_division_code_code ((division_code,code)>"),
    ({"filters": {"company": "91"}}, "ix_service_company_id_ended_on (company_id=?)"),
    ({"filters": {"name": "x"}}, "ix_estate_name_code (name=?"),
]


def test_sqlite_walks_an_index_and_sorts_no_register(codes: dict[str, str], session: Session, statements: Any) -> None:
    if is_postgres():
        return  # its planner goes by statistics, which ten rows do not have
    connection = session.connection().connection.driver_connection
    for given, index in INDEXES:
        with statements() as seen:
            features.public_estate_features(wanted(**given))
        assert len(seen) == 2
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {seen[0]}", [None] * seen[0].count("?"))]
        assert index in " ".join(plan), plan
        assert not [step for step in plan if step.startswith("SCAN")], plan
        if "ix_service" not in index:  # those of one company are few
            assert "USE TEMP B-TREE FOR ORDER BY" not in plan


def test_extents_are_measured(codes: dict[str, str], session: Session) -> None:
    assert features.public_estate_extent() == (BBox(-179.5, -10.0, 179.5, 41.81), date(2018, 1, 1))
    assert division_features.public_division_extent() == (None, None)


def test_extents_of_an_empty_register(app: Flask) -> None:
    features.forget_extents()
    assert features.public_estate_extent() == (None, None)
    assert features.public_estate_features(wanted()) == features.Found((), None, 0)


@pytest.fixture
def tree(app: Flask, session: Session) -> None:
    """Two districts with boundaries, one of which has a corner nothing lies in; one that ended in 2020."""
    features.forget_extents()
    make.make_tree()
    session.add(
        Division(
            code="210199", name="旧区", level=Level.DISTRICT, parent_code=make.CITY,
            began_on=date(2000, 1, 1), ended_on=date(2020, 12, 31),
        )
    )  # fmt: skip
    session.flush()
    corner = box(123.0, 41.0, 124.0, 42.0).difference(box(123.0, 41.0, 123.5, 41.5))
    for code, shape, schematic in (
        (make.SHENHE, corner, False),
        (make.HEPING, box(124.5, 41.0, 125.0, 42.0), True),
        ("210199", box(123.0, 41.0, 123.1, 41.1), True),
    ):
        session.add(
            DivisionBoundary(
                division_code=code, geometry=MultiPolygon([shape]), schematic=schematic, source="测绘院 2026",
                updated_at=make.NOW,
            )
        )  # fmt: skip
    session.commit()


CORNER = (BBox(123.0, 41.0, 123.2, 41.2),)
DIVISIONS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "level": ({"filters": {"level": "city"}}, [make.CITY, make.OTHER_CITY]),
    "parent": ({"filters": {"parent": make.CITY}}, [make.HEPING, make.SHENHE]),
    "name": ({"filters": {"name": "和平区"}}, [make.HEPING]),
    "below": ({"filters": {"division": make.HEPING}}, [make.HEPING, make.HEPING_STREET, make.HEPING_COMMUNITY]),
    "box": ({"boxes": (BBox(123.6, 41.6, 130.0, 42.0),)}, [make.HEPING, make.SHENHE]),
    "box in the missing corner": ({"boxes": CORNER}, []),
    "box on the last day of one": ({"boxes": CORNER, "period": on(2020, 12, 31)}, ["210199"]),
    "interval": (
        {"filters": {"parent": make.CITY}, "period": Period(date(2020, 1, 1), None, TODAY)},
        [make.HEPING, make.SHENHE, "210199"],
    ),
    "before it began": (
        {"filters": {"parent": make.CITY}, "period": on(1999, 12, 31)},
        [make.HEPING, make.SHENHE],
    ),
}


def test_divisions(tree: None) -> None:
    found = {
        case: division_features.public_division_features(wanted(**given)) for case, (given, _) in DIVISIONS.items()
    }
    assert {case: [item.code for item in page.items] for case, page in found.items()} == {
        case: expected for case, (_, expected) in DIVISIONS.items()
    }
    assert [page.matched for page in found.values()] == [len(expected) for _, expected in DIVISIONS.values()]


def test_divisions_page_by_code_with_and_without_a_box(tree: None) -> None:
    for given in ({}, {"boxes": (BBox(-180.0, -90.0, 180.0, 90.0),)}):
        ask = wanted(limit=1, **given)
        seen: list[str] = []
        while True:
            page = division_features.public_division_features(ask)
            assert not set(seen) & {item.code for item in page.items}, "the walk goes round"
            seen += [item.code for item in page.items]
            if page.next is None:
                break
            ask = dataclasses.replace(ask, cursor=page.next)
        assert seen == sorted(set(seen))
        assert len(seen) == page.matched == (2 if given else 9)


def test_a_division_says_what_its_boundary_is_worth(tree: None) -> None:
    found = division_features.public_division_feature(make.HEPING, NOW)
    assert (found.schematic, found.source) == (True, "测绘院 2026")
    assert found.geometry["type"] == "MultiPolygon"
    assert division_features.public_division_feature(make.CITY, NOW).geometry is None
    assert division_features.public_division_extent() == (BBox(123.0, 41.0, 125.0, 42.0), date(2000, 1, 1))
    with pytest.raises(NotFound):
        division_features.public_division_feature("210199", NOW)
