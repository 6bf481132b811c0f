"""Until when a state of an application lasts: over New Year and Spring Festival 2027, with stops and an extension."""

from datetime import date

import pytest

from regulator.features.calendar.rules.statutory import working_days
from regulator.features.licensing import rulesets
from regulator.features.licensing.application_terms import ApplicationState, Times
from regulator.features.licensing.rules.clocks import asked_in_time, due_in, median_days, objections_until
from regulator.features.licensing.terms import GrantLevel, Procedure
from regulator.law.calendar import Due

S = ApplicationState
CALENDAR = working_days({})
"""Computed from the law: off are 1 January 2027, and 5 to 8 February (two of them a weekend)."""
BEFORE_NEW_YEAR, BEFORE_FESTIVAL = date(2026, 12, 28), date(2027, 1, 18)
EVALUATION = rulesets.read(rulesets.shipped_source(rulesets.DEMO)).procedure
LICENCE = rulesets.read(rulesets.shipped_source("licence-2015")).procedure


def _one_office(procedure: Procedure) -> Procedure:
    from dataclasses import replace

    return replace(procedure, examined_by=GrantLevel.CITY)


@pytest.mark.parametrize(
    ("state", "times", "due"),
    [
        pytest.param(S.RECEIVED, {"received_on": BEFORE_NEW_YEAR}, date(2027, 1, 5), id="Art.32-five-over-New-Year"),
        pytest.param(
            S.SUPPLIED,
            {"received_on": date(2026, 12, 1), "papers_on": BEFORE_NEW_YEAR},
            date(2027, 1, 5),
            id="Art.32-five-from-the-supplement",
        ),
        pytest.param(S.ACCEPTED, {"accepted_on": BEFORE_NEW_YEAR}, date(2027, 1, 26), id="Art.43-twenty"),
        pytest.param(
            S.EXAMINED,
            {"accepted_on": BEFORE_NEW_YEAR, "examined_on": BEFORE_FESTIVAL},
            date(2027, 2, 17),
            id="Art.42-twenty-from-the-report-over-Spring-Festival",
        ),
        pytest.param(
            S.EXAMINED,
            {"examined_on": BEFORE_FESTIVAL, "is_extended": True},
            date(2027, 3, 3),
            id="Art.42-ten-more",
        ),
        pytest.param(
            S.EXAMINED,
            {"examined_on": BEFORE_FESTIVAL, "pauses": ((date(2027, 1, 20), date(2027, 1, 27)),)},
            date(2027, 2, 24),
            id="Art.45-five-working-days-of-inspection",
        ),
        pytest.param(
            S.EXAMINED,
            {"examined_on": BEFORE_FESTIVAL, "pauses": ((date(2027, 1, 20), None),)},
            None,
            id="Art.45-stands-still",
        ),
        pytest.param(
            S.OBJECTION_NOTICE,
            {"examined_on": BEFORE_FESTIVAL, "published_on": date(2027, 2, 1)},
            date(2027, 2, 17),
            id="Art.45-public-notice-stops-nothing",
        ),
        pytest.param(S.APPROVED, {"decided_on": date(2027, 2, 4)}, date(2027, 2, 22), id="Art.44-ten-to-deliver"),
        pytest.param(
            S.APPROVED,
            {"decided_on": date(2027, 2, 4), "pauses": ((date(2027, 1, 4), None),)},
            date(2027, 2, 22),
            id="Art.45-delivery-never-stands-still",
        ),
        pytest.param(S.SUPPLEMENT_ASKED, {"received_on": BEFORE_NEW_YEAR}, None, id="waits-for-the-applicant"),
        pytest.param(S.DELIVERED, {"decided_on": BEFORE_NEW_YEAR}, None, id="over"),
    ],
)
@pytest.mark.parametrize("procedure", [LICENCE, EVALUATION], ids=["licence", "evaluation"])
def test_the_last_day_of_a_state(
    state: ApplicationState, times: dict[str, object], due: date | None, procedure: Procedure
) -> None:
    assert due_in(state, Times(**times), procedure, CALENDAR) == (Due(due, is_provisional=True) if due else None)


def test_one_office_alone_has_twenty_from_acceptance() -> None:
    alone = _one_office(LICENCE)
    for state in (S.ACCEPTED, S.EXAMINED):
        found = due_in(state, Times(accepted_on=BEFORE_NEW_YEAR, examined_on=BEFORE_FESTIVAL), alone, CALENDAR)
        assert found == Due(date(2027, 1, 26), is_provisional=True)


def test_a_notice_that_ends_in_the_festival_ends_after_it() -> None:
    published = Times(published_on=date(2027, 1, 29))
    assert objections_until(published, EVALUATION, CALENDAR) == Due(date(2027, 2, 9), is_provisional=True)
    assert objections_until(published, LICENCE, CALENDAR) is None


@pytest.mark.parametrize(
    ("received_on", "in_time"),
    [
        pytest.param(date(2016, 5, 31), True, id="Art.50-thirty-days-before"),
        pytest.param(date(2016, 6, 1), False, id="Art.50-twenty-nine"),
        pytest.param(None, False, id="never-received"),
    ],
)
def test_a_renewal_is_asked_in_time(received_on: date | None, in_time: bool) -> None:
    assert asked_in_time(received_on, date(2016, 6, 30), LICENCE) is in_time


def test_the_median_is_one_of_the_numbers() -> None:
    assert [median_days(spans) for spans in ([], [7], [9, 1], [3, 1, 2])] == [None, 7, 1, 2]
