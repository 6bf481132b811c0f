"""Early warnings on both databases: what stands on each line, what does not, in whose scope, and at what cost."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from regulator.features.coverage.forecast import ENDING_DAYS
from regulator.features.coverage.queries.warnings import (
    WarningRow,
    _ending,
    count_warning,
    count_warnings,
    list_warnings,
)
from regulator.features.coverage.terms import WarningKind
from regulator.features.divisions.queries import get_division
from regulator.features.registry.models import Company, Estate, Notice
from regulator.features.registry.terms import Mode, NoticeKind, Party, RecordSource
from regulator.foundation.database import is_postgres, new_key
from regulator.foundation.extensions import db
from regulator.foundation.i18n import LOCALES, label
from regulator.law.calendar import Due
from tests.factories.calendar import seed
from tests.factories.registry import (
    CITY_SCOPE,
    HEPING,
    HEPING_COMMUNITY,
    HEPING_SCOPE,
    NOW,
    SHENHE,
    SHENHE_SCOPE,
    TODAY,
    make_company,
    make_contract,
    make_estate,
    make_service,
    make_tree,
)

DAY = timedelta(days=1)
SOON, LAST_DAY = TODAY + 30 * DAY, TODAY + ENDING_DAYS * DAY


@pytest.fixture
def city(session: Session) -> Session:
    """The small world's tree."""
    make_tree()
    return session


def listed(kind: WarningKind, day: date = TODAY, **given: Any) -> tuple[WarningRow, ...]:
    scope = given.pop("scope", CITY_SCOPE)
    page = list_warnings(scope, given.pop("division", None), kind, day=day, **given)
    if not given:
        assert count_warning(scope, None, kind, day=day).number == len(page.items)
    return page.items


def make_notice(
    estate: Estate,
    company: Company,
    kind: NoticeKind = NoticeKind.RENEWAL_REFUSED,
    given_by: Party = Party.COMPANY,
    dated_on: date = TODAY - 5 * DAY,
    **given: Any,
) -> Notice:
    recorded = {"source": RecordSource.TYPED, "registered_at": NOW, "updated_at": NOW, "version": 1}
    notice = Notice(
        id=new_key(), estate_id=estate.id, company_id=company.id, kind=kind, given_by=given_by, dated_on=dated_on,
        **(recorded | given),
    )  # fmt: skip
    db.session.add(notice)
    db.session.flush()
    return notice


def served(**given: Any) -> tuple[Estate, Company]:
    """An estate and the company that serves it."""
    company = make_company()
    estate = make_estate(**given)
    make_service(estate, company)
    return estate, company


# --- contracts that end ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "shown"),
    [
        pytest.param(TODAY - DAY, False, id="ended-yesterday-is-another-line"),
        pytest.param(TODAY, True, id="ends-today"),
        pytest.param(LAST_DAY, True, id="ends-on-the-ninetieth-day"),
        pytest.param(LAST_DAY + DAY, False, id="ends-a-day-later"),
        pytest.param(None, False, id="without-term"),
    ],
)
def test_a_contract_that_ends_soon(city: Session, ends: date | None, shown: bool) -> None:
    estate, company = served()
    make_contract(estate, company, ended_on=ends)
    rows = listed(WarningKind.CONTRACT_ENDING)
    assert [row.estate_code for row in rows] == ([estate.code] if shown else [])
    if shown:
        assert (rows[0].day, rows[0].company_name, str(rows[0].place)) == (
            ends,
            company.name,
            "沈河区朱剪炉街道惠工社区",
        )
        assert rows[0].days_left(TODAY) == (ends - TODAY).days  # type: ignore[operator]


@pytest.mark.parametrize(
    ("begins", "ends", "shown"),
    [
        pytest.param(SOON + DAY, None, False, id="begins-the-day-after"),
        pytest.param(SOON - 10 * DAY, SOON + DAY, False, id="covers-the-day-after-only"),
        pytest.param(TODAY - DAY, None, False, id="runs-already-beside"),
        pytest.param(SOON + 2 * DAY, None, True, id="leaves-a-day-between"),
        pytest.param(TODAY, SOON, True, id="ends-the-same-day"),
    ],
)
def test_a_successor_of_any_company(city: Session, begins: date, ends: date | None, shown: bool) -> None:
    estate, company = served()
    make_contract(estate, company, ended_on=SOON)
    make_contract(estate, make_company("后继物业"), begins, ends)
    assert [row.company_name for row in listed(WarningKind.CONTRACT_ENDING)] == ([company.name] if shown else [])


def test_the_same_company_may_be_its_own_successor(city: Session) -> None:
    estate, company = served()
    make_contract(estate, company, ended_on=SOON)
    make_contract(estate, company, SOON + DAY)
    assert listed(WarningKind.CONTRACT_ENDING) == ()


def test_a_retired_successor_is_none_and_a_retired_contract_or_estate_does_not_warn(city: Session) -> None:
    estate, company = served()
    make_contract(estate, company, ended_on=SOON)
    make_contract(estate, make_company("后继物业"), SOON + DAY, retired_on=TODAY)
    gone, other = served(retired_on=TODAY)
    make_contract(gone, other, ended_on=SOON)
    kept, third = served()
    make_contract(kept, third, ended_on=SOON, retired_on=TODAY)
    assert [row.estate_code for row in listed(WarningKind.CONTRACT_ENDING)] == [estate.code]


def test_a_contract_of_a_company_that_does_not_serve_is_no_warning(city: Session) -> None:
    estate, _company = served()
    make_contract(estate, make_company("未进场物业"), ended_on=SOON)
    left = make_company("已退出物业")
    empty = make_estate()
    make_service(empty, left, ended_on=TODAY - DAY)
    make_contract(empty, left, ended_on=SOON)
    assert listed(WarningKind.CONTRACT_ENDING) == ()


def test_the_soonest_end_comes_first_page_by_page(city: Session) -> None:
    for days in (60, 10, 40, 20):
        estate, company = served()
        make_contract(estate, company, ended_on=TODAY + days * DAY)
    found, cursor = [], None
    for _ in range(4):
        page = list_warnings(CITY_SCOPE, None, WarningKind.CONTRACT_ENDING, day=TODAY, cursor=cursor, limit=1)
        found += [row.days_left(TODAY) for row in page.items]
        cursor = page.next
    assert found == [10, 20, 40, 60]
    assert cursor is None


# --- notices --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "given_by", "line"),
    [
        pytest.param(
            NoticeKind.RENEWAL_REFUSED, Party.COMPANY, WarningKind.COMPANY_LEAVES, id="Art.947-company-refuses-renewal"
        ),
        pytest.param(
            NoticeKind.CONTINUED_SERVICE_ENDED, Party.COMPANY, WarningKind.COMPANY_LEAVES, id="Art.948-company-ends"
        ),
        pytest.param(NoticeKind.CONTINUED_SERVICE_ENDED, Party.OWNERS, None, id="Art.948-owners-end-it"),
        pytest.param(NoticeKind.DISMISSAL, Party.OWNERS, WarningKind.DISMISSED, id="Art.946-owners-dismiss"),
        pytest.param(NoticeKind.RENEWAL_INTENDED, Party.OWNERS, None, id="Art.947-owners-renew"),
    ],
)
def test_each_notice_stands_on_its_line(
    city: Session, kind: NoticeKind, given_by: Party, line: WarningKind | None
) -> None:
    estate, company = served()
    make_notice(estate, company, kind, given_by)
    for found in (WarningKind.COMPANY_LEAVES, WarningKind.DISMISSED):
        assert [row.estate_code for row in listed(found)] == ([estate.code] if found is line else [])


def test_a_notice_says_by_when_the_company_is_gone(city: Session) -> None:
    estate, company = served()
    make_contract(estate, company, ended_on=date(2027, 3, 31))
    make_notice(estate, company)
    [row] = listed(WarningKind.COMPANY_LEAVES)
    assert (row.given_on, row.day) == (TODAY - 5 * DAY, date(2027, 3, 31))  # 947: with the contract
    make_notice(estate, company, NoticeKind.DISMISSAL, Party.OWNERS, received_on=TODAY - 2 * DAY)
    [row] = listed(WarningKind.DISMISSED)
    assert row.due == Due(TODAY + 58 * DAY, is_provisional=True)  # 946: 60 days from when it arrived, 2026 not known
    city.commit()
    seed()
    assert [row.is_provisional for row in listed(WarningKind.DISMISSED)] == [False]
    assert [row.is_provisional for row in listed(WarningKind.COMPANY_LEAVES)] == [False]  # a contract's end is certain


@pytest.mark.parametrize(
    "settled", ["left", "agreed anew", "came back later", "retired", "dated later", "never served"]
)
def test_a_notice_that_no_longer_stands_is_no_warning(city: Session, settled: str) -> None:
    company, estate = make_company(), make_estate()
    if settled != "never served":
        began = TODAY - 2 * DAY if settled == "came back later" else date(2020, 1, 1)
        make_service(estate, company, began_on=began, ended_on=TODAY - DAY if settled == "left" else None)
    if settled == "agreed anew":
        make_contract(estate, company, TODAY - 3 * DAY)
    dated = TODAY + DAY if settled == "dated later" else TODAY - 5 * DAY
    make_notice(estate, company, dated_on=dated, retired_on=TODAY if settled == "retired" else None)
    assert listed(WarningKind.COMPANY_LEAVES) == ()


# --- what goes on, what is left alone -------------------------------------------------------------------------------


def test_services_on_an_ended_contract_are_those_of_the_work_list(city: Session) -> None:
    estate, company = served()
    make_contract(estate, company, ended_on=TODAY - 12 * DAY)
    [row] = listed(WarningKind.CONTINUED)
    assert (row.estate_code, row.company_name, row.days_left(TODAY)) == (estate.code, company.name, -12)


def test_abandoned_estates_with_the_company_they_had(city: Session) -> None:
    estate, first = make_estate(), make_company("先前物业")
    last = make_company("最后物业")
    make_service(estate, first, ended_on=date(2022, 12, 31))
    make_service(estate, last, began_on=date(2023, 1, 1), ended_on=date(2026, 9, 30))
    make_service(estate, None, Mode.ABANDONED, began_on=date(2026, 10, 1))
    never = make_estate()
    make_service(never, None, Mode.NONE)
    nobody = make_estate()
    make_service(nobody, None, Mode.ABANDONED, began_on=None, stated_for=date(2026, 6, 1))
    rows = {row.estate_code: row for row in listed(WarningKind.ABANDONED)}
    assert set(rows) == {estate.code, nobody.code}
    assert (rows[estate.code].company_name, rows[estate.code].day) == (last.name, date(2026, 10, 1))
    assert (rows[nobody.code].company_name, rows[nobody.code].day) == (None, date(2026, 6, 1))
    assert listed(WarningKind.ABANDONED, date(2026, 9, 30)) == (rows[nobody.code],)


# --- scope, words, cost ---------------------------------------------------------------------------------------------


def one_of_each(division_code: str) -> None:
    """One estate more on each line."""
    estate, company = served(division_code=division_code)
    make_contract(estate, company, ended_on=SOON)
    make_notice(estate, company)
    make_notice(estate, company, NoticeKind.DISMISSAL, Party.OWNERS)
    goes_on, other = served(division_code=division_code)
    make_contract(goes_on, other, ended_on=TODAY - DAY)
    make_service(make_estate(division_code=division_code), None, Mode.ABANDONED)


def test_another_district_is_on_no_line_and_in_no_count(city: Session) -> None:
    one_of_each(HEPING_COMMUNITY)
    for kind in WarningKind:
        assert listed(kind, scope=SHENHE_SCOPE) == ()
        assert len(listed(kind, scope=HEPING_SCOPE)) == 1
        division = get_division(SHENHE)
        assert list_warnings(CITY_SCOPE, division, kind, day=TODAY).items == ()
        assert list_warnings(HEPING_SCOPE, division, kind, day=TODAY).items == ()
    assert {count.number for count in count_warnings(SHENHE_SCOPE, None, day=TODAY).values()} == {0}
    counts = count_warnings(CITY_SCOPE, get_division(HEPING), day=TODAY)
    assert {kind: count.number for kind, count in counts.items()} == dict.fromkeys(WarningKind, 1)


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("kind", WarningKind)
def test_as_many_statements_for_many_rows_as_for_few(city: Session, kind: WarningKind) -> None:
    found = []
    for _ in range(2):
        for division in (HEPING_COMMUNITY, HEPING_COMMUNITY):
            one_of_each(division)
        with statements() as seen:
            list_warnings(CITY_SCOPE, None, kind, day=TODAY)
        found.append(len(seen))
    assert found[0] == found[1] <= 7
    with statements() as seen:
        count_warnings(CITY_SCOPE, None, day=TODAY)
    assert len(seen) == len(WarningKind)


def test_ending_contracts_are_found_without_reading_every_contract(city: Session) -> None:
    """2,000 of them, two of which end soon: by the day they end or by the estates of the scope."""
    company = make_company()
    for number in range(400):
        estate = make_estate(f"小区{number}")
        make_service(estate, company)
        for year in range(5):
            make_contract(estate, company, date(2010 + year, 1, 1), date(2010 + year, 12, 31))
    for _ in range(2):
        estate, other = served()
        make_contract(estate, other, ended_on=SOON)
    city.execute(text("ANALYZE"))
    stmt = _ending(CITY_SCOPE, TODAY).compile(db.engine, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN" if is_postgres() else "EXPLAIN QUERY PLAN"
    plan = "\n".join(str(row) for row in city.execute(text(f"{explain} {stmt}".replace(":", "\\:"))))
    assert re.search(r"SCAN contract\b|Seq Scan on contract\b", plan) is None, plan


def test_the_words_say_the_days_the_rule_has() -> None:
    for locale in LOCALES:
        assert str(ENDING_DAYS) in label(WarningKind.CONTRACT_ENDING, locale)
