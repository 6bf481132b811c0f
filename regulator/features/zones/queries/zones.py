"""Zones as the office lists and opens them: inside a scope, drafts of a street, how far each has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import undefer

from regulator.features.divisions.queries import NOWHERE, DivisionRow, Path, find_division, list_in, paths_of, within
from regulator.features.divisions.terms import Level, Scope
from regulator.features.registry.queries.bounds import narrowed
from regulator.features.zones.models import Zone, ZoneEstate, ZoneProposal
from regulator.features.zones.queries.estates import (
    Neighbour,
    ZonedEstate,
    find_neighbours,
    list_estates_of,
    positions_of,
)
from regulator.features.zones.queries.public import ZONE_CAP, touches
from regulator.features.zones.rules.deciding import over_limits, totals_of
from regulator.features.zones.terms import NUMBERED, Totals, ZoneState
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.geo import BBox
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

LIST = "office.zones"
DRAFTS = "office.zones.drafts"


@dataclass(frozen=True, slots=True)
class ZoneFilter:
    """What the list of zones is narrowed to."""

    division: DivisionRow | None = None
    state: ZoneState | None = None


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A zone or draft with its members of the day, their sums, and who could take it over."""

    zone: Zone
    members: tuple[ZonedEstate, ...]
    totals: Totals
    place: Path = NOWHERE
    neighbour: Neighbour | None = None

    @property
    def over(self) -> tuple[str, ...]:
        """Which of its limits it is over after editing by hand."""
        return over_limits(self.totals, self.zone.diameter, self.zone.limits)

    @property
    def without_position(self) -> int:
        """How many members nobody has given a position."""
        return len(self.members) - len(positions_of(self.members))


@dataclass(frozen=True, slots=True)
class DraftsOfStreet:
    """A street that has groups on the table: since when, and how many."""

    code: str
    proposed_at: Any
    proposed_by: str
    groups: int
    estates: int
    place: Path = NOWHERE


# --- lists ----------------------------------------------------------------------------------------------------------


def list_zones(
    scope: Scope, wanted: ZoneFilter, *, day: date, cursor: str | None = None, limit: int = 50
) -> Page[ZoneRow]:
    """Zones of the streets inside the scope, dissolved ones too, by street and number; four statements a page."""
    table: Any = Zone.__table__.c
    page = paginate(
        select(Zone).where(*_listed(scope, wanted)), list_name=LIST, cursor=cursor, limit=limit,
        sort=Sort("code", (table.division_code, table.number)), item=lambda row: row[0],
    )  # fmt: skip
    return Page(tuple(_rows(page.items, day, with_neighbours=False)), page.next)


def count_zones(scope: Scope, wanted: ZoneFilter) -> Count:
    """How many such zones there are, counted to 1,000 and one."""
    return count_up_to_ceiling(select(Zone.id).where(*_listed(scope, wanted)))


def _listed(scope: Scope, wanted: ZoneFilter) -> list[ColumnElement[bool]]:
    states = (wanted.state,) if wanted.state else NUMBERED
    return [within(narrowed(scope, wanted.division), Zone.division_code), Zone.state.in_(states)]


def list_drafts_by_street(scope: Scope, division: DivisionRow | None) -> list[DraftsOfStreet]:
    """The streets inside the scope that have groups on the table, by code."""
    query = (
        select(
            Zone.division_code, ZoneProposal.proposed_at, ZoneProposal.proposed_by,
            func.count(Zone.id.distinct()), func.count(ZoneEstate.estate_code),
        )
        .join(ZoneProposal, ZoneProposal.division_code == Zone.division_code)
        .outerjoin(ZoneEstate, ZoneEstate.zone_id == Zone.id)
        .where(Zone.state == ZoneState.PROPOSED, within(narrowed(scope, division), Zone.division_code))
        .group_by(Zone.division_code, ZoneProposal.proposed_at, ZoneProposal.proposed_by)
        .order_by(Zone.division_code)
    )  # fmt: skip
    rows = session().execute(query).all()
    places = paths_of(row[0] for row in rows)
    return [DraftsOfStreet(*row, places.get(row[0], NOWHERE)) for row in rows]


# --- one street -----------------------------------------------------------------------------------------------------


def get_street(scope: Scope, code: str) -> DivisionRow:
    """A street that lies inside the scope as a whole. Raises NotFound."""
    found = find_division(code)
    if found is None or found.level is not Level.STREET or not scope.covers(found.code):
        raise NotFound(code)
    return found


def list_places(scope: Scope, *, day: date) -> list[DivisionRow]:
    """The districts and streets inside a scope for which zones may be proposed."""
    return list_in(scope, (Level.DISTRICT, Level.STREET), on=day)


def find_proposal(street: DivisionRow) -> ZoneProposal | None:
    """The latest grouping of a street."""
    return session().get(ZoneProposal, street.code)


def list_drafts(street: DivisionRow, *, day: date, cursor: str | None = None, limit: int = 50) -> Page[ZoneRow]:
    """The groups a street has on the table, in their order, with who could take each over."""
    table: Any = Zone.__table__.c
    stmt: Select[Any] = select(Zone).where(Zone.division_code == street.code, Zone.state == ZoneState.PROPOSED)
    page = paginate(
        stmt, list_name=f"{DRAFTS}.{street.code}", sort=Sort("ordinal", (table.ordinal, table.id)), cursor=cursor,
        limit=limit, item=lambda row: row[0],
    )  # fmt: skip
    return Page(tuple(_rows(page.items, day, with_neighbours=True)), page.next)


def list_living(street: DivisionRow) -> list[Zone]:
    """Every living zone of a street: adopted ones by number, then the drafts by ordinal."""
    query = select(Zone).where(Zone.division_code == street.code, Zone.state != ZoneState.DISSOLVED)
    return list(session().scalars(query.order_by(Zone.number.is_(None), Zone.number, Zone.ordinal, Zone.id)))


def list_rows(zones: Iterable[Zone], *, day: date) -> list[ZoneRow]:
    """These zones with members, sums and neighbours: for the map of a street."""
    return _rows(tuple(zones), day, with_neighbours=True)


def zones_in(scope: Scope, box: BBox, *, day: date, cap: int = ZONE_CAP) -> list[ZoneRow]:
    """The living zones of the scope's streets that touch a stretch of map, groups on the table too, at most the cap."""
    query = select(Zone).where(within(scope, Zone.division_code), Zone.state != ZoneState.DISSOLVED, touches(box))
    query = query.order_by(Zone.division_code, Zone.number.is_(None), Zone.number, Zone.ordinal, Zone.id)
    found = session().scalars(query.options(undefer(Zone.geometry)).limit(cap)).all()
    return _rows(found, day, with_neighbours=False)


def _rows(zones: Iterable[Zone], day: date, *, with_neighbours: bool) -> list[ZoneRow]:
    every = list(zones)
    members = list_estates_of(every, day=day)
    places = paths_of(zone.division_code for zone in every)
    within_metres = {zone.id: zone.neighbour_within for zone in every}
    respecting = {zone.id for zone in every if zone.barriers_respected}
    beside = find_neighbours(members, within_metres, day=day, respecting=respecting) if with_neighbours else {}
    return [
        ZoneRow(
            zone,
            tuple(members.get(zone.id, ())),
            totals_of(one.sized for one in members.get(zone.id, ())),
            places.get(zone.division_code, NOWHERE),
            beside.get(zone.id),
        )
        for zone in every
    ]


# --- one zone -------------------------------------------------------------------------------------------------------


def get_zone(scope: Scope, zone_id: UUID) -> Zone:
    """A zone, or a draft, of a street inside the scope. Raises NotFound."""
    if (found := find_zone(scope, zone_id)) is None:
        raise NotFound(str(zone_id))
    return found


def find_zone(scope: Scope, zone_id: UUID) -> Zone | None:
    """As `get_zone`; None when it is not there, or not any more."""
    found = session().get(Zone, zone_id)
    return found if found is not None and scope.covers(found.division_code) else None


def is_name_taken(zone: Zone, name: str) -> bool:
    """Whether another living zone of the same street bears the name."""
    query = select(Zone.id).where(
        Zone.division_code == zone.division_code,
        Zone.name == name,
        Zone.state != ZoneState.DISSOLVED,
        Zone.id != zone.id,
    )
    return session().scalar(query.limit(1)) is not None


def last_number(street_code: str) -> int:
    """The highest number a street has given to a zone."""
    return session().scalar(select(func.max(Zone.number)).where(Zone.division_code == street_code)) or 0


def last_ordinal(street_code: str) -> int:
    """The highest ordinal of the groups a street has on the table."""
    query = select(func.max(Zone.ordinal)).where(Zone.division_code == street_code, Zone.state == ZoneState.PROPOSED)
    return session().scalar(query) or 0
