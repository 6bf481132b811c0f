"""Closing months: each estate of a city as it counts on the last day, packed, hashed and never changed again."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.coverage.models import CoverageMonth, CoverageMonthTally
from regulator.features.coverage.queries.counting import list_lines, rule_on
from regulator.features.coverage.queries.months import find_month, last_day_of, latest_month, latest_months
from regulator.features.coverage.rules.counting import (
    canonical,
    content_hash,
    judge_closing,
    month_after,
    month_of,
    tallies_by_place,
)
from regulator.features.coverage.terms import CoverageAct, Line
from regulator.features.divisions.queries import DivisionRow, list_cities
from regulator.features.divisions.terms import Scope
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput
from regulator.law.calendar import Due

CITIES_AT_ONCE = 3
"""Closing a city holds others up for as long as its estates take to be read; the sweep comes again in a minute."""


def close_month(city: DivisionRow, month: str, *, actor: Actor, now: datetime) -> CoverageMonth:
    """Freeze a month of a city (2026-10). Raises BadInput for no month, Refused when it may not be closed (now)."""
    try:
        day = last_day_of(month)
    except ValueError as error:
        raise BadInput("month_unreadable", {"given": month[:20]}, about="month") from error
    closed_already = find_month(city.code, month) is not None
    judge_closing(month, day, latest_month(city.code), day_of(now), closed=closed_already).or_refuse()
    lines = list(list_lines(Scope((city.range,)), day).values())
    content = canonical(lines)
    closed = CoverageMonth(
        city_code=city.code,
        month=month,
        day=day,
        closed_at=now,
        closed_by=actor.username,
        rule_from=rule_on(day).effective_from,
        estates=len(lines),
        content=zlib.compress(content, 9),
        content_hash=content_hash(content),
    )
    session().add(closed)
    session().add_all(_tallies(month, lines))
    facts: dict[str, JSON] = {"estates": len(lines), "content_hash": closed.content_hash}
    audit.record(
        actor, CoverageAct.MONTH_CLOSED, "coverage_month", month, now=now, division_code=city.code, facts=facts
    )
    return closed


def _tallies(month: str, lines: Iterable[Line]) -> Iterator[CoverageMonthTally]:
    for (level, code), found in tallies_by_place(lines).items():
        for tally in found:
            yield CoverageMonthTally(
                month=month,
                division_code=code,
                level=level,
                kind=tally.kind,
                state=str(tally.state),
                estates=tally.estates,
                floor_area=tally.floor_area,
                households=tally.households,
                floor_area_known=tally.floor_area_known,
                households_known=tally.households_known,
            )


def month_to_close(now: datetime, due: Due) -> str | None:
    """The month before this one once its day of closing has come; None before that day."""
    today = day_of(now)
    return month_of(today.replace(day=1) - timedelta(days=1)) if today >= due.day else None


def close_due(now: datetime, due: Due) -> list[str]:
    """Close the month before this one where it is not closed yet, a few cities at a time; gives their codes.

    A city whose last closed month lies further back is closed month by month, so that none is left out.
    """
    wanted = month_to_close(now, due)
    if wanted is None:
        return []
    latest = latest_months()
    waiting = [city for city in list_cities() if latest.get(city.code, "") < wanted][:CITIES_AT_ONCE]
    for city in waiting:
        before = latest.get(city.code)
        close_month(city, month_after(before) if before else wanted, actor=Actor.system(), now=now)
    return [city.code for city in waiting]
