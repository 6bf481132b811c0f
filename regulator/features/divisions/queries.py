"""Looking up the territory: divisions, their paths and children, and the condition a scope puts on a column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from regulator.features.divisions.models import (
    Division,
    DivisionSuccession,
    ManagementArea,
    ManagementAreaDivision,
)
from regulator.features.divisions.terms import CodeRange, Level, Scope, merge
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound

_IS_CITY = Division.parent_code.is_(None)  # the table says so, and an index finds the roots of a tree


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """A division as shown: `name` is its own, without those above."""

    code: str
    level: Level
    name: str
    parent_code: str | None
    began_on: date | None = None
    ended_on: date | None = None

    @property
    def range(self) -> CodeRange:
        """The codes of this division and everything below."""
        return CodeRange.of(self.code, self.level)


@dataclass(frozen=True, slots=True)
class Path:
    """Names from the city down to a division; empty below its own level."""

    city: str = ""
    district: str = ""
    street: str = ""
    community: str = ""

    def __str__(self) -> str:
        """The names run together as Chinese addresses do, without the city."""
        return f"{self.district}{self.street}{self.community}" or self.city

    @property
    def parts(self) -> tuple[str, ...]:
        """The names there are, from the top."""
        return tuple(part for part in (self.city, self.district, self.street, self.community) if part)


NOWHERE = Path()
"""The path of nothing, as long as nobody has looked it up."""


@dataclass(frozen=True, slots=True)
class Box:
    """A bounding box in degrees (EPSG:4490)."""

    west: float
    south: float
    east: float
    north: float

    def covers(self, lon: float, lat: float) -> bool:
        """Whether a position lies inside, edges included."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A management area with the codes of its divisions."""

    code: str
    name: str
    division_codes: tuple[str, ...]


def within(scope: Scope, column: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """The condition that a column of division codes lies in the scope: ranges, never LIKE."""
    if scope.is_everything:
        return true()
    parts = [and_(column >= item.low, column < item.high) for item in scope.ranges]
    return or_(*parts) if parts else false()


def find_division(code: str) -> DivisionRow | None:
    """The division of this code, closed ones included."""
    found = session().get(Division, code)
    return _row(found) if found else None


def find_divisions(codes: Iterable[str]) -> list[DivisionRow]:
    """The divisions of these codes, closed ones included; unknown ones are left out."""
    return [_row(item) for item in session().scalars(select(Division).where(Division.code.in_(set(codes))))]


def get_division(code: str) -> DivisionRow:
    """The division of this code, closed ones included. Raises NotFound."""
    if (found := find_division(code)) is None:
        raise NotFound(code)
    return found


def get_city() -> DivisionRow:
    """The city of this register: the first city of the tree. Raises NotFound before divisions are loaded."""
    query = select(Division).where(_IS_CITY).order_by(Division.code).limit(1)
    if (found := session().scalars(query).first()) is None:
        raise NotFound("city")
    return _row(found)


def find_city_name() -> str | None:
    """The name of the register's city; None before divisions are loaded."""
    query = select(Division.name).where(_IS_CITY).order_by(Division.code).limit(1)
    return session().scalar(query)


def list_cities() -> list[DivisionRow]:
    """Every city of the tree, by code."""
    query = select(Division).where(_IS_CITY).order_by(Division.code)
    return [_row(item) for item in session().scalars(query)]


def list_children(code: str | None, *, on: date | None = None, scope: Scope | None = None) -> list[DivisionRow]:
    """The divisions directly below a code (cities for None), by code; with `on` only those existing on that day.

    A scope leaves those inside it or containing a part of it, so that an official can walk down to their own.
    """
    query = select(Division).where(Division.parent_code == code if code else Division.parent_code.is_(None))
    if on is not None:
        query = query.where(existing_on(on))
    rows = [_row(item) for item in session().scalars(query.order_by(Division.code))]
    return [row for row in rows if scope is None or overlaps(scope, row)]


def overlaps(scope: Scope, row: DivisionRow) -> bool:
    """Whether a division and a scope have a place in common."""
    return bool(scope.narrowed(row.range).ranges)


def existing_on(day: date) -> ColumnElement[bool]:
    """The condition that a division existed on a day."""
    return and_(
        or_(Division.began_on.is_(None), Division.began_on <= day),
        or_(Division.ended_on.is_(None), Division.ended_on >= day),
    )


def path_of(code: str | None) -> Path:
    """Names from the city down to this code; an unknown or missing code gives what is known."""
    return paths_of([code]).get(code or "", Path()) if code else Path()


def paths_of(codes: Iterable[str | None]) -> dict[str, Path]:
    """Paths of many codes in at most four statements, whatever their number."""
    wanted = {code for code in codes if code}
    known: dict[str, tuple[Level, str, str | None]] = {}
    missing = set(wanted)
    while missing:
        query = select(Division.code, Division.level, Division.name, Division.parent_code)
        for code, level, name, parent in session().execute(query.where(Division.code.in_(missing))):
            known[code] = (level, name, parent)
        missing = {parent for _, _, parent in known.values() if parent and parent not in known}
    return {code: _climb(code, known) for code in wanted}


def _climb(code: str, known: Mapping[str, tuple[Level, str, str | None]]) -> Path:
    names: dict[str, str] = {}
    step: str | None = code
    while step and step in known:
        level, name, step = known[step]
        names[level.value] = name
    return Path(**names)


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """The own names of several divisions, in one statement."""
    wanted = set(codes)
    if not wanted:
        return {}
    query = select(Division.code, Division.name).where(Division.code.in_(wanted))
    return dict(session().execute(query).all())


def find_by_name(level: Level, name: str, *, under: str | None = None) -> list[DivisionRow]:
    """Divisions of a level with exactly this name (brackets belong to it), below a code where given."""
    query = select(Division).where(Division.level == level, Division.name == name)
    if under is not None:
        query = query.where(within(Scope.division(under), Division.code))
    return [_row(item) for item in session().scalars(query.order_by(Division.code))]


def list_below(code: str, *, levels: Sequence[Level] = tuple(Level)) -> list[DivisionRow]:
    """The division and everything below it, of the given levels, by code: for imports that need all names at once."""
    query = select(Division).where(within(Scope.division(code), Division.code), Division.level.in_(levels))
    return [_row(item) for item in session().scalars(query.order_by(Division.code))]


def list_in(scope: Scope, levels: Sequence[Level], *, on: date) -> list[DivisionRow]:
    """The divisions of the given levels inside a scope that exist on a day, by code: what an asker may choose from."""
    query = select(Division).where(within(scope, Division.code), Division.level.in_(levels), existing_on(on))
    return [_row(item) for item in session().scalars(query.order_by(Division.code))]


def list_successors(code: str) -> list[DivisionRow]:
    """What a closed division went into."""
    query = (
        select(Division)
        .join(DivisionSuccession, DivisionSuccession.successor_code == Division.code)
        .where(DivisionSuccession.code == code)
        .order_by(Division.code)
    )
    return [_row(item) for item in session().scalars(query)]


def find_box(city_code: str) -> Box | None:
    """The city's bounding box; None when the divisions file gave none."""
    found = session().get(Division, city_code)
    if found is None or found.west is None or found.south is None or found.east is None or found.north is None:
        return None
    return Box(found.west, found.south, found.east, found.north)


def count_divisions() -> dict[Level, int]:
    """How many divisions each level has, closed ones included."""
    query = select(Division.level, func.count()).group_by(Division.level)
    return dict(session().execute(query).all())


def find_area(code: str) -> AreaRow | None:
    """The management area of this code."""
    found = session().get(ManagementArea, code)
    if found is None:
        return None
    query = select(ManagementAreaDivision.division_code).where(ManagementAreaDivision.area_code == code)
    members = tuple(session().scalars(query.order_by(ManagementAreaDivision.division_code)))
    return AreaRow(found.code, found.name, members)


def list_areas() -> list[AreaRow]:
    """Every management area with its divisions, by code."""
    members: dict[str, list[str]] = {}
    query = select(ManagementAreaDivision).order_by(ManagementAreaDivision.division_code)
    for item in session().scalars(query):
        members.setdefault(item.area_code, []).append(item.division_code)
    areas = session().scalars(select(ManagementArea).order_by(ManagementArea.code))
    return [AreaRow(area.code, area.name, tuple(members.get(area.code, ()))) for area in areas]


def find_scope(code: str) -> Scope | None:
    """The scope a code stands for, a division's or a management area's; None for neither."""
    if (division := find_division(code)) is not None:
        return Scope((division.range,), None, division.name)
    if (area := find_area(code)) is None:
        return None
    query = select(Division).where(Division.code.in_(area.division_codes))
    return Scope(merge(_row(item).range for item in session().scalars(query)), None, area.name)


def _row(item: Division) -> DivisionRow:
    return DivisionRow(item.code, item.level, item.name, item.parent_code, item.began_on, item.ended_on)
