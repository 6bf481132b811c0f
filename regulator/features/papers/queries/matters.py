"""Matters inside a scope: one by its number, lists by state, kind and owner, history, reminders. Never writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from regulator.features.accounts.models import Account
from regulator.features.divisions.queries import NOWHERE, Path, paths_of, within
from regulator.features.divisions.terms import CITY_PREFIX, CodeRange, Scope
from regulator.features.papers.models import Matter, MatterEntry, Paper, Reminder
from regulator.features.papers.terms import EntryKind, MatterState, MatterStep, Outcome, Tone
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate


@dataclass(frozen=True, slots=True)
class MatterRow:
    """A matter as lists show it."""

    id: UUID
    number: str
    kind: str
    subject_key: str
    title: str
    division_code: str | None
    owner_id: UUID
    owner: str
    state: MatterState
    step: MatterStep
    due_on: date | None
    opened_at: datetime
    owned_since: datetime
    closed_at: datetime | None
    outcome: Outcome | None
    version: int
    place: Path = NOWHERE


@dataclass(frozen=True, slots=True)
class MatterFilter:
    """What of the matters is wanted; None: no matter which. `due_before` is excluded."""

    state: MatterState | None = MatterState.OPEN
    kind: str | None = None
    owner_id: UUID | None = None
    within: CodeRange | None = None
    due_before: date | None = None
    due_from: date | None = None
    owner: str | None = None  # the beginning of a name
    q: str | None = None  # a number, or part of a title


_ROW: Any = (
    *(Matter.id, Matter.number, Matter.kind, Matter.subject_key, Matter.title, Matter.division_code, Matter.owner_id),
    *(Account.name, Matter.state, Matter.step, Matter.due_on, Matter.opened_at, Matter.owned_since, Matter.closed_at),
    *(Matter.outcome, Matter.version),
)


def is_open() -> ColumnElement[bool]:
    """The condition of the partial indexes in their own words: as a parameter it would not be recognised."""
    return _state_is(MatterState.OPEN)


def _state_is(state: MatterState) -> ColumnElement[bool]:
    return Matter.state == literal_column(f"'{state.value}'", Matter.__table__.c.state.type)


def in_territory(scope: Scope, column: Any = Matter.division_code) -> ColumnElement[bool]:
    """Matters (or papers, by their own column) inside a scope.

    Those without a place are the business of whoever answers for a whole city. A city's are nearly all there are: they
    are read in the order of the list and looked at, never sorted.
    """
    if not _has_city(scope):
        return within(scope, column)
    place = func.coalesce(column, _city_of(scope))
    return within(scope, place)


def sees(scope: Scope, division_code: str | None) -> bool:
    """Whether a matter of this place lies in a scope; as `in_territory`."""
    return _has_city(scope) if division_code is None else scope.covers(division_code)


def _has_city(scope: Scope) -> bool:
    return any(len(part.low) <= CITY_PREFIX for part in scope.ranges)


def _city_of(scope: Scope) -> str:
    """A code that lies in the city of a scope."""
    return next(part.low for part in scope.ranges if len(part.low) <= CITY_PREFIX)


def rows_of(wanted: MatterFilter) -> Select[Any]:
    """The statement of matters with their owners' names, filtered, in no order."""
    return _wanted_of(select(*_ROW).join(Account, Account.id == Matter.owner_id), wanted)


def keys_of(wanted: MatterFilter) -> Select[Any]:
    """The same matters by their numbers alone, for counting: the owner's name is asked for only to look for it."""
    stmt: Select[Any] = select(Matter.number)
    return _wanted_of(stmt.join(Account, Account.id == Matter.owner_id) if wanted.owner else stmt, wanted)


def _wanted_of(stmt: Select[Any], wanted: MatterFilter) -> Select[Any]:
    if wanted.state is not None:
        stmt = stmt.where(_state_is(wanted.state))
    if wanted.kind is not None:
        stmt = stmt.where(Matter.kind == wanted.kind)
    if wanted.owner_id is not None:
        stmt = stmt.where(Matter.owner_id == wanted.owner_id)
    if wanted.within is not None:
        stmt = stmt.where(Matter.division_code >= wanted.within.low, Matter.division_code < wanted.within.high)
    if wanted.due_before is not None:
        stmt = stmt.where(Matter.order_on < wanted.due_before)
    if wanted.due_from is not None:
        stmt = stmt.where(Matter.order_on >= wanted.due_from)
    if wanted.owner:
        stmt = stmt.where(Account.name.startswith(wanted.owner, autoescape=True))
    if wanted.q:
        stmt = stmt.where(
            or_(Matter.number == wanted.q, func.lower(Matter.title).contains(wanted.q.lower(), autoescape=True))
        )
    return stmt


def get_matter(scope: Scope, number: str) -> Matter:
    """A matter by its number inside a scope. Raises NotFound."""
    found = session().scalar(select(Matter).where(Matter.number == number))
    if found is None or not sees(scope, found.division_code):
        raise NotFound(number)
    return found


def get_matter_row(scope: Scope, number: str) -> MatterRow:
    """The same as lists show it. Raises NotFound."""
    stmt = rows_of(MatterFilter(state=None)).where(Matter.number == number)
    row = session().execute(stmt).one_or_none()
    if row is None or not sees(scope, row.division_code):
        raise NotFound(number)
    return with_places([row])[0]


def get_matter_of(paper: Paper) -> Matter:
    """The matter of a paper somebody was given."""
    return session().get_one(Matter, paper.matter_id)


def find_open_matter(kind: str, subject_key: str) -> Matter | None:
    """The open matter of a kind about something."""
    wanted = select(Matter).where(
        Matter.kind == kind, Matter.subject_key == subject_key, Matter.state == MatterState.OPEN
    )
    return session().scalar(wanted)


def numbers_about(wanted: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Numbers of the open matters about these subject keys of these kinds, by subject key; one statement."""
    about = [and_(Matter.kind == kind, Matter.subject_key.in_(keys)) for kind, keys in wanted.items() if keys]
    if not about:
        return {}
    stmt = select(Matter.subject_key, Matter.number).where(Matter.state == MatterState.OPEN, or_(*about))
    return dict(session().execute(stmt).all())


def list_matters(scope: Scope, wanted: MatterFilter, *, cursor: str | None = None, limit: int = 50) -> Page[MatterRow]:
    """Matters of a territory: open ones the most pressing first, others the last opened first."""
    stmt = rows_of(wanted).where(in_territory(scope))
    if wanted.state is MatterState.OPEN:
        return page_of(stmt, "matters", cursor, limit)
    sort = Sort("number", (Matter.__table__.c.number,), descending=True)
    page = paginate(stmt, list_name="matters", sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    return Page(tuple(with_places(page.items)), page.next)


def count_matters(scope: Scope, wanted: MatterFilter) -> Count:
    """How many there are, to 1,000 and one."""
    return count_up_to_ceiling(keys_of(wanted).where(in_territory(scope)))


def page_of(stmt: Select[Any], name: str, cursor: str | None, limit: int) -> Page[MatterRow]:
    """A page of a statement of `rows_of`, by term and number."""
    table = Matter.__table__.c
    sort = Sort("due", (table.order_on, table.number))
    page = paginate(stmt, list_name=name, sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    return Page(tuple(with_places(page.items)), page.next)


def with_places(rows: Sequence[Any]) -> list[MatterRow]:
    """Rows with the names of their places; one statement."""
    places = paths_of(row.division_code for row in rows)
    return [replace(MatterRow(*row[: len(_ROW)]), place=places.get(row.division_code, NOWHERE)) for row in rows]


# --- what happened --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A line of a matter's history."""

    at: datetime
    kind: EntryKind
    by_name: str
    deputy_for: str | None
    from_name: str | None
    to_name: str | None
    about: str | None
    text: str | None


def list_entries(matter: Matter) -> list[EntryRow]:
    """The history of a matter somebody was given, in the order in which it happened."""
    giver, taker = aliased(Account), aliased(Account)
    stmt = (
        select(
            *(MatterEntry.at, MatterEntry.kind, MatterEntry.by_name, MatterEntry.deputy_for),
            *(giver.name, taker.name, MatterEntry.about, MatterEntry.text),
        )
        .outerjoin(giver, giver.id == MatterEntry.from_id)
        .outerjoin(taker, taker.id == MatterEntry.to_id)
        .where(MatterEntry.matter_id == matter.id)
        .order_by(MatterEntry.seq)
    )
    return [EntryRow(*row) for row in session().execute(stmt)]


@dataclass(frozen=True, slots=True)
class ReminderRow:
    """A reminder with the matter it is about."""

    id: UUID
    tone: Tone
    text: str
    sent_at: datetime
    by_name: str
    to_name: str
    answer: str | None
    answered_at: datetime | None
    matter_number: str
    matter_title: str
    to_id: UUID


def reminders() -> Select[Any]:
    """The statement of reminders with their matters, in no order."""
    taker = aliased(Account)
    columns: tuple[Any, ...] = (
        *(Reminder.id, Reminder.tone, Reminder.text, Reminder.sent_at, Reminder.by_name, taker.name),
        *(Reminder.answer, Reminder.answered_at, Matter.number, Matter.title, Reminder.to_id),
    )
    stmt: Select[Any] = select(*columns)
    return stmt.join(Matter, Matter.id == Reminder.matter_id).join(taker, taker.id == Reminder.to_id)


def get_reminder(matter: Matter, reminder_id: UUID) -> Reminder:
    """A reminder of a matter somebody was given. Raises NotFound."""
    found = session().get(Reminder, reminder_id)
    if found is None or found.matter_id != matter.id:
        raise NotFound(str(reminder_id))
    return found


def list_reminders(matter: Matter) -> list[ReminderRow]:
    """All reminders of a matter somebody was given, the last first."""
    stmt = reminders().where(Reminder.matter_id == matter.id).order_by(Reminder.sent_at.desc())
    return [ReminderRow(*row) for row in session().execute(stmt)]
