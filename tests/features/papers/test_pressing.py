"""How pressing a term is, and what the rules of matters and files say, as tables."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from regulator.features.papers.rules.files import file_number, judge_archiving, kept_until
from regulator.features.papers.rules.matters import judge_by_hand, judge_keeping, judge_term
from regulator.features.papers.rules.pressing import FAR, Pressing, end_of_soon, press
from regulator.features.papers.terms import MatterKind, MatterState, Pressure
from regulator.law.calendar import WorkingDays

FRIDAY = date(2026, 11, 20)
PLAIN = WorkingDays(frozenset(), frozenset(), frozenset({2026}))
HOLIDAY = WorkingDays(frozenset({date(2026, 11, 23)}), frozenset({date(2026, 11, 22)}), frozenset({2026}))


@pytest.mark.parametrize(
    ("due_on", "calendar", "wanted"),
    [
        pytest.param(None, PLAIN, Pressing(Pressure.NO_TERM), id="no-term"),
        pytest.param(FRIDAY, PLAIN, Pressing(Pressure.TODAY, 0), id="today"),
        pytest.param(date(2026, 11, 22), PLAIN, Pressing(Pressure.TODAY, 0), id="sunday-leaves-only-today"),
        pytest.param(date(2026, 11, 22), HOLIDAY, Pressing(Pressure.SOON, 1), id="sunday-made-up"),
        pytest.param(date(2026, 11, 23), PLAIN, Pressing(Pressure.SOON, 1), id="monday"),
        pytest.param(date(2026, 11, 25), PLAIN, Pressing(Pressure.SOON, 3), id="third-working-day"),
        pytest.param(date(2026, 11, 26), PLAIN, Pressing(Pressure.ON_TIME, 4), id="fourth-working-day"),
        pytest.param(FRIDAY - timedelta(days=1), PLAIN, Pressing(Pressure.OVERDUE, 1), id="yesterday"),
        pytest.param(date(2026, 11, 13), PLAIN, Pressing(Pressure.OVERDUE, 5), id="a-week-over"),
        pytest.param(FRIDAY + FAR + timedelta(days=1), PLAIN, Pressing(Pressure.ON_TIME), id="far"),
        pytest.param(FRIDAY - FAR - timedelta(days=1), PLAIN, Pressing(Pressure.OVERDUE), id="long-over"),
    ],
)
def test_press(due_on: date | None, calendar: WorkingDays, wanted: Pressing) -> None:
    assert press(due_on, today=FRIDAY, calendar=calendar) == wanted


def test_a_term_that_ended_on_a_day_off_is_overdue_on_the_next() -> None:
    monday = date(2026, 11, 23)
    assert press(date(2026, 11, 21), today=date(2026, 11, 22), calendar=PLAIN) == Pressing(Pressure.OVERDUE, 0)
    assert press(date(2026, 11, 22), today=monday, calendar=PLAIN) == Pressing(Pressure.OVERDUE, 1)


@given(some.dates(date(2026, 1, 1), date(2026, 12, 1)), some.integers(0, 59))
def test_the_filter_of_near_terms_and_the_word_beside_them_agree(today: date, ahead: int) -> None:
    """A list narrowed to terms that are near shows exactly those said to be near."""
    due_on = today + timedelta(days=ahead)
    is_near = press(due_on, today=today, calendar=HOLIDAY).pressure in (Pressure.TODAY, Pressure.SOON)
    assert is_near == (today <= due_on < end_of_soon(today, HOLIDAY))


@pytest.mark.parametrize(
    ("kind", "years", "wanted"),
    [
        pytest.param(MatterKind.OFFICIAL, 30, "2026-D30-SX-0012", id="thirty-years"),
        pytest.param(MatterKind.LINK, 10, "2026-D10-MC-0012", id="ten-years"),
        pytest.param("licence", None, "2026-Y-LICENCE-0012", id="for-ever-kind-of-a-later-part"),
    ],
)
def test_file_numbers(kind: str, years: int | None, wanted: str) -> None:
    assert file_number(year=2026, kind=kind, retention_years=years, sequence=12) == wanted


def test_every_kind_has_letters_of_its_own() -> None:
    made = {file_number(year=2026, kind=kind, retention_years=10, sequence=1) for kind in MatterKind}
    assert len(made) == len(MatterKind)
    assert not any(kind.upper() in number for kind in MatterKind for number in made)


def test_retention_runs_from_the_end_of_the_year() -> None:
    assert kept_until(2026, 10) == date(2036, 12, 31)
    assert kept_until(2026, None) is None


@pytest.mark.parametrize(
    ("state", "is_archived", "under_way", "codes"),
    [
        pytest.param(MatterState.CLOSED, False, 0, [], id="closed"),
        pytest.param(MatterState.OPEN, False, 0, ["matter_open_still"], id="open"),
        pytest.param(MatterState.CLOSED, True, 0, ["file_archived"], id="twice"),
        pytest.param(MatterState.CLOSED, False, 2, ["deliveries_under_way"], id="paper-on-its-way"),
    ],
)
def test_archiving(state: MatterState, is_archived: bool, under_way: int, codes: list[str]) -> None:
    found = judge_archiving(state=state, is_archived=is_archived, under_way=under_way)
    assert [finding.code for finding in found.findings] == codes


def test_only_the_desks_own_matters_are_closed_by_hand() -> None:
    assert not judge_by_hand(MatterKind.OFFICIAL).findings
    assert [one.code for one in judge_by_hand(MatterKind.LINK).findings] == ["matter_follows_record"]
    assert [one.code for one in judge_by_hand("licence").findings] == ["matter_follows_record"]


def test_a_term_does_not_end_before_the_opening() -> None:
    assert not judge_term(due_on=FRIDAY, opened_on=FRIDAY).findings
    assert not judge_term(due_on=None, opened_on=FRIDAY).findings
    assert judge_term(due_on=FRIDAY - timedelta(days=1), opened_on=FRIDAY).findings
    assert judge_keeping(is_archived=True).findings
