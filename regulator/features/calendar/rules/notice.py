"""Whether a file states a whole and possible notice of holidays: its head, each row, and the year as a whole. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from regulator.features.calendar.rules.statutory import MADE_UP_OR_NOT, is_weekend, statutory_days, version_of
from regulator.features.calendar.terms import (
    FIRST_YEAR,
    LAST_YEAR,
    Day,
    DayKind,
    Holiday,
    Notice,
    StatedDay,
    name_of,
    parts_of,
)
from regulator.law.calendar import ONE_DAY
from regulator.law.findings import Finding, Verdict

TURN_OF_THE_YEAR = 25
"""From this day of December on a notice may speak of the year before its own, for New Year."""
NEAR = timedelta(days=15)
"""How far from its holiday a make-up day lies at most; since 2004 none lay more than eleven days away."""
TOGETHER = frozenset({Holiday.NATIONAL_DAY, Holiday.MID_AUTUMN})
"""Often one stretch of days off, in which make-up days of the one answer for days of the other."""


def judge_notice(rows: Sequence[StatedDay], *, today: date) -> Verdict:
    """Everything that keeps a file from being a notice, by line; the year as a whole only when each row is sound.

    A grant beyond the law needs no make-up days; it bears a name of its own, alone or beside the holiday's, as 2020's
    longer 春节 would: "春节、延长假期".
    """
    head = list(_judge_head(rows, today))
    if head:
        return Verdict(tuple(head))
    year = next(row.year for row in rows if row.year is not None)
    alone = [finding for row in rows for finding in _judge_row(row, year)] + list(_repeated(rows))
    if alone:
        return Verdict(tuple(sorted(alone, key=_line)))
    return Verdict(tuple(sorted(_judge_year(rows, year), key=_line)))


def notice_of(rows: Sequence[StatedDay]) -> Notice:
    """The notice that rows found sound state, its days in order."""
    days = (
        Day(row.day, row.kind, name_of(parts_of(row.name)))
        for row in rows
        if row.day is not None and row.kind is not None
    )
    return Notice(
        next(row.year for row in rows if row.year is not None),
        next(row.document_number for row in rows if row.document_number),
        next(row.issued_on for row in rows if row.issued_on is not None),
        tuple(sorted(days, key=lambda day: day.day)),
    )


def judge_clash(notice: Notice, held: Mapping[date, int]) -> Verdict:
    """Whether the notice of another year speaks of one of its days already (day → that year)."""
    return Verdict.of(
        Finding("calendar_day_of_other_notice", None, {"day": day.day, "year": held[day.day]})
        for day in notice.days
        if held.get(day.day, notice.year) != notice.year
    )


def _line(finding: Finding) -> int:
    return int(str(finding.params.get("line", 0)))


# --- the head: year, document, day of issue --------------------------------------------------------------------------


def _judge_head(rows: Sequence[StatedDay], today: date) -> Iterator[Finding]:
    if not rows:
        yield Finding("calendar_rows_missing")
        return
    yield from _one_value("年份", [(row.line, row.year) for row in rows])
    yield from _one_value("文号", [(row.line, row.document_number or None) for row in rows])
    yield from _one_value("发文日期", [(row.line, row.issued_on) for row in rows])
    for row in rows:
        if row.year is not None and not FIRST_YEAR <= row.year <= LAST_YEAR:
            yield Finding("calendar_year_unknown", None, {"line": row.line, "year": row.year})
        if row.issued_on is not None and row.issued_on > today:
            yield Finding("calendar_issued_in_future", None, {"line": row.line, "day": row.issued_on})


def _one_value(column: str, found: Sequence[tuple[int, object]]) -> Iterator[Finding]:
    """A column of the head states one value, in one row or in several."""
    stated = [(line, value) for line, value in found if value is not None]
    if not stated:
        yield Finding("calendar_head_missing", None, {"column": column})
    for line, value in stated:
        if value != stated[0][1]:
            yield Finding("calendar_head_differs", None, {"line": line, "column": column})


# --- one row ---------------------------------------------------------------------------------------------------------


def _judge_row(row: StatedDay, year: int) -> Iterator[Finding]:
    at = {"line": row.line}
    if row.is_unreadable:
        yield Finding("calendar_head_unreadable", None, at)
    if row.kind is None:
        yield Finding("calendar_kind_unknown", None, at)
    if not parts_of(row.name):
        yield Finding("calendar_name_missing", None, at)
    if row.day is None:
        yield Finding("calendar_day_unreadable", None, at | {"given": row.given})
        return
    if row.day.year != year and not _is_turn(row.day, row.name, year):
        yield Finding("calendar_day_outside_year", None, at | {"day": row.day, "year": year})
    if row.kind is DayKind.MADE_UP and not is_weekend(row.day):
        yield Finding("calendar_made_up_on_weekday", None, at | {"day": row.day})


def _is_turn(day: date, name: str, year: int) -> bool:
    is_last_week = day.year == year - 1 and day.month == 12 and day.day >= TURN_OF_THE_YEAR
    return is_last_week and Holiday.NEW_YEAR in parts_of(name)


def _repeated(rows: Sequence[StatedDay]) -> Iterator[Finding]:
    seen: dict[date, StatedDay] = {}
    for row in rows:
        if row.day is None:
            continue
        before = seen.setdefault(row.day, row)
        if before is row:
            continue
        at = {"line": row.line, "other": before.line, "day": row.day}
        if before.kind is not row.kind:
            yield Finding("calendar_day_both", None, at)
        else:
            yield Finding("calendar_day_repeated", None, at)


# --- the year as a whole ---------------------------------------------------------------------------------------------


def _judge_year(rows: Sequence[StatedDay], year: int) -> Iterator[Finding]:
    by_law = statutory_days(year)
    off = {row.day: row for row in rows if row.day and row.kind is DayKind.HOLIDAY}
    made_up = {row.day: row for row in rows if row.day and row.kind is DayKind.MADE_UP}
    missing = list(_missing(by_law, off, made_up, year))
    yield from missing
    yield from _strays(by_law, off, made_up)
    if missing:
        return  # what is owed cannot be told while days are missing
    for group in _groups(rows):
        yield from _judge_balance(group, by_law, list(off.values()), list(made_up.values()), year)


def _missing(
    by_law: Mapping[date, tuple[Holiday, ...]],
    off: Mapping[date, StatedDay],
    made_up: Mapping[date, StatedDay],
    year: int,
) -> Iterator[Finding]:
    """Every holiday is named, and each of its statutory days is off: else the year is half described."""
    citation = version_of(year).citation
    named = {part for row in off.values() for part in parts_of(row.name)}
    named.update(part for day in off for part in by_law.get(day, ()) if named & set(by_law[day]))  # two on one day
    for holiday in dict.fromkeys(holiday for holidays in by_law.values() for holiday in holidays):
        if holiday not in named:
            yield Finding("calendar_holiday_missing", citation, {"holiday": holiday})
    for day, holidays in by_law.items():
        if day not in off and named.issuperset(holidays):
            at = {"line": made_up[day].line} if day in made_up else {}
            yield Finding("calendar_statutory_day_missing", citation, at | {"day": day, "holiday": holidays})


def _strays(
    by_law: Mapping[date, tuple[Holiday, ...]], off: Mapping[date, StatedDay], made_up: Mapping[date, StatedDay]
) -> Iterator[Finding]:
    """A day off that no unbroken stretch of days off joins to a statutory day, and that bears no name of its own."""
    for day, row in off.items():
        is_own = not all(isinstance(part, Holiday) for part in parts_of(row.name))
        if not is_own and not any(one in by_law for one in _stretch(day, off, made_up)):
            yield Finding("calendar_day_off_alone", None, {"line": row.line, "day": day, "holiday": parts_of(row.name)})


def _stretch(day: date, off: Mapping[date, object], made_up: Mapping[date, object]) -> Iterator[date]:
    """The unbroken days off around a day off, itself included."""
    yield day
    for step in (ONE_DAY, -ONE_DAY):
        found = day + step
        while found in off or (is_weekend(found) and found not in made_up):
            yield found
            found += step


def _groups(rows: Iterable[StatedDay]) -> list[frozenset[Holiday | str]]:
    """Holidays that are reckoned together: those that share a row, and the two that often share a week."""
    groups: list[frozenset[Holiday | str]] = [TOGETHER]
    for row in rows:
        joined = frozenset(parts_of(row.name))
        touched = [group for group in groups if group & joined]
        groups = [group for group in groups if not group & joined] + [joined.union(*touched)]
    return groups


def _judge_balance(
    group: frozenset[Holiday | str], by_law: Mapping[date, tuple[Holiday, ...]], off: Sequence[StatedDay],
    made_up: Sequence[StatedDay], year: int,
) -> Iterator[Finding]:  # fmt: skip
    """Weekdays off beyond the statutory days are borrowed, and each is made up on one Saturday or Sunday near by.

    A statutory day that falls on a weekend is given back (办法 6), so that the law's days count wherever they fall.
    """
    lent = [row for row in off if group & set(parts_of(row.name))]
    paid = [row for row in made_up if group & set(parts_of(row.name))]
    owed = sum(row.day is not None and not is_weekend(row.day) for row in lent)
    owed = max(0, owed - sum(holiday in group for holidays in by_law.values() for holiday in holidays))
    is_granted = any(not isinstance(part, Holiday) for part in group)
    shown = {"holiday": sorted(group), "owed": owed, "paid": len(paid)}
    if len(paid) < owed and not is_granted:
        yield Finding("calendar_make_up_missing", MADE_UP_OR_NOT, shown | {"year": year})
    for row in paid:
        near = any(abs(row.day - other.day) <= NEAR for other in lent if row.day and other.day)
        if len(paid) > owed or not near:
            yield Finding("calendar_made_up_for_nothing", MADE_UP_OR_NOT, shown | {"line": row.line, "day": row.day})
