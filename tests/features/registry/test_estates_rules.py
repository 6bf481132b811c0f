"""Rules of estates, notices, committees and rounds."""

from datetime import date

import pytest

from regulator.features.registry.rules.contracts import committee_filing_due, judge_committee, judge_contract
from regulator.features.registry.rules.estates import is_placed, judge_estate, next_code
from regulator.features.registry.rules.notices import judge_notice
from regulator.features.registry.rules.verification import (
    FieldDifference,
    differences,
    judge_closing,
    judge_done,
    judge_opening,
)
from regulator.features.registry.terms import NoticeKind, Party
from regulator.law.calendar import Due, WorkingDays
from regulator.law.findings import Verdict

TODAY = date(2026, 11, 23)
BOX = (122.4, 41.1, 123.9, 43.1)


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


@pytest.mark.parametrize(
    ("place", "last", "code"),
    [
        pytest.param("210103001001", 0, "2101030010010001", id="community-first"),
        pytest.param("210103001001", 41, "2101030010010042", id="community-next"),
        pytest.param("210103001", 9998, "2101030019999", id="street-last"),
    ],
)
def test_estate_codes(place: str, last: int, code: str) -> None:
    assert next_code(place, last) == code


@pytest.mark.parametrize(
    ("place", "last"), [("210103", 0), ("210103001001", 9999), ("21010300100x", 0), ("210103001", -1)]
)
def test_codes_that_cannot_be_given(place: str, last: int) -> None:
    with pytest.raises(ValueError):
        next_code(place, last)


def test_placed() -> None:
    assert is_placed("210103001001")
    assert not is_placed("210103001")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, [], id="nothing-stated"),
        pytest.param({"floor_area": 10_000, "parts": (5_000, 4_900, None, None)}, [], id="sum-off-by-exactly-1%"),
        pytest.param(
            {"floor_area": 10_000, "parts": (5_000, 4_899)}, ["floor_area_sum_mismatch"], id="sum-off-by-more-than-1%"
        ),
        pytest.param({"floor_area": None, "parts": (5_000,)}, [], id="no-total"),
        pytest.param({"floor_area": 10_000}, [], id="no-parts"),
        pytest.param({"lon": 123.4, "lat": 41.8}, [], id="inside-the-city"),
        pytest.param({"lon": 41.8, "lat": 123.4}, ["lon_outside_city"], id="swapped-is-never-turned-round"),
        pytest.param({"lon": 123.4}, ["lon_incomplete"], id="half-a-point"),
        pytest.param({"completion_year": 2037}, ["completion_year_improbable"], id="too-far-ahead"),
        pytest.param({"completion_year": 1905}, [], id="an-old-house"),
        pytest.param({"condition_since": date(2026, 11, 24)}, ["condition_since_in_future"], id="not-yet-demolished"),
    ],
)
def test_estate_facts(changed: dict[str, object], expected: list[str]) -> None:
    given: dict[str, object] = {
        "floor_area": None,
        "parts": (),
        "lon": None,
        "lat": None,
        "box": BOX,
        "completion_year": None,
        "condition_since": None,
        "today": TODAY,
    }
    assert codes(judge_estate(**(given | changed))) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "party", "expected"),
    [
        pytest.param(NoticeKind.DISMISSAL, Party.OWNERS, [], id="946-owners-dismiss"),
        pytest.param(NoticeKind.DISMISSAL, Party.COMPANY, ["given_by_other_party"], id="946-a-company-cannot-dismiss"),
        pytest.param(NoticeKind.RENEWAL_INTENDED, Party.OWNERS, [], id="947-owners-renew"),
        pytest.param(NoticeKind.RENEWAL_REFUSED, Party.COMPANY, [], id="947-company-refuses"),
        pytest.param(
            NoticeKind.RENEWAL_REFUSED, Party.OWNERS, ["given_by_other_party"], id="947-only-the-company-refuses"
        ),
        pytest.param(NoticeKind.CONTINUED_SERVICE_ENDED, Party.OWNERS, [], id="948-owners-end"),
        pytest.param(NoticeKind.CONTINUED_SERVICE_ENDED, Party.COMPANY, [], id="948-company-ends"),
    ],
)
def test_who_gives_which_notice(kind: NoticeKind, party: Party, expected: list[str]) -> None:
    assert codes(judge_notice(kind, party, dated_on=TODAY, received_on=None, today=TODAY)) == expected


@pytest.mark.parametrize(
    ("dated", "received", "expected"),
    [
        pytest.param(TODAY, TODAY, [], id="same-day"),
        pytest.param(date(2026, 11, 24), None, ["dated_on_in_future"], id="dated-ahead"),
        pytest.param(TODAY, date(2026, 11, 22), ["received_on_before_date"], id="received-before-written"),
        pytest.param(TODAY, date(2026, 11, 24), ["received_on_in_future"], id="received-ahead"),
    ],
)
def test_days_of_a_notice(dated: date, received: date | None, expected: list[str]) -> None:
    verdict = judge_notice(NoticeKind.DISMISSAL, Party.OWNERS, dated_on=dated, received_on=received, today=TODAY)
    assert codes(verdict) == expected


@pytest.mark.parametrize(
    ("elected_on", "due"),
    [
        pytest.param(date(2026, 10, 24), Due(TODAY, is_provisional=False), id="条例16-the-day-of-election-not-counted"),
        pytest.param(date(2026, 10, 22), Due(TODAY, is_provisional=False), id="民法典203-a-saturday-rolls-to-monday"),
        pytest.param(date(2026, 12, 7), Due(date(2027, 1, 6), is_provisional=True), id="across-new-year"),
        pytest.param(None, None, id="day-of-election-not-known"),
    ],
)
def test_committee_is_filed_within_30_days_of_the_election(elected_on: date | None, due: Due | None) -> None:
    days = WorkingDays(frozenset({date(2027, 1, 1)}), frozenset(), frozenset({2026}))
    assert committee_filing_due(elected_on, days) == due


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, [], id="in-order"),
        pytest.param({"ended_on": date(2020, 1, 1)}, ["term_ended_on_before_beginning"], id="term-backwards"),
        pytest.param({"elected_on": date(2027, 1, 1)}, ["elected_on_in_future"], id="elected-ahead"),
        pytest.param({"filed_on": date(2025, 1, 1)}, ["filed_on_before_election"], id="16-filed-before-elected"),
        pytest.param({"filed_on": date(2027, 1, 1)}, ["filed_on_in_future"], id="filed-ahead"),
    ],
)
def test_committee_days(changed: dict[str, object], expected: list[str]) -> None:
    given: dict[str, object] = {
        "elected_on": date(2026, 1, 1),
        "began_on": date(2026, 1, 1),
        "ended_on": None,
        "filed_on": None,
        "today": TODAY,
    }
    assert codes(judge_committee(**(given | changed))) == expected  # type: ignore[arg-type]


def test_contract_days() -> None:
    verdict = judge_contract(
        began_on=date(2026, 2, 1),
        ended_on=date(2026, 1, 1),
        signed_on=date(2026, 12, 1),
        filed_on=date(2026, 11, 30),
        today=TODAY,
    )
    assert codes(verdict) == [
        "ended_on_before_beginning",
        "signed_on_in_future",
        "filed_on_in_future",
        "filed_on_before_signing",
    ]


def test_rounds() -> None:
    assert codes(judge_opening(others_open=1, due_on=date(2026, 1, 1), today=TODAY)) == [
        "round_already_open",
        "due_on_past",
    ]
    assert codes(judge_done(closed=False, district_done=False, remaining=3)) == ["records_unconfirmed"]
    assert judge_done(closed=False, district_done=False, remaining=0)
    assert codes(judge_closing(closed=True)) == ["round_closed"]


def test_differences_field_by_field() -> None:
    assert differences({"name": "甲", "households": 3}, {"name": "乙", "households": 3, "mode": "none"}) == (
        FieldDifference("name", "甲", "乙"),
        FieldDifference("mode", None, "none"),
    )
    assert differences(None, {"name": "乙"}) == ()
