"""Do the tallies and the closed months still agree with the rows they count? Recounted and compared."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from regulator.features.coverage.models import CoverageMonth, CoverageMonthTally, CoverageTally
from regulator.features.coverage.queries.counting import by_place, count_on, counted_day
from regulator.features.coverage.queries.figures import NUMBERS
from regulator.features.coverage.queries.months import lines_of
from regulator.features.coverage.queries.territory import KEPT
from regulator.features.coverage.rules.counting import content_hash, tallies_by_place
from regulator.features.coverage.terms import Tally
from regulator.features.divisions.terms import CITY_PREFIX, CODE_LENGTHS, Level, Scope
from regulator.foundation.database import session

Kept = dict[str, list[Tally]]


def _tallies_wrong() -> list[str]:
    """Places whose tallies of today disagree with a fresh count for the same day."""
    day = counted_day()
    if day is None:
        return []
    wrong: list[str] = []
    for level in KEPT:
        fresh, kept = _in_order(_recounted(level, day)), _in_order(_kept(level))
        wrong += sorted(code for code in {*fresh, *kept} if fresh.get(code) != kept.get(code))
    return wrong


def _recounted(level: Level, day: date) -> Kept:
    if level is Level.CITY:
        by_city = count_on(Scope.everything(), day, 4)
        return {f"{code}00": found for code, found in by_city.items()}
    return {
        code: found
        for code, found in count_on(Scope.everything(), day, CODE_LENGTHS[level]).items()
        if len(code) == CODE_LENGTHS[level]
    }


def _kept(level: Level) -> Kept:
    columns = (getattr(CoverageTally, name) for name in NUMBERS)
    query = select(CoverageTally.division_code, CoverageTally.kind, CoverageTally.state, *columns)
    return by_place(session().execute(query.where(CoverageTally.level == level)))


def _in_order(found: Mapping[Any, list[Tally]]) -> dict[Any, list[Tally]]:
    """The same with the tallies of each place in one order."""
    return {code: sorted(rows, key=lambda row: (row.kind, row.state)) for code, rows in found.items()}


def _months_altered() -> list[str]:
    """Closed months whose content no longer has its hash, or whose tallies disagree with it."""
    return [f"{month.city_code} {month.month}" for month in session().scalars(select(CoverageMonth)) if _altered(month)]


def _altered(month: CoverageMonth) -> bool:
    if content_hash(zlib.decompress(month.content)) != month.content_hash:
        return True
    tally = CoverageMonthTally
    columns = (getattr(tally, name) for name in NUMBERS)
    query = select(tally.level, tally.division_code, tally.kind, tally.state, *columns).where(
        tally.month == month.month, tally.division_code.startswith(month.city_code[:CITY_PREFIX])
    )
    kept = by_place(((level, code), *rest) for level, code, *rest in session().execute(query))
    return _in_order(kept) != _in_order(tallies_by_place(lines_of(month)))


CHECKS: dict[str, Callable[[], list[str]]] = {
    "coverage_month_altered": _months_altered,
    "coverage_tallies_wrong": _tallies_wrong,
}
"""Every check by the name it is reported under."""
