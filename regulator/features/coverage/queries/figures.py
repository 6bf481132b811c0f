"""Figures of a place on a day, of what lies below it, month by month; from tallies where they stand for that day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from regulator.features.coverage.models import CoverageMonth, CoverageMonthTally, CoverageTally
from regulator.features.coverage.queries.counting import by_place, count_on, counted_day, flat, rule_on
from regulator.features.coverage.rules import figure_of
from regulator.features.coverage.terms import CountingRule, Figure, Tally
from regulator.features.divisions.queries import DivisionRow, get_division, list_children, within
from regulator.features.divisions.terms import CODE_LENGTHS, Level, Scope
from regulator.features.registry.terms import EstateKind
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
    """A division, what lies directly below it, and the rule all are counted by.

    ``unplaced`` are the estates whose place below is not known yet; None when there are none.
    """

    whole: Place
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
        Place(division, figure_of(whole, rule, kinds)),
        tuple(
            Place(part, figure_of(tallies.get(part.code, []), rule, kinds))
            for part in parts
            if part.ended_on is None or part.ended_on >= day or part.code in tallies
        ),
        figure_of(lost, rule, kinds) if lost else None,
        rule,
        day,
    )


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
    closed = select(CoverageMonth.month, CoverageMonth.day, CoverageMonth.rule_from).where(
        CoverageMonth.city_code == city_of(division.code), *([CoverageMonth.month <= until] if until else [])
    )
    months = {
        month: (day, rule_from)
        for month, day, rule_from in session().execute(closed.order_by(CoverageMonth.month.desc()).limit(limit))
    }
    query = select(
        CoverageMonthTally.month,
        CoverageMonthTally.kind,
        CoverageMonthTally.state,
        *(getattr(CoverageMonthTally, name) for name in NUMBERS),
    ).where(
        CoverageMonthTally.division_code == division.code,
        CoverageMonthTally.level == division.level,
        CoverageMonthTally.month.in_(months),
    )
    tallies = by_place(session().execute(query))
    rules = {rule_from: rule_on(rule_from) for _, rule_from in months.values()}
    return [
        MonthFigure(month, day, figure_of(tallies.get(month, []), rules[rule_from]))
        for month, (day, rule_from) in sorted(months.items())
        if division.level in KEPT
    ]


def city_of(code: str) -> str:
    """The code of the city a place lies in."""
    return f"{code[:4]}00"
