"""Questions about estates: lists on a day, one estate with everything that hangs on it, names and keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal_column, select
from sqlalchemy.orm import aliased

from regulator.features.divisions.queries import DivisionRow, Path, paths_of, within
from regulator.features.divisions.terms import Scope, prefix, successor
from regulator.features.registry.facts import facts_of
from regulator.features.registry.models import (
    Company,
    Estate,
    EstateKey,
    EstateName,
    EstateSearch,
    ManagerAssignment,
    Person,
    Service,
)
from regulator.features.registry.queries.bounds import active_on, covers_a_city, estate_in_scope
from regulator.features.registry.queries.finding import estate_code_prefix
from regulator.features.registry.terms import Condition, EstateKind, Mode, NameKind, Ownership
from regulator.features.registry.tokens import RETIRED, mark
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate
from regulator.foundation.search import join_search, parse_query

LIST = "office.estates"
SORTS = ("code", "-code", "name", "-name", "updated", "-updated")


@dataclass(frozen=True, slots=True)
class EstateFilter:
    """What a list of estates is narrowed to; None does not narrow. Mode and company are those of the list's day.

    Floor areas in 0.01 ㎡, bounds included. ``mode_not_known`` asks for estates of which nothing is known on the day.
    """

    q: str | None = None
    division: DivisionRow | None = None
    mode: Mode | None = None
    mode_not_known: bool = False
    kind: EstateKind | None = None
    condition: Condition | None = None
    ownership: Ownership | None = None
    credit_code: str | None = None
    area_from: int | None = None
    area_to: int | None = None
    year_from: int | None = None
    year_to: int | None = None
    retired: bool = False
    sort: str = ""


@dataclass(frozen=True, slots=True)
class EstateRow:
    """A line of the list; mode and manager are those of the list's day, floor area in 0.01 ㎡."""

    id: UUID
    code: str
    name: str
    kind: EstateKind
    condition: Condition
    division_code: str
    place: Path
    address: str | None
    floor_area: int | None
    households: int | None
    completion_year: int | None
    ownership: Ownership | None
    to_be_placed: bool
    updated_at: datetime
    retired_on: date | None
    mode: Mode | None
    credit_code: str | None
    company_name: str | None
    spelling: str | None

    @property
    def manager(self) -> str | None:
        """The company's registered name, else what a list wrote."""
        return self.company_name or self.spelling


# --- lists ----------------------------------------------------------------------------------------------------------


def list_estates(
    scope: Scope, wanted: EstateFilter, *, day: date, cursor: str | None = None, limit: int = 50
) -> Page[EstateRow]:
    """Estates inside the scope with mode and manager of ``day``, in the order asked for."""
    stmt, found_order = _list(scope, wanted, day)
    page = paginate(
        stmt, list_name=LIST, sort=_sort(wanted, found_order), cursor=cursor, limit=limit, item=lambda row: row
    )
    return Page(_rows(page.items), page.next)


def count_estates(scope: Scope, wanted: EstateFilter, *, day: date) -> Count:
    """How many such estates there are, counted to 1,000 and one."""
    return count_up_to_ceiling(_list(scope, wanted, day)[0])


def _list(scope: Scope, wanted: EstateFilter, day: date) -> tuple[Select[Any], ColumnElement[Any] | None]:
    narrowed = scope.narrowed(wanted.division.range) if wanted.division else scope
    columns: Any = (
        Estate.id,
        Estate.code,
        Estate.name,
        Estate.kind,
        Estate.condition,
        Estate.division_code,
        Estate.address,
        Estate.floor_area,
        Estate.households,
        Estate.completion_year,
        Estate.ownership,
        Estate.to_be_placed,
        Estate.updated_at,
        Estate.retired_on,
        Service.mode,
        Service.company_spelling,
        Company.credit_code,
        Company.name.label("company_name"),
    )
    stmt: Select[Any] = select(*columns)
    stmt = (
        stmt.outerjoin(Service, and_(Service.estate_id == Estate.id, active_on(day)))
        .outerjoin(Company, Company.id == Service.company_id)
        .where(estate_in_scope(narrowed, day) if scope.credit_code else _placed(narrowed, wanted))
        .where(Estate.retired_on.is_not(None) if wanted.retired else Estate.retired_on.is_(None))
    )
    return _matching(stmt.where(*_conditions(wanted)), wanted)


def _placed(scope: Scope, wanted: EstateFilter) -> ColumnElement[bool]:
    """The condition that an estate lies inside the scope.

    In another order than the place's a few estates are looked up first and put in order; without this SQLite walks
    the names of all of them. Nearly a city's worth is met soon enough in the order asked for.
    """
    if wanted.sort.removeprefix("-") in {"", "code"} or covers_a_city(scope) or scope.is_everything:
        return within(scope, Estate.division_code)
    other = aliased(Estate)
    return Estate.id.in_(select(other.id).where(within(scope, other.division_code)))


def _conditions(wanted: EstateFilter) -> list[ColumnElement[bool]]:
    equal: list[tuple[Any, Any]] = [
        (func.coalesce(Service.mode, literal_column("''")), wanted.mode),  # = alone would enter by all services
        (Estate.kind, wanted.kind),
        (Estate.condition, wanted.condition),
        (Estate.ownership, wanted.ownership),
    ]
    least = [(Estate.floor_area, wanted.area_from), (Estate.completion_year, wanted.year_from)]
    most = [(Estate.floor_area, wanted.area_to), (Estate.completion_year, wanted.year_to)]
    return [
        *(column == value for column, value in equal if value is not None),
        *(column >= value for column, value in least if value is not None),
        *(column <= value for column, value in most if value is not None),
        *([Service.id.is_(None)] if wanted.mode_not_known else []),
        *([Service.company_id == _company_id(wanted.credit_code)] if wanted.credit_code else []),
    ]


def _company_id(credit_code: str) -> Any:
    """The company's key as a subquery, so that the services are entered by their index on it."""
    return select(Company.id).where(Company.credit_code == credit_code).scalar_subquery()


def _matching(stmt: Select[Any], wanted: EstateFilter) -> tuple[Select[Any], ColumnElement[Any] | None]:
    code = estate_code_prefix(wanted.q)
    if code:
        return stmt.where(Estate.code >= code, Estate.code < successor(code)), None
    match = parse_query(wanted.q, _marks(wanted), without=[] if wanted.retired else [RETIRED])
    if match is None:
        return stmt, None
    return join_search(stmt, EstateSearch, Estate.__table__.c.id, match)


def _marks(wanted: EstateFilter) -> list[str]:
    return [
        *([mark("k", wanted.kind)] if wanted.kind else []),
        *([mark("c", wanted.condition)] if wanted.condition else []),
        *([f"d{prefix(wanted.division.code, wanted.division.level)}"] if wanted.division else []),
        *([RETIRED] if wanted.retired else []),
    ]


def _sort(wanted: EstateFilter, found_order: ColumnElement[Any] | None) -> Sort:
    """Hits of a search come as the index gives them unless an order is asked for: no sort over all hits."""
    if not wanted.sort and found_order is not None:
        return Sort("found", (found_order,))
    name = wanted.sort.removeprefix("-") or "code"
    table = Estate.__table__.c
    columns: dict[str, tuple[ColumnElement[Any], ...]] = {
        "code": (table.division_code, table.code),  # by place, then by number: the order of an index
        "name": (table.name, table.code),
        "updated": (table.updated_at, table.id),
    }
    return Sort(wanted.sort or "code", columns[name], descending=wanted.sort.startswith("-"))


def _rows(found: Sequence[Row[Any]]) -> tuple[EstateRow, ...]:
    places = paths_of(row.division_code for row in found)
    return tuple(
        EstateRow(
            id=row.id,
            code=row.code,
            name=row.name,
            kind=row.kind,
            condition=row.condition,
            division_code=row.division_code,
            place=places.get(row.division_code, Path()),
            address=row.address,
            floor_area=row.floor_area,
            households=row.households,
            completion_year=row.completion_year,
            ownership=row.ownership,
            to_be_placed=row.to_be_placed,
            updated_at=row.updated_at,
            retired_on=row.retired_on,
            mode=row.mode,
            credit_code=row.credit_code,
            company_name=row.company_name,
            spelling=row.company_spelling,
        )
        for row in found
    )


# --- one estate -----------------------------------------------------------------------------------------------------


def get_estate(scope: Scope, code: str, *, day: date) -> Estate:
    """The estate of this code. Raises NotFound outside the scope as if there were none."""
    query = select(Estate).where(Estate.code == code, estate_in_scope(scope, day))
    found = session().scalars(query).one_or_none()
    if found is None:
        raise NotFound(code)
    return found


def find_estate_by_key(division_code: str, name: str) -> Estate | None:
    """The estate that a division and a name once led to."""
    query = select(Estate).join(EstateKey, EstateKey.estate_id == Estate.id)
    found = query.where(EstateKey.division_code == division_code, EstateKey.name == name)
    return session().scalars(found).one_or_none()


def names_by_code(codes: Iterable[str]) -> dict[str, str]:
    """The present names of estates by code; scope was judged where the codes come from."""
    wanted = set(codes)
    return dict(session().execute(select(Estate.code, Estate.name).where(Estate.code.in_(wanted))).all())


def list_names(estate_id: UUID) -> list[EstateName]:
    """Former names, the latest first, then aliases."""
    found = list(session().scalars(select(EstateName).where(EstateName.estate_id == estate_id)))
    found.sort(key=lambda item: (item.kind is NameKind.ALIAS, -(item.ended_on or date.min).toordinal(), item.name))
    return found


@dataclass(frozen=True, slots=True)
class ManagerRow:
    """A project manager (项目负责人) of an estate by name, with the days where known (民法典 943)."""

    name: str
    began_on: date | None
    ended_on: date | None


def list_project_managers(estate_id: UUID, *, day: date) -> list[ManagerRow]:
    """Who was project manager on a day."""
    query = (
        select(Person.name, ManagerAssignment.began_on, ManagerAssignment.ended_on)
        .join(Person, Person.id == ManagerAssignment.person_id)
        .where(
            ManagerAssignment.estate_id == estate_id,
            (ManagerAssignment.began_on.is_(None)) | (ManagerAssignment.began_on <= day),
            (ManagerAssignment.ended_on.is_(None)) | (ManagerAssignment.ended_on >= day),
        )
        .order_by(ManagerAssignment.began_on.desc(), Person.name)
    )
    return [ManagerRow(*row) for row in session().execute(query)]


def estate_facts(estate: Estate) -> dict[str, Any]:
    """What `estates_changed` carries of an estate; days in ISO form, degrees in EPSG:4490, area in 0.01 ㎡."""
    facts = facts_of(estate)
    told = (
        "code", "division_code", "kind", "condition", "condition_since", "floor_area", "households",
        "completion_year", "ownership", "retired_on", "lon", "lat",
    )  # fmt: skip
    return {name: facts[name] for name in told} | {"registered_at": day_of(estate.registered_at).isoformat()}
