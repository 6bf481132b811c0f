"""Zones from proposal to managed, on both databases."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from shapely.geometry import Point
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.coverage.queries.counting import rule_on
from regulator.features.divisions.queries import get_division
from regulator.features.registry.actions.estates import correct_estate
from regulator.features.registry.actions.services import change_service
from regulator.features.registry.models import Company, Estate, Service
from regulator.features.registry.terms import Condition, EstateKind, Mode
from regulator.features.zones.actions import deciding, following, proposing
from regulator.features.zones.models import Zone, ZoneEstate, ZoneProposal
from regulator.features.zones.queries import estates as estate_queries
from regulator.features.zones.queries import public, zones
from regulator.features.zones.rules.deciding import PRACTICE, is_uncovered
from regulator.features.zones.terms import Limits, ZoneState
from regulator.foundation import clock, jobs
from regulator.foundation.database import transaction
from regulator.foundation.errors import NotFound, StaleVersion
from regulator.foundation.geo import BBox, LocalMetres, distance_metres
from regulator.law.findings import Refused
from tests.factories import registry as make
from tests.factories.zones import GRID, make_managed, make_uncovered, make_zone, street

ACTOR = make.actor()
GIVEN = {"actor": ACTOR, "now": make.NOW}


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    clock.fix_today(make.TODAY)
    yield
    clock.fix_today(None)


@pytest.fixture
def company(session: Session) -> Company:
    make.make_tree()
    return make.make_company()


@pytest.fixture
def row(company: Company, session: Session) -> list[Estate]:
    """Three buildings in a row, 200 m apart, two far off, one without a position, one in another district."""
    found = [make_uncovered(f"{n}号楼", (200.0 * n, 0), kind=EstateKind.SCATTERED_BUILDING) for n in range(3)]
    found += [make_uncovered(f"远{n}号楼", (5000, 200.0 * n)) for n in range(2)]
    make_uncovered("无位置楼")
    make_uncovered("和平楼", (100, 0), division_code=make.HEPING_COMMUNITY)
    session.commit()
    return found


def propose(limits: Limits = PRACTICE, version: int = proposing.NONE_SEEN) -> list[Zone]:
    with transaction():
        proposing.propose_zones(street(), limits, version=version, **GIVEN)
    return zones.list_living(street())


def seen() -> dict[object, int]:
    return {zone.id: zone.version for zone in zones.list_living(street())}


def members(session: Session) -> dict[str, set[str]]:
    """Names of living zones' estates by the zone's name or ordinal."""
    query = (
        select(Zone, Estate.name)
        .join(ZoneEstate, ZoneEstate.zone_id == Zone.id)
        .join(Estate, Estate.code == ZoneEstate.estate_code)
        .where(ZoneEstate.living)
    )
    found: dict[str, set[str]] = {}
    for zone, name in session.execute(query):
        found.setdefault(zone.name or str(zone.ordinal), set()).add(name)
    return found


def adopt(zone: Zone, name: str = "惠工片区") -> None:
    with transaction():
        deciding.adopt_zone(zone, name=name, version=zone.version, **GIVEN)


def serve(estate: Estate, company: Company, mode: Mode = Mode.PROFESSIONAL) -> None:
    with transaction():
        change_service(
            estate, mode=mode, company=company if mode.takes_company else None, began_on=make.TODAY,
            version=estate.version, reason="x", **GIVEN,
        )  # fmt: skip


# --- proposing ------------------------------------------------------------------------------------------------------


def test_a_street_is_grouped_by_distance_and_another_districts_estates_are_not_its(
    row: list[Estate], session: Session
) -> None:
    first, second = propose()
    assert members(session) == {"1": {"0号楼", "1号楼", "2号楼"}, "2": {"远0号楼", "远1号楼"}}
    assert (first.diameter, second.diameter) == (400, 200)
    assert first.limits == PRACTICE
    assert all(first.geometry.contains(Point(one.lon, one.lat)) for one in row[:3])
    loose = [one.name for one in estate_queries.list_uncovered(street(), day=make.TODAY) if one.zone_id is None]
    assert loose == ["无位置楼"], "told apart, not dropped"
    assert session.scalars(select(AuditEntry.act)).all() == ["zone.proposed"]


def test_the_query_and_the_rule_agree_on_what_comes_into_question(company: Company, session: Session) -> None:
    rule = rule_on(make.TODAY)
    states: list[tuple[EstateKind, Mode | None, dict[str, object]]] = [
        (kind, mode, {}) for kind in (EstateKind.RESIDENTIAL, EstateKind.SCATTERED_BUILDING, EstateKind.OFFICE)
        for mode in (None, *Mode)
    ]  # fmt: skip
    states += [
        (EstateKind.SCATTERED_BUILDING, Mode.NONE, {"condition": Condition.DEMOLISHED}),
        (EstateKind.RESIDENTIAL, Mode.NONE, {"retired_on": make.TODAY}),
    ]
    for number, (kind, mode, given) in enumerate(states):
        make_uncovered(f"楼{number}", None, mode, kind=kind, **given)
    session.commit()
    everything = estate_queries._zoned(make.TODAY)
    judged = [estate_queries._estate(one) for one in session.execute(everything)]
    by_rule = {one.code for one in judged if is_uncovered(one.kind, one.state, rule)}
    assert {one.code for one in estate_queries.list_uncovered(street(), day=make.TODAY)} == by_rule
    assert len(by_rule) == 2 + 7


def test_proposing_anew_leaves_adopted_zones_alone_and_tells_who_saw_older_groups(
    row: list[Estate], session: Session
) -> None:
    first, _ = propose()
    adopt(first)
    version = zones.find_proposal(street()).version  # type: ignore[union-attr]
    propose(Limits(100, None, None, 0), version)
    assert members(session) == {"惠工片区": {"0号楼", "1号楼", "2号楼"}, "1": {"远0号楼"}, "2": {"远1号楼"}}
    with pytest.raises(StaleVersion):
        propose(version=version)


def test_nothing_to_group_is_said(company: Company, session: Session) -> None:
    make_managed("翰林花园", (0, 0), company)
    session.commit()
    with pytest.raises(Refused, match="zone_nothing_uncovered"):
        propose()
    make_zone(make_uncovered("弃管楼", (0, 0)))
    session.commit()
    with pytest.raises(Refused, match="zone_all_adopted"):
        propose()


def test_a_districts_streets_are_grouped_by_the_worker_and_those_on_the_table_left(
    app: Flask, row: list[Estate], session: Session
) -> None:
    shenhe, heping = get_division(make.SHENHE), get_division(make.HEPING)
    for district in (shenhe, heping):
        with transaction():
            job = proposing.ask_for_district(district, PRACTICE, **GIVEN)
            assert proposing.ask_for_district(district, PRACTICE, **GIVEN) == job, "asked twice, done once"
        if district is heping:
            session.query(ZoneProposal).one().version = 5
            session.commit()
        assert jobs.run_job(job, "w")
        assert jobs.find_job(job).done_steps == 1  # type: ignore[union-attr]
    assert len(members(session)) == 2, "each district's groups, by ordinal"
    with transaction():
        again = proposing.ask_for_district(shenhe, PRACTICE, **GIVEN)
    jobs.run_job(again, "w")
    assert session.get(ZoneProposal, make.SHENHE_STREET, populate_existing=True).version == 5  # type: ignore[union-attr]


def test_a_proposal_is_taken_off_the_table(row: list[Estate], session: Session) -> None:
    first, _ = propose()
    adopt(first)
    proposal = zones.find_proposal(street())
    assert proposal
    with transaction():
        proposing.discard_proposal(proposal, street(), version=proposal.version, **GIVEN)
    assert list(members(session)) == ["惠工片区"]


# --- neighbours -----------------------------------------------------------------------------------------------------


def test_the_nearest_managed_estate_could_take_over(row: list[Estate], company: Company, session: Session) -> None:
    make_managed("近邻", (400, 300), company, division_code=make.HEPING_COMMUNITY)
    make_managed("远邻", (400, -450), company)
    make_uncovered("更近但无企业", (400, 60), Mode.COMMUNITY_CUSTODY)
    make_uncovered("更近但企业不详", (400, 90), Mode.PROFESSIONAL)
    session.commit()
    found = {one.zone.ordinal: one.neighbour for one in zones.list_rows(propose(), day=make.TODAY)}
    assert found[2] is None
    assert found[1]
    assert (found[1].name, found[1].company_name, found[1].metres) == ("近邻", company.name, 300)
    serve(row[2], company)
    (again,) = (one for one in zones.list_rows(zones.list_living(street()), day=make.TODAY) if one.zone.ordinal == 1)
    assert again.neighbour == found[1], "no member is its own zone's neighbour"


def test_distances_are_true_on_the_ground(row: list[Estate]) -> None:
    """Our own metres against the geodesic: within 0.1 % inside a city."""
    pyproj = pytest.importorskip("pyproj")
    geodesic = pyproj.Geod(a=6_378_137.0, rf=298.257222101)
    lon, lat = GRID.to_degrees(20_000, 25_000)
    _, _, truly = geodesic.inv(GRID.lon, GRID.lat, lon, lat)
    x, y = LocalMetres((GRID.lon + lon) / 2, (GRID.lat + lat) / 2).to_metres(lon, lat)
    assert 2 * (x**2 + y**2) ** 0.5 == pytest.approx(truly, rel=1e-3)
    assert distance_metres(GRID.lon, GRID.lat, lon, lat) == pytest.approx(truly, rel=1e-3)


# --- moving ---------------------------------------------------------------------------------------------------------


def test_estates_are_moved_split_off_taken_out_and_put_in(row: list[Estate], session: Session) -> None:
    first, second = propose()
    with transaction():
        deciding.put_in_zone(street(), [row[0].code], second, seen=seen(), **GIVEN)
    assert members(session) == {"1": {"1号楼", "2号楼"}, "2": {"0号楼", "远0号楼", "远1号楼"}}
    assert second.diameter > 5000
    with transaction():
        third = deciding.split_off(street(), [row[0].code, row[1].code], seen=seen(), **GIVEN)
    assert members(session)["3"] == {"0号楼", "1号楼"}
    with transaction():
        deciding.take_out(street(), [row[2].code], seen=seen(), **GIVEN)
    assert zones.list_living(street()) == [second, third], "a group that lost its last estate is gone"
    (without,) = session.scalars(select(Estate.code).where(Estate.name == "无位置楼"))
    with transaction():
        deciding.put_in_zone(street(), [without, row[2].code], third, seen=seen(), **GIVEN)
        deciding.put_in_zone(street(), estate_queries.list_living_codes(second), third, seen=seen(), **GIVEN)
    assert members(session) == {"3": {"0号楼", "1号楼", "2号楼", "远0号楼", "远1号楼", "无位置楼"}}
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject_key == str(third.id))).all()
    assert set(acts) == {"zone.estates_put_in"}
    del first


def test_what_may_not_be_moved(row: list[Estate], company: Company, session: Session) -> None:
    first, second = propose()
    adopt(first)
    stale = seen() | {second.id: second.version - 1}
    elsewhere = session.scalars(select(Estate.code).where(Estate.name == "和平楼")).one()
    managed = make_managed("翰林花园", (0, 0), company)
    session.commit()
    for codes, target, versions, refusal in (
        ([row[0].code], second, stale, StaleVersion),
        ([row[3].code], first, stale, StaleVersion),
        ([elsewhere], second, seen(), "zone_estates_foreign"),
        ([managed.code], second, seen(), "zone_estates_foreign"),
        ([], second, seen(), "zone_no_estate_chosen"),
        ([one.code for one in row[:3]], second, seen(), "zone_would_be_empty"),
    ):
        expected = {"match": refusal} if isinstance(refusal, str) else {}
        with pytest.raises(Refused if expected else StaleVersion, **expected), transaction():
            deciding.put_in_zone(street(), codes, target, seen=versions, **GIVEN)  # type: ignore[arg-type]
    assert len(members(session)["惠工片区"]) == 3


def test_an_estate_stands_in_one_living_zone_whatever_is_written(row: list[Estate], session: Session) -> None:
    _, second = propose()
    session.add(ZoneEstate(zone_id=second.id, estate_code=row[0].code, living=True))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


# --- adopting, following, dissolving --------------------------------------------------------------------------------


def test_adopted_zones_are_numbered_and_never_twice(row: list[Estate], session: Session) -> None:
    first, second = propose()
    adopt(first)
    assert (first.code, first.state) == ("210103001-001", ZoneState.ADOPTED)
    for name, refusal in (("惠工片区", "zone_adopted_already"), ("别名", "zone_adopted_already")):
        with pytest.raises(Refused, match=refusal), transaction():
            deciding.adopt_zone(first, name=name, version=1, **GIVEN)
    with pytest.raises(Refused, match="zone_name_taken"):
        adopt(second)
    with pytest.raises(StaleVersion), transaction():
        deciding.adopt_zone(second, name="远片区", version=9, **GIVEN)
    with transaction():
        deciding.dissolve_zone(first, reason="街道调整", version=first.version, **GIVEN)
    adopt(second)
    assert second.code == "210103001-002", "a dissolved zone keeps its number"


def test_a_proposal_older_than_the_register_is_told_at_adoption(
    row: list[Estate], company: Company, session: Session
) -> None:
    first, _ = propose()
    version = first.version
    serve(row[1], company)
    assert first.version > version, "so that whoever has it open is told"
    with pytest.raises(Refused) as refused:
        adopt(first)
    (finding,) = refused.value.findings
    assert (finding.code, finding.params["names"]) == ("zone_members_managed", "1号楼")
    with transaction():
        deciding.take_out(street(), [row[1].code], seen=seen(), **GIVEN)
    adopt(first)


def test_a_zone_is_followed_until_managed_and_again_when_a_company_leaves(
    row: list[Estate], company: Company, session: Session
) -> None:
    _, second = propose()
    adopt(second)
    serve(row[3], company)
    (found,) = zones.list_rows([second], day=make.TODAY)
    assert (found.totals.managed, found.totals.estates, second.state) == (1, 2, ZoneState.ADOPTED)
    serve(row[4], company)
    assert (second.state, second.managed_at is not None) == (ZoneState.MANAGED, True)
    last = select(Service).where(Service.estate_id == row[4].id, Service.company_id.is_not(None))
    session.scalars(last).one().ended_on = clock.day_of(clock.now())  # as if recorded before: the day tells
    session.commit()
    for day, state in enumerate((ZoneState.MANAGED, ZoneState.ADOPTED)):
        with transaction():
            following.follow_days(clock.now() + timedelta(days=day))
        assert second.state is state
    assert (second.state, second.managed_at) == (ZoneState.ADOPTED, None)
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject_key == str(second.id))).all()
    assert acts == ["zone.adopted", "zone.managed", "zone.reopened"]


def test_estates_follow_their_street_and_their_position(row: list[Estate], session: Session) -> None:
    first, second = propose()
    adopt(first)
    with transaction():
        lon, lat = GRID.to_degrees(100, 0)
        given = {"version": row[2].version, "reason": "x", **GIVEN}
        correct_estate(row[2], {"lon": lon, "lat": lat}, **given)
    assert first.diameter == 200
    with transaction():
        for one in (row[0], row[3], row[4]):
            given = {"version": one.version, "reason": "x", **GIVEN}
            correct_estate(one, {"division_code": make.HEPING_COMMUNITY}, **given)
    assert members(session) == {"惠工片区": {"1号楼", "2号楼"}}, "and a draft that lost all is gone"
    assert zones.find_zone(make.SHENHE_SCOPE, second.id) is None


def test_a_dissolved_zone_frees_its_estates_and_keeps_its_list(row: list[Estate], session: Session) -> None:
    first, _ = propose()
    adopt(first)
    with transaction():
        deciding.dissolve_zone(first, reason="街道调整", version=first.version, **GIVEN)
    assert len(estate_queries.list_estates_of([first], day=make.TODAY)[first.id]) == 3
    assert "惠工片区" not in members(session)
    version = zones.find_proposal(street()).version  # type: ignore[union-attr]
    propose(version=version)
    assert {"0号楼", "1号楼", "2号楼"} in members(session).values()


# --- who may see them -----------------------------------------------------------------------------------------------


def test_another_district_sees_none_and_the_public_only_what_is_adopted(row: list[Estate], session: Session) -> None:
    first, second = propose()
    adopt(first)
    with pytest.raises(NotFound):
        zones.get_zone(make.HEPING_SCOPE, first.id)
    with pytest.raises(NotFound):
        zones.get_street(make.HEPING_SCOPE, make.SHENHE_STREET)
    assert zones.list_drafts_by_street(make.HEPING_SCOPE, None) == []
    assert zones.list_zones(make.HEPING_SCOPE, zones.ZoneFilter(), day=make.TODAY).items == ()
    west, east = BBox(123.42, 41.79, 123.44, 41.81), BBox(123.48, 41.79, 123.5, 41.81)
    (shown,) = public.public_zones_in(west, on=make.TODAY)
    assert (shown.code, shown.street, shown.totals.estates) == ("210103001-001", "朱剪炉街道", 3)
    assert shown.geometry
    assert public.public_zones_in(east, on=make.TODAY) == ()
    assert public.count_public_zones() == 1
    assert shown.adopted_on == date(2026, 11, 1)
    del second
