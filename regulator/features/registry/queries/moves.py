"""Terms the calendar has moved: which are open, what an official has not taken note of, and what they have."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from regulator.features.calendar.queries import working_days
from regulator.features.divisions.queries import NOWHERE, DivisionRow, Path, paths_of, within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Company, Estate, Notice, TermMove, TermMoveSeen
from regulator.features.registry.queries.bounds import narrowed
from regulator.features.registry.rules.notices import TERMS
from regulator.features.registry.terms import NoticeKind, Party
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate
from regulator.law.calendar import ONE_DAY, Due, WorkingDays

TOLD_AFTER = timedelta(days=30)
"""How long after both its days a moved term is still told; later it is of no use to anybody."""


@dataclass(frozen=True, slots=True)
class OpenNotice:
    """A notice whose term may still run, with its estate."""

    id: UUID
    kind: NoticeKind
    received_on: date | None
    estate_code: str
    division_code: str


def list_open_notices(received_after: date) -> Iterator[OpenNotice]:
    """Every notice with a term of its own that was received after a day, of the whole register: the calendar is one."""
    query = (
        select(Notice.id, Notice.kind, Notice.received_on, Estate.code, Estate.division_code)
        .join(Estate, Estate.id == Notice.estate_id)
        .where(
            Notice.kind.in_(TERMS),
            Notice.received_on > received_after,
            Notice.retired_on.is_(None),
            Estate.retired_on.is_(None),
        )
        .order_by(Estate.code, Notice.id)
    )
    return (OpenNotice(*row) for row in session().execute(query).all())


def moved_at(moment: datetime) -> int:
    """How many terms the act of a moment has moved in the whole register: what its actor is told, no single one."""
    query = select(func.count()).select_from(TermMove).where(TermMove.moved_at == moment)
    return session().scalars(query).one()


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A moved term as told to one official; ``seen_at`` is when they took note. ``takes_effect`` is the new day."""

    id: UUID
    estate_code: str
    estate_name: str
    division_code: str
    company_name: str
    kind: NoticeKind
    given_by: Party
    received_on: date | None
    due_before: date
    due_after: date
    calendar_year: int
    moved_at: datetime
    seen_at: datetime | None
    place: Path = NOWHERE
    takes_effect: Due | None = None

    def shown(self, days: WorkingDays, place: Path) -> "MoveRow":
        """The same with its place, and the new day marked while a year it runs through is provisional."""
        first = (self.received_on or self.due_after) + ONE_DAY
        due = Due(self.due_after, days.is_provisional(min(first, self.due_after), self.due_after))
        return replace(self, place=place, takes_effect=due)


_ROW: Any = (
    TermMove.id,
    Estate.code.label("estate_code"),
    Estate.name.label("estate_name"),
    Estate.division_code,
    Company.name.label("company_name"),
    Notice.kind,
    Notice.given_by,
    Notice.received_on,
    TermMove.due_before,
    TermMove.due_after,
    TermMove.calendar_year,
    TermMove.moved_at,
    TermMoveSeen.seen_at,
)
_WIDTH = len(fields(MoveRow)) - 2  # all but the place and the marked day


def _moves(scope: Scope, reader: str) -> Select[Any]:
    stmt: Select[Any] = select(*_ROW)
    mine = and_(TermMoveSeen.move_id == TermMove.id, TermMoveSeen.username == reader)
    return (
        stmt.join(Notice, Notice.id == TermMove.notice_id)
        .join(Estate, Estate.id == Notice.estate_id)
        .join(Company, Company.id == Notice.company_id)
        .outerjoin(TermMoveSeen, mine)
        .where(within(scope, Estate.division_code), Notice.retired_on.is_(None), Estate.retired_on.is_(None))
    )


def _listed(scope: Scope, reader: str, day: date, *, seen: bool) -> Select[Any]:
    noted = TermMoveSeen.seen_at.is_not(None) if seen else TermMoveSeen.seen_at.is_(None)
    return _moves(scope, reader).where(noted, _still_told(day))


def _still_told(day: date) -> ColumnElement[bool]:
    return or_(TermMove.due_before >= day - TOLD_AFTER, TermMove.due_after >= day - TOLD_AFTER)


def list_moves(
    scope: Scope,
    division: DivisionRow | None,
    *,
    reader: str,
    day: date,
    seen: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[MoveRow]:
    """Moved terms the reader (a username) has not taken note of, or has, by their new day."""
    stmt = _listed(narrowed(scope, division), reader, day, seen=seen)
    sort = Sort("due", (TermMove.__table__.c.due_after, TermMove.__table__.c.id))
    page = paginate(stmt, list_name="worklist.moves", sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    return Page(_shown(page.items), page.next)


def count_moves(scope: Scope, division: DivisionRow | None, *, reader: str, day: date, seen: bool = False) -> Count:
    """How many there are, counted to 1,000 and one."""
    return count_up_to_ceiling(_listed(narrowed(scope, division), reader, day, seen=seen))


def get_moves(scope: Scope, wanted: Collection[UUID], *, reader: str) -> list[MoveRow]:
    """These moved terms. Raises NotFound when one of them is not inside the scope."""
    rows = session().execute(_moves(scope, reader).where(TermMove.id.in_(wanted))).all()
    if len(rows) != len(set(wanted)):
        raise NotFound("term_move")
    return list(_shown(rows))


def _shown(rows: Collection[Any]) -> tuple[MoveRow, ...]:
    places, days = paths_of(row.division_code for row in rows), working_days()
    return tuple(MoveRow(*row[:_WIDTH]).shown(days, places.get(row.division_code, NOWHERE)) for row in rows)
