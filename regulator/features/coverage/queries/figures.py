"""Figures of a place on a day, of what lies below it, month by month; from tallies where they stand for that day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache, reduce
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select

from regulator.features.coverage.models import CoverageMonth, CoverageMonthTally, CoverageTally
from regulator.features.coverage.queries.communities import count_communities, countable_months
from regulator.features.coverage.queries.counting import (
    by_place,
    count_on,
    counted_day,
    flat,
    list_rules,
    rule_on,
)
from regulator.features.coverage.queries.territory import KEPT, Territory, top_divisions
from regulator.features.coverage.rules.counting import figure_of
from regulator.features.coverage.terms import LEFT_OUT, NOTHING, CountingRule, Figure, Measured, Tally, as_state
from regulator.features.divisions.queries import DivisionRow, get_division, list_children
from regulator.features.divisions.terms import (
    CITY_PREFIX,
    CODE_LENGTHS,
    HIGHEST,
    LOWEST,
    Level,
    Scope,
)
from regulator.features.registry.terms import EstateKind, Mode
from regulator.foundation.asking import AnySelect, ask
from regulator.foundation.database import session

NUMBERS = ("estates", "floor_area", "households", "floor_area_known", "households_known")


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


def figure_of_whole(territory: Territory, day: date, kinds: Collection[EstateKind] = ()) -> Figure:
    """The figure of a territory on a day, its divisions added up."""
    if territory.is_kept and counted_day() == day:
        tallies = [tally for division in territory.divisions for tally in _tallies(division, day)]
    else:
        tallies = list(flat(count_on(territory.scope, day, CITY_PREFIX)))
    return figure_of(tallies, rule_on(day), kinds)


def _tallies(division: DivisionRow, day: date) -> list[Tally]:
    if division.level in KEPT and counted_day() == day:
        return list(flat(by_place(ask(_OF_ONE, level=division.level, code=division.code))))
    scope = Scope((division.range,))
    return list(flat(count_on(scope, day, CODE_LENGTHS[division.level])))


def overview_on(code: str, day: date, kinds: Collection[EstateKind] = ()) -> Overview:
    """A division and its parts on a day; as many statements whatever lies below. Raises NotFound."""
    return _overview(get_division(code), day, kinds)


def _overview(division: DivisionRow, day: date, kinds: Collection[EstateKind]) -> Overview:
    rule = rule_on(day)
    below = division.level.below
    parts = list_children(division.code) if below else []
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
        return _overview(tops[0], day, kinds)
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


def _tallies_below(division: DivisionRow, below: Level, day: date) -> dict[str, list[Tally]]:
    scope = Scope((division.range,))
    if below in KEPT and counted_day() == day:
        return by_place(ask(_OF_PARTS, level=below, low=division.range.low, high=division.range.high))
    return count_on(scope, day, CODE_LENGTHS[below])


def figures_of_level(level: Level, day: date) -> dict[str, Figure]:
    """The figures of every division of a level in which there are estates, by code; three statements."""
    rule = rule_on(day)
    if level in KEPT and counted_day() == day:
        tallies = by_place(ask(_OF_PARTS, level=level, low=LOWEST, high=HIGHEST))
    elif level is Level.CITY:
        found = count_on(Scope.everything(), day, CITY_PREFIX)
        tallies = {f"{place}00": rows for place, rows in found.items()}
    else:
        digits = CODE_LENGTHS[level]
        found = count_on(Scope.everything(), day, digits)
        tallies = {place: rows for place, rows in found.items() if len(place) == digits}
    return {place: figure_of(rows, rule) for place, rows in tallies.items()}


_KEPT_ROWS: AnySelect = select(
    CoverageTally.division_code,
    CoverageTally.kind,
    CoverageTally.state,
    *(getattr(CoverageTally, name) for name in NUMBERS),
).where(CoverageTally.level == bindparam("level"))
_OF_ONE = _KEPT_ROWS.where(CoverageTally.division_code == bindparam("code"))
_OF_PARTS = _KEPT_ROWS.where(
    CoverageTally.division_code >= bindparam("low"), CoverageTally.division_code < bindparam("high")
)


def list_months(place: DivisionRow | Territory, limit: int = 13, until: str | None = None) -> list[MonthFigure]:
    """The figures of the latest closed months of a territory, the earliest first, its divisions added up.

    Of a territory in several cities, the months closed in each. ``until`` (2026-10) leaves those up to that month.
    """
    territory = Territory.of(place)
    months = _closed(territory, limit, until)
    rules = list_rules() if months else []
    tallies = tallies_by_month(territory.divisions, {month: closed.day for month, closed in months.items()})
    return [
        MonthFigure(
            month,
            closed.day,
            figure_of((row for found in tallies.values() for row in found[month]), _in_force(rules, closed.day)),
            closed.closed_at,
            closed.content_hash,
        )
        for month, closed in months.items()
    ]


@dataclass(frozen=True, slots=True)
class _Closed:
    day: date
    closed_at: datetime
    content_hash: str


def _closed(territory: Territory, limit: int, until: str | None = None) -> dict[str, _Closed]:
    """The latest months closed in every city of a territory, the earliest first; of communities those looked through.

    Several cities have each its hash; they stand together.
    """
    columns = (CoverageMonth.month, CoverageMonth.day, CoverageMonth.closed_at, CoverageMonth.content_hash)
    query = select(*columns).where(CoverageMonth.city_code.in_(territory.cities))
    query = query.where(CoverageMonth.month <= until) if until else query
    latest = query.order_by(CoverageMonth.month.desc(), CoverageMonth.city_code).limit(limit * len(territory.cities))
    found: dict[str, list[Any]] = {}
    for row in session().execute(latest):
        found.setdefault(row.month, []).append(row)
    whole = {month: rows for month, rows in found.items() if len(rows) == len(territory.cities)}
    for city in () if territory.is_kept else territory.cities:
        whole = {month: whole[month] for month in countable_months(city, whole)}
    return {
        month: _Closed(rows[0].day, max(row.closed_at for row in rows), "+".join(row.content_hash for row in rows))
        for month, rows in sorted(whole.items())
    }


def closed_months(place: DivisionRow | Territory, limit: int = 13) -> dict[str, date]:
    """The latest closed months of a territory with their last days, the earliest first."""
    return {month: closed.day for month, closed in _closed(Territory.of(place), limit).items()}


def courses(
    divisions: Collection[DivisionRow],
    months: Mapping[str, date],
    now: CountingRule | None = None,
    kinds: Collection[EstateKind] = (),
) -> dict[str, dict[str, Measured]]:
    """The estates of closed months by division and month, added up by the database: a statement for each rule.

    Communities have those months alone that are looked through. ``now`` is the rule in force today, where it has been
    looked up already; ``kinds`` narrows to some of the kinds that counted.
    """
    kept = [row for row in divisions if row.level in KEPT]
    found = {row.code: dict.fromkeys(months, NOTHING) for row in kept}
    earliest = min(months.values(), default=None)
    known = [now] if now and earliest and now.effective_from <= earliest else None
    rules = known or (list_rules() if months else [])
    for rule in rules:
        ruled = [month for month, day in months.items() if rule is _in_force(rules, day)]
        for code, month, *numbers in _course(kept, ruled, _narrowed(rule, kinds)):
            if code in found:
                found[code][month] = Measured(*map(int, numbers))
    return found | _courses_of_communities([row for row in divisions if row.level not in KEPT], months, kinds)


def _narrowed(rule: CountingRule, kinds: Collection[EstateKind]) -> CountingRule:
    return replace(rule, kinds=rule.kinds & frozenset(kinds)) if kinds else rule


def _courses_of_communities(
    divisions: Collection[DivisionRow], months: Mapping[str, date], kinds: Collection[EstateKind]
) -> dict[str, dict[str, Measured]]:
    if not divisions or not months:
        return {row.code: {} for row in divisions}
    rules = list_rules()
    return {
        code: {month: figure_of(rows[month], _in_force(rules, months[month]), kinds).estates for month in sorted(rows)}
        for code, rows in count_communities([row.code for row in divisions], months).items()
    }


def course_of_whole(parts: Iterable[Mapping[str, Measured]]) -> dict[str, Measured]:
    """The course of a territory from those of its divisions: in each month that all of them have, what they held."""
    first, *others = [*parts] or [{}]
    return {
        month: reduce(Measured.plus, (other[month] for other in others), found)
        for month, found in first.items()
        if all(month in other for other in others)
    }


def _in_force(rules: Iterable[CountingRule], day: date) -> CountingRule:
    return next(rule for rule in rules if rule.effective_from <= day)


def _course(divisions: Collection[DivisionRow], months: Sequence[str], rule: CountingRule) -> Iterator[Any]:
    """Rows of (code, month, managed, professional, all) of these divisions, and perhaps of others between them."""
    for level in {row.level for row in divisions} if months and rule.kinds else ():
        codes = [row.code for row in divisions if row.level is level]
        inside = {"low": min(codes), "high": max(codes), "first": months[0], "last": months[-1]}
        yield from ask(_course_by(rule), level=level, **inside)


@lru_cache(maxsize=8)
def _course_by(rule: CountingRule) -> AnySelect:
    estates, state, kind = CoverageMonthTally.estates, CoverageMonthTally.state, CoverageMonthTally.kind

    def added(states: Collection[Mode]) -> ColumnElement[int]:
        return func.sum(case((or_(*(state == one.value for one in sorted(states))), estates), else_=0))

    return (
        select(
            CoverageMonthTally.division_code,
            CoverageMonthTally.month,
            added(rule.full),
            added([Mode.PROFESSIONAL]),
            func.sum(estates),
        )
        .where(
            CoverageMonthTally.level == bindparam("level"),
            CoverageMonthTally.division_code >= bindparam("low"),
            CoverageMonthTally.division_code <= bindparam("high"),
            CoverageMonthTally.month >= bindparam("first"),
            CoverageMonthTally.month <= bindparam("last"),
            or_(*(kind == one for one in sorted(rule.kinds))),
            and_(*(state != one.value for one in LEFT_OUT)),
        )
        .group_by(CoverageMonthTally.division_code, CoverageMonthTally.month)
    )


def tallies_by_month(divisions: Collection[DivisionRow], months: Collection[str]) -> dict[str, dict[str, list[Tally]]]:
    """The frozen tallies of several divisions by code and month: one statement, and those of communities."""
    kept = [row for row in divisions if row.level in KEPT]
    query = select(
        CoverageMonthTally.division_code,
        CoverageMonthTally.month,
        CoverageMonthTally.kind,
        CoverageMonthTally.state,
        *(getattr(CoverageMonthTally, name) for name in NUMBERS),
    ).where(
        CoverageMonthTally.division_code.in_({row.code for row in kept}),
        CoverageMonthTally.level.in_({row.level for row in kept}),
        CoverageMonthTally.month.in_(months),
    )
    tallies: dict[str, dict[str, list[Tally]]] = {row.code: {month: [] for month in months} for row in kept}
    for code, month, kind, state, *numbers in session().execute(query) if kept else ():
        tallies[code][month].append(Tally(kind, as_state(state), *numbers))
    others = [row.code for row in divisions if row.level not in KEPT]
    return tallies | (count_communities(others, months) if others else {})
