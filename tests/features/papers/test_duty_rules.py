"""The roster's rules as tables: what may stand on it, how patterns repeat, where nobody is on duty."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulator.features.papers.rules.duty import (
    MOST_DAYS,
    Candidate,
    Hours,
    Other,
    Pattern,
    Planned,
    Span,
    find_gaps,
    gaps_by_day,
    is_in_office_hours,
    judge_cancelling,
    judge_pattern,
    judge_shift,
    moved_on,
    served,
    spell_out,
    whole_day,
)
from regulator.features.papers.terms import DutyKind, DutyTurn
from regulator.law.calendar import WorkingDays

HERE, THERE = UUID(int=1), UUID(int=2)
ANNA, BO, CHEN = UUID(int=11), UUID(int=12), UUID(int=13)
NEW_YEAR = date(2027, 1, 1)
DAYS = WorkingDays(frozenset({NEW_YEAR}), frozenset({date(2026, 12, 27)}), frozenset({2026, 2027}))
OFFICE, NIGHT, ROUND = Hours(time(8, 30), time(17)), Hours(time(17), time(8, 30)), Hours(time(8, 30), time(8, 30))
NOW = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in China
MONDAY = date(2026, 12, 28)


def at(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    """A moment of China's."""
    year = 2026 if month == 12 else 2027
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def shift(begin: datetime, end: datetime, kind: DutyKind = DutyKind.ROUND_THE_CLOCK) -> Planned:
    return Planned(ANNA, kind, Span(begin, end))


def other(begin: datetime, end: datetime, authority: UUID = HERE) -> Other:
    return Other(Span(begin, end), authority, "皇姑区房产局")


FINE = Candidate(is_active=True, belongs=True)


@pytest.mark.parametrize(
    ("planned", "candidate", "codes"),
    [
        pytest.param(shift(at(28, 17), at(29, 8, 30)), FINE, [], id="over-night"),
        pytest.param(shift(at(31, 17), at(1, 8, 30, 1)), FINE, [], id="over-the-new-year"),
        pytest.param(shift(at(28, 8), at(29, 20)), FINE, [], id="36-hours"),
        pytest.param(shift(at(28, 8), at(29, 20, 1)), FINE, ["shift_too_long"], id="a-minute-more"),
        pytest.param(shift(at(28, 8, 30), at(28, 17)), FINE, [], id="today-though-it-runs"),
        pytest.param(shift(at(28, 8), at(28, 10)), FINE, ["shift_in_past"], id="over-this-minute"),
        pytest.param(shift(at(27, 20), at(28, 20)), FINE, ["shift_in_past"], id="began-yesterday"),
        pytest.param(shift(at(28, 20), at(28, 20)), FINE, ["shift_ends_first"], id="no-time-at-all"),
        pytest.param(shift(at(29, 9), at(29, 17), DutyKind.NORMAL), FINE, [], id="normal-on-a-Tuesday"),
        pytest.param(
            shift(at(1, 9, month=1), at(1, 17, month=1), DutyKind.NORMAL), FINE, ["normal_duty_on_day_off"],
            id="normal-on-a-holiday",
        ),
        pytest.param(shift(at(1, 9, month=1), at(1, 17, month=1)), FINE, [], id="round-the-clock-on-a-holiday"),
        pytest.param(
            shift(at(29, 9), at(29, 17)), Candidate(is_active=False, belongs=True), ["duty_account_not_active"],
            id="account-suspended",
        ),
        pytest.param(
            shift(at(29, 9), at(29, 17)), Candidate(is_active=True, belongs=False), ["duty_person_of_elsewhere"],
            id="of-another-territory",
        ),
        pytest.param(
            shift(at(29, 9), at(29, 17)), Candidate(True, True, (other(at(29, 17), at(29, 20)),)), [],
            id="one-after-the-other",
        ),
        pytest.param(
            shift(at(29, 9), at(29, 17)), Candidate(True, True, (other(at(29, 16, 59), at(29, 20)),)),
            ["on_duty_then_already"], id="a-minute-twice",
        ),
        pytest.param(
            shift(at(29, 9), at(29, 17)), Candidate(True, True, (other(at(29, 8), at(30, 8), THERE),)),
            ["on_duty_elsewhere"], id="at-two-authorities",
        ),
    ],
)  # fmt: skip
def test_what_may_stand_on_the_roster(planned: Planned, candidate: Candidate, codes: list[str]) -> None:
    verdict = judge_shift(planned, candidate, authority_id=HERE, days=DAYS, now=NOW)
    assert [finding.code for finding in verdict.findings] == codes


@pytest.mark.parametrize(
    ("ended_at", "cancelled_at", "reason", "codes"),
    [
        pytest.param(at(28, 17), None, "换班", [], id="runs"),
        pytest.param(at(28, 10), None, "换班", ["shift_over"], id="over-this-minute"),
        pytest.param(at(28, 17), at(28, 9), "换班", ["shift_cancelled_already"], id="cancelled"),
        pytest.param(at(28, 17), None, " ", ["shift_reason_missing"], id="no-reason"),
    ],
)
def test_what_may_be_taken_off(
    ended_at: datetime, cancelled_at: datetime | None, reason: str, codes: list[str]
) -> None:
    verdict = judge_cancelling(ended_at=ended_at, cancelled_at=cancelled_at, reason=reason, now=NOW)
    assert [finding.code for finding in verdict.findings] == codes


@pytest.mark.parametrize(
    ("cancelled_at", "counts"),
    [
        pytest.param(None, Span(at(28, 8), at(28, 20)), id="stands"),
        pytest.param(at(27, 8), None, id="before-it-began"),
        pytest.param(at(28, 8), None, id="as-it-began"),
        pytest.param(at(28, 12), Span(at(28, 8), at(28, 12)), id="while-it-ran"),
    ],
)
def test_what_counts_of_a_cancelled_shift(cancelled_at: datetime | None, counts: Span | None) -> None:
    assert served(Span(at(28, 8), at(28, 20)), cancelled_at) == counts


def pattern(turn: DutyTurn, first: date, last: date, kind: DutyKind = DutyKind.ROUND_THE_CLOCK) -> Pattern:
    hours = OFFICE if kind is DutyKind.NORMAL else ROUND
    return Pattern((ANNA, BO, CHEN), first, last, hours, kind, turn)


@pytest.mark.parametrize(
    ("given", "people"),
    [
        pytest.param(pattern(DutyTurn.DAILY, MONDAY, date(2027, 1, 2)), [ANNA, BO, CHEN, ANNA, BO, CHEN], id="daily"),
        pytest.param(
            pattern(DutyTurn.DAILY, date(2026, 12, 31), date(2027, 1, 5), DutyKind.NORMAL), [ANNA, BO, CHEN],
            id="normal-skips-days-off-and-no-turn-is-lost",
        ),
        pytest.param(
            pattern(DutyTurn.DAILY, date(2026, 12, 26), date(2026, 12, 27), DutyKind.NORMAL), [ANNA],
            id="a-made-up-Sunday-is-worked",
        ),
        pytest.param(
            pattern(DutyTurn.WEEKLY, date(2026, 12, 31), date(2027, 1, 5)), [ANNA] * 4 + [BO] * 2,
            id="weekly-changes-on-Monday-over-the-new-year",
        ),
        pytest.param(pattern(DutyTurn.TOGETHER, MONDAY, MONDAY), [ANNA, BO, CHEN], id="together"),
    ],
)  # fmt: skip
def test_a_pattern_spelled_out(given: Pattern, people: list[UUID]) -> None:
    assert [one.account_id for one in spell_out(given, DAYS)] == people


def test_hours_that_are_not_later_end_on_the_day_after() -> None:
    assert NIGHT.on(date(2026, 12, 31)) == Span(at(31, 17), at(1, 8, 30, 1))
    assert ROUND.on(MONDAY).length == timedelta(days=1)
    assert OFFICE.on(MONDAY).length == timedelta(hours=8, minutes=30)


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        pytest.param(pattern(DutyTurn.DAILY, MONDAY, MONDAY + timedelta(days=MOST_DAYS - 1)), [], id="a-quarter"),
        pytest.param(
            pattern(DutyTurn.DAILY, MONDAY, MONDAY + timedelta(days=MOST_DAYS)), ["pattern_too_long"], id="a-day-more"
        ),
        pytest.param(pattern(DutyTurn.DAILY, MONDAY, MONDAY - timedelta(days=1)), ["pattern_reversed"], id="reversed"),
        pytest.param(
            Pattern((), MONDAY, MONDAY, ROUND, DutyKind.NORMAL, DutyTurn.DAILY), ["pattern_without_people"],
            id="nobody",
        ),
        pytest.param(
            Pattern((ANNA,) * 5, MONDAY, MONDAY + timedelta(days=80), ROUND, DutyKind.NORMAL, DutyTurn.TOGETHER),
            ["pattern_too_much"], id="too-many-shifts",
        ),
    ],
)  # fmt: skip
def test_what_pattern_can_be_spelled_out(given: Pattern, codes: list[str]) -> None:
    assert [finding.code for finding in judge_pattern(given).findings] == codes


def test_last_week_again_is_the_same_hours_a_week_on() -> None:
    (one,) = moved_on([shift(at(28, 17), at(29, 8, 30))], timedelta(days=7))
    assert one.span == Span(at(4, 17, month=1), at(5, 8, 30, 1))


@pytest.mark.parametrize(
    ("covered", "gaps"),
    [
        pytest.param([], [(0, 24)], id="nobody-at-all"),
        pytest.param([(0, 24)], [], id="the-whole-day"),
        pytest.param([(8, 18)], [(0, 8), (18, 24)], id="only-by-day"),
        pytest.param([(8, 12), (10, 18), (9, 10)], [(0, 8), (18, 24)], id="overlapping"),
        pytest.param([(8, 12), (12, 18)], [(0, 8), (18, 24)], id="one-after-the-other"),
        pytest.param([(-5, 3), (20, 30)], [(3, 20)], id="from-before-and-on"),
        pytest.param([(-9, -2), (25, 30)], [(0, 24)], id="beside-it"),
    ],
)
def test_where_nobody_is_on_duty(covered: list[tuple[int, int]], gaps: list[tuple[int, int]]) -> None:
    day = whole_day(MONDAY)

    def spans(hours: list[tuple[int, int]]) -> list[Span]:
        return [Span(day.begin + timedelta(hours=a), day.begin + timedelta(hours=b)) for a, b in hours]

    assert find_gaps(spans(covered), day) == spans(gaps)


HOURS = st.tuples(st.integers(0, 71), st.integers(1, 36)).map(lambda one: (one[0], one[0] + one[1]))


@given(st.lists(HOURS, max_size=8))
def test_every_hour_is_covered_or_a_gap_and_never_both(covered: list[tuple[int, int]]) -> None:
    begin = whole_day(MONDAY).begin
    spans = [Span(begin + timedelta(hours=a), begin + timedelta(hours=b)) for a, b in covered]
    by_day = gaps_by_day(spans, MONDAY, MONDAY + timedelta(days=2))
    gaps = [gap for found in by_day.values() for gap in found]
    for hour in range(72):
        moment = begin + timedelta(hours=hour)
        on_duty = any(span.begin <= moment < span.end for span in spans)
        assert on_duty is not any(gap.begin <= moment < gap.end for gap in gaps)


def test_a_night_stays_in_one_piece_and_a_long_gap_is_cut_at_midnight() -> None:
    by_day = gaps_by_day([OFFICE.on(MONDAY), OFFICE.on(MONDAY + timedelta(days=1))], MONDAY, date(2026, 12, 31))
    assert by_day[MONDAY] == [Span(at(28, 0), at(28, 8, 30)), Span(at(28, 17), at(29, 8, 30))]
    assert by_day[date(2026, 12, 29)] == [Span(at(29, 17), at(30, 0))]
    assert by_day[date(2026, 12, 30)] == [whole_day(date(2026, 12, 30))]


@pytest.mark.parametrize(
    ("gap", "is_in"),
    [
        pytest.param(Span(at(28, 17), at(29, 8, 30)), False, id="the-night"),
        pytest.param(Span(at(28, 17), at(29, 8, 31)), True, id="a-minute-of-the-morning"),
        pytest.param(Span(at(1, 0, month=1), at(1, 23, month=1)), False, id="a-holiday"),
    ],
)
def test_whether_the_offices_are_open_in_a_gap(gap: Span, is_in: bool) -> None:  # a column of the table
    assert is_in_office_hours(gap, OFFICE, DAYS) is is_in
