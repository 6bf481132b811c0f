"""Adopted zones as anyone may see them: for the public map's layer and for GIS desktops. No drafts, no members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import undefer

from regulator.features.divisions.queries import names_of
from regulator.features.zones.models import Zone
from regulator.features.zones.queries.estates import list_estates_of
from regulator.features.zones.rules.deciding import totals_of
from regulator.features.zones.terms import FOLLOWED, Totals, ZoneState
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.geo import BBox
from regulator.foundation.paging import Page, Sort, paginate

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

ZONE_CAP = 500
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


def public_zones(*, box: BBox | None = None, cursor: str | None = None, limit: int, on: date) -> Page[PublicZone]:
    """Zones by street and number, those that touch a box where one is given; three statements. Loads shapely."""
    table: Any = Zone.__table__.c
    page = paginate(
        _living(box).options(undefer(Zone.geometry)), list_name=LIST, cursor=cursor, limit=limit,
        sort=Sort("code", (table.division_code, table.number)), item=lambda row: row[0],
    )  # fmt: skip
    return Page(tuple(_public(page.items, on)), page.next)


def count_public_zones(box: BBox | None = None) -> int:
    """How many there are, those that touch a box where one is given."""
    return session().scalar(_living(box).with_only_columns(func.count(), maintain_column_froms=True)) or 0


def public_zones_in(box: BBox, *, on: date, cap: int = ZONE_CAP) -> Sequence[PublicZone]:
    """The zones of a stretch of map, at most the cap."""
    return public_zones(box=box, limit=cap, on=on).items


def _living(box: BBox | None) -> Select[Any]:
    query: Select[Any] = select(Zone).where(Zone.state.in_(FOLLOWED))
    if box is None:
        return query
    return query.where(
        and_(Zone.south <= box.north, Zone.north >= box.south, Zone.west <= box.east, Zone.east >= box.west)
    )


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
