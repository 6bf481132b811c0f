"""Questions about who serves which estate: the periods of one estate, and lists of periods on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from regulator.features.divisions.queries import DivisionRow, Path, paths_of, within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Committee, Company, CompanyLink, Contract, Estate, Notice, Service
from regulator.features.registry.queries.bounds import active_on, estate_in_scope, live_on
from regulator.features.registry.queries.finding import means
from regulator.features.registry.rules.contracts import ContractFacts
from regulator.features.registry.rules.services import ServiceFacts, basis_of_service
from regulator.features.registry.terms import Basis, Mode, RecordedBasis
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

LIST = "office.services"
SORTS = ("estate", "-estate", "began", "-began")


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A period of service as shown; ``proof`` is the credit code a contract offers for an unconfirmed company."""

    id: UUID
    estate_id: UUID
    mode: Mode
    credit_code: str | None
    company_name: str | None
    spelling: str | None
    began_on: date | None
    stated_for: date | None
    ended_on: date | None
    ended_reason: str | None
    recorded_basis: RecordedBasis | None
    basis_document: str | None
    fee: int | None
    version: int
    retired_on: date | None
    retired_reason: str | None
    proof: str | None = None
    basis: Basis | None = None

    @property
    def facts(self) -> ServiceFacts:
        """As the rules want it."""
        return ServiceFacts(
            mode=self.mode,
            company=self.credit_code,
            spelling=self.spelling,
            began_on=self.began_on,
            stated_for=self.stated_for,
            ended_on=self.ended_on,
            recorded_basis=self.recorded_basis,
            proof=self.proof,
            key=self.id,
        )

    @property
    def manager(self) -> str | None:
        """The company's registered name, else what a list wrote."""
        return self.company_name or self.spelling

    @property
    def is_unconfirmed(self) -> bool:
        """Whether only a list's spelling says who serves."""
        return self.credit_code is None and self.spelling is not None


_PERIOD = (
    Service.id,
    Service.estate_id,
    Service.mode,
    Company.credit_code,
    Company.name.label("company_name"),
    Service.company_spelling.label("spelling"),
    Service.began_on,
    Service.stated_for,
    Service.ended_on,
    Service.ended_reason,
    Service.recorded_basis,
    Service.basis_document,
    Service.fee,
    Service.version,
    Service.retired_on,
    Service.retired_reason,
    CompanyLink.proof_credit_code.label("proof"),
)
KNOWN_FROM = func.coalesce(Service.began_on, Service.stated_for)


def _periods() -> Select[Any]:
    columns: Any = _PERIOD  # more of them than the overloads of select() can type
    stmt: Select[Any] = select(*columns)
    return stmt.outerjoin(Company, Company.id == Service.company_id).outerjoin(
        CompanyLink, CompanyLink.service_id == Service.id
    )


def list_periods(estate_id: UUID, *, day: date, contracts: Sequence[ContractFacts] = ()) -> list[PeriodRow]:
    """Every period of an estate, the latest first, retired ones last; the basis is that of ``day``."""
    query = _periods().where(Service.estate_id == estate_id)
    found = session().execute(query.order_by(Service.retired_on.is_not(None), KNOWN_FROM.desc())).all()
    return [_with_basis(PeriodRow(*row), contracts, day) for row in found]


def list_period_facts(estate_id: UUID) -> list[ServiceFacts]:
    """The periods of an estate that count, in order of time, as the rules want them."""
    query = _periods().where(Service.estate_id == estate_id, Service.retired_on.is_(None)).order_by(KNOWN_FROM)
    return [PeriodRow(*row).facts for row in session().execute(query)]


def _with_basis(row: PeriodRow, contracts: Iterable[ContractFacts], day: date) -> PeriodRow:
    if row.retired_on is not None:
        return row
    return replace(row, basis=basis_of_service(row.facts, contracts, day))


def list_contract_facts(estate_ids: Iterable[UUID]) -> dict[UUID, list[ContractFacts]]:
    """The contracts of several estates as the rules want them, in the order they were recorded, in one statement."""
    wanted = list(estate_ids)
    if not wanted:
        return {}
    query = (
        select(Contract.estate_id, Company.credit_code, Contract.began_on, Contract.ended_on, Contract.id)
        .join(Company, Company.id == Contract.company_id)
        .where(Contract.estate_id.in_(wanted), Contract.retired_on.is_(None))
        .order_by(Contract.id)
    )
    found: dict[UUID, list[ContractFacts]] = {}
    for estate_id, credit_code, began_on, ended_on, key in session().execute(query):
        of_estate = found.setdefault(estate_id, [])
        of_estate.append(ContractFacts(credit_code, began_on, ended_on, len(of_estate), key))
    return found


def get_service(scope: Scope, service_id: UUID, *, day: date) -> Service:
    """A period of an estate in the scope. Raises NotFound."""
    query = select(Service).join(Estate, Estate.id == Service.estate_id)
    found = session().scalars(query.where(Service.id == service_id, estate_in_scope(scope, day))).one_or_none()
    if found is None:
        raise NotFound(str(service_id))
    return found


def get_estate_of(record: Service | Contract | Committee | Notice) -> Estate:
    """The estate a period, a contract, a committee or a notice belongs to."""
    return session().get_one(Estate, record.estate_id)


def service_facts(estate_id: UUID) -> dict[str, Any]:
    """What `services_changed` carries of an estate: its periods that count, in order of time."""
    return {
        "periods": [
            {
                "mode": period.mode.value,
                "credit_code": period.company,
                "began_on": _iso(period.began_on),
                "stated_for": _iso(period.stated_for),
                "ended_on": _iso(period.ended_on),
                "recorded_basis": period.recorded_basis.value if period.recorded_basis else None,
            }
            for period in list_period_facts(estate_id)
        ]
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# --- lists ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ServiceFilter:
    """What a list of services is narrowed to; ``day`` is the day on which they hold."""

    day: date
    q: str | None = None
    division: DivisionRow | None = None
    mode: Mode | None = None
    credit_code: str | None = None
    recorded_basis: RecordedBasis | None = None
    sort: str = "estate"


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A line of the list: the estate, the period and its basis on the list's day."""

    estate_code: str
    estate_name: str
    place: Path
    floor_area: int | None
    updated_at: datetime
    period: PeriodRow


def list_services(
    scope: Scope, wanted: ServiceFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[ServiceRow]:
    """Services inside the scope that hold on a day, by estate or by beginning."""
    stmt = _list(scope, wanted)
    columns: dict[str, tuple[ColumnElement[Any], ...]] = {
        "estate": (Estate.__table__.c.division_code, Estate.__table__.c.code, Service.__table__.c.id),
        "began": (KNOWN_FROM, Service.__table__.c.id),
    }
    sort = Sort(wanted.sort, columns[wanted.sort.removeprefix("-")], wanted.sort.startswith("-"))
    page = paginate(stmt, list_name=LIST, sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    places = paths_of(row.division_code for row in page.items)
    contracts = list_contract_facts(row.estate_id for row in page.items)
    return Page(
        tuple(
            ServiceRow(
                row.estate_code,
                row.estate_name,
                places.get(row.division_code, Path()),
                row.floor_area,
                row.updated_at,
                _with_basis(PeriodRow(*row[: len(_PERIOD)]), contracts.get(row.estate_id, ()), wanted.day),
            )
            for row in page.items
        ),
        page.next,
    )


def count_services(scope: Scope, wanted: ServiceFilter) -> Count:
    """How many such services there are, counted to 1,000 and one."""
    return count_up_to_ceiling(_list(scope, wanted))


def _list(scope: Scope, wanted: ServiceFilter) -> Select[Any]:
    narrowed = scope.narrowed(wanted.division.range) if wanted.division else scope
    stmt = (
        _periods()
        .join(Estate, Estate.id == Service.estate_id)
        .add_columns(
            Estate.code.label("estate_code"),
            Estate.name.label("estate_name"),
            Estate.division_code,
            Estate.floor_area,
            Service.updated_at,
        )
        .where(within(narrowed, Estate.division_code), live_on(Estate, wanted.day), active_on(wanted.day))
    )
    if wanted.q:
        stmt = stmt.where(means(wanted.q, Service.company_spelling))
    if wanted.mode:
        stmt = stmt.where(Service.mode == wanted.mode)
    if wanted.credit_code:
        company_id = select(Company.id).where(Company.credit_code == wanted.credit_code).scalar_subquery()
        stmt = stmt.where(Service.company_id == company_id)
    if wanted.recorded_basis:
        stmt = stmt.where(Service.recorded_basis == wanted.recorded_basis)
    return stmt
