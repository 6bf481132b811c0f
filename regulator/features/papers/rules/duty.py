"""When a shift may stand on the roster, when it may go, how a pattern repeats, and where nobody is on duty. Pure.

Times of day are China's, which has one time and moves no clocks. A shift belongs to the day on which it begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from uuid import UUID

from regulator.features.papers.terms import DutyKind, DutyTurn
from regulator.law.calendar import WorkingDays
from regulator.law.findings import Finding, Verdict

CHINA = timezone(timedelta(hours=8))
ONE_DAY = timedelta(days=1)
LONGEST = timedelta(hours=36)
"""A day and a night and the morning after; a longer time on duty is two shifts."""
MOST_DAYS = 92
MOST_SHIFTS = 400
"""How far and how much one pattern may set at once: a quarter, four people a day."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From a moment (included) to a moment (excluded)."""

    begin: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.begin

    def meets(self, other: Span) -> bool:
        """Whether some moment lies in both."""
        return self.begin < other.end and other.begin < self.end


@dataclass(frozen=True, slots=True)
class Hours:
    """From a time of day to a time of day; one that is not later lies on the day after."""

    begin: time
    end: time

    def on(self, day: date) -> Span:
        """The span that begins on a day, in UTC."""
        last = day if self.end > self.begin else day + ONE_DAY
        return Span(moment(day, self.begin), moment(last, self.end))


@dataclass(frozen=True, slots=True)
class Other:
    """Another time of duty of the same person."""

    span: Span
    authority_id: UUID
    authority: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift that somebody would like to set."""

    account_id: UUID
    kind: DutyKind
    span: Span


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whether somebody may be on duty at an authority at all, and when they are on duty already, wherever."""

    is_active: bool
    belongs: bool
    others: tuple[Other, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """People who take turns, from a day to a day (both included), at the same hours."""

    people: tuple[UUID, ...]
    first: date
    last: date
    hours: Hours
    kind: DutyKind
    turn: DutyTurn


def moment(day: date, at: time) -> datetime:
    """A time of day in China, in UTC."""
    return datetime.combine(day, at, CHINA).astimezone(UTC)


def day_of(at: datetime) -> date:
    """The day in China."""
    return at.astimezone(CHINA).date()


def whole_day(day: date) -> Span:
    """From midnight to midnight."""
    return Span(moment(day, time.min), moment(day + ONE_DAY, time.min))


# --- one shift ------------------------------------------------------------------------------------------------------


def judge_shift(
    planned: Planned, candidate: Candidate, *, authority_id: UUID, days: WorkingDays, now: datetime
) -> Verdict:
    """Whether a shift may stand on an authority's roster.

    It may be written down on its own day while it runs; what is over is history. Two people may share a shift, one
    person never has two at once, here or elsewhere.
    """
    span = planned.span
    if span.end <= span.begin:
        return Verdict.of([Finding("shift_ends_first", None, {}, "end_time")])
    is_past = span.end <= now or day_of(span.begin) < day_of(now)
    day_off = planned.kind is DutyKind.NORMAL and not days.is_working(day_of(span.begin))
    return Verdict.of(
        [
            Finding("shift_too_long", None, {"hours": int(LONGEST.total_seconds() // 3600)}, "end_time")
            if span.length > LONGEST
            else None,
            Finding("shift_in_past", None, {}, "day") if is_past else None,
            Finding("normal_duty_on_day_off", None, {"day": day_of(span.begin)}, "kind") if day_off else None,
            None if candidate.is_active else Finding("duty_account_not_active", None, {}, "person"),
            None if candidate.belongs else Finding("duty_person_of_elsewhere", None, {}, "person"),
            *(_clash(other, authority_id) for other in candidate.others if other.span.meets(span)),
        ]
    )


def _clash(other: Other, authority_id: UUID) -> Finding:
    begin, end = (f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}" for at in (other.span.begin, other.span.end))
    if other.authority_id == authority_id:
        return Finding("on_duty_then_already", None, {"begin": begin, "end": end}, "person")
    return Finding("on_duty_elsewhere", None, {"authority": other.authority, "begin": begin, "end": end}, "person")


def judge_cancelling(*, ended_at: datetime, cancelled_at: datetime | None, reason: str, now: datetime) -> Verdict:
    """Whether a shift may be taken off the roster: it is not over, not cancelled yet, and there is a reason."""
    return Verdict.of(
        [
            Finding("shift_cancelled_already") if cancelled_at is not None else None,
            Finding("shift_over") if cancelled_at is None and ended_at <= now else None,
            None if reason.strip() else Finding("shift_reason_missing", None, {}, "reason"),
        ]
    )


def served(span: Span, cancelled_at: datetime | None) -> Span | None:
    """The part of a shift that counts: all of it, what ran before it was cancelled, or None."""
    if cancelled_at is None or cancelled_at >= span.end:
        return span
    return Span(span.begin, cancelled_at) if cancelled_at > span.begin else None


# --- many shifts ----------------------------------------------------------------------------------------------------


def judge_pattern(pattern: Pattern) -> Verdict:
    """Whether a pattern can be spelled out: somebody, in the order of days, and no more than one looks through."""
    length = (pattern.last - pattern.first).days + 1
    per_day = len(pattern.people) if pattern.turn is DutyTurn.TOGETHER else 1
    return Verdict.of(
        [
            None if pattern.people else Finding("pattern_without_people", None, {}, "people"),
            Finding("pattern_reversed", None, {}, "last") if length < 1 else None,
            Finding("pattern_too_long", None, {"days": MOST_DAYS}, "last") if length > MOST_DAYS else None,
            Finding("pattern_too_much", None, {"shifts": MOST_SHIFTS}, "people")
            if length * per_day > MOST_SHIFTS
            else None,
        ]
    )


def spell_out(pattern: Pattern, days: WorkingDays) -> list[Planned]:
    """The shifts of a pattern in the order of time; normal duty has none on days off, and nobody's turn is lost."""
    found: list[Planned] = []
    turns = 0
    for day in _days(pattern.first, pattern.last):
        if pattern.kind is DutyKind.NORMAL and not days.is_working(day):
            continue
        span = pattern.hours.on(day)
        found += [Planned(person, pattern.kind, span) for person in _on_turn(pattern, day, turns)]
        turns += 1
    return found


def _on_turn(pattern: Pattern, day: date, turns: int) -> tuple[UUID, ...]:
    match pattern.turn:
        case DutyTurn.TOGETHER:
            return pattern.people
        case DutyTurn.DAILY:
            return (pattern.people[turns % len(pattern.people)],)
        case DutyTurn.WEEKLY:
            weeks = (monday_of(day) - monday_of(pattern.first)).days // 7
            return (pattern.people[weeks % len(pattern.people)],)


def moved_on(shifts: Iterable[Planned], by: timedelta) -> list[Planned]:
    """The same shifts so much later: one who was on duty on Monday is so again on the Monday to come."""
    return [Planned(one.account_id, one.kind, Span(one.span.begin + by, one.span.end + by)) for one in shifts]


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE_DAY


# --- where nobody is on duty ----------------------------------------------------------------------------------------


def find_gaps(covered: Iterable[Span], within: Span) -> list[Span]:
    """The times inside a span in which nobody is on duty, in order."""
    gaps, reached = [], within.begin
    for span in sorted(covered):
        if span.begin >= within.end:
            break
        if span.begin > reached:
            gaps.append(Span(reached, span.begin))
        reached = max(reached, span.end)
    if reached < within.end:
        gaps.append(Span(reached, within.end))
    return gaps


def gaps_by_day(covered: Sequence[Span], first: date, last: date) -> dict[date, list[Span]]:
    """The gaps of some days by the day in which they begin; one of a whole day or more is cut at each midnight."""
    found: dict[date, list[Span]] = {day: [] for day in _days(first, last)}
    for gap in find_gaps(covered, Span(whole_day(first).begin, whole_day(last).end)):
        if gap.length < ONE_DAY:
            found[day_of(gap.begin)].append(gap)
            continue
        for day in _days(day_of(gap.begin), last):
            part = Span(max(gap.begin, whole_day(day).begin), min(gap.end, whole_day(day).end))
            if part.begin < part.end:
                found[day].append(part)
    return found


def is_in_office_hours(gap: Span, hours: Hours, days: WorkingDays) -> bool:
    """Whether nobody is on duty while the offices are open."""
    near = _days(day_of(gap.begin), day_of(gap.end))
    return any(days.is_working(day) and hours.on(day).meets(gap) for day in near)
