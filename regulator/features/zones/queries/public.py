"""Adopted zones as anyone may see them: for the public map's layer and for GIS desktops. No drafts, no members."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import undefer

from regulator.features.divisions.queries import names_of
from regulator.features.divisions.terms import CodeRange
from regulator.features.zones.models import Zone
from regulator.features.zones.queries.estates import list_estates_of
from regulator.features.zones.rules.deciding import totals_of
from regulator.features.zones.terms import FOLLOWED, Totals, ZoneState
from regulator.foundation.clock import day_of, start_of
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.geo import BBox
from regulator.foundation.paging import Page, Sort, paginate

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

ZONE_CAP = 500
DIGITS = 9
LIST = "zones"


@dataclass(frozen=True, slots=True)
class PublicZone:
    """An adopted or managed zone: number, name, street, outline (EPSG:4490, None without positions), sums, state."""

    code: str
    name: str
    street_code: str
    street: str
    state: ZoneState
    adopted_on: date
    geometry: BaseGeometry | None
    totals: Totals


@dataclass(frozen=True, slots=True)
class ZonesWanted:
    """Which zones are asked for; what is not given is not asked. Any of the boxes, adopted on a day or before."""

    boxes: tuple[BBox, ...] = ()
    place: CodeRange | None = None
    state: ZoneState | None = None
    name: str | None = None
    adopted_by: date | None = None


ALL = ZonesWanted()


def public_zones(wanted: ZonesWanted = ALL, *, cursor: str | None = None, limit: int, on: date) -> Page[PublicZone]:
    """Zones by street and number, in three statements. Loads shapely. Raises BadInput for a cursor of another list."""
    table: Any = Zone.__table__.c
    page = paginate(
        _living(wanted).options(undefer(Zone.geometry)), list_name=LIST, cursor=cursor, limit=limit,
        sort=Sort("code", (table.division_code, table.number)), item=lambda row: row[0],
    )  # fmt: skip
    return Page(tuple(_public(page.items, on)), page.next)


def public_zone(code: str, *, on: date) -> PublicZone:
    """The zone of this code, such as 210103001-001. Raises NotFound."""
    street, _, number = code.partition("-")
    if not (street.isascii() and street.isdigit() and number.isascii() and number.isdigit() and len(number) <= DIGITS):
        raise NotFound(code)
    found = session().scalar(
        _living(ALL).where(Zone.division_code == street, Zone.number == int(number)).options(undefer(Zone.geometry))
    )
    if found is None or found.code != code:
        raise NotFound(code)
    return _public([found], on)[0]


def public_zone_bounds() -> tuple[BBox | None, date | None]:
    """The box of every zone and the day on which the first was adopted; None where there is none."""
    sides: Any = (func.min(Zone.west), func.min(Zone.south), func.max(Zone.east), func.max(Zone.north))
    row: Any = session().execute(_living(ALL).with_only_columns(*sides, func.min(Zone.adopted_at))).one()
    *edges, first = row
    return (None if edges[0] is None else BBox(*edges)), (day_of(first) if first else None)


def count_public_zones(wanted: ZonesWanted = ALL) -> int:
    """How many there are."""
    return session().scalar(_living(wanted).with_only_columns(func.count(), maintain_column_froms=True)) or 0


def public_zones_in(box: BBox, *, on: date, cap: int = ZONE_CAP) -> Sequence[PublicZone]:
    """The zones of a stretch of map, at most the cap."""
    return public_zones(ZonesWanted((box,)), limit=cap, on=on).items


def _living(wanted: ZonesWanted) -> Select[Any]:
    query: Select[Any] = select(Zone).where(Zone.state.in_(FOLLOWED))
    if wanted.boxes:
        query = query.where(or_(*map(touches, wanted.boxes)))
    if wanted.place:
        query = query.where(Zone.division_code >= wanted.place.low, Zone.division_code < wanted.place.high)
    if wanted.state:
        query = query.where(Zone.state == wanted.state)
    if wanted.name:
        query = query.where(Zone.name == wanted.name)
    if wanted.adopted_by:
        query = query.where(Zone.adopted_at < start_of(wanted.adopted_by + timedelta(days=1)))
    return query


def touches(box: BBox) -> ColumnElement[bool]:
    """The condition that the box around a zone meets another."""
    return and_(Zone.south <= box.north, Zone.north >= box.south, Zone.west <= box.east, Zone.east >= box.west)


def _public(zones: Sequence[Zone], day: date) -> list[PublicZone]:
    members, streets = list_estates_of(zones, day=day), names_of(zone.division_code for zone in zones)
    return [
        PublicZone(
            zone.code or "",
            zone.name or "",
            zone.division_code,
            streets.get(zone.division_code, ""),
            zone.state,
            day_of(zone.adopted_at) if zone.adopted_at else day,
            zone.geometry,
            totals_of(one.sized for one in members.get(zone.id, ())),
        )
        for zone in zones
    ]


def geojson_of(geometry: BaseGeometry | None) -> dict[str, Any] | None:
    """A zone's outline as GeoJSON, six decimals of a degree; None where no member has a position."""
    if geometry is None:
        return None
    import shapely  # noqa: PLC0415 -- not at the start of a web worker

    found: dict[str, Any] = json.loads(shapely.to_geojson(shapely.set_precision(geometry, 1e-6)))
    return found
