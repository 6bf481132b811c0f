"""How estates are counted, what a rate is, and why it changed: facts and days in, figures out. Pure (domain.md §6)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from regulator.features.coverage.terms import (
    LEFT_OUT,
    NOTHING,
    Amounts,
    ChangeReason,
    CountingRule,
    EstateChange,
    Exclusion,
    Explanation,
    Figure,
    Group,
    Line,
    Measure,
    Measured,
    Part,
    Rate,
    State,
    Tally,
    as_state,
)
from regulator.features.divisions.terms import Level, lineage
from regulator.features.registry.terms import Condition, EstateKind, Mode
from regulator.law.findings import Finding, Verdict
from regulator.law.measures import Share

CLOSING_WORKING_DAY = 5
"""A month is closed on this working day of the next (practice)."""

PRACTICE = CountingRule(
    date(2000, 1, 1),
    frozenset({EstateKind.RESIDENTIAL, EstateKind.SCATTERED_BUILDING}),
    frozenset({Mode.PROFESSIONAL, Mode.UNIT_LOGISTICS, Mode.COMMUNITY_CUSTODY, Mode.OWNERS_SELF, Mode.INTERIM_CUSTODY}),
    "practice",
)
"""What counts where the city has not said otherwise."""


# --- one estate on one day ------------------------------------------------------------------------------------------


def state_of(
    *, mode: Mode | None, condition: Condition, condition_since: date | None, retired_on: date | None, day: date
) -> State:
    """What an estate counts as on a day; the first that holds: off the register, not yet built, gone, its mode.

    Before the day on which buildings were occupied they were being built; before they were demolished they stood.
    """
    began = condition_since is None or condition_since <= day
    if retired_on is not None and retired_on <= day:
        return Exclusion.RETIRED
    if condition is Condition.UNDER_CONSTRUCTION or (condition is Condition.OCCUPIED and not began):
        return Exclusion.UNDER_CONSTRUCTION
    if condition is Condition.DEMOLISHED and began:
        return Exclusion.DEMOLISHED
    return mode or Exclusion.MODE_UNKNOWN


# --- figures --------------------------------------------------------------------------------------------------------


def figure_of(tallies: Iterable[Tally], rule: CountingRule, kinds: Collection[EstateKind] = ()) -> Figure:
    """The rates of what was tallied; ``kinds`` narrows to some of the kinds that count (single buildings apart)."""
    counted = rule.kinds & frozenset(kinds) if kinds else rule.kinds
    sums: dict[State, list[int]] = defaultdict(lambda: [0] * 5)
    others = [0] * 5
    for row in tallies:
        if row.kind in counted:
            _put(sums[row.state], row)
        elif not kinds and row.state not in OUT:
            _put(others, row)
    seen = {state: found for state, found in sums.items() if state not in OUT}
    return Figure(
        {measure: _measured(seen, rule, place) for place, measure in enumerate(Measure)},
        {mode: _amounts(seen.get(mode)) for mode in Mode},
        _excluded(sums, seen.values(), others),
    )


OUT = frozenset(LEFT_OUT)


def _put(sums: list[int], row: Tally) -> None:
    sums[0] += row.estates
    sums[1] += row.floor_area
    sums[2] += row.households
    sums[3] += row.floor_area_known
    sums[4] += row.households_known


def _measured(seen: Mapping[State, list[int]], rule: CountingRule, place: int) -> Measured:
    """One measure, which stands at ``place`` of the sums."""
    managed = sum(found[place] for state, found in seen.items() if rule.counts(Rate.FULL, state))
    professional = sum(found[place] for state, found in seen.items() if rule.counts(Rate.PROFESSIONAL, state))
    return Measured(managed, professional, sum(found[place] for found in seen.values()))


def _amounts(found: list[int] | None) -> Amounts:
    """The sums of what is known; where it is known of none of the estates there is no sum, which is not zero."""
    estates, area, households, area_known, households_known = found or [0] * 5
    return Amounts(
        estates, area if area_known or not estates else None, households if households_known or not estates else None
    )


def _excluded(
    sums: Mapping[State, list[int]], seen: Collection[list[int]], others: list[int]
) -> dict[Exclusion, Amounts]:
    excluded = {state: _amounts(sums.get(state)) for state in LEFT_OUT}
    excluded[Exclusion.FLOOR_AREA_UNKNOWN] = Amounts(sum(found[0] - found[3] for found in seen), None, None)
    excluded[Exclusion.HOUSEHOLDS_UNKNOWN] = Amounts(sum(found[0] - found[4] for found in seen), None, None)
    excluded[Exclusion.KIND_NOT_COUNTED] = _amounts(others)
    return excluded


def tallies_of(lines: Iterable[Line]) -> list[Tally]:
    """Estates counted one by one, put together by kind and state."""
    sums: dict[tuple[EstateKind, State], list[int]] = defaultdict(lambda: [0] * 5)
    for line in lines:
        row = sums[line.kind, line.state]
        parts = (
            1,
            line.floor_area or 0,
            line.households or 0,
            line.floor_area is not None,
            line.households is not None,
        )
        for place, part in enumerate(parts):
            row[place] += part
    return [Tally(kind, state, *row) for (kind, state), row in sorted(sums.items())]


def belongs(line: Line, group: Group | Mode | Exclusion, rule: CountingRule) -> bool:
    """Whether an estate is one of those behind a number of the figure; the same as the lists of the register say."""
    seen, counted = line.state not in OUT, line.kind in rule.kinds
    match group:
        case Exclusion.KIND_NOT_COUNTED:
            return seen and not counted
        case Exclusion.FLOOR_AREA_UNKNOWN:
            return seen and counted and line.floor_area is None
        case Exclusion.HOUSEHOLDS_UNKNOWN:
            return seen and counted and line.households is None
        case Group():
            managed = rule.counts(Rate.FULL, line.state)
            return seen and counted and (group is Group.COUNTED or managed is (group is Group.MANAGED))
        case _:
            return counted and line.state == group


# --- why a rate changed ---------------------------------------------------------------------------------------------


def explain(
    frozen_first: Mapping[str, Line] | None,
    first: Mapping[str, Line],
    last: Mapping[str, Line],
    frozen_last: Mapping[str, Line] | None,
    rule: CountingRule,
) -> Explanation:
    """Why the rates of one place changed from a day to a later one; estates by code.

    ``first`` and ``last`` are those days as the register knows them now; a frozen one is the day as it was known when
    its month was closed, and is what the change is reckoned from or to. What happened between the days goes by its own
    reason; what differs only because something was put right or registered since goes by that.
    """
    begins, ends = frozen_first if frozen_first is not None else first, frozen_last if frozen_last is not None else last
    changes: dict[ChangeReason, list[EstateChange]] = defaultdict(list)
    for code in sorted({*begins, *first, *last, *ends}):
        lines = (begins.get(code), first.get(code), last.get(code), ends.get(code))
        for reason, change in _changes(code, *lines, rule):
            changes[reason].append(change)
    start, end = _total(begins.values(), rule), _total(ends.values(), rule)
    return Explanation(start, end, tuple(_parts(start, changes)))


def _changes(
    code: str, begin: Line | None, first: Line | None, last: Line | None, end: Line | None, rule: CountingRule
) -> Iterator[tuple[ChangeReason, EstateChange]]:
    whole = _difference(weight(begin, rule), weight(end, rule))
    happened = _difference(weight(first, rule), weight(last, rule))
    rest = _difference(happened, whole)
    if not _is_nothing(whole):
        if not _is_nothing(happened):
            yield _what_happened(first, last, rule), _change(code, happened, first, last)
        if not _is_nothing(rest):
            yield _what_was_put_right(begin, first, last, end, rule), _change(code, rest, begin, end)


def _change(code: str, by: Mapping[Measure, Measured], before: Line | None, after: Line | None) -> EstateChange:
    return EstateChange(code, by, before.state if before else None, after.state if after else None)


def weight(line: Line | None, rule: CountingRule) -> dict[Measure, Measured]:
    """What one estate adds to the numerators and denominators of a place."""
    if line is None or not _is_counted(line, rule):
        return dict.fromkeys(Measure, NOTHING)
    sizes = {Measure.ESTATES: 1, Measure.FLOOR_AREA: line.floor_area or 0, Measure.HOUSEHOLDS: line.households or 0}
    full, professional = rule.counts(Rate.FULL, line.state), rule.counts(Rate.PROFESSIONAL, line.state)
    return {measure: Measured(size * full, size * professional, size) for measure, size in sizes.items()}


def _is_counted(line: Line, rule: CountingRule) -> bool:
    return line.kind in rule.kinds and line.state not in LEFT_OUT


def _what_happened(first: Line | None, last: Line | None, rule: CountingRule) -> ChangeReason:
    """The reason by which an estate counts otherwise on two days of one register."""
    if first is None or last is None:
        return ChangeReason.ADDED if first is None else ChangeReason.CORRECTED
    was, stays = _is_counted(first, rule), _is_counted(last, rule)
    if was and not stays:
        return ChangeReason.CORRECTED if last.state == Exclusion.MODE_UNKNOWN else ChangeReason.RETIRED
    if stays and not was:
        return ChangeReason.BECAME_KNOWN if first.state == Exclusion.MODE_UNKNOWN else ChangeReason.ADDED
    before, after = rule.counts(Rate.FULL, first.state), rule.counts(Rate.FULL, last.state)
    if before == after:
        return ChangeReason.MODE_CHANGED
    return ChangeReason.NEWLY_MANAGED if after else ChangeReason.LOST


def _what_was_put_right(
    begin: Line | None, first: Line | None, last: Line | None, end: Line | None, rule: CountingRule
) -> ChangeReason:
    """The reason by which an estate counts otherwise only because more is known now than when a month was closed."""
    if (begin is None and first is not None) or (end is None and last is not None):
        return ChangeReason.ADDED
    same = (begin, first) if begin != first else (end, last)
    one, other = same
    if one is not None and other is not None and _is_counted(one, rule) and one.state == other.state:
        known = (one.kind, one.division_code) == (other.kind, other.division_code)
        return ChangeReason.AREA_CHANGED if known else ChangeReason.CORRECTED
    return ChangeReason.CORRECTED


def _total(lines: Iterable[Line], rule: CountingRule) -> dict[Measure, Measured]:
    figure = figure_of(tallies_of(lines), rule)
    return dict(figure.by)


def _difference(before: Mapping[Measure, Measured], after: Mapping[Measure, Measured]) -> dict[Measure, Measured]:
    return {
        measure: Measured(
            after[measure].managed - before[measure].managed,
            after[measure].professional - before[measure].professional,
            after[measure].all - before[measure].all,
        )
        for measure in Measure
    }


def _is_nothing(by: Mapping[Measure, Measured]) -> bool:
    return all(measured == NOTHING for measured in by.values())


def _parts(start: Mapping[Measure, Measured], changes: Mapping[ChangeReason, list[EstateChange]]) -> Iterator[Part]:
    reached = dict(start)
    for reason in ChangeReason:
        if reason not in changes:
            continue
        by = dict.fromkeys(Measure, NOTHING)
        for change in changes[reason]:
            by = {measure: by[measure].plus(change.by[measure]) for measure in Measure}
        reached = {measure: reached[measure].plus(by[measure]) for measure in Measure}
        rates: dict[Measure, Share] = {measure: reached[measure].share() for measure in Measure}
        yield Part(reason, by, tuple(changes[reason]), rates)


# --- months ---------------------------------------------------------------------------------------------------------


def month_after(month: str) -> str:
    """2026-12 to 2027-01."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def month_before(month: str) -> str:
    """2027-01 to 2026-12."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year - (number == 1):04d}-{number - 1 or 12:02d}"


def month_of(day: date) -> str:
    """The month a day lies in, as 2026-10."""
    return f"{day:%Y-%m}"


def judge_closing(month: str, last_day: date, latest: str | None, today: date, *, closed: bool) -> Verdict:
    """Whether a month may be closed: it is over, not closed yet, and follows the latest closed one, if there is one."""
    due = month_after(latest) if latest else month
    return Verdict.of(
        [
            Finding("month_not_over", None, {"month": month}, "month") if last_day >= today else None,
            Finding("month_closed_already", None, {"month": month}, "month") if closed else None,
            Finding("month_out_of_order", None, {"month": month, "next": due}, "month")
            if month != due and not closed
            else None,
        ]
    )


LEVELS = (Level.CITY, Level.DISTRICT, Level.STREET)


def tallies_by_place(lines: Iterable[Line]) -> dict[tuple[Level, str], list[Tally]]:
    """The lines of a city put together for each city, district and street."""
    inside: dict[tuple[Level, str], list[Line]] = defaultdict(list)
    for line in lines:
        for level, code in zip(LEVELS, lineage(line.division_code), strict=False):
            inside[level, code].append(line)
    return {place: tallies_of(found) for place, found in inside.items()}


def canonical(lines: Iterable[Line]) -> bytes:
    """The lines of a snapshot, one a row by code, as they are hashed and kept."""
    rows = (
        f"{line.code}\t{line.division_code}\t{line.kind.value}\t{line.state!s}\t"
        f"{'' if line.floor_area is None else line.floor_area}\t{'' if line.households is None else line.households}\n"
        for line in sorted(lines, key=lambda line: line.code)
    )
    return "".join(rows).encode()


def read_canonical(content: bytes) -> Iterator[Line]:
    """The lines of a snapshot again."""
    for row in content.decode().splitlines():
        code, division, kind, state, area, households = row.split("\t")
        yield Line(code, division, EstateKind(kind), as_state(state), _number(area), _number(households))


def _number(text: str) -> int | None:
    return int(text) if text else None


def content_hash(content: bytes) -> str:
    """SHA-256 of a snapshot, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def judge_rule(rule: CountingRule, frozen_to: date | None) -> Verdict:
    """Whether a counting rule may be set: it counts something, names its source and touches no closed month."""
    nobody = sorted(mode for mode in rule.full if not mode.is_managed)
    return Verdict.of(
        [
            Finding("rule_counts_nothing", None, {}, "kinds") if not rule.kinds else None,
            Finding("rule_counts_no_mode", None, {}, "full") if Mode.PROFESSIONAL not in rule.full else None,
            Finding("rule_counts_unmanaged", None, {"modes": nobody}, "full") if nobody else None,
            Finding("rule_without_source", None, {}, "source") if not rule.source else None,
            Finding("rule_days_frozen", None, {"day": frozen_to}, "effective_from")
            if frozen_to and rule.effective_from <= frozen_to
            else None,
        ]
    )
