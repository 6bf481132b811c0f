"""When a notice between owners and company takes effect: the article's days, and what a notice of holidays moves."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from regulator.features.calendar.rules.statutory import working_days
from regulator.features.calendar.seeding import known_years
from regulator.features.registry.actions.notices import record_notice
from regulator.features.registry.queries.notices import NoticeFilter, list_notices, list_notices_of
from regulator.features.registry.rules.notices import effective_on
from regulator.features.registry.terms import NoticeKind, Party
from regulator.foundation.database import session as current_session
from regulator.foundation.database import transaction
from regulator.law.calendar import Due
from tests.factories import registry as make
from tests.factories.calendar import NEXT, announce, seed

DAYS = working_days(dict(known_years()))
DISMISSAL, ENDED = NoticeKind.DISMISSAL, NoticeKind.CONTINUED_SERVICE_ENDED


def due(day: str, *, provisional: bool = False) -> Due:
    return Due(date.fromisoformat(day), provisional)


@pytest.mark.parametrize(
    ("kind", "received", "expected"),
    [
        pytest.param(DISMISSAL, "2026-03-02", due("2026-05-06"), id="民法典946+203-ends-on-1-May"),
        pytest.param(DISMISSAL, "2026-03-10", due("2026-05-09"), id="民法典946-ends-on-a-make-up-Saturday"),
        pytest.param(DISMISSAL, "2026-06-01", due("2026-07-31"), id="民法典946-first-day-not-counted"),
        pytest.param(ENDED, "2026-06-01", due("2026-07-31"), id="民法典948-60-days-from-receipt"),
        pytest.param(ENDED, "2026-11-02", due("2027-01-04", provisional=True), id="民法典948-across-2027"),
        pytest.param(DISMISSAL, None, None, id="民法典137-not-received-yet"),
        pytest.param(NoticeKind.RENEWAL_REFUSED, "2026-06-01", None, id="民法典947-counts-back-from-the-end"),
        pytest.param(NoticeKind.RENEWAL_INTENDED, "2026-06-01", None, id="民法典947-owners"),
    ],
)
def test_when_a_notice_takes_effect(kind: NoticeKind, received: str | None, expected: Due | None) -> None:
    assert effective_on(kind, date.fromisoformat(received) if received else None, DAYS) == expected


def record(received_on: date | None) -> Any:
    make.make_tree()
    estate, company = make.make_estate(), make.make_company()
    current_session().commit()
    values = {
        "kind": DISMISSAL, "given_by": Party.OWNERS, "dated_on": date(2026, 10, 1), "received_on": received_on,
        "document_number": None, "remark": None,
    }  # fmt: skip
    with transaction():
        record_notice(estate, company, values, actor=make.actor(), now=make.NOW)
    return estate


def shown() -> Due | None:
    (row,) = list_notices(make.CITY_SCOPE, NoticeFilter()).items
    assert str(row.place)
    return row.takes_effect


def test_the_day_is_reckoned_when_read_and_follows_the_notice_of_holidays(app: Flask, session: Session) -> None:
    seed()
    estate = record(date(2026, 11, 1))
    assert shown() == due("2026-12-31")
    announce(NEXT + "2026-12-31,休,元旦,,,\n2026-12-27,班,元旦,,,\n")
    assert shown() == due("2027-01-04")
    assert list_notices_of(estate.id)[0].takes_effect == due("2027-01-04")


def test_it_is_provisional_until_the_notice_comes(app: Flask, session: Session) -> None:
    record(date(2026, 11, 1))
    announce()
    assert shown() == due("2026-12-31", provisional=True), "2026 has no notice here"
    seed()
    assert shown() == due("2026-12-31")


def test_without_the_day_of_receipt_nothing_is_reckoned(app: Flask, session: Session) -> None:
    seed()
    record(None)
    assert shown() is None
