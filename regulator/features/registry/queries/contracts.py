"""Questions about contracts and their disputes: of one estate, and as lists."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import aliased

from regulator.features.divisions.queries import NOWHERE, DivisionRow, Path, paths_of, within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Company, Contract, ContractDispute, Estate
from regulator.features.registry.queries.bounds import estate_in_scope
from regulator.features.registry.queries.finding import means
from regulator.features.registry.rules.contracts import ContractFacts
from regulator.features.registry.terms import ContractKind, SettlementState
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

LIST = "office.contracts"
SORTS = ("began", "-began", "estate", "-estate")


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract as shown; fee in fen for each ㎡ and month."""

    id: UUID
    estate_id: UUID
    estate_code: str
    estate_name: str
    division_code: str
    credit_code: str
    company_name: str
    kind: ContractKind
    number: str | None
    began_on: date
    ended_on: date | None
    signed_on: date | None
    filed_on: date | None
    fee: int | None
    service_level: str | None
    remark: str | None
    version: int
    updated_at: datetime
    retired_on: date | None
    retired_reason: str | None
    place: Path = NOWHERE

    def covers(self, day: date) -> bool:
        """Whether the day lies inside the term."""
        return ContractFacts(self.credit_code, self.began_on, self.ended_on).covers(day)


_ROW: Any = (
    Contract.id,
    Contract.estate_id,
    Estate.code.label("estate_code"),
    Estate.name.label("estate_name"),
    Estate.division_code,
    Company.credit_code,
    Company.name.label("company_name"),
    Contract.kind,
    Contract.number,
    Contract.began_on,
    Contract.ended_on,
    Contract.signed_on,
    Contract.filed_on,
    Contract.fee,
    Contract.service_level,
    Contract.remark,
    Contract.version,
    Contract.updated_at,
    Contract.retired_on,
    Contract.retired_reason,
)


def _contracts() -> Select[Any]:
    stmt: Select[Any] = select(*_ROW)
    return stmt.join(Estate, Estate.id == Contract.estate_id).join(Company, Company.id == Contract.company_id)


def list_contracts_of(estate_id: UUID) -> list[ContractRow]:
    """Every contract of an estate, the latest first, retired ones last."""
    query = _contracts().where(Contract.estate_id == estate_id)
    ordered = query.order_by(Contract.retired_on.is_not(None), Contract.began_on.desc(), Contract.id.desc())
    return [ContractRow(*row) for row in session().execute(ordered)]


def get_contract(scope: Scope, contract_id: UUID, *, day: date) -> Contract:
    """A contract of an estate in the scope. Raises NotFound."""
    query = select(Contract).join(Estate, Estate.id == Contract.estate_id)
    found = session().scalars(query.where(Contract.id == contract_id, estate_in_scope(scope, day))).one_or_none()
    if found is None:
        raise NotFound(str(contract_id))
    return found


def get_contract_row(scope: Scope, contract_id: UUID, *, day: date) -> ContractRow:
    """A contract of an estate in the scope, as shown. Raises NotFound."""
    row = session().execute(_contracts().where(Contract.id == contract_id, estate_in_scope(scope, day))).one_or_none()
    if row is None:
        raise NotFound(str(contract_id))
    return ContractRow(*row)


def contract_key(estate_code: str, credit_code: str, began_on: date) -> str:
    """The business key of a contract: estate, company and first day."""
    return f"{estate_code}/{credit_code}/{began_on.isoformat()}"


# --- lists ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ContractFilter:
    """What a list of contracts is narrowed to. ``running_on``/``ended_before`` look at the days of the term."""

    q: str | None = None
    division: DivisionRow | None = None
    kind: ContractKind | None = None
    credit_code: str | None = None
    running_on: date | None = None
    ends_from: date | None = None
    ends_to: date | None = None
    filed: bool | None = None
    sort: str = "-began"


def list_contracts(
    scope: Scope, wanted: ContractFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[ContractRow]:
    """Contracts of the estates inside the scope."""
    columns: dict[str, tuple[ColumnElement[Any], ...]] = {
        "began": (Contract.__table__.c.began_on, Contract.__table__.c.id),
        "estate": (Estate.__table__.c.code, Contract.__table__.c.id),
    }
    sort = Sort(wanted.sort, columns[wanted.sort.removeprefix("-")], wanted.sort.startswith("-"))
    page = paginate(_list(scope, wanted), list_name=LIST, sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    places = paths_of(row.division_code for row in page.items)
    rows = (replace(ContractRow(*row[: len(_ROW)]), place=places.get(row.division_code, NOWHERE)) for row in page.items)
    return Page(tuple(rows), page.next)


def count_contracts(scope: Scope, wanted: ContractFilter) -> Count:
    """How many such contracts there are, counted to 1,000 and one."""
    return count_up_to_ceiling(_list(scope, wanted))


def _list(scope: Scope, wanted: ContractFilter) -> Select[Any]:
    narrowed = scope.narrowed(wanted.division.range) if wanted.division else scope
    stmt = _contracts().where(within(narrowed, Estate.division_code), Contract.retired_on.is_(None))
    if wanted.q:
        stmt = stmt.where(means(wanted.q, Contract.number))
    if wanted.kind:
        stmt = stmt.where(Contract.kind == wanted.kind)
    if wanted.credit_code:
        stmt = stmt.where(Company.credit_code == wanted.credit_code)
    if wanted.running_on:
        stmt = stmt.where(
            Contract.began_on <= wanted.running_on,
            or_(Contract.ended_on.is_(None), Contract.ended_on >= wanted.running_on),
        )
    if wanted.ends_from:
        stmt = stmt.where(Contract.ended_on >= wanted.ends_from)
    if wanted.ends_to:
        stmt = stmt.where(Contract.ended_on <= wanted.ends_to)
    if wanted.filed is not None:
        stmt = stmt.where(Contract.filed_on.is_not(None) if wanted.filed else Contract.filed_on.is_(None))
    return stmt


# --- disputes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """Two contracts of different companies for one estate on the same days, and how far it is settled."""

    id: UUID
    estate_code: str
    estate_name: str
    division_code: str
    earlier_id: UUID
    earlier_company: str
    earlier_credit_code: str
    later_id: UUID
    later_company: str
    later_credit_code: str
    overlap_from: date
    overlap_to: date | None
    state: SettlementState
    recorded_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    settlement: str | None
    version: int
    place: Path = NOWHERE


def disputes() -> Select[Any]:
    """The columns of `DisputeRow` but the place, with the joins they need."""
    earlier, later = aliased(Contract), aliased(Contract)
    earlier_company, later_company = aliased(Company), aliased(Company)
    columns: Any = (
        ContractDispute.id,
        Estate.code,
        Estate.name,
        Estate.division_code,
        ContractDispute.earlier_contract_id,
        earlier_company.name.label("earlier_company"),
        earlier_company.credit_code.label("earlier_credit_code"),
        ContractDispute.later_contract_id,
        later_company.name.label("later_company"),
        later_company.credit_code.label("later_credit_code"),
        ContractDispute.overlap_from,
        ContractDispute.overlap_to,
        ContractDispute.state,
        ContractDispute.recorded_at,
        ContractDispute.settled_at,
        ContractDispute.settled_by,
        ContractDispute.settlement,
        ContractDispute.version,
    )
    stmt: Select[Any] = select(*columns)
    return (
        stmt.join(Estate, Estate.id == ContractDispute.estate_id)
        .join(earlier, earlier.id == ContractDispute.earlier_contract_id)
        .join(earlier_company, earlier_company.id == earlier.company_id)
        .join(later, later.id == ContractDispute.later_contract_id)
        .join(later_company, later_company.id == later.company_id)
    )


def list_disputes_of(estate_id: UUID) -> list[DisputeRow]:
    """The disputes of an estate, the latest first."""
    query = disputes().where(ContractDispute.estate_id == estate_id).order_by(ContractDispute.id.desc())
    return [DisputeRow(*row) for row in session().execute(query)]


def get_dispute(scope: Scope, dispute_id: UUID, *, day: date) -> tuple[ContractDispute, DisputeRow]:
    """A dispute of an estate in the scope. Raises NotFound."""
    query = disputes().where(ContractDispute.id == dispute_id, estate_in_scope(scope, day))
    row = session().execute(query).one_or_none()
    if row is None:
        raise NotFound(str(dispute_id))
    return session().get_one(ContractDispute, dispute_id), DisputeRow(*row)


def find_company(credit_code: str) -> Company | None:
    """A company that is not retired, by its credit code, whatever the scope: who serves or contracts may be anyone."""
    query = select(Company).where(Company.credit_code == credit_code, Company.retired_on.is_(None))
    return session().scalars(query).one_or_none()


def names_by_credit_code(credit_codes: Iterable[str]) -> dict[str, str]:
    """Names of companies, in one statement."""
    wanted = set(credit_codes)
    if not wanted:
        return {}
    query = select(Company.credit_code, Company.name).where(Company.credit_code.in_(wanted))
    return dict(session().execute(query).all())
