"""A company on the map: all it manages today, in how many places, and how far apart. What anyone may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, select

from regulator.features.divisions.queries import names_of, within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Company, Estate, Service
from regulator.features.registry.queries.bounds import active_on, live_on
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.geo import BBox, distance_metres


@dataclass(frozen=True, slots=True)
class PlaceHeld:
    """What a company manages in one district: estates, of them on the map, and what is known of their size."""

    code: str
    name: str
    estates: int
    located: int
    floor_area: int
    floor_area_known: int
    households: int
    households_known: int


@dataclass(frozen=True, slots=True)
class CompanyOnMap:
    """A company with its estates by district; ``box`` holds those with a position, None where there is none."""

    credit_code: str
    name: str
    places: tuple[PlaceHeld, ...]
    box: BBox | None

    def total(self, what: str) -> int:
        """The sum of a number of ``PlaceHeld`` over all places."""
        return sum(getattr(place, what) for place in self.places)

    @property
    def across(self) -> float:
        """Metres from corner to corner of the box: how far apart the estates lie."""
        return distance_metres(self.box.west, self.box.south, self.box.east, self.box.north) if self.box else 0.0


def public_company_on_map(credit_code: str, on: date) -> CompanyOnMap:
    """What a company serves on a day, in two statements. Raises NotFound."""
    return company_on_map(Scope.everything(), credit_code, on)


def company_on_map(scope: Scope, credit_code: str, on: date) -> CompanyOnMap:
    """The same of one's own territory only; who a company is may be known everywhere."""
    name = session().scalar(select(Company.name).where(Company.credit_code == credit_code))
    if name is None:
        raise NotFound("company")
    rows = session().execute(_served(scope, credit_code, on)).all()
    names = names_of(row[0] for row in rows)
    places = tuple(PlaceHeld(str(row[0]), names.get(row[0], str(row[0])), *map(int, row[1:7])) for row in rows)
    sides = [row[7:] for row in rows if row[7] is not None]
    if not sides:
        return CompanyOnMap(credit_code, name, places, None)
    west, south, east, north = zip(*sides, strict=True)
    return CompanyOnMap(credit_code, name, places, BBox(min(west), min(south), max(east), max(north)))


def _served(scope: Scope, credit_code: str, on: date) -> Select[Any]:
    district = func.substr(Estate.division_code, 1, 6).label("district")
    columns: Any = (
        district,
        func.count(),
        func.count(Estate.lon),
        func.coalesce(func.sum(Estate.floor_area), 0),
        func.count(Estate.floor_area),
        func.coalesce(func.sum(Estate.households), 0),
        func.count(Estate.households),
        func.min(Estate.lon),
        func.min(Estate.lat),
        func.max(Estate.lon),
        func.max(Estate.lat),
    )
    served: Select[Any] = (
        select(*columns)
        .join(Service, and_(Service.estate_id == Estate.id, active_on(on)))
        .join(Company, Company.id == Service.company_id)
        .where(Company.credit_code == credit_code, live_on(Estate, on), within(scope, Estate.division_code))
        .group_by(district)
        .order_by(func.count().desc(), district)
    )
    return served
