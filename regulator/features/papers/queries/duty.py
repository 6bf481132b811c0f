"""The duty roster: who is on duty at a moment, days with their gaps, what speaks against a plan. Never writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from regulator.features.accounts.models import Account, Authority
from regulator.features.accounts.queries.holders import people_of
from regulator.features.accounts.queries.people import AuthorityRow, belonging_to, get_authority
from regulator.features.accounts.terms import AccountState
from regulator.features.divisions.terms import Scope
from regulator.features.papers.models import DutyShift
from regulator.features.papers.rules.duty import (
    LONGEST,
    ONE_DAY,
    Candidate,
    Hours,
    Other,
    Planned,
    Span,
    day_of,
    gaps_by_day,
    is_in_office_hours,
    judge_shift,
    served,
    whole_day,
)
from regulator.features.papers.terms import DutyKind
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.law.calendar import WorkingDays
from regulator.law.findings import Verdict

MOST_NEXT = 3


# --- at a moment ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody who is on duty, and until when."""

    account: UUID
    name: str
    kind: DutyKind
    until: datetime
    phone: str | None


def on_duty(authority_id: UUID, at: datetime, kind: DutyKind | None = None) -> list[OnDuty]:
    """Who is on duty at an authority at a moment, by name; a shift cancelled while it ran counts until then."""
    stmt = (
        select(Account.id, Account.name, DutyShift.kind, DutyShift.ended_at, DutyShift.phone)
        .join(Account, Account.id == DutyShift.account_id)
        .where(
            DutyShift.authority_id == authority_id,
            DutyShift.began_at <= at,
            DutyShift.began_at > at - LONGEST,
            DutyShift.ended_at > at,
            or_(DutyShift.cancelled_at.is_(None), DutyShift.cancelled_at > at),
        )
        .order_by(Account.name, DutyShift.began_at)
    )
    if kind is not None:
        stmt = stmt.where(DutyShift.kind == kind)
    return [OnDuty(*row) for row in session().execute(stmt)]


# --- the roster -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift as the roster shows it."""

    id: UUID
    authority_id: UUID
    account_id: UUID
    name: str
    home: str | None
    kind: DutyKind
    began_at: datetime
    ended_at: datetime
    phone: str | None
    set_at: datetime
    set_by: str
    cancelled_at: datetime | None
    cancelled_by: str | None
    cancelled_reason: str | None

    @property
    def span(self) -> Span:
        """When it was to be."""
        return Span(self.began_at, self.ended_at)

    @property
    def day(self) -> date:
        """The day in China on which it begins."""
        return day_of(self.began_at)

    @property
    def counts(self) -> Span | None:
        """The part of it that counts."""
        return served(self.span, self.cancelled_at)


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody is on duty."""

    span: Span
    in_office_hours: bool


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of the roster: the shifts that begin on it (on the first day those that run on, too), and its gaps."""

    day: date
    is_working: bool
    shifts: tuple[ShiftRow, ...]
    gaps: tuple[Gap, ...]


_ROW: Any = (
    *(DutyShift.id, DutyShift.authority_id, DutyShift.account_id, Account.name, Authority.name, DutyShift.kind),
    *(DutyShift.began_at, DutyShift.ended_at, DutyShift.phone, DutyShift.set_at, DutyShift.set_by),
    *(DutyShift.cancelled_at, DutyShift.cancelled_by, DutyShift.cancelled_reason),
)


def _shifts() -> Select[Any]:
    stmt = select(*_ROW).join(Account, Account.id == DutyShift.account_id)
    return stmt.outerjoin(Authority, Authority.id == Account.authority_id)


def list_shifts(authority: AuthorityRow, first: date, last: date, *, cancelled: bool = True) -> list[ShiftRow]:
    """The shifts of an authority that touch these days, in order of time."""
    within = Span(whole_day(first).begin, whole_day(last).end)
    stmt = _shifts().where(DutyShift.authority_id == authority.id, _touches(within))
    if not cancelled:
        stmt = stmt.where(DutyShift.cancelled_at.is_(None))
    return [ShiftRow(*row) for row in session().execute(stmt.order_by(DutyShift.began_at, Account.name, DutyShift.id))]


def _touches(within: Span) -> ColumnElement[bool]:
    near = DutyShift.began_at > within.begin - LONGEST  # no shift is longer, so the index need not be read further
    return near & (DutyShift.began_at < within.end) & (DutyShift.ended_at > within.begin)


def list_days(
    authority: AuthorityRow, first: date, last: date, *, days: WorkingDays, office: Hours
) -> list[DayRow]:  # fmt: skip
    """The roster of some days; one statement whatever their number."""
    shifts = list_shifts(authority, first, last)
    gaps = gaps_by_day([span for one in shifts if (span := one.counts)], first, last)
    by_day: dict[date, list[ShiftRow]] = {day: [] for day in gaps}
    for one in shifts:
        by_day[max(one.day, first)].append(one)
    return [
        DayRow(
            day,
            days.is_working(day),
            tuple(by_day[day]),
            tuple(Gap(span, is_in_office_hours(span, office, days)) for span in found),
        )
        for day, found in gaps.items()
    ]


def list_next(authority: AuthorityRow, *, after: datetime, limit: int = MOST_NEXT) -> list[ShiftRow]:
    """The shifts that begin next."""
    wanted = _shifts().where(
        DutyShift.authority_id == authority.id, DutyShift.began_at > after, DutyShift.cancelled_at.is_(None)
    )
    found = session().execute(wanted.order_by(DutyShift.began_at, Account.name, DutyShift.id).limit(limit))
    return [ShiftRow(*row) for row in found]


def find_phone(authority: AuthorityRow) -> str | None:
    """The duty telephone as it was given last."""
    wanted = select(DutyShift.phone).where(DutyShift.authority_id == authority.id, DutyShift.phone.is_not(None))
    return session().scalar(wanted.order_by(DutyShift.began_at.desc(), DutyShift.id.desc()).limit(1))


def get_shift(scope: Scope, shift_id: UUID, *, own: UUID | None) -> tuple[ShiftRow, AuthorityRow]:
    """A shift of a territory's authority, or of one's own. Raises NotFound."""
    row = session().execute(_shifts().where(DutyShift.id == shift_id)).one_or_none()
    if row is None:
        raise NotFound(str(shift_id))
    return ShiftRow(*row), get_authority(scope, row.authority_id, own=own)


# --- what is planned ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """A planned shift with the person's name and what speaks against it."""

    planned: Planned
    name: str
    verdict: Verdict


def judge_plan(
    authority: AuthorityRow, plan: Sequence[Planned], *, days: WorkingDays, now: datetime
) -> list[Judged]:  # fmt: skip
    """Each shift of a plan judged against the rosters as they stand and against those of the plan before it."""
    if not plan:
        return []
    ids = {one.account_id for one in plan}
    people, belong = people_of(ids), belonging_to(authority, ids, on=day_of(now))
    others = _others_of(ids, [one.span for one in plan])
    judged = []
    for one in plan:
        person, known = people[one.account_id], others[one.account_id]
        candidate = Candidate(person.state is AccountState.ACTIVE, one.account_id in belong, tuple(known))
        verdict = judge_shift(one, candidate, authority_id=authority.id, days=days, now=now)
        if verdict:
            known.append(Other(one.span, authority.id, authority.name))
        judged.append(Judged(one, person.name, verdict))
    return judged


def _others_of(account_ids: Iterable[UUID], spans: Sequence[Span]) -> dict[UUID, list[Other]]:
    """When each of these is on duty already around the planned times, at whatever authority."""
    within = Span(min(span.begin for span in spans), max(span.end for span in spans))
    found: dict[UUID, list[Other]] = {account_id: [] for account_id in account_ids}
    stmt = (
        select(DutyShift.account_id, DutyShift.began_at, DutyShift.ended_at, DutyShift.cancelled_at, Authority)
        .join(Authority, Authority.id == DutyShift.authority_id)
        .where(DutyShift.account_id.in_(found), _touches(within))
    )
    for account_id, began_at, ended_at, cancelled_at, authority in session().execute(stmt):
        span = served(Span(began_at, ended_at), cancelled_at)
        if span is not None:
            found[account_id].append(Other(span, authority.id, authority.name))
    return found


def last_week(authority: AuthorityRow, monday: date) -> list[Planned]:
    """What the week before a Monday had, cancelled shifts left out."""
    shifts = list_shifts(authority, monday - 7 * ONE_DAY, monday - ONE_DAY, cancelled=False)
    return [Planned(one.account_id, one.kind, one.span) for one in shifts if one.day >= monday - 7 * ONE_DAY]
