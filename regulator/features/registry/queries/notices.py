"""Questions about notices between owners and company: of one estate, and as a list."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from regulator.features.calendar.queries import working_days
from regulator.features.divisions.queries import NOWHERE, DivisionRow, Path, paths_of, within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.facts import facts_of
from regulator.features.registry.models import Company, Contract, Estate, Notice, Service
from regulator.features.registry.queries.bounds import active_on, estate_in_scope, live_on
from regulator.features.registry.queries.finding import means
from regulator.features.registry.rules.notices import TERMS, effective_on
from regulator.features.registry.terms import NoticeKind, Party
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate
from regulator.law.calendar import Due, WorkingDays

LIST = "office.notices"
SORTS = ("dated", "-dated")


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice as shown. `takes_effect` is reckoned when it is read, never stored, and provisional where it says so."""

    id: UUID
    estate_id: UUID
    estate_code: str
    estate_name: str
    division_code: str
    credit_code: str
    company_name: str
    kind: NoticeKind
    given_by: Party
    dated_on: date
    received_on: date | None
    document_number: str | None
    remark: str | None
    version: int
    updated_at: datetime
    retired_on: date | None
    retired_reason: str | None
    place: Path = NOWHERE
    takes_effect: Due | None = None

    @property
    def awaits_receipt(self) -> bool:
        """Whether its term cannot be reckoned because the day it was received is not recorded (民法典 137)."""
        return self.kind in TERMS and self.received_on is None and self.retired_on is None

    def reckoned(self, days: WorkingDays, place: Path = NOWHERE) -> "NoticeRow":
        """The same notice with its place and the day it takes effect."""
        return replace(self, place=place, takes_effect=effective_on(self.kind, self.received_on, days))


_ROW: Any = (
    Notice.id,
    Notice.estate_id,
    Estate.code.label("estate_code"),
    Estate.name.label("estate_name"),
    Estate.division_code,
    Company.credit_code,
    Company.name.label("company_name"),
    Notice.kind,
    Notice.given_by,
    Notice.dated_on,
    Notice.received_on,
    Notice.document_number,
    Notice.remark,
    Notice.version,
    Notice.updated_at,
    Notice.retired_on,
    Notice.retired_reason,
)


def _notices() -> Select[Any]:
    stmt: Select[Any] = select(*_ROW)
    return stmt.join(Estate, Estate.id == Notice.estate_id).join(Company, Company.id == Notice.company_id)


def list_notices_of(estate_id: UUID) -> list[NoticeRow]:
    """Every notice of an estate, the latest first, retired ones last."""
    query = _notices().where(Notice.estate_id == estate_id)
    ordered = query.order_by(Notice.retired_on.is_not(None), Notice.dated_on.desc(), Notice.id.desc())
    days = working_days()
    return [NoticeRow(*row).reckoned(days) for row in session().execute(ordered)]


def get_notice(scope: Scope, notice_id: UUID, *, day: date) -> Notice:
    """A notice of an estate in the scope. Raises NotFound."""
    query = select(Notice).join(Estate, Estate.id == Notice.estate_id)
    found = session().scalars(query.where(Notice.id == notice_id, estate_in_scope(scope, day))).one_or_none()
    if found is None:
        raise NotFound(str(notice_id))
    return found


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """What a list of notices is narrowed to; ``serving_on`` leaves those whose company still serves on that day."""

    division: DivisionRow | None = None
    kind: NoticeKind | None = None
    kinds: tuple[NoticeKind, ...] = ()
    given_by: Party | None = None
    dated_from: date | None = None
    dated_to: date | None = None
    serving_on: date | None = None
    q: str | None = None
    sort: str = "-dated"


def list_notices(scope: Scope, wanted: NoticeFilter, *, cursor: str | None = None, limit: int = 50) -> Page[NoticeRow]:
    """Notices about the estates inside the scope."""
    columns: tuple[ColumnElement[Any], ...] = (Notice.__table__.c.dated_on, Notice.__table__.c.id)
    sort = Sort(wanted.sort, columns, wanted.sort.startswith("-"))
    stmt = _list(scope, wanted)
    page = paginate(stmt, list_name=LIST, sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    places = paths_of(row.division_code for row in page.items)
    days = working_days()
    rows = (NoticeRow(*row[: len(_ROW)]).reckoned(days, places.get(row.division_code, NOWHERE)) for row in page.items)
    return Page(tuple(rows), page.next)


def count_notices(scope: Scope, wanted: NoticeFilter) -> Count:
    """How many such notices there are, counted to 1,000 and one."""
    return count_up_to_ceiling(_list(scope, wanted))


def _list(scope: Scope, wanted: NoticeFilter) -> Select[Any]:
    narrowed = scope.narrowed(wanted.division.range) if wanted.division else scope
    stmt = _notices().where(within(narrowed, Estate.division_code), Notice.retired_on.is_(None))
    if wanted.q:
        stmt = stmt.where(means(wanted.q, Notice.document_number))
    if wanted.kind:
        stmt = stmt.where(Notice.kind == wanted.kind)
    if wanted.kinds:
        stmt = stmt.where(Notice.kind.in_(wanted.kinds))
    if wanted.given_by:
        stmt = stmt.where(Notice.given_by == wanted.given_by)
    if wanted.dated_from:
        stmt = stmt.where(Notice.dated_on >= wanted.dated_from)
    if wanted.dated_to:
        stmt = stmt.where(Notice.dated_on <= wanted.dated_to)
    if wanted.serving_on:
        stmt = stmt.where(_still_serves(wanted.serving_on))
    return stmt


def _still_serves(day: date) -> ColumnElement[bool]:
    """The condition that a notice stands on a day: its company serves on, and no later contract has overtaken it."""
    served = exists().where(
        Service.estate_id == Notice.estate_id,
        Service.company_id == Notice.company_id,
        active_on(day),
        or_(Service.began_on.is_(None), Service.began_on <= Notice.dated_on),
    )
    agreed_anew = exists().where(
        Contract.estate_id == Notice.estate_id,
        Contract.company_id == Notice.company_id,
        Contract.retired_on.is_(None),
        Contract.began_on > Notice.dated_on,
    )
    return and_(Notice.dated_on <= day, live_on(Estate, day), served, ~agreed_anew)


def notice_facts(notice: Notice, credit_code: str) -> dict[str, Any]:
    """What `notices_changed` carries of a notice."""
    facts = facts_of(notice)
    told = ("kind", "given_by", "dated_on", "received_on", "document_number", "retired_on")
    return {"id": str(notice.id), "credit_code": credit_code} | {name: facts[name] for name in told}
