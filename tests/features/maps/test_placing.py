"""Saying where an estate lies, and seeing one's own territory, on both databases."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.coverage.actions import tallies
from regulator.features.maps import following
from regulator.features.maps.models import EstateBoundary, MapEstate
from regulator.features.maps.outlines import read_outline
from regulator.features.maps.placing import Doubtful, Versions, place_on_map
from regulator.features.maps.queries.companies import company_on_map
from regulator.features.maps.queries.comparing import changes_in
from regulator.features.maps.queries.listing import estates_listed
from regulator.features.maps.queries.outlines import find_outline, outlines_in, public_outlines_in, surveyed_around
from regulator.features.maps.queries.seen import estates_in
from regulator.features.maps.terms import MapFilter
from regulator.features.registry.actions import estates as estate_acts
from regulator.features.registry.models import Estate, RecordChange
from regulator.features.registry.terms import RegisterNature
from regulator.foundation.errors import BadInput, NotFound, StaleVersion
from regulator.foundation.geo import BBox
from regulator.law.findings import Refused
from tests.factories import registry as make
from tests.factories.outlines import boundary, outline, place, square

HERE = BBox(123.42, 41.79, 123.45, 41.82)
ALL = MapFilter()


@pytest.fixture
def city(session: Session) -> Session:
    """Two estates side by side, one in each of two districts, on the map."""
    make.make_tree()
    make.decide(RegisterNature.REAL)
    company = make.make_company()
    for name, where, x in (("翰林花园", make.SHENHE_COMMUNITY, 0), ("和平花园", make.HEPING_COMMUNITY, 100)):
        lon, lat = place(x + 50, 50)
        make.make_service(make.make_estate(name, where, lon=lon, lat=lat), company)
    tallies.start_counting(make.NOW)
    following.start_map(make.NOW)
    return session


def estate(session: Session, name: str = "翰林花园") -> Estate:
    return session.scalars(select(Estate).where(Estate.name == name)).one()


def put(of: Estate, drawn: str, at: tuple[float | None, float | None] = place(50, 50), **given: Any) -> bool:
    held = find_outline(of)
    usual: dict[str, Any] = {
        "versions": Versions(of.version, held.version if held else 0),
        "reason": "测绘成果",
        "confirmed": "",
        "actor": make.actor(),
        "now": make.NOW,
    }
    return place_on_map(of, at, read_outline(drawn), **usual | given)


def acts(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq)))


def test_point_and_outline_are_recorded_shown_corrected_and_taken_away(city: Session) -> None:
    one = estate(city)
    assert put(one, square(0, 0, 90), place(40, 40))
    kept = city.get_one(EstateBoundary, one.code)
    assert (kept.version, kept.source, kept.updated_by) == (1, "绘制", "张晓敏")
    assert (kept.west, kept.north) == (kept.geometry.bounds[0], kept.geometry.bounds[3])
    assert (one.lon, one.lat) == place(40, 40)
    assert city.scalars(select(MapEstate.lon).where(MapEstate.code == one.code)).one() == one.lon
    assert put(one, square(0, 0, 95), place(40, 40))
    told = city.scalars(select(RecordChange).where(RecordChange.field == "outline").order_by(RecordChange.seq)).all()
    first, second = "8,099.86 ㎡ (4)", "9,024.97 ㎡ (4)"
    assert [(row.before, row.after, row.reason) for row in told] == [
        (None, first, "测绘成果"),
        (first, second, "测绘成果"),
    ]
    assert put(one, "", place(40, 40))
    assert find_outline(one) is None
    version = one.version
    assert not put(one, "", place(40, 40))
    assert one.version == version
    facts = city.scalars(select(AuditEntry.facts).where(AuditEntry.act == "estate.corrected")).all()
    assert "coordinates" not in str(facts)


def test_an_overlap_needs_the_officials_word_for_exactly_it(city: Session) -> None:
    one = estate(city)
    outline(estate(city, "和平花园").code, 100, 0, 100)
    with pytest.raises(Doubtful) as asked:
        put(one, square(0, 0, 110, 90))
    (doubt,) = asked.value.doubts
    assert (doubt.finding.code, doubt.finding.params["name"]) == ("outline_overlaps_neighbour", "和平花园")
    assert find_outline(one) is None
    with pytest.raises(Doubtful):
        put(one, square(0, 0, 120, 90), confirmed=asked.value.mark)
    assert put(one, square(0, 0, 110, 90), confirmed=asked.value.mark)
    entry = city.scalars(select(AuditEntry).where(AuditEntry.act == "estate.doubts_confirmed")).one()
    assert "和平花园" in str(entry.facts)
    assert "测绘成果" in str(entry.facts)


@pytest.mark.parametrize("schematic", [False, True])
def test_only_a_surveyed_boundary_judges(city: Session, schematic: bool) -> None:
    boundary(make.SHENHE_COMMUNITY, 500, 0, 100, schematic=schematic)
    boundary(make.SHENHE, -1000, -1000, 5000, schematic=True)
    assert (surveyed_around(make.SHENHE_COMMUNITY) is None) == schematic
    if schematic:
        assert put(estate(city), square(0, 0, 90))
        return
    with pytest.raises(Doubtful) as asked:
        put(estate(city), square(0, 0, 90))
    assert [doubt.finding.code for doubt in asked.value.doubts] == ["outline_outside_division"]


def test_what_cannot_be_is_refused_and_nothing_is_kept(city: Session) -> None:
    one, before = estate(city), acts(city)
    with pytest.raises(Refused):
        put(one, square(0, 0, 4000))
    with pytest.raises(BadInput, match="point_missing"):
        put(one, square(0, 0, 90), (None, None))
    for versions in (Versions(one.version + 1, 0), Versions(one.version, 1)):
        with pytest.raises(StaleVersion):
            put(one, square(0, 0, 90), place(200, 200), versions=versions)  # told before anything is asked
    estate_acts.retire_estate(one, day=make.TODAY, version=one.version, reason="拆除", actor=make.actor(), now=make.NOW)
    with pytest.raises(BadInput, match="already_retired"):
        put(one, square(0, 0, 90))
    assert find_outline(one) is None
    assert acts(city) == [*before, "estate.retired"]


def test_outlines_in_view(city: Session) -> None:
    mine, theirs = estate(city), estate(city, "和平花园")
    outline(mine.code, 0, 0, 90)
    outline(theirs.code, 100, 0, 90)
    seen = public_outlines_in(HERE, 15, ALL, on=make.TODAY)
    assert [item.name for item in seen.items] == ["和平花园", "翰林花园"]
    assert {item.mode for item in seen.items} == {"professional"}
    assert public_outlines_in(HERE, 14, ALL, on=make.TODAY).items == ()
    one = public_outlines_in(HERE, 15, ALL, on=make.TODAY, cap=1)
    assert (len(one.items), one.total, one.capped) == (1, 2, True)
    assert not public_outlines_in(BBox(123.5, 41.7, 123.6, 41.9), 15, ALL, on=make.TODAY).items
    inside = BBox(*(place(10, 10) + place(20, 20)))
    assert [item.name for item in public_outlines_in(inside, 18, ALL, on=make.TODAY).items] == ["翰林花园"]
    assert not public_outlines_in(HERE, 15, MapFilter(modes=frozenset({"none"})), on=make.TODAY).items
    own = outlines_in(make.SHENHE_SCOPE, HERE, 15, ALL, on=make.TODAY)
    assert [(item.code, item.name) for item in own.items] == [(None, None), (mine.code, "翰林花园")]
    estate_acts.retire_estate(
        mine, day=make.TODAY, version=mine.version, reason="拆除", actor=make.actor(), now=make.NOW
    )
    assert [item.name for item in public_outlines_in(HERE, 15, ALL, on=make.TODAY).items] == ["和平花园"]


@pytest.mark.parametrize("zoom", [6, 13, 16])
def test_nothing_outside_the_scope_is_shown_or_counted(city: Session, zoom: int) -> None:
    for scope, wanted, total in (
        (make.SHENHE_SCOPE, ALL, 1),
        (make.CITY_SCOPE, ALL, 2),
        (make.SHENHE_SCOPE, MapFilter(division=make.HEPING_SCOPE), 0),
        (make.SHENHE_SCOPE, MapFilter(division=make.CITY_SCOPE), 1),
        (make.CITY_SCOPE, MapFilter(division=make.HEPING_SCOPE), 1),
    ):
        assert estates_in(scope, HERE, zoom, wanted).total == total
        page, count = estates_listed(scope, "", wanted, on=make.TODAY, cursor=None, limit=10)
        assert (len(page.items), count.number) == (total, total)


def test_a_company_and_two_days_within_the_scope(city: Session) -> None:
    company = company_on_map(make.SHENHE_SCOPE, estate_company(city), make.TODAY)
    assert [(place.code, place.estates) for place in company.places] == [(make.SHENHE, 1)]
    assert company_on_map(make.CITY_SCOPE, estate_company(city), make.TODAY).total("estates") == 2
    first, last = make.TODAY.replace(year=2019), make.TODAY
    for scope, total in ((make.SHENHE_SCOPE, 1), (make.CITY_SCOPE, 2)):
        assert changes_in(scope, None, first, last, last).total == total
    assert changes_in(make.SHENHE_SCOPE, make.SHENHE_STREET, first, last, last).total == 1
    with pytest.raises(NotFound):
        changes_in(make.SHENHE_SCOPE, make.HEPING, first, last, last)


def estate_company(session: Session) -> str:
    return str(session.scalars(select(MapEstate.credit_code).limit(1)).one())
