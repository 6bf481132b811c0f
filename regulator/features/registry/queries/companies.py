"""Questions about companies: lists, one company with what it serves on a day, names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select

from regulator.features.divisions.queries import DivisionRow, Path, paths_of, within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Company, CompanyName, CompanySearch, Contract, Estate, Service
from regulator.features.registry.queries.bounds import (
    active_on,
    company_in_scope,
    company_registered_in,
    covers_a_city,
    live_on,
)
from regulator.features.registry.rules.contracts import ContractFacts
from regulator.features.registry.rules.credit_code import read_code_prefix
from regulator.features.registry.rules.services import ServiceFacts, basis_of_service
from regulator.features.registry.terms import Basis, CompanyStatus, DeclaredGrade, Mode, NameKind
from regulator.features.registry.tokens import RETIRED, mark
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate
from regulator.foundation.search import join_search, parse_query

LIST = "office.companies"
SORTS = ("name", "-name", "credit_code", "-credit_code", "updated", "-updated")


@dataclass(frozen=True, slots=True)
class CompanyFilter:
    """What a list of companies is narrowed to; None does not narrow. ``serving`` looks at the list's day."""

    q: str | None = None
    division: DivisionRow | None = None
    status: CompanyStatus | None = None
    grade: DeclaredGrade | None = None
    serving: bool | None = None
    retired: bool = False
    sort: str = ""


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A line of the list; estates and floor area (0.01 ㎡) are those served inside the scope on the list's day."""

    id: UUID
    credit_code: str
    name: str
    status: CompanyStatus
    declared_grade: DeclaredGrade | None
    division_code: str | None
    place: Path
    legal_representative: str | None
    phone: str | None
    updated_at: datetime
    retired_on: date | None
    estates: int = 0
    floor_area: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many estates a company serves and their floor area where known (0.01 ㎡)."""

    estates: int
    floor_area: int | None


@dataclass(frozen=True, slots=True)
class ServedEstate:
    """An estate a company serves on a day, on what basis, since when."""

    code: str
    name: str
    place: Path
    mode: Mode
    basis: Basis | None
    began_on: date | None
    stated_for: date | None
    ended_on: date | None
    floor_area: int | None
    households: int | None
    fee: int | None


# --- lists ----------------------------------------------------------------------------------------------------------


def list_companies(
    scope: Scope, wanted: CompanyFilter, *, day: date, cursor: str | None = None, limit: int = 50
) -> Page[CompanyRow]:
    """Companies registered in the scope or serving an estate in it on ``day``, in the order asked for."""
    stmt, found_order = _list(scope, wanted, day)
    page = paginate(
        stmt, list_name=LIST, sort=_sort(wanted, found_order), cursor=cursor, limit=limit, item=lambda row: row
    )
    return Page(_rows(scope, page.items, day), page.next)


def count_companies(scope: Scope, wanted: CompanyFilter, *, day: date) -> Count:
    """How many such companies there are, counted to 1,000 and one."""
    return count_up_to_ceiling(_list(scope, wanted, day)[0])


def _list(scope: Scope, wanted: CompanyFilter, day: date) -> tuple[Select[Any], ColumnElement[Any] | None]:
    narrowed = scope.narrowed(wanted.division.range) if wanted.division else scope
    stmt: Any = select(  # Select[...] counts its columns; lists add and drop some
        Company.id,
        Company.credit_code,
        Company.name,
        Company.status,
        Company.declared_grade,
        Company.division_code,
        Company.legal_representative,
        Company.phone,
        Company.updated_at,
        Company.retired_on,
    ).where(company_in_scope(narrowed, day))
    stmt = stmt.where(Company.retired_on.is_not(None) if wanted.retired else Company.retired_on.is_(None))
    if wanted.status:
        stmt = stmt.where(Company.status == wanted.status)
    if wanted.grade:
        stmt = stmt.where(Company.declared_grade == wanted.grade)
    if wanted.serving is not None:
        serves = Company.id.in_(_serving(narrowed, day))
        stmt = stmt.where(serves if wanted.serving else ~serves)
    return _matching(stmt, wanted)


def _matching(stmt: Select[Any], wanted: CompanyFilter) -> tuple[Select[Any], ColumnElement[Any] | None]:
    code = read_code_prefix(wanted.q) if wanted.q else None
    if code:
        return stmt.where(Company.credit_code >= code, Company.credit_code < code + "~"), None
    filters = [mark("s", wanted.status)] if wanted.status else []
    filters.extend([mark("g", wanted.grade)] if wanted.grade else [])
    filters.extend([RETIRED] if wanted.retired else [])
    match = parse_query(wanted.q, filters, without=[] if wanted.retired else [RETIRED])
    if match is None:
        return stmt, None
    return join_search(stmt, CompanySearch, Company.__table__.c.id, match)


def _sort(wanted: CompanyFilter, found_order: ColumnElement[Any] | None) -> Sort:
    """Hits of a search come as the index gives them unless an order is asked for: no sort over all hits."""
    if not wanted.sort and found_order is not None:
        return Sort("found", (found_order,))
    name = wanted.sort.removeprefix("-") or "name"
    columns: dict[str, tuple[Any, ...]] = {
        "name": (Company.name, Company.credit_code),
        "credit_code": (Company.credit_code,),
        "updated": (Company.updated_at, Company.id),
    }
    return Sort(wanted.sort or "name", columns[name], descending=wanted.sort.startswith("-"))


def _serving(scope: Scope, day: date) -> Select[Any]:
    return (
        select(Service.company_id)
        .join(Estate, Estate.id == Service.estate_id)
        .where(
            within(scope, Estate.division_code),
            live_on(Estate, day),
            Service.company_id.is_not(None),
            active_on(day),
        )
    )


def _rows(scope: Scope, found: Sequence[Row[Any]], day: date) -> tuple[CompanyRow, ...]:
    tallies = served_tallies(scope, [row.id for row in found], day)
    places = paths_of(row.division_code for row in found)
    nothing = Tally(0, None)
    return tuple(
        CompanyRow(
            id=row.id,
            credit_code=row.credit_code,
            name=row.name,
            status=row.status,
            declared_grade=row.declared_grade,
            division_code=row.division_code,
            place=places.get(row.division_code or "", Path()),
            legal_representative=row.legal_representative,
            phone=row.phone,
            updated_at=row.updated_at,
            retired_on=row.retired_on,
            estates=(tally := tallies.get(row.id, nothing)).estates,
            floor_area=tally.floor_area,
        )
        for row in found
    )


def served_tallies(scope: Scope, company_ids: Iterable[UUID], day: date) -> dict[UUID, Tally]:
    """Estates inside the scope and their floor area, by company, in one statement."""
    wanted = list(company_ids)
    if not wanted:
        return {}
    query = (
        select(Service.company_id, func.count(), func.sum(Estate.floor_area))
        .join(Estate, Estate.id == Service.estate_id)
        .where(
            Service.company_id.in_(wanted),
            active_on(day),
            live_on(Estate, day),
            _estates_of(scope),
        )
        .group_by(Service.company_id)
    )
    found = session().execute(query)
    return {company: Tally(count, None if area is None else int(area)) for company, count, area in found if company}


def _estates_of(scope: Scope) -> ColumnElement[bool]:
    """Which estates count for this asker: those of the territory; a company sees all its own."""
    return within(Scope.everything() if scope.credit_code else scope, Estate.division_code)


# --- one company ----------------------------------------------------------------------------------------------------


def get_company(scope: Scope, credit_code: str, *, day: date) -> Company:
    """The company of this code. Raises NotFound outside the scope as if there were none."""
    query = select(Company).where(Company.credit_code == credit_code, company_in_scope(scope, day))
    found = session().scalars(query).one_or_none()
    if found is None:
        raise NotFound(credit_code)
    return found


def get_own_company(scope: Scope, credit_code: str) -> Company:
    """The company of this code where its master record belongs to the scope: for acts. Raises NotFound."""
    query = select(Company).where(Company.credit_code == credit_code, company_registered_in(scope))
    found = session().scalars(query).one_or_none()
    if found is None:
        raise NotFound(credit_code)
    return found


def is_registered_in(scope: Scope, company: Company) -> bool:
    """Whether a company's master record belongs to the scope."""
    query = select(Company.id).where(Company.id == company.id, company_registered_in(scope))
    return session().scalar(query) is not None


def find_company_name(credit_code: str) -> str | None:
    """The present name of a company, retired ones included; None when the register knows none."""
    return session().scalar(select(Company.name).where(Company.credit_code == credit_code))


def list_names(company_id: UUID) -> list[CompanyName]:
    """Former names, the latest first, then aliases."""
    query = select(CompanyName).where(CompanyName.company_id == company_id)
    found = list(session().scalars(query.order_by(CompanyName.kind.desc(), CompanyName.name)))
    found.sort(key=lambda item: (item.kind is NameKind.ALIAS, -(item.ended_on or date.min).toordinal()))
    return found


def count_open_services(company_id: UUID) -> int:
    """How many services of a company have no last day recorded."""
    query = select(func.count()).where(
        Service.company_id == company_id, Service.ended_on.is_(None), Service.retired_on.is_(None)
    )
    return session().scalar(query) or 0


def list_served_estates(scope: Scope, company: Company, *, day: date, limit: int = 500) -> list[ServedEstate]:
    """Estates inside the scope that a company serves on a day, by name, with the basis of that day."""
    query = (
        select(Service, Estate.code, Estate.name, Estate.division_code, Estate.floor_area, Estate.households)
        .join(Estate, Estate.id == Service.estate_id)
        .where(Service.company_id == company.id, active_on(day), live_on(Estate, day), _estates_of(scope))
        .order_by(Estate.name, Estate.code)
        .limit(limit)
    )
    found = session().execute(query).all()
    places = paths_of(row.division_code for row in found)
    contracts = _contracts_of(company, {row.Service.estate_id for row in found})
    return [
        ServedEstate(
            code=row.code,
            name=row.name,
            place=places.get(row.division_code, Path()),
            mode=row.Service.mode,
            basis=basis_of_service(
                _facts(row.Service, company.credit_code), contracts.get(row.Service.estate_id, []), day
            ),
            began_on=row.Service.began_on,
            stated_for=row.Service.stated_for,
            ended_on=row.Service.ended_on,
            floor_area=row.floor_area,
            households=row.households,
            fee=row.Service.fee,
        )
        for row in found
    ]


def _facts(service: Service, credit_code: str) -> ServiceFacts:
    return ServiceFacts(
        mode=service.mode,
        company=credit_code,
        began_on=service.began_on,
        stated_for=service.stated_for,
        ended_on=service.ended_on,
        recorded_basis=service.recorded_basis,
    )


def _contracts_of(company: Company, estate_ids: Iterable[UUID]) -> dict[UUID, list[ContractFacts]]:
    wanted = list(estate_ids)
    if not wanted:
        return {}
    query = select(Contract.estate_id, Contract.began_on, Contract.ended_on).where(
        Contract.company_id == company.id, Contract.estate_id.in_(wanted), Contract.retired_on.is_(None)
    )
    found: dict[UUID, list[ContractFacts]] = {}
    for estate_id, began_on, ended_on in session().execute(query):
        found.setdefault(estate_id, []).append(ContractFacts(company.credit_code, began_on, ended_on))
    return found


def may_register_outside(scope: Scope) -> bool:
    """Whether an asker may register a company that comes from outside every division: the whole city's may."""
    return covers_a_city(scope)


# --- naming a company in a form -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CompanyHit:
    """A company to choose from when a form names one: what the public may know of it anyway."""

    credit_code: str
    name: str
    place: Path


def find_companies(typed: str, *, limit: int) -> list[CompanyHit]:
    """Companies of the whole register by credit code, name, former name or part of it; retired ones left out."""
    stmt: Any = select(Company.id, Company.credit_code, Company.name, Company.division_code)
    stmt = stmt.where(Company.retired_on.is_(None))
    stmt, found_order = _matching(stmt, CompanyFilter(q=typed))
    order = Company.credit_code if found_order is None else found_order
    rows = session().execute(stmt.order_by(order).limit(limit)).all()
    places = paths_of(row.division_code for row in rows)
    return [CompanyHit(row.credit_code, row.name, places.get(row.division_code or "", Path())) for row in rows]


def get_registered(credit_code: str) -> Company:
    """A company of the register wherever it lies, for an act that names it. Raises NotFound; retired ones too."""
    query = select(Company).where(Company.credit_code == credit_code, Company.retired_on.is_(None))
    found = session().scalars(query).one_or_none()
    if found is None:
        raise NotFound(credit_code)
    return found
