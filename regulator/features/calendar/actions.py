"""Changing the calendar: taking in what the package knows, and the notice of a year; each replaces a year whole."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import delete

from regulator.features.audit.actions import record
from regulator.features.audit.terms import JSON, Actor
from regulator.features.calendar import queries, signals
from regulator.features.calendar.models import CalendarDay, CalendarYear
from regulator.features.calendar.rules.notice import judge_clash, judge_notice, notice_of
from regulator.features.calendar.rules.statutory import changes_between
from regulator.features.calendar.terms import (
    CalendarAct,
    CalendarChange,
    CalendarSubject,
    Changes,
    Day,
    Notice,
    StatedDay,
    YearSource,
)
from regulator.foundation.clock import day_of
from regulator.foundation.database import new_key, session


def seed_calendar(years: Iterable[tuple[int, Sequence[Day]]], *, actor: Actor, now: datetime) -> tuple[int, ...]:
    """Take in the years the calendar does not have yet; gives them. Running it again changes nothing."""
    known, before = queries.list_years(), queries.working_days()
    missing = {year: days for year, days in years if year not in known}
    if not missing:
        return ()
    for year, days in missing.items():
        _write(year, days, YearSource.SEEDED, actor, now)
    session().flush()
    key = f"{min(missing)}-{max(missing)}" if len(missing) > 1 else str(min(missing))
    facts: dict[str, JSON] = {"years": sorted(missing)}
    record(actor, CalendarAct.SEEDED, CalendarSubject.CALENDAR_YEAR, key, now=now, facts=facts)
    after = queries.working_days()
    change = CalendarChange(changes_between(before, after, missing).years, before, after)
    signals.send(change, actor=actor, now=now)
    return tuple(sorted(missing))


def import_notice(rows: Sequence[StatedDay], *, actor: Actor, now: datetime) -> Changes:
    """Take a year's notice in place of what stood for it; gives what days it moved.

    Terms are reckoned when they are read, so that open ones end by the new calendar from here on; the record says
    which days moved, and the signal lets the rooms above say which terms did. The same notice again changes nothing.
    Raises Refused.
    """
    judge_notice(rows, today=day_of(now)).or_refuse()
    notice = notice_of(rows)
    judge_clash(notice, queries.held_days(day.day for day in notice.days)).or_refuse()
    source, before = queries.get_year(notice.year).source, queries.working_days()
    if _stands(notice):
        return Changes()
    _replace(notice, actor, now)
    after = queries.working_days()
    changes = changes_between(before, after, queries.touched_by(notice))
    facts = _facts(notice, source, changes)
    record(actor, CalendarAct.ANNOUNCED, CalendarSubject.CALENDAR_YEAR, str(notice.year), now=now, facts=facts)
    signals.send(CalendarChange(changes.years, before, after, notice.year), actor=actor, now=now)
    return changes


def _stands(notice: Notice) -> bool:
    """Whether the calendar says just this already."""
    found = queries.get_year(notice.year)
    held = (found.source, found.document_number, found.issued_on, found.days)
    return held == (YearSource.ANNOUNCED, notice.document_number, notice.issued_on, notice.days)


def _replace(notice: Notice, actor: Actor, now: datetime) -> None:
    found = queries.find_edition(notice.year)
    if found is not None:
        session().execute(delete(CalendarDay).where(CalendarDay.year_id == found.id))
        session().delete(found)
        session().flush()
    _write(notice.year, notice.days, YearSource.ANNOUNCED, actor, now, notice.document_number, notice.issued_on)
    session().flush()


def _write(
    year: int, days: Iterable[Day], source: YearSource, actor: Actor, now: datetime,
    document_number: str | None = None, issued_on: date | None = None,
) -> None:  # fmt: skip
    edition = CalendarYear(
        id=new_key(), year=year, source=source, document_number=document_number, issued_on=issued_on,
        imported_by=actor.username, imported_at=now,
    )  # fmt: skip
    session().add(edition)
    session().flush()
    session().add_all(CalendarDay(day=day.day, year_id=edition.id, kind=day.kind, name=day.name) for day in days)


def _facts(notice: Notice, before: YearSource, changes: Changes) -> dict[str, JSON]:
    return {
        "document_number": notice.document_number,
        "issued_on": notice.issued_on.isoformat(),
        "before": before.value,
        "now_off": [day.isoformat() for day in changes.now_off],
        "now_worked": [day.isoformat() for day in changes.now_worked],
    }
