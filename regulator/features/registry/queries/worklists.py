"""What waits for a person: to be placed, unconfirmed links, disputes, services on an ended contract, stale records."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from regulator.features.divisions.queries import NOWHERE, DivisionRow, Path, paths_of, within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Company, Contract, ContractDispute, Estate, Service
from regulator.features.registry.queries.bounds import active_on, narrowed
from regulator.features.registry.queries.contracts import DisputeRow, disputes
from regulator.features.registry.queries.links import waiting_links
from regulator.features.registry.queries.moves import count_moves
from regulator.features.registry.terms import SettlementState
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows wait on each list inside a scope."""

    to_be_placed: Count
    links: Count
    disputes: Count
    continued: Count
    mode_not_known: Count
    stale: Count
    moves: Count


def count_waiting(scope: Scope, *, day: date, stale_before: datetime, reader: str) -> Waiting:
    """The counts of all work lists for an official (by username), each to 1,000 and one: seven statements."""
    return Waiting(
        to_be_placed=count_up_to_ceiling(_to_be_placed(scope)),
        links=count_up_to_ceiling(waiting_links(scope)),
        disputes=count_up_to_ceiling(_disputes(scope)),
        continued=count_up_to_ceiling(_continued(scope, day)),
        mode_not_known=count_up_to_ceiling(_mode_not_known(scope, day)),
        stale=count_up_to_ceiling(_stale(scope, stale_before)),
        moves=count_moves(scope, None, reader=reader, day=day),
    )


# --- estates to be placed -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WaitingEstate:
    """An estate on a work list; floor area in 0.01 ㎡."""

    code: str
    name: str
    division_code: str
    address: str | None
    community_as_stated: str | None
    floor_area: int | None
    households: int | None
    registered_at: datetime
    updated_at: datetime
    confirmed_at: datetime | None
    version: int
    place: Path = NOWHERE


_ESTATE: Any = (
    Estate.code,
    Estate.name,
    Estate.division_code,
    Estate.address,
    Estate.community_as_stated,
    Estate.floor_area,
    Estate.households,
    Estate.registered_at,
    Estate.updated_at,
    Estate.confirmed_at,
    Estate.version,
)


def _estates(scope: Scope) -> Select[Any]:
    stmt: Select[Any] = select(*_ESTATE)
    return stmt.where(within(scope, Estate.division_code), Estate.retired_on.is_(None))


def _to_be_placed(scope: Scope) -> Select[Any]:
    return _estates(scope).where(Estate.to_be_placed)


def list_to_be_placed(
    scope: Scope, division: DivisionRow | None, *, cursor: str | None = None, limit: int = 50
) -> Page[WaitingEstate]:
    """Estates that stand at a street because their community is not known."""
    return _estate_page(_to_be_placed(narrowed(scope, division)), "worklist.placing", cursor, limit)


def _mode_not_known(scope: Scope, day: date) -> Select[Any]:
    known = exists().where(Service.estate_id == Estate.id, active_on(day))
    return _estates(scope).where(~known)


def list_mode_not_known(
    scope: Scope, division: DivisionRow | None, *, day: date, cursor: str | None = None, limit: int = 50
) -> Page[WaitingEstate]:
    """Estates of which no mode is known on a day."""
    return _estate_page(_mode_not_known(narrowed(scope, division), day), "worklist.mode", cursor, limit)


def _looked_at() -> ColumnElement[datetime]:
    return func.coalesce(Estate.confirmed_at, Estate.registered_at)


def _stale(scope: Scope, before: datetime) -> Select[Any]:
    return _estates(scope).where(Estate.updated_at < before, _looked_at() < before)


def list_stale(
    scope: Scope, division: DivisionRow | None, *, before: datetime, cursor: str | None = None, limit: int = 50
) -> Page[WaitingEstate]:
    """Estates nobody has corrected or confirmed since a moment."""
    return _estate_page(_stale(narrowed(scope, division), before), "worklist.stale", cursor, limit)


def stale_before(now: datetime, days: int) -> datetime:
    """The moment before which a record counts as stale."""
    return now - timedelta(days=days)


def _estate_page(stmt: Select[Any], name: str, cursor: str | None, limit: int) -> Page[WaitingEstate]:
    sort = Sort("code", (Estate.__table__.c.division_code, Estate.__table__.c.code))
    page = paginate(stmt, list_name=name, sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    places = paths_of(row.division_code for row in page.items)
    rows = (
        replace(WaitingEstate(*row[: len(_ESTATE)]), place=places.get(row.division_code, NOWHERE)) for row in page.items
    )
    return Page(tuple(rows), page.next)


# --- disputes -------------------------------------------------------------------------------------------------------


_DISPUTE_WIDTH = len(fields(DisputeRow)) - 1  # all but the place, which is looked up for the page


def _disputes(scope: Scope, state: SettlementState | None = SettlementState.OPEN) -> Select[Any]:
    stmt = disputes().where(within(scope, Estate.division_code))
    return stmt.where(ContractDispute.state == state) if state else stmt


def list_disputes(
    scope: Scope,
    division: DivisionRow | None,
    *,
    state: SettlementState | None = SettlementState.OPEN,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[DisputeRow]:
    """Disputes by the estate's code; open ones unless asked otherwise."""
    stmt = _disputes(narrowed(scope, division), state)
    sort = Sort("code", (Estate.__table__.c.code, ContractDispute.__table__.c.id))
    page = paginate(stmt, list_name="worklist.disputes", sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    places = paths_of(row.division_code for row in page.items)
    return Page(
        tuple(
            replace(DisputeRow(*row[:_DISPUTE_WIDTH]), place=places.get(row.division_code, NOWHERE))
            for row in page.items
        ),
        page.next,
    )


def count_disputes(scope: Scope, division: DivisionRow | None, state: SettlementState | None) -> Count:
    """How many such disputes there are, counted to 1,000 and one."""
    return count_up_to_ceiling(_disputes(narrowed(scope, division), state))


# --- services continuing on an ended contract -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ContinuedRow:
    """A service that goes on although the company's last contract has ended (民法典 948)."""

    service_id: UUID
    estate_code: str
    estate_name: str
    division_code: str
    credit_code: str
    company_name: str
    contract_ended_on: date
    floor_area: int | None
    households: int | None
    place: Path = NOWHERE

    def days(self, day: date) -> int:
        """For how many days the service has gone on without a term."""
        return (day - self.contract_ended_on).days


_CONTINUED_WIDTH = len(fields(ContinuedRow)) - 1  # all but the place


def _continued(scope: Scope, day: date) -> Select[Any]:
    ended, running = aliased(Contract), aliased(Contract)
    covers = and_(running.began_on <= day, or_(running.ended_on.is_(None), running.ended_on >= day))
    mine = and_(running.estate_id == Service.estate_id, running.company_id == Service.company_id)
    last_end: Any = (
        select(func.max(ended.ended_on))
        .where(
            ended.estate_id == Service.estate_id,
            ended.company_id == Service.company_id,
            ended.retired_on.is_(None),
            ended.ended_on < day,
            or_(Service.began_on.is_(None), ended.ended_on >= Service.began_on),
        )
        .correlate(Service)
        .scalar_subquery()
    )
    columns: Any = (
        Service.id,
        Estate.code,
        Estate.name,
        Estate.division_code,
        Company.credit_code,
        Company.name.label("company_name"),
        last_end.label("contract_ended_on"),
        Estate.floor_area,
        Estate.households,
    )
    stmt: Select[Any] = select(*columns)
    return (
        stmt.join(Estate, Estate.id == Service.estate_id)
        .join(Company, Company.id == Service.company_id)
        .where(
            within(scope, Estate.division_code),
            Estate.retired_on.is_(None),
            active_on(day),
            Service.recorded_basis.is_(None),
            last_end.is_not(None),
            ~exists().where(mine, running.retired_on.is_(None), covers),
        )
    )


def list_continued(
    scope: Scope, division: DivisionRow | None, *, day: date, cursor: str | None = None, limit: int = 50
) -> Page[ContinuedRow]:
    """Services continuing on an ended contract on a day, by the estate's code."""
    stmt = _continued(narrowed(scope, division), day)
    sort = Sort("code", (Estate.__table__.c.division_code, Estate.__table__.c.code, Service.__table__.c.id))
    page = paginate(stmt, list_name="worklist.continued", sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    places = paths_of(row.division_code for row in page.items)
    return Page(
        tuple(
            replace(ContinuedRow(*row[:_CONTINUED_WIDTH]), place=places.get(row.division_code, NOWHERE))
            for row in page.items
        ),
        page.next,
    )


# --- counts of single lists -----------------------------------------------------------------------------------------


def count_to_be_placed(scope: Scope, division: DivisionRow | None) -> Count:
    """How many estates wait to be placed."""
    return count_up_to_ceiling(_to_be_placed(narrowed(scope, division)))


def count_mode_not_known(scope: Scope, division: DivisionRow | None, *, day: date) -> Count:
    """Of how many estates no mode is known."""
    return count_up_to_ceiling(_mode_not_known(narrowed(scope, division), day))


def count_stale(scope: Scope, division: DivisionRow | None, *, before: datetime) -> Count:
    """How many estates nobody has looked at."""
    return count_up_to_ceiling(_stale(narrowed(scope, division), before))


def count_continued(scope: Scope, division: DivisionRow | None, *, day: date) -> Count:
    """How many services continue on an ended contract."""
    return count_up_to_ceiling(_continued(narrowed(scope, division), day))
