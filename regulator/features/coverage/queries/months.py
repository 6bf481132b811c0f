"""Closed months, what they held, and why the rates of two days differ."""

from __future__ import annotations

import zlib
from calendar import monthrange
from datetime import date

from sqlalchemy import func, select

from regulator.features.calendar.queries import working_days
from regulator.features.coverage.models import CoverageMonth
from regulator.features.coverage.queries.counting import list_lines, rule_on
from regulator.features.coverage.queries.territory import Territory
from regulator.features.coverage.rules.counting import (
    CLOSING_WORKING_DAY,
    explain,
    month_after,
    month_before,
    month_of,
    read_canonical,
)
from regulator.features.coverage.terms import Explanation, Line
from regulator.features.divisions.queries import DivisionRow, get_division
from regulator.foundation.database import session
from regulator.law.calendar import Due


def find_month(city_code: str, month: str) -> CoverageMonth | None:
    """A closed month of a city."""
    return session().get(CoverageMonth, (city_code, month))


def latest_month(city_code: str) -> str | None:
    """The latest month closed."""
    return session().scalar(select(func.max(CoverageMonth.month)).where(CoverageMonth.city_code == city_code))


def latest_months() -> dict[str, str]:
    """The latest month closed of every city that has one."""
    query = select(CoverageMonth.city_code, func.max(CoverageMonth.month)).group_by(CoverageMonth.city_code)
    return dict(session().execute(query).all())


def closing_of(month: str) -> Due:
    """The day on which a month is closed: the fifth working day of the next; provisional while a notice is awaited."""
    following = month_after(month)
    return working_days().nth_of_month(int(following[:4]), int(following[5:]), CLOSING_WORKING_DAY)


def next_closing(city_code: str, today: date) -> tuple[str, Due]:
    """The month that is closed next, and when: the one after the latest closed, or the one before this."""
    latest = latest_month(city_code)
    month = month_after(latest) if latest else month_before(month_of(today))
    return month, closing_of(month)


def last_day_of(month: str) -> date:
    """2026-10 to 2026-10-31. Raises ValueError for anything that is no month."""
    first = date.fromisoformat(f"{month}-01")
    return first.replace(day=monthrange(first.year, first.month)[1])


def lines_of(month: CoverageMonth) -> list[Line]:
    """Every estate as it was counted when the month was closed."""
    return list(read_canonical(zlib.decompress(month.content)))


def list_closed(place: Territory) -> list[str]:
    """The months closed in every city of a territory, the latest first."""
    query = select(CoverageMonth.month).where(CoverageMonth.city_code.in_(place.cities)).group_by(CoverageMonth.month)
    everywhere = query.having(func.count() == len(place.cities))
    return list(session().scalars(everywhere.order_by(CoverageMonth.month.desc())))


def frozen_day(place: DivisionRow | Territory, day: date) -> bool:
    """Whether a day closes a month that is closed everywhere in a territory."""
    cities = Territory.of(place).cities
    return day == last_day_of(month_of(day)) and all(find_month(city, month_of(day)) for city in cities)


def frozen_lines(place: DivisionRow | Territory, day: date) -> dict[str, Line] | None:
    """The estates of a territory as frozen for a day; None when the day closes no month, or none closed everywhere."""
    territory = Territory.of(place)
    if not frozen_day(territory, day):
        return None
    months = (find_month(city, month_of(day)) for city in territory.cities)
    scope = territory.scope
    lines = (line for month in months if month is not None for line in lines_of(month))
    return {line.code: line for line in lines if scope.covers(line.division_code)}


def explanation(code: str, first: date, last: date) -> Explanation:
    """Why the rates of a division changed between two days; both by the rule of the later one. Raises NotFound."""
    return why_changed(Territory.of(get_division(code)), first, last)


def why_changed(territory: Territory, first: date, last: date) -> Explanation:
    """As `explanation`, of a territory as a whole: an estate that goes from one part to another stays in it."""
    scope = territory.scope
    return explain(
        frozen_lines(territory, first),
        list_lines(scope, first),
        list_lines(scope, last),
        frozen_lines(territory, last),
        rule_on(last),
    )
