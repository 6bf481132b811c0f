"""The estates behind a figure: those nobody manages, those of a mode, those left out and why. Keyset pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from regulator.features.coverage.queries.counting import rule_on, state_on
from regulator.features.coverage.terms import LEFT_OUT, CountingRule, Exclusion, Group, State, as_state
from regulator.features.divisions.queries import DivisionRow, Path, paths_of, within
from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import Company, Estate, Service
from regulator.features.registry.queries.bounds import active_on, narrowed
from regulator.features.registry.terms import EstateKind, Mode
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

LIST = "office.coverage_estates"


@dataclass(frozen=True, slots=True)
class CountedEstate:
    """A line of the list: the estate and what it counts as; floor area in 0.01 ㎡."""

    code: str
    name: str
    kind: EstateKind
    place: Path
    state: State
    floor_area: int | None
    households: int | None
    company_name: str | None
    credit_code: str | None


def list_counted(
    scope: Scope,
    division: DivisionRow | None,
    group: Group | Mode | Exclusion,
    *,
    day: date,
    kind: EstateKind | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[CountedEstate]:
    """The estates of a group inside a scope on a day, by place."""
    columns: Any = (
        Estate.code,
        Estate.name,
        Estate.kind,
        Estate.division_code,
        state_on(day).label("state"),
        Estate.floor_area,
        Estate.households,
        Company.name.label("company_name"),
        Company.credit_code,
    )
    table = Estate.__table__.c
    page = paginate(
        _estates(select(*columns), scope, division, group, day, kind),
        list_name=LIST,
        sort=Sort("place", (table.division_code, table.code)),
        cursor=cursor,
        limit=limit,
        item=lambda row: row,
    )
    places = paths_of(row.division_code for row in page.items)
    return Page(tuple(_line(row, places) for row in page.items), page.next)


def _line(row: Any, places: dict[str, Path]) -> CountedEstate:
    return CountedEstate(
        row.code,
        row.name,
        row.kind,
        places[row.division_code],
        as_state(row.state),
        row.floor_area,
        row.households,
        row.company_name,
        row.credit_code,
    )


def count_counted(
    scope: Scope,
    division: DivisionRow | None,
    group: Group | Mode | Exclusion,
    *,
    day: date,
    kind: EstateKind | None = None,
) -> Count:
    """How many such estates there are, counted to 1,000 and one."""
    return count_up_to_ceiling(_estates(select(Estate.code), scope, division, group, day, kind))


def _estates(
    stmt: Select[Any],
    scope: Scope,
    division: DivisionRow | None,
    group: Group | Mode | Exclusion,
    day: date,
    kind: EstateKind | None,
) -> Select[Any]:
    rule = rule_on(day)
    return (
        stmt.select_from(Estate)
        .outerjoin(Service, and_(Service.estate_id == Estate.id, active_on(day)))
        .outerjoin(Company, Company.id == Service.company_id)
        .where(within(narrowed(scope, division), Estate.division_code))
        .where(*_in_group(group, rule, day))
        .where(*([Estate.kind == kind] if kind else []))
    )


def _in_group(group: Group | Mode | Exclusion, rule: CountingRule, day: date) -> list[ColumnElement[bool]]:
    state = state_on(day)
    counted = Estate.kind.in_(sorted(rule.kinds))
    seen = state.not_in([item.value for item in LEFT_OUT])
    full = sorted(rule.full)
    special: dict[Group | Mode | Exclusion, list[ColumnElement[bool]]] = {
        Exclusion.KIND_NOT_COUNTED: [~counted, seen],
        Exclusion.FLOOR_AREA_UNKNOWN: [counted, seen, Estate.floor_area.is_(None)],
        Exclusion.HOUSEHOLDS_UNKNOWN: [counted, seen, Estate.households.is_(None)],
        Group.COUNTED: [counted, seen],
        Group.MANAGED: [counted, seen, state.in_(full)],
        Group.GAP: [counted, seen, state.not_in(full)],
    }
    return special.get(group) or [counted, state == group.value]
