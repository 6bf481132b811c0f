"""Estates as zones see them: those of a street that come into question, members, managed neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from regulator.features.coverage.queries.counting import rule_on, state_on
from regulator.features.coverage.terms import CountingRule, Exclusion, State, as_state
from regulator.features.divisions.queries import DivisionRow, within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Company, Estate, Service
from regulator.features.registry.queries.bounds import active_on
from regulator.features.registry.terms import EstateKind, Mode
from regulator.features.zones.barriers import Barriers
from regulator.features.zones.models import Zone, ZoneEstate
from regulator.features.zones.queries.barriers import barriers_among
from regulator.features.zones.rules.deciding import GONE, UNCOVERED, totals_of
from regulator.features.zones.shapes import Position, box_around, nearest
from regulator.features.zones.terms import Sized, Totals
from regulator.foundation.database import session
from regulator.foundation.geo import BBox


@dataclass(frozen=True, slots=True)
class ZonedEstate:
    """An estate on a day with the living zone it stands in; floor area in 0.01 ㎡, degrees where known."""

    code: str
    name: str
    kind: EstateKind
    division_code: str
    address: str | None
    lon: float | None
    lat: float | None
    households: int | None
    floor_area: int | None
    state: State
    company_name: str | None
    zone_id: UUID | None

    @property
    def position(self) -> Position | None:
        """Where it stands; None when nobody has stated it."""
        return None if self.lon is None or self.lat is None else (self.lon, self.lat)

    @property
    def mode(self) -> Mode | None:
        """Its mode; None when it is not known or the estate is gone."""
        return self.state if isinstance(self.state, Mode) else None

    @property
    def is_managed(self) -> bool:
        """Whether a company serves it professionally."""
        return self.state == Mode.PROFESSIONAL

    @property
    def gone(self) -> Exclusion | None:
        """Why it needs no zone any more, when it does not."""
        return self.state if isinstance(self.state, Exclusion) and self.state in GONE else None

    @property
    def sized(self) -> Sized:
        """What goes into the totals."""
        return Sized(self.state, self.households, self.floor_area)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The nearest professionally managed estate that is no member, and how many metres away it is."""

    code: str
    name: str
    division_code: str
    lon: float
    lat: float
    company_name: str | None
    metres: int


def _zoned(day: date) -> Select[Any]:
    """Estates on a day, in the order of ``ZonedEstate``; one statement, narrowed by whoever asks."""
    columns: Any = (
        Estate.code,
        Estate.name,
        Estate.kind,
        Estate.division_code,
        Estate.address,
        Estate.lon,
        Estate.lat,
        Estate.households,
        Estate.floor_area,
        state_on(day).label("state"),
        Company.name.label("company_name"),
        ZoneEstate.zone_id,
    )
    stmt: Select[Any] = select(*columns)
    return (
        stmt.select_from(Estate)
        .outerjoin(Service, and_(Service.estate_id == Estate.id, active_on(day)))
        .outerjoin(Company, Company.id == Service.company_id)
        .outerjoin(ZoneEstate, and_(ZoneEstate.estate_code == Estate.code, ZoneEstate.living))
    )


def _estate(row: Any) -> ZonedEstate:
    code, name, kind, place, address, lon, lat, households, area, state, company, zone_id = row
    said = as_state(state)
    return ZonedEstate(code, name, kind, place, address, lon, lat, households, area, said, company, zone_id)


def uncovered_on(day: date, rule: CountingRule) -> ColumnElement[bool]:
    """The condition that an estate comes into question; the same as ``rules.deciding.is_uncovered``."""
    state = state_on(day)
    scattered = and_(
        Estate.kind == EstateKind.SCATTERED_BUILDING,
        state.not_in([Mode.PROFESSIONAL.value, *(item.value for item in GONE)]),
    )
    return and_(Estate.kind.in_(rule.kinds), or_(state.in_([mode.value for mode in UNCOVERED]), scattered))


def list_uncovered(street: DivisionRow, *, day: date) -> list[ZonedEstate]:
    """Every estate of a street that comes into question, in a zone already or not, by code."""
    inside = within(Scope((street.range,)), Estate.division_code)
    query = _zoned(day).where(inside, uncovered_on(day, rule_on(day))).order_by(Estate.code)
    return [_estate(row) for row in session().execute(query)]


def list_estates_of(zones: Iterable[Zone], *, day: date) -> dict[UUID, list[ZonedEstate]]:
    """The members of zones by their keys, each by code; of a dissolved zone those it had."""
    ids = [zone.id for zone in zones]
    found: dict[UUID, list[ZonedEstate]] = defaultdict(list)
    if ids:
        member = ZoneEstate.__table__.alias("member")
        query = _zoned(day).add_columns(member.c.zone_id).join(member, member.c.estate_code == Estate.code)
        for *facts, key in session().execute(query.where(member.c.zone_id.in_(ids)).order_by(Estate.code)):
            found[key].append(_estate(facts))
    return found


def totals_by_zone(members: Mapping[UUID, Sequence[ZonedEstate]]) -> dict[UUID, Totals]:
    """The sums of several zones."""
    return {key: totals_of(one.sized for one in estates) for key, estates in members.items()}


def positions_of(estates: Iterable[ZonedEstate]) -> list[Position]:
    """Where these estates stand, as far as that is known."""
    return [found for one in estates if (found := one.position) is not None]


# --- who could take over --------------------------------------------------------------------------------------------


def find_neighbours(
    members: Mapping[UUID, Sequence[ZonedEstate]],
    within_metres: Mapping[UUID, int],
    *,
    day: date,
    respecting: Collection[UUID] = (),
) -> dict[UUID, Neighbour]:
    """For each zone that has one the nearest managed estate beside it, whatever its street; in two statements.

    For the zones of ``respecting`` on the same side of every barrier: the straight way to one of its members is free.
    """
    places = [place for estates in members.values() for place in positions_of(estates)]
    furthest = max(within_metres.values(), default=0)
    if not places or not furthest:
        return {}
    managed = list_managed_in(box_around(places, furthest), day=day)
    barriers = barriers_among(places, furthest) if managed and respecting else None
    found: dict[UUID, Neighbour] = {}
    for key, estates in members.items():
        parting = barriers if key in respecting else None
        if (one := _beside(estates, managed, within_metres[key], parting)) is not None:
            found[key] = one
    return found


def list_managed_in(box: BBox, *, day: date) -> list[ZonedEstate]:
    """Estates a known company serves professionally, with a position inside a box, by code."""
    inside = and_(Estate.lat.between(box.south, box.north), Estate.lon.between(box.west, box.east))
    served = and_(Service.mode == Mode.PROFESSIONAL, Service.company_id.is_not(None))
    query = _zoned(day).where(inside, served, state_on(day) == Mode.PROFESSIONAL.value)
    return [_estate(row) for row in session().execute(query.order_by(Estate.code))]


def _beside(
    estates: Sequence[ZonedEstate], managed: Sequence[ZonedEstate], within_metres: int, barriers: Barriers | None
) -> Neighbour | None:
    own = {one.code for one in estates}
    places = positions_of(estates)
    if not places or not within_metres:
        return None
    box = box_around(places, within_metres)
    others = [(one, (one.lon, one.lat)) for one in managed if one.code not in own]
    near = [(one, (lon, lat)) for one, (lon, lat) in others if lon is not None and lat is not None]
    near = [(one, place) for one, place in near if box.contains(*place)]
    found = nearest(places, [place for _, place in near], within_metres, barriers)
    if found is None:
        return None
    one, (lon, lat) = near[found[0]]
    return Neighbour(one.code, one.name, one.division_code, lon, lat, one.company_name, found[1])


# --- membership -----------------------------------------------------------------------------------------------------


def list_living_codes(zone: Zone) -> list[str]:
    """The codes of the estates that stand in a zone now."""
    query = select(ZoneEstate.estate_code).where(ZoneEstate.zone_id == zone.id, ZoneEstate.living)
    return list(session().scalars(query.order_by(ZoneEstate.estate_code)))


def list_zones_with(codes: Sequence[str]) -> list[UUID]:
    """The living zones in which any of these estates stands, drafts included."""
    some = ZoneEstate.estate_code.in_(codes)
    return list(session().scalars(select(ZoneEstate.zone_id).where(ZoneEstate.living, some).distinct()))


def name_estates(codes: Iterable[str]) -> dict[str, str]:
    """The names of estates by code, for entries of a zone's history."""
    query = select(Estate.code, Estate.name).where(Estate.code.in_(sorted(set(codes))))
    return dict(session().execute(query).all())
