"""Asking for boundaries and for the estates of a stretch of map. Keeps no estates of its own."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from importlib.metadata import version as installed
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from regulator.features.divisions.models import Division
from regulator.features.maps.models import DivisionBoundary
from regulator.features.maps.terms import DRAWING_FORMAT, ESTATE_CAP
from regulator.features.registry.models import Company, Estate, EstateSearch, Service
from regulator.features.registry.queries.bounds import active_on
from regulator.features.registry.terms import Mode
from regulator.foundation.database import session
from regulator.foundation.geo import BBox
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate
from regulator.foundation.search import join_search, parse_query

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Boundary:
    """A division with its boundary, EPSG:4490."""

    division_code: str
    name: str
    schematic: bool
    geometry: "BaseGeometry"


def list_boundaries() -> list[Boundary]:
    """Every boundary, by code. Loads shapely: for jobs and commands."""
    query = (
        select(DivisionBoundary.division_code, Division.name, DivisionBoundary.schematic, DivisionBoundary.geometry)
        .join(Division, Division.code == DivisionBoundary.division_code)
        .order_by(DivisionBoundary.division_code)
    )
    return [Boundary(*row) for row in session().execute(query)]


def count_boundaries() -> int:
    """How many divisions have one."""
    return session().scalar(select(func.count()).select_from(DivisionBoundary)) or 0


def wanted_version() -> str:
    """The version a page shell drawn now would have: boundaries, names, folium and our own format, as a digest."""
    digest = hashlib.sha256(f"{DRAWING_FORMAT} {installed('folium')}".encode())
    query = (
        select(DivisionBoundary.division_code, Division.name, DivisionBoundary.schematic, DivisionBoundary.updated_at)
        .join(Division, Division.code == DivisionBoundary.division_code)
        .order_by(DivisionBoundary.division_code)
    )
    for code, name, schematic, updated_at in session().execute(query):
        digest.update(f"\n{code} {name} {schematic} {updated_at.isoformat()}".encode())
    return digest.hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class EstatePoint:
    """An estate as the map and its list show it: mode and company of the day asked for, None where not known."""

    code: str
    name: str
    address: str | None
    lon: float | None
    lat: float | None
    mode: Mode | None
    credit_code: str | None
    company_name: str | None


@dataclass(frozen=True, slots=True)
class EstatesInView:
    """What lies in a stretch of map: at most the cap of `items`, and how many there are in all."""

    items: Sequence[EstatePoint]
    total: int

    @property
    def capped(self) -> bool:
        """Whether some are left out."""
        return self.total > len(self.items)


def public_estates_in(box: BBox, *, on: date, cap: int = ESTATE_CAP) -> EstatesInView:
    """Estates with a position inside the box, edges included, in order of code, in two statements.

    Above the cap an even sample over the whole view (every total/cap-th from south to north), the same each time.
    """
    inside = and_(Estate.lat.between(box.south, box.north), Estate.lon.between(box.west, box.east), _standing(on))
    total = session().scalar(select(func.count()).select_from(Estate).where(inside)) or 0
    query = _points(on).order_by(Estate.code)
    if total > cap:
        place = func.row_number().over(order_by=(Estate.lat, Estate.lon, Estate.id)).label("place")
        ranked = select(Estate.id, place).where(inside).subquery()
        query = query.join(ranked, ranked.c.id == Estate.id).where((ranked.c.place * cap) % total < cap)
    else:
        query = query.where(inside)
    return EstatesInView([_point(row) for row in session().execute(query)], total)


def public_estates_listed(q: str, *, on: date, cursor: str | None, limit: int) -> tuple[Page[EstatePoint], Count]:
    """The list beside the map, by name, found by `q` where given (name, pinyin, address); and how many there are.

    Raises BadInput for an endless `q` and for a cursor of another list.
    """
    key: Any = Estate.id
    by_name: Any = (Estate.name, Estate.code)
    query, sort = _points(on).where(_standing(on)), Sort("name", by_name)
    counted: Select[Any] = select(Estate.id).where(_standing(on))
    if (match := parse_query(q)) is not None:
        query, order = join_search(query, EstateSearch, key, match)
        counted, _ = join_search(counted, EstateSearch, key, match)
        sort = Sort("found", (order,))
    page = paginate(query, list_name="map", sort=sort, cursor=cursor, limit=limit, item=_point)
    return page, count_up_to_ceiling(counted)


def _points(on: date) -> Select[Any]:
    query: Any = (
        select(
            Estate.code,
            Estate.name,
            Estate.address,
            Estate.lon,
            Estate.lat,
            Service.mode,
            Company.credit_code,
            Company.name.label("company_name"),
        )
        .outerjoin(Service, and_(Service.estate_id == Estate.id, active_on(on)))
        .outerjoin(Company, Company.id == Service.company_id)
    )
    shaped: Select[Any] = query
    return shaped


def _point(row: Row[Any]) -> EstatePoint:
    values: Any = row[: len(fields(EstatePoint))]
    return EstatePoint(*values)


def _standing(on: date) -> ColumnElement[bool]:
    """The condition that an estate is in the register on a day."""
    return or_(Estate.retired_on.is_(None), Estate.retired_on > on)


def any_schematic() -> bool:
    """Whether one of the boundaries shown is only schematic."""
    return bool(session().scalar(select(DivisionBoundary.schematic).where(DivisionBoundary.schematic).limit(1)))
