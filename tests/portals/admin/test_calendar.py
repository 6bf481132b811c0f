"""The system administrator looks at a year, takes a notice in after a look at it, and is told what is wrong with it."""

from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.calendar import queries
from regulator.features.calendar.models import CalendarDay
from regulator.features.calendar.terms import DayKind
from regulator.foundation.database import session as current_session
from regulator.foundation.database import transaction
from tests.factories.calendar import NEXT, bent, seed, without
from tests.portals.conftest import Desk, sign_in

__all__ = ["sign_in"]
CITY = "210100"


@pytest.fixture(autouse=True)
def after_the_notice() -> Iterator[None]:
    with time_machine.travel("2026-12-01T04:00:00+00:00"):
        yield


@pytest.fixture
def desk(sign_in: Callable[..., Desk]) -> Desk:
    seed()
    return sign_in(Role.SYSTEM_ADMINISTRATOR, CITY)


def send(desk: Desk, text: str, expected: int = 200, name: str = "2027.csv") -> str:
    desk.get("/admin/calendar?year=2027")
    return desk.post("/admin/calendar/preview", expected, file=(BytesIO(text.encode()), name)).text


def test_a_year_is_shown_in_words_and_signs(desk: Desk) -> None:
    page = desk.get("/admin/calendar?year=2026")
    assert page.count('class="month-sheet"') == 12
    assert page.count('<span class="day-mark">休</span>') == 33
    assert page.count('<span class="day-mark">班</span>') == 6
    assert "已公布（随软件附带）" in page
    assert "尚未导入" not in page
    assert '<a class="chip" href="/admin/calendar?year=2026" aria-current="page">2026</a>' in page


def test_a_year_without_a_notice_says_so(desk: Desk) -> None:
    page = desk.get("/admin/calendar?year=2027")
    assert '<span class="stamp warn">暂定</span>' in page
    assert "2027年的节假日安排通知尚未导入" in page
    assert page.count('<span class="day-mark">休</span>') == 13
    assert '<span class="day-mark">off</span>' in desk.get("/admin/calendar?year=2027&lang=en")


def test_the_menu_leads_there_and_only_for_whom_it_is(desk: Desk, sign_in: Callable[..., Desk]) -> None:
    assert 'href="/admin/calendar"' in desk.get("/admin/")
    for role in (Role.SECURITY_ADMINISTRATOR, Role.AUDITOR, Role.CITY_OFFICER):
        other = sign_in(role, CITY)
        assert 'href="/admin/calendar"' not in other.get("/office/" if role is Role.CITY_OFFICER else "/admin/")
        other.get("/admin/calendar", status=403)


def test_a_notice_is_looked_at_then_taken_in(desk: Desk) -> None:
    page = send(desk, NEXT)
    assert "尚未作任何更改" in page
    assert "2027年2月10日" in page
    assert "2027年2月13日" in page
    assert queries.get_year(2027).is_provisional
    desk.post("/admin/calendar/notice")
    page = desk.get("/admin/calendar?year=2027")
    assert "2027年的工作日已按通知确定" in page
    assert "国办发明电〔2026〕99号" in page
    assert '<span class="stamp ok">已公布</span>' in page
    send(desk, NEXT)
    desk.post("/admin/calendar/notice")
    assert "日历中2027年已是这些日期" in desk.get("/admin/calendar?year=2027")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(NEXT + "2027-11-23,班,国庆节,,,\n", "第33行：2027年11月23日不是星期六或星期日", id="a-Tuesday"),
        pytest.param(without("2027-09-15"), "缺少中秋节：一年的节日必须齐全", id="half-described"),
        pytest.param(bent(("节日", "名目")), "节日", id="no-column"),
        pytest.param("", "空", id="empty"),
    ],
)
def test_a_bad_file_is_answered_with_its_rows(desk: Desk, text: str, sentence: str) -> None:
    page = send(desk, text, 400)
    assert sentence in page
    assert 'id="f-file-error"' in page
    assert queries.get_year(2027).is_provisional


def test_no_file_at_all(desk: Desk) -> None:
    desk.get("/admin/calendar")
    assert 'href="#f-file"' in desk.post("/admin/calendar/preview", 400).text


def test_what_is_confirmed_is_judged_again(desk: Desk) -> None:
    send(desk, NEXT)
    desk.post("/admin/calendar/notice", 409, content=without("2027-09-15"))
    send(desk, NEXT)
    desk.post("/admin/calendar/notice", 400, content="")
    assert queries.get_year(2027).is_provisional


def test_a_day_another_years_notice_speaks_of_is_refused_at_the_file(desk: Desk) -> None:
    with transaction():
        year = queries.find_edition(2026)
        current_session().add(CalendarDay(day=date(2026, 12, 31), year_id=year.id, kind=DayKind.HOLIDAY, name="元旦"))
    page = send(desk, NEXT + "2026-12-31,休,元旦,,,\n2026-12-27,班,元旦,,,\n", 400)
    assert "2026年12月31日已由2026年的通知规定" in page


def test_the_file_of_a_year_comes_back_as_it_went_in(desk: Desk) -> None:
    send(desk, NEXT)
    desk.post("/admin/calendar/notice")
    answer = desk.fetch("/admin/calendar.csv?year=2027")
    assert answer.mimetype == "text/csv"
    assert "2027-02-13,班,春节,2027,国办发明电〔2026〕99号,2026-11-20" in answer.text
    assert "没有日期变动" in send(desk, answer.text)


@pytest.mark.parametrize("path", ["/admin/calendar?year=1999", "/admin/calendar.csv?year=2101"])
def test_years_the_calendar_does_not_reach(desk: Desk, path: str) -> None:
    desk.get(path, status=404)


def test_the_trail_says_it_in_words(desk: Desk, sign_in: Callable[..., Desk], app: Flask, session: Session) -> None:
    send(desk, NEXT)
    desk.post("/admin/calendar/notice")
    page = sign_in(Role.AUDITOR, CITY).get("/admin/audit")
    assert "导入节假日安排通知" in page
    assert "载入历年节假日" in page
