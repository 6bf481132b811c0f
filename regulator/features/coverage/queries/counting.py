"""Counting estates on any day from their periods, and how the database says what an estate counts as."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from regulator.features.coverage.models import CoverageDay, CoverageRule
from regulator.features.coverage.rules.counting import PRACTICE
from regulator.features.coverage.terms import CountingRule, Exclusion, Line, Tally, as_state
from regulator.features.divisions.queries import within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Estate, Service
from regulator.features.registry.queries.bounds import active_on
from regulator.features.registry.terms import Condition, EstateKind, Mode
from regulator.foundation.asking import AnySelect, ask
from regulator.foundation.database import session


def state_on(day: Any) -> ColumnElement[str]:
    """What an estate beside its service of that day counts as; the same as ``rules.state_of``."""
    began = or_(Estate.condition_since.is_(None), Estate.condition_since <= day)
    building = or_(
        Estate.condition == Condition.UNDER_CONSTRUCTION,
        and_(Estate.condition == Condition.OCCUPIED, Estate.condition_since > day),
    )
    mode = type_coerce(Service.mode, String)
    return case(
        (Estate.retired_on <= day, _said(Exclusion.RETIRED)),
        (building, _said(Exclusion.UNDER_CONSTRUCTION)),
        (and_(Estate.condition == Condition.DEMOLISHED, began), _said(Exclusion.DEMOLISHED)),
        (mode.is_(None), _said(Exclusion.MODE_UNKNOWN)),
        else_=mode,
    )


def _said(state: Exclusion) -> ColumnElement[str]:
    return literal(state.value, String)


def counted_on(day: Any) -> Select[*tuple[Any, ...]]:
    """Every estate as it counts on a day: code, division_code, kind, state, floor_area, households."""
    return (
        select(
            Estate.code,
            Estate.division_code,
            Estate.kind,
            state_on(day).label("state"),
            Estate.floor_area,
            Estate.households,
        )
        .select_from(Estate)
        .outerjoin(Service, and_(Service.estate_id == Estate.id, active_on(day)))
    )


def list_lines(scope: Scope, day: date) -> dict[str, Line]:
    """The estates of a territory as they count on a day, by code."""
    query = counted_on(day).where(within(scope, Estate.division_code))
    return {
        code: Line(code, division, kind, as_state(state), area, households)
        for code, division, kind, state, area, households in session().execute(query)
    }


def count_on(scope: Scope, day: date, digits: int) -> dict[str, list[Tally]]:
    """The tallies of a day counted from the periods, by the first ``digits`` of the place's code.

    An estate that stands at a street while its community is not known is counted under the street's code.
    """
    part = func.substr(Estate.division_code, 1, digits).label("part")
    state = state_on(day).label("state")
    query = (
        select(
            part,
            Estate.kind,
            state,
            func.count(),
            cast(func.coalesce(func.sum(Estate.floor_area), 0), BigInteger),
            cast(func.coalesce(func.sum(Estate.households), 0), BigInteger),
            func.count(Estate.floor_area),
            func.count(Estate.households),
        )
        .select_from(Estate)
        .outerjoin(Service, and_(Service.estate_id == Estate.id, active_on(day)))
        .where(within(scope, Estate.division_code))
        .group_by(part, Estate.kind, state)
    )
    return by_place(session().execute(query))


def by_place(rows: Any) -> dict[Any, list[Tally]]:
    """Rows of (place, kind, state, five numbers) as tallies by place."""
    found: dict[Any, list[Tally]] = defaultdict(list)
    for place, kind, state, *numbers in rows:
        found[place].append(Tally(kind, as_state(state), *numbers))
    return found


def counted_day() -> date | None:
    """The day for which today's tallies stand; None while none are kept."""
    found: date | None = ask(_DAY).scalar()
    return found


_DAY: AnySelect = select(CoverageDay.day)


_RULES: AnySelect = select(
    CoverageRule.effective_from, CoverageRule.kinds, CoverageRule.full, CoverageRule.source
).order_by(CoverageRule.effective_from.desc())
_RULE_ON = _RULES.where(CoverageRule.effective_from <= bindparam("day")).limit(1)


def rule_on(day: date) -> CountingRule:
    """The counting rule in force on a day; where the city has set none, the usual practice."""
    found = ask(_RULE_ON, day=day).first()
    return _rule(*found) if found else PRACTICE


def list_rules() -> list[CountingRule]:
    """Every counting rule there has been, the latest first."""
    return [*(_rule(*row) for row in ask(_RULES)), PRACTICE]


def _rule(effective_from: date, kinds: list[str], full: list[str], source: str) -> CountingRule:
    return CountingRule(effective_from, frozenset(map(EstateKind, kinds)), frozenset(map(Mode, full)), source)


def flat(found: dict[str, list[Tally]]) -> Iterator[Tally]:
    """The tallies of all places together."""
    for tallies in found.values():
        yield from tallies
