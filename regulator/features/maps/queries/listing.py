"""The list beside the map: estates found by words, as the map shows them. Keeps no estates of its own."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from regulator.features.divisions.queries import within
from regulator.features.divisions.terms import Scope
from regulator.features.maps.models import MapEstate
from regulator.features.maps.queries.seen import conditions_of
from regulator.features.maps.terms import MapFilter
from regulator.features.registry.models import Company, Estate, EstateSearch, Service
from regulator.features.registry.queries.bounds import active_on
from regulator.features.registry.terms import Mode
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate
from regulator.foundation.search import join_search, parse_query


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


def public_estates_listed(
    q: str, wanted: MapFilter, *, on: date, cursor: str | None, limit: int
) -> tuple[Page[EstatePoint], Count]:
    """The list beside the map, by name, found by `q` where given (name, pinyin, address); and how many there are.

    A filter leaves estates that the map shows and lists them in the order of their registration.

    Raises BadInput for an endless `q` and for a cursor of another list.
    """
    return _listed("map", _standing(on), q, wanted, on, cursor, limit)


def estates_listed(
    scope: Scope, q: str, wanted: MapFilter, *, on: date, cursor: str | None, limit: int
) -> tuple[Page[EstatePoint], Count]:
    """The same list of one's own territory only."""
    own = and_(_standing(on), within(scope, Estate.division_code))
    return _listed("office.map", own, q, wanted, on, cursor, limit)


def _listed(
    name: str, own: ColumnElement[bool], q: str, wanted: MapFilter, on: date, cursor: str | None, limit: int
) -> tuple[Page[EstatePoint], Count]:
    key: Any = Estate.id
    by_name: Any = (Estate.name, Estate.code)
    query, sort = _points(on).where(own), Sort("name", by_name)
    counted: Select[Any] = select(Estate.id).where(own)
    if (match := parse_query(q)) is not None:
        query, order = join_search(query, EstateSearch, key, match)
        counted, _ = join_search(counted, EstateSearch, key, match)
        sort = Sort("found", (order,))
    if wanted != MapFilter():
        shown = (MapEstate.code == Estate.code, *conditions_of(wanted))
        query, counted = query.join(MapEstate, and_(*shown)), counted.join(MapEstate, and_(*shown))
        sort = sort if match else Sort("shown", (_number(wanted),))
    page = paginate(query, list_name=name, sort=sort, cursor=cursor, limit=limit, item=_point)
    return page, count_up_to_ceiling(counted)


def _number(wanted: MapFilter) -> Any:
    """The order of registration; + 0: the company or the division leads to the estates, they are sorted afterwards."""
    return MapEstate.number + 0 if wanted.company or wanted.division else MapEstate.number


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
