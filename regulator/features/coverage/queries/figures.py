"""Figures of a place on a day, of what lies below it, month by month; from tallies where they stand for that day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from regulator.features.coverage.models import CoverageMonth, CoverageMonthTally, CoverageTally
from regulator.features.coverage.queries.counting import (
    by_place,
    count_on,
    counted_day,
    flat,
    list_rules,
    rule_on,
)
from regulator.features.coverage.rules.counting import figure_of
from regulator.features.coverage.terms import CountingRule, Figure, Tally, as_state
from regulator.features.divisions.queries import DivisionRow, get_division, list_children, list_in, within
from regulator.features.divisions.terms import CODE_LENGTHS, Level, Scope, merge
from regulator.features.registry.terms import EstateKind
from regulator.foundation import clock
from regulator.foundation.database import session

NUMBERS = ("estates", "floor_area", "households", "floor_area_known", "households_known")
KEPT = (Level.CITY, Level.DISTRICT, Level.STREET)
"""The levels of which tallies are kept; a community's few estates are counted when they are asked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """A division with its figure."""

    division: DivisionRow
    figure: Figure


@dataclass(frozen=True, slots=True)
class Overview:
    """A territory, what lies directly below it, and the rule all are counted by.

    ``division`` is None for a territory of several divisions, whose parts are these. ``unplaced`` are the estates whose
    place below is not known yet; None when there are none.
    """

    division: DivisionRow | None
    whole: Figure
    parts: tuple[Place, ...]
    unplaced: Figure | None
    rule: CountingRule
    day: date


@dataclass(frozen=True, slots=True)
class MonthFigure:
    """The figure of a closed month as it was frozen."""

    month: str
    day: date
    figure: Figure
    closed_at: datetime
    content_hash: str


def figure_on(code: str, day: date, kinds: Collection[EstateKind] = ()) -> Figure:
    """The figure of a division on a day. Raises NotFound for a division nobody knows."""
    division = get_division(code)
    return figure_of(_tallies(division, day), rule_on(day), kinds)


def _tallies(division: DivisionRow, day: date) -> list[Tally]:
    if division.level in KEPT and counted_day() == day:
        query = _kept().where(CoverageTally.level == division.level, CoverageTally.division_code == division.code)
        return list(flat(by_place(session().execute(query))))
    scope = Scope((division.range,))
    return list(flat(count_on(scope, day, CODE_LENGTHS[division.level])))


def overview_on(code: str, day: date, kinds: Collection[EstateKind] = ()) -> Overview:
    """A division and its parts on a day; as many statements whatever lies below. Raises NotFound."""
    division, rule = get_division(code), rule_on(day)
    below = division.level.below
    parts = list_children(code) if below else []
    tallies = _tallies_below(division, below, day) if below else {}
    whole = list(flat(tallies)) if below else _tallies(division, day)
    shown = {part.code for part in parts}
    lost = [tally for place, found in tallies.items() if place not in shown for tally in found]
    return Overview(
        division,
        figure_of(whole, rule, kinds),
        tuple(
            Place(part, figure_of(tallies.get(part.code, []), rule, kinds))
            for part in parts
            if part.ended_on is None or part.ended_on >= day or part.code in tallies
        ),
        figure_of(lost, rule, kinds) if lost else None,
        rule,
        day,
    )


def overview_of(scope: Scope, day: date, kinds: Collection[EstateKind] = ()) -> Overview:
    """The territory of an official: its one division with the parts below, or the several divisions it is made of."""
    tops = top_divisions(scope)
    if len(tops) == 1:
        return overview_on(tops[0].code, day, kinds)
    rule = rule_on(day)
    found = {top: _tallies(top, day) for top in tops}
    return Overview(
        None,
        figure_of([tally for tallies in found.values() for tally in tallies], rule, kinds),
        tuple(Place(top, figure_of(tallies, rule, kinds)) for top, tallies in found.items()),
        None,
        rule,
        day,
    )


def top_divisions(scope: Scope) -> list[DivisionRow]:
    """The fewest divisions that make up a territory, by code; a level is looked at only while something is missing."""
    tops: list[DivisionRow] = []
    for level in Level:
        if merge(top.range for top in tops) == merge(scope.ranges):
            break
        inside = list_in(scope, (level,), on=clock.today())
        tops += [row for row in inside if not any(top.range.contains(row.range) for top in tops)]
    return sorted(tops, key=lambda row: row.code)


def _tallies_below(division: DivisionRow, below: Level, day: date) -> dict[str, list[Tally]]:
    scope = Scope((division.range,))
    if below in KEPT and counted_day() == day:
        query = _kept().where(CoverageTally.level == below, within(scope, CoverageTally.division_code))
        return by_place(session().execute(query))
    return count_on(scope, day, CODE_LENGTHS[below])


def _kept() -> Select[Any]:
    return select(
        CoverageTally.division_code,
        CoverageTally.kind,
        CoverageTally.state,
        *(getattr(CoverageTally, name) for name in NUMBERS),
    ).where(CoverageTally.estates > 0)


def list_months(division: DivisionRow, limit: int = 13, until: str | None = None) -> list[MonthFigure]:
    """The figures of the latest closed months of a division, the earliest first; communities have none.

    ``until`` (2026-10) leaves those up to that month.
    """
    if division.level not in KEPT:
        return []
    closed = (
        select(CoverageMonth.month, CoverageMonth.day, CoverageMonth.closed_at, CoverageMonth.content_hash)
        .where(CoverageMonth.city_code == city_of(division.code))
        .where(*([CoverageMonth.month <= until] if until else []))
        .order_by(CoverageMonth.month.desc())
        .limit(limit)
    )
    rows = sorted(session().execute(closed).all())
    found = figures_by_month([division], {row.month: row.day for row in rows})[division.code]
    return [MonthFigure(row.month, row.day, found[row.month], row.closed_at, row.content_hash) for row in rows]


def figures_by_month(divisions: Collection[DivisionRow], months: Mapping[str, date]) -> dict[str, dict[str, Figure]]:
    """The frozen figures of several divisions by code and month (months with their last days); two statements."""
    query = select(
        CoverageMonthTally.division_code,
        CoverageMonthTally.month,
        CoverageMonthTally.kind,
        CoverageMonthTally.state,
        *(getattr(CoverageMonthTally, name) for name in NUMBERS),
    ).where(
        CoverageMonthTally.division_code.in_({row.code for row in divisions}),
        CoverageMonthTally.level.in_({row.level for row in divisions}),
        CoverageMonthTally.month.in_(months),
    )
    tallies: dict[str, dict[str, list[Tally]]] = {row.code: {month: [] for month in months} for row in divisions}
    for code, month, kind, state, *numbers in session().execute(query):
        tallies[code][month].append(Tally(kind, as_state(state), *numbers))
    rules = list_rules()
    in_force = {month: next(rule for rule in rules if rule.effective_from <= day) for month, day in months.items()}
    return {
        code: {month: figure_of(rows, in_force[month]) for month, rows in found.items()}
        for code, found in tallies.items()
    }


def city_of(code: str) -> str:
    """The code of the city a place lies in."""
    return f"{code[:4]}00"
