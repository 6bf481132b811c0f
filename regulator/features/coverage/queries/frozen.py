"""The estates behind a closed month's numbers, as they were counted when it was closed; names are those of today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regulator.features.coverage.queries.counting import rule_on
from regulator.features.coverage.queries.estates import CountedEstate
from regulator.features.coverage.queries.months import frozen_lines, last_day_of
from regulator.features.coverage.queries.territory import Territory
from regulator.features.coverage.rules.counting import belongs
from regulator.features.coverage.terms import Exclusion, Group, Line
from regulator.features.divisions.queries import paths_of
from regulator.features.registry.queries.estates import names_by_code
from regulator.features.registry.terms import EstateKind, Mode
from regulator.foundation.errors import BadInput

AT_ONCE = 200


def list_frozen(
    territory: Territory, group: Group | Mode | Exclusion, month: str, kind: EstateKind | None = None
) -> list[Line]:
    """The estates of a group in a closed month, by place. Raises BadInput for a month that is not closed everywhere."""
    try:
        day = last_day_of(month)
    except ValueError as error:
        raise BadInput("month_unreadable", {"given": month[:20]}, about="month") from error
    lines, rule = frozen_lines(territory, day), rule_on(day)
    if lines is None:
        raise BadInput("month_not_closed", {"month": month}, about="month")
    found = (line for line in lines.values() if belongs(line, group, rule) and kind in (None, line.kind))
    return sorted(found, key=lambda line: (line.division_code, line.code))


def described(lines: Sequence[Line]) -> Iterator[CountedEstate]:
    """Frozen estates with their names and places, read as they are asked for; who managed them was not frozen."""
    for start in range(0, len(lines), AT_ONCE):
        yield from _described(lines[start : start + AT_ONCE])


def _described(lines: Sequence[Line]) -> Iterator[CountedEstate]:
    names, places = names_by_code({line.code for line in lines}), paths_of(line.division_code for line in lines)
    for line in lines:
        yield CountedEstate(
            line.code,
            names.get(line.code, line.code),
            line.kind,
            places[line.division_code],
            line.state,
            line.floor_area,
            line.households,
            None,
            None,
        )
