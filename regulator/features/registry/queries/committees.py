"""Questions about owners' committees: of one estate, and as a list."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from regulator.features.calendar.queries import working_days
from regulator.features.divisions.queries import NOWHERE, DivisionRow, Path, paths_of, within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Committee, CommitteeMember, Estate
from regulator.features.registry.queries.bounds import estate_in_scope
from regulator.features.registry.queries.finding import means
from regulator.features.registry.rules.contracts import committee_filing_due
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate
from regulator.law.calendar import Due

LIST = "office.committees"
SORTS = ("estate", "-estate", "began", "-began")


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member by name and post."""

    name: str
    post: str | None


@dataclass(frozen=True, slots=True)
class CommitteeRow:
    """A committee's term as shown."""

    id: UUID
    estate_id: UUID
    estate_code: str
    estate_name: str
    division_code: str
    name: str
    elected_on: date | None
    term_began_on: date
    term_ended_on: date | None
    filed_on: date | None
    filing_number: str | None
    remark: str | None
    version: int
    updated_at: datetime
    retired_on: date | None
    retired_reason: str | None
    members: tuple[MemberRow, ...] = ()
    place: Path = NOWHERE
    filing_due: Due | None = None
    """The last day of the 30 in which it is filed (条例 16); None while the election's day is not known."""

    def in_term(self, day: date) -> bool:
        """Whether its term covers the day."""
        return self.term_began_on <= day and (self.term_ended_on is None or day <= self.term_ended_on)

    def is_filing_late(self, day: date) -> bool:
        """Whether it was filed after the 30 days, or is not filed and they have passed by ``day``."""
        return self.filing_due is not None and (self.filed_on or day) > self.filing_due.day


_ROW: Any = (
    Committee.id,
    Committee.estate_id,
    Estate.code.label("estate_code"),
    Estate.name.label("estate_name"),
    Estate.division_code,
    Committee.name,
    Committee.elected_on,
    Committee.term_began_on,
    Committee.term_ended_on,
    Committee.filed_on,
    Committee.filing_number,
    Committee.remark,
    Committee.version,
    Committee.updated_at,
    Committee.retired_on,
    Committee.retired_reason,
)


def _committees() -> Select[Any]:
    stmt: Select[Any] = select(*_ROW)
    return stmt.join(Estate, Estate.id == Committee.estate_id)


def list_committees_of(estate_id: UUID) -> list[CommitteeRow]:
    """Every committee of an estate with its members, the latest first, retired ones last."""
    query = _committees().where(Committee.estate_id == estate_id)
    rows = session().execute(query.order_by(Committee.retired_on.is_not(None), Committee.term_began_on.desc())).all()
    members, days = _members([row.id for row in rows]), working_days()
    return [
        replace(
            CommitteeRow(*row),
            members=members.get(row.id, ()),
            filing_due=committee_filing_due(row.elected_on, days),
        )
        for row in rows
    ]


def _members(committee_ids: list[UUID]) -> dict[UUID, tuple[MemberRow, ...]]:
    if not committee_ids:
        return {}
    query = select(CommitteeMember).where(CommitteeMember.committee_id.in_(committee_ids)).order_by(CommitteeMember.id)
    found: dict[UUID, tuple[MemberRow, ...]] = {}
    for member in session().scalars(query):
        found[member.committee_id] = (*found.get(member.committee_id, ()), MemberRow(member.name, member.post))
    return found


def list_members(committee_id: UUID) -> tuple[MemberRow, ...]:
    """The members of one committee in the order they were recorded."""
    return _members([committee_id]).get(committee_id, ())


def get_committee(scope: Scope, committee_id: UUID, *, day: date) -> Committee:
    """A committee of an estate in the scope. Raises NotFound."""
    query = select(Committee).join(Estate, Estate.id == Committee.estate_id)
    found = session().scalars(query.where(Committee.id == committee_id, estate_in_scope(scope, day))).one_or_none()
    if found is None:
        raise NotFound(str(committee_id))
    return found


@dataclass(frozen=True, slots=True)
class CommitteeFilter:
    """What a list of committees is narrowed to; ``in_term_on`` takes those in office that day."""

    q: str | None = None
    division: DivisionRow | None = None
    in_term_on: date | None = None
    filed: bool | None = None
    sort: str = "estate"


def list_committees(
    scope: Scope, wanted: CommitteeFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[CommitteeRow]:
    """Committees of the estates inside the scope."""
    columns: dict[str, tuple[ColumnElement[Any], ...]] = {
        "estate": (Estate.__table__.c.code, Committee.__table__.c.id),
        "began": (Committee.__table__.c.term_began_on, Committee.__table__.c.id),
    }
    sort = Sort(wanted.sort, columns[wanted.sort.removeprefix("-")], wanted.sort.startswith("-"))
    stmt = _list(scope, wanted)
    page = paginate(stmt, list_name=LIST, sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    places = paths_of(row.division_code for row in page.items)
    members, days = _members([row.id for row in page.items]), working_days()
    return Page(
        tuple(
            replace(
                CommitteeRow(*row[: len(_ROW)]),
                members=members.get(row.id, ()),
                place=places.get(row.division_code, NOWHERE),
                filing_due=committee_filing_due(row.elected_on, days),
            )
            for row in page.items
        ),
        page.next,
    )


def count_committees(scope: Scope, wanted: CommitteeFilter) -> Count:
    """How many such committees there are, counted to 1,000 and one."""
    return count_up_to_ceiling(_list(scope, wanted))


def _list(scope: Scope, wanted: CommitteeFilter) -> Select[Any]:
    narrowed = scope.narrowed(wanted.division.range) if wanted.division else scope
    stmt = _committees().where(within(narrowed, Estate.division_code), Committee.retired_on.is_(None))
    if wanted.q:
        stmt = stmt.where(means(wanted.q, Committee.name, Committee.filing_number, company=False))
    if wanted.in_term_on:
        stmt = stmt.where(
            Committee.term_began_on <= wanted.in_term_on,
            or_(Committee.term_ended_on.is_(None), Committee.term_ended_on >= wanted.in_term_on),
        )
    if wanted.filed is not None:
        stmt = stmt.where(Committee.filed_on.is_not(None) if wanted.filed else Committee.filed_on.is_(None))
    return stmt
