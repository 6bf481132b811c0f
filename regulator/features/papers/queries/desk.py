"""My desk: what waits for somebody, for those they stand in for, and what they have sent on. Never writes.

Everything here is asked by the person's own key, which an index holds together with the order, so that a desk of
thousands is no slower than one of fifty. What is somebody's own work needs no scope: they were given it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from regulator.features.accounts.models import Account
from regulator.features.papers.models import Approval, Matter, MatterEntry, Paper, Reminder
from regulator.features.papers.queries.matters import (
    MatterFilter,
    MatterRow,
    ReminderRow,
    is_open,
    keys_of,
    page_of,
    reminders,
    rows_of,
    with_places,
)
from regulator.features.papers.queries.moves import count_moved
from regulator.features.papers.terms import PaperState
from regulator.foundation.database import session
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

REMINDERS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """How much lies on a desk; each counted to 1,000 and one."""

    mine: Count
    overdue: Count
    soon: Count  # the overdue ones not among them
    papers: Count
    standing_in: Count
    standing_in_papers: Count
    sent_on: Count
    sent_papers: Count
    reminders: Count
    moved: Count  # terms the holidays moved, of one's own or of those one stands in for


def count_desk(me: UUID, principals: Collection[UUID], *, today: date, not_soon: date) -> DeskCounts:
    """The figures of a desk. ``not_soon`` is the first day on which a term is not near any more."""
    return DeskCounts(
        mine=_count_owned([me]),
        overdue=_count_owned([me], Matter.order_on < today),
        soon=_count_owned([me], Matter.order_on >= today, Matter.order_on < not_soon),
        papers=count_papers_waiting([me]),
        standing_in=_count_owned(principals),
        standing_in_papers=count_papers_waiting(principals),
        sent_on=count_sent_on(me, MatterFilter()),
        sent_papers=count_up_to_ceiling(_sent_papers(me)),
        reminders=count_up_to_ceiling(_unanswered([me, *principals])),
        moved=count_moved([me, *principals]),
    )


# --- matters --------------------------------------------------------------------------------------------------------


def list_owned(
    owners: Collection[UUID], wanted: MatterFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[MatterRow]:
    """Open matters of these people, the most pressing first."""
    stmt = rows_of(wanted).where(_is_one_of(Matter.owner_id, owners))
    return page_of(stmt, "desk.owned", cursor, limit)


def count_owned(owners: Collection[UUID], wanted: MatterFilter) -> Count:
    """How many there are, to 1,000 and one."""
    return count_up_to_ceiling(keys_of(wanted).where(_is_one_of(Matter.owner_id, owners))) if owners else Count(0)


def _count_owned(owners: Collection[UUID], *conditions: ColumnElement[bool]) -> Count:
    """Out of the index of open matters alone."""
    if not owners:
        return Count(0)
    return count_up_to_ceiling(select(Matter.number).where(_is_one_of(Matter.owner_id, owners), is_open(), *conditions))


def _is_one_of(column: Any, people: Collection[UUID]) -> ColumnElement[bool]:
    """One person as an equation, so that the index gives the order as well."""
    found: ColumnElement[bool] = column == next(iter(people)) if len(people) == 1 else column.in_(people)
    return found


# --- what was sent on -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SentRow:
    """An open matter somebody handed on or reminded another of, and when last."""

    matter: MatterRow
    sent_at: datetime
    is_reminder: bool


def list_sent_on(me: UUID, wanted: MatterFilter, *, cursor: str | None = None, limit: int = 50) -> Page[SentRow]:
    """Matters somebody sent on that are still open at another's desk, the last sent first."""
    sort = Sort("sent", (MatterEntry.__table__.c.seq,), descending=True)
    sending = (MatterEntry.at.label("sent_at"), MatterEntry.kind.label("sent_kind"))
    stmt = _sent_on(rows_of(wanted).add_columns(*sending), me)
    page = paginate(stmt, list_name="desk.sent", sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    matters = with_places(page.items)
    return Page(
        tuple(
            SentRow(matter, row.sent_at, row.sent_kind == "reminded")
            for matter, row in zip(matters, page.items, strict=True)
        ),
        page.next,
    )


def count_sent_on(me: UUID, wanted: MatterFilter) -> Count:
    """How many there are, to 1,000 and one."""
    return count_up_to_ceiling(_sent_on(keys_of(wanted), me))


def _sent_on(stmt: Select[Any], me: UUID) -> Select[Any]:
    """Those of the matters that somebody sent on, each once, by the last time."""
    later = aliased(MatterEntry)
    again = (
        select(later.seq)
        .where(
            later.matter_id == MatterEntry.matter_id, later.seq > MatterEntry.seq, later.by_id == me, _is_sent(later)
        )
        .exists()
    )
    return stmt.join(MatterEntry, MatterEntry.matter_id == Matter.id).where(
        MatterEntry.by_id == me, _is_sent(MatterEntry), Matter.owner_id != me, ~again
    )


def _is_sent(entry: Any) -> ColumnElement[bool]:
    """The condition of the partial index in its own words."""
    kind = entry.kind.type
    found: ColumnElement[bool] = entry.kind.in_(
        [literal_column("'assigned'", kind), literal_column("'reminded'", kind)]
    )
    return found


# --- papers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeskPaper:
    """A paper that waits: for somebody's step, or (drafted or sent back) for its handler to go on with it."""

    id: UUID
    kind: str
    title: str
    state: PaperState
    addressee: str
    matter_number: str
    drafted_by: str
    waits_for: str | None
    since: datetime


_HOLDER = aliased(Account)
_SINCE = func.coalesce(Paper.__table__.c.waits_since, Paper.__table__.c.drafted_at)


def _papers() -> Select[Any]:
    columns: tuple[Any, ...] = (
        *(Paper.id, Paper.kind, Paper.title, Paper.state, Paper.addressee, Matter.number),
        *(Paper.drafted_by, _HOLDER.name, _SINCE),
    )
    stmt: Select[Any] = select(*columns)
    return stmt.join(Matter, Matter.id == Paper.matter_id).outerjoin(_HOLDER, _HOLDER.id == Paper.waits_for_id)


def _state_is(*states: PaperState) -> ColumnElement[bool]:
    kind = Paper.__table__.c.state.type
    known = [literal_column(f"'{state.value}'", kind) for state in states]
    found: ColumnElement[bool] = Paper.state == known[0] if len(known) == 1 else Paper.state.in_(known)
    return found


def _waiting_papers(people: Collection[UUID]) -> Select[Any]:
    """Steps that wait for these people, and what is theirs to finish or to correct: drafted by them, or of a matter
    that is theirs by now.
    """
    step = and_(_is_one_of(Paper.waits_for_id, people), _state_is(PaperState.APPROVING))
    hand = or_(_is_one_of(Paper.drafted_by_id, people), _is_one_of(Matter.owner_id, people))
    own = and_(hand, _state_is(PaperState.DRAFT, PaperState.RETURNED))
    return _papers().where(or_(step, own))


def _sent_papers(me: UUID) -> Select[Any]:
    """What somebody drafted or passed on and another has in hand, or the worker, who makes its file."""
    waiting = _state_is(PaperState.APPROVING, PaperState.SIGNED)
    elsewhere = or_(Paper.waits_for_id.is_(None), Paper.waits_for_id != me)
    passed = select(Approval.id).where(
        Approval.paper_id == Paper.id, Approval.round == Paper.round, Approval.account_id == me
    )  # fmt: skip
    return _papers().where(or_(Paper.drafted_by_id == me, passed.exists()), waiting, elsewhere)


def list_papers_waiting(
    people: Collection[UUID], *, cursor: str | None = None, limit: int = 50
) -> Page[DeskPaper]:  # fmt: skip
    """Papers whose next step these people take, the longest waiting first."""
    return _page_of_papers(_waiting_papers(people), "desk.papers", cursor, limit) if people else Page(())


def count_papers_waiting(people: Collection[UUID]) -> Count:
    """How many there are, to 1,000 and one."""
    return count_up_to_ceiling(_waiting_papers(people)) if people else Count(0)


def list_papers_sent(me: UUID, *, cursor: str | None = None, limit: int = 50) -> Page[DeskPaper]:
    """Papers somebody drafted or passed on that wait for others, the longest waiting first."""
    return _page_of_papers(_sent_papers(me), "desk.papers_sent", cursor, limit)


def _page_of_papers(stmt: Select[Any], name: str, cursor: str | None, limit: int) -> Page[DeskPaper]:
    sort = Sort("since", (_SINCE, Paper.__table__.c.id))
    return paginate(
        stmt, list_name=name, sort=sort, cursor=cursor, limit=limit, item=lambda row: DeskPaper(*row[: len(row) - 2])
    )  # fmt: skip


# --- reminders ------------------------------------------------------------------------------------------------------


def list_unanswered(people: Collection[UUID], limit: int = REMINDERS_SHOWN) -> Sequence[ReminderRow]:
    """Reminders these people have not answered yet, of matters still open; the oldest first."""
    stmt = _unanswered(people).order_by(Reminder.sent_at, Reminder.id).limit(limit)
    return [ReminderRow(*row) for row in session().execute(stmt)]


def _unanswered(people: Collection[UUID]) -> Select[Any]:
    """Whoever gets a matter they reminded another of has nothing to answer themselves."""
    mine = (_is_one_of(Reminder.to_id, people), Reminder.by_id != Reminder.to_id)
    return reminders().where(*mine, Reminder.answered_at.is_(None), is_open())
