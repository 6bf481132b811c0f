"""One company as anyone may see it: its entry, and the estates it serves on a day. Disclosable fields only."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select

from regulator.features.registry.models import Company, CompanyName, Contract, Estate, Service
from regulator.features.registry.queries.bounds import active_on
from regulator.features.registry.queries.public.asking import DAY, cursor_code, is_code
from regulator.features.registry.queries.public.places import PLACE_COLUMNS, Place, read_place, with_place
from regulator.features.registry.rules.contracts import ContractFacts
from regulator.features.registry.rules.services import ServiceFacts, basis_of_service
from regulator.features.registry.terms import Basis, CompanyStatus, DeclaredGrade, Mode, NameKind
from regulator.foundation.asking import ask
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Page, cursor_after, read_cursor

SERVED_LIST = "public.company.estates"
MAX_CODE = 18
PAST = 10
"""How many ended services a company's page shows; as of an earlier day it shows earlier ones."""


class OtherName(NamedTuple):
    """A former name with its last day, or an alias."""

    name: str
    kind: NameKind
    ended_on: date | None


class Tally(NamedTuple):
    """What a company serves on a day; sums over what is known, None when nothing is."""

    estates: int = 0
    floor_area: int | None = None
    households: int | None = None
    area_unknown: int = 0
    districts: int = 0


class CompanyPage(NamedTuple):
    """Everything anyone may know of one company."""

    key: UUID
    credit_code: str
    name: str
    status: CompanyStatus
    registration_kind: str | None
    legal_representative: str | None
    phone: str | None
    registered_capital: int | None
    founded_on: date | None
    registered_address: str | None
    office_address: str | None
    business_scope: str | None
    introduction: str | None
    declared_grade: DeclaredGrade | None
    declared_grade_text: str | None
    declared_certificate: str | None
    updated_at: datetime
    confirmed_at: datetime | None
    retired_on: date | None
    division: Place | None
    names: tuple[OtherName, ...]
    tally: Tally


class ServedEstate(NamedTuple):
    """An estate a company serves on a day: since when, at what fee (fen for each ㎡ and month), on what ground."""

    code: str
    name: str
    place: Place | None
    floor_area: int | None
    households: int | None
    mode: Mode
    began_on: date | None
    stated_for: date | None
    ended_on: date | None
    fee: int | None
    basis: Basis | None


class PastServices(NamedTuple):
    """What a company served before a day, and whether it served more than that."""

    items: tuple[ServedEstate, ...]
    are_more: bool


_PAGE_COLUMNS = (
    Company.id,
    Company.credit_code,
    Company.name,
    Company.status,
    Company.registration_kind,
    Company.legal_representative,
    Company.phone,
    Company.registered_capital,
    Company.founded_on,
    Company.registered_address,
    Company.office_address,
    Company.business_scope,
    Company.introduction,
    Company.declared_grade,
    Company.declared_grade_text,
    Company.declared_certificate,
    Company.updated_at,
    Company.confirmed_at,
    Company.retired_on,
)
_PAGE = with_place(select(*_PAGE_COLUMNS, *PLACE_COLUMNS), Company.division_code).where(
    Company.credit_code == bindparam("code")
)
_NAMES = (
    select(CompanyName.name, CompanyName.kind, CompanyName.ended_on)
    .where(CompanyName.company_id == bindparam("company", type_=Company.id.type))
    .order_by(CompanyName.ended_on.desc(), CompanyName.id.desc())
)
_SERVING = (
    Service.company_id == bindparam("company", type_=Company.id.type),
    active_on(DAY),
    or_(Estate.retired_on.is_(None), Estate.retired_on > DAY),
)
_TALLY = (
    select(
        func.count(),
        func.sum(Estate.floor_area),
        func.sum(Estate.households),
        func.count() - func.count(Estate.floor_area),
        func.count(func.substr(Estate.division_code, 1, 6).distinct()),
    )
    .select_from(Service)
    .join(Estate, Estate.id == Service.estate_id)
    .where(*_SERVING)
)
_SERVED_COLUMNS = (
    Estate.code,
    Estate.name,
    Estate.floor_area,
    Estate.households,
    Service.mode,
    Service.began_on,
    Service.stated_for,
    Service.ended_on,
    Service.fee,
    Service.recorded_basis,
)
_SERVED = (
    with_place(
        select(*_SERVED_COLUMNS, *PLACE_COLUMNS).select_from(Service).join(Estate, Estate.id == Service.estate_id),
        Estate.division_code,
    )
    .where(*_SERVING, Estate.code >= bindparam("low"))
    .order_by(Estate.code)
    .limit(bindparam("limit"))
)
_PAST = (
    with_place(
        select(*_SERVED_COLUMNS, *PLACE_COLUMNS).select_from(Service).join(Estate, Estate.id == Service.estate_id),
        Estate.division_code,
    )
    .where(
        Service.company_id == bindparam("company", type_=Company.id.type),
        Service.retired_on.is_(None),
        Service.ended_on < DAY,
    )
    .order_by(Service.ended_on.desc())
    .limit(PAST + 1)
)
_CONTRACTS = (
    select(Estate.code, Contract.began_on, Contract.ended_on, Contract.fee)
    .join(Estate, Estate.id == Contract.estate_id)
    .where(
        Contract.company_id == bindparam("company", type_=Company.id.type),
        Contract.retired_on.is_(None),
        Estate.code.between(bindparam("first"), bindparam("last")),
    )
    .order_by(Contract.began_on)
)


def public_company(credit_code: str, *, on: date) -> CompanyPage:
    """One company, retired ones included, with what it serves on a day added up. Raises NotFound."""
    row = ask(_PAGE, code=credit_code).one_or_none() if is_code(credit_code) and len(credit_code) <= MAX_CODE else None
    if row is None:
        raise NotFound(credit_code)
    width = len(_PAGE_COLUMNS)
    names = tuple(OtherName(*name) for name in ask(_NAMES, company=row[0]))
    values: Any = (*row[:width], read_place(row[width:]), names, _tally(row[0], on))
    return CompanyPage(*values)


def public_company_estates(
    company: CompanyPage, *, cursor: str | None = None, limit: int, on: date
) -> Page[ServedEstate]:
    """The estates a company serves on a day, by code, in two statements."""
    low = f"{cursor_code(read_cursor(cursor, SERVED_LIST, 'code', 1)[0])} " if cursor else ""
    rows = ask(_SERVED, company=company.key, day=on, low=low, limit=limit + 1)
    shown = rows[:limit]
    more = cursor_after(SERVED_LIST, "code", (shown[-1][0],)) if len(rows) > limit else None
    return Page(_served(company, shown, on), more)


def public_company_past(company: CompanyPage, *, on: date) -> PastServices:
    """The estates a company had left by a day, the latest first, and whether there are more than `PAST`."""
    rows = ask(_PAST, company=company.key, day=on)
    return PastServices(tuple(_past(row) for row in rows[:PAST]), len(rows) > PAST)


def _past(row: Any) -> ServedEstate:
    mode, began_on, stated_for, ended_on, fee = row[4:9]
    return ServedEstate(
        row[0], row[1], read_place(row[10:]), row[2], row[3], mode, began_on, stated_for, ended_on, fee, None
    )


def _tally(company_id: UUID, on: date) -> Tally:
    count, area, households, unknown, districts = ask(_TALLY, company=company_id, day=on).one()
    return Tally(count, _whole(area), _whole(households), unknown, districts)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)  # sums are decimals on PostgreSQL


def _served(company: CompanyPage, rows: Sequence[Any], on: date) -> tuple[ServedEstate, ...]:
    contracts: dict[str, list[tuple[ContractFacts, int | None]]] = {}
    if rows:
        between = {"first": rows[0][0], "last": rows[-1][0]}
        for estate, began_on, ended_on, fee in ask(_CONTRACTS, company=company.key, **between):
            facts = ContractFacts(company.credit_code, began_on, ended_on)
            contracts.setdefault(estate, []).append((facts, fee))
    return tuple(_served_estate(company, row, contracts.get(row[0], []), on) for row in rows)


def _served_estate(
    company: CompanyPage, row: Any, contracts: list[tuple[ContractFacts, int | None]], on: date
) -> ServedEstate:
    mode, began_on, stated_for, ended_on, fee, recorded = row[4:10]
    service = ServiceFacts(mode, company.credit_code, None, began_on, stated_for, ended_on, recorded)
    basis = basis_of_service(service, [facts for facts, _ in contracts], on)
    agreed = next((agreed for facts, agreed in reversed(contracts) if facts.covers(on) and agreed is not None), None)
    return ServedEstate(
        row[0], row[1], read_place(row[10:]), row[2], row[3], mode, began_on, stated_for, ended_on,
        fee if fee is not None else agreed, basis,
    )  # fmt: skip
