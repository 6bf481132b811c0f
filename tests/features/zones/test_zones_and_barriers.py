"""Zones of a street that barriers run through, on both databases."""

from dataclasses import replace

from shapely.geometry import LineString, Polygon
from sqlalchemy.orm import Session

from regulator.features.divisions.queries import get_division
from regulator.features.registry.models import Company, Estate
from regulator.features.zones.actions import proposing
from regulator.features.zones.actions.barriers import take_away
from regulator.features.zones.queries import barriers, zones
from regulator.features.zones.rules.deciding import PRACTICE
from regulator.features.zones.terms import BarrierKind
from regulator.foundation import jobs
from regulator.foundation.database import transaction
from tests.factories import registry as make
from tests.factories.zones import make_barriers, make_managed, street
from tests.features.zones.test_zones import GIVEN, adopt, company, members, propose, row, today

__all__ = ["company", "row", "today"]

ACROSS = LineString([(300, -1000), (300, 1000)])
"""Between the second and the third building of the row."""


def test_a_barrier_parts_a_street_unless_one_asks_for_groups_without(row: list[Estate], session: Session) -> None:
    make_barriers(ACROSS)
    session.commit()
    assert [one.barriers_respected for one in propose()] == [True] * 3
    assert members(session) == {"1": {"0号楼", "1号楼"}, "2": {"远0号楼", "远1号楼"}, "3": {"2号楼"}}
    version = zones.find_proposal(street()).version  # type: ignore[union-attr]
    without = propose(replace(PRACTICE, barriers=False), version)
    assert [one.barriers_respected for one in without] == [False] * 2
    assert members(session)["1"] == {"0号楼", "1号楼", "2号楼"}


def test_proposing_with_barriers_leaves_a_zone_across_one_as_it_was_adopted(
    row: list[Estate], session: Session
) -> None:
    first, _ = propose()
    adopt(first)
    make_barriers(ACROSS, LineString([(4000, 100), (6000, 100)]))
    session.commit()
    version = zones.find_proposal(street()).version  # type: ignore[union-attr]
    propose(version=version)
    assert members(session) == {"惠工片区": {"0号楼", "1号楼", "2号楼"}, "1": {"远0号楼"}, "2": {"远1号楼"}}


def test_a_later_file_of_a_source_replaces_its_barriers_until_it_is_taken_away(
    row: list[Estate], session: Session
) -> None:
    make_barriers(ACROSS)
    river = make_barriers(LineString([(100, -1000), (100, 1000)]), kind=BarrierKind.RIVER, source="水系")
    later = make_barriers(LineString([(9000, 0), (9000, 10)]))
    session.commit()
    assert {(one.source, one.counts) for one in barriers.list_layers()} == {
        ("路网", ((BarrierKind.ROAD, 1),)), ("水系", ((BarrierKind.RIVER, 1),)),
    }  # fmt: skip
    propose()
    assert members(session)["1"] == {"1号楼", "2号楼"}, "the river parts, the former road no more"
    with transaction():
        take_away(later)
        take_away(river)
    version = zones.find_proposal(street()).version  # type: ignore[union-attr]
    propose(version=version)
    assert members(session)["1"] == {"0号楼", "1号楼"}, "the former road parts again"


def test_a_districts_streets_are_grouped_with_barriers_too(row: list[Estate], session: Session) -> None:
    make_barriers(Polygon([(250, -1000), (350, -1000), (350, 1000), (250, 1000)]), kind=BarrierKind.RIVER)
    session.commit()
    with transaction():
        job = proposing.ask_for_district(get_division(make.SHENHE), PRACTICE, **GIVEN)
    assert jobs.run_job(job, "w")
    assert {"0号楼", "1号楼"} in members(session).values()


def test_a_managed_estate_beyond_a_barrier_cannot_take_over(
    row: list[Estate], company: Company, session: Session
) -> None:
    make_managed("对岸", (0, 100), company)
    make_managed("同侧", (0, -300), company)
    make_barriers(LineString([(-1000, 50), (1000, 50)]))
    session.commit()
    (first,) = (one for one in zones.list_rows(propose(), day=make.TODAY) if one.zone.ordinal == 1)
    assert first.neighbour
    assert (first.neighbour.name, first.neighbour.metres) == ("同侧", 300)
    version = zones.find_proposal(street()).version  # type: ignore[union-attr]
    without = propose(replace(PRACTICE, barriers=False), version)
    assert zones.list_rows(without, day=make.TODAY)[0].neighbour.name == "对岸"  # type: ignore[union-attr]
