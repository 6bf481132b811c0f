"""The bulletin on the desk: an official's errand from a closed month to the file, and what others do not get."""

import json
import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import docx
import pytest
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.coverage.actions.months import close_month
from regulator.features.coverage.models import CoverageBulletin
from regulator.features.coverage.rules.counting import month_after, month_before, month_of
from regulator.features.divisions.queries import get_division
from regulator.features.registry.terms import Mode
from regulator.foundation import clock, jobs
from regulator.foundation.jobs import Job
from tests.factories import registry as make

Open = Callable[..., Any]
PAGE = "/office/coverage/bulletin"


@pytest.fixture
def month(sign_in: Open, session: Session) -> str:
    """The last month, closed for the whole city: 2 of 3 estates of Shenhe are managed, none of Heping."""
    del sign_in  # it makes the tree
    for _ in range(2):
        make.make_service(make.make_estate(), make.make_company())
    make.make_service(make.make_estate(), None, Mode.NONE)
    make.make_service(make.make_estate("和平花园", make.HEPING_COMMUNITY), None, Mode.NONE)
    closed = month_before(month_of(clock.today()))
    close_month(get_division(make.CITY), closed, actor=make.actor(), now=clock.now())
    session.commit()
    return closed


def work() -> None:
    """What the worker does meanwhile."""
    while jobs.run_next("test:1:1"):
        pass


def progress(desk: Any, address: str) -> dict[str, Any]:
    found = re.search(r'data-progress="([^"]+)"', desk.get(address))
    assert found, desk.page
    told: dict[str, Any] = json.loads(desk.fetch(found[1].replace("&amp;", "&")).text)
    return told


def test_from_the_menu_to_the_printed_page(sign_in: Open, month: str) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    assert f'href="{PAGE}"' in desk.get("/office/")
    page = desk.get(PAGE)  # the own district and the latest closed month
    assert "生成月报" in page
    assert "66.7%" in page
    sent = desk.post(PAGE).location
    assert f"division={make.SHENHE}" in sent
    waiting = progress(desk, sent)
    assert (waiting["state"], waiting["note"]) == ("running", "正在汇总数据")
    work()
    page = desk.get(sent)
    links = re.findall(r'href="(/office/coverage/bulletin\.(?:pdf|docx)[^"]*)"', page)
    pdf, word = (desk.fetch(link.replace("&amp;", "&")) for link in links)
    told = re.sub(r"\s+", "", "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(pdf.data)).pages))
    assert "沈河区计入统计的住宅小区和散楼共3个，其中已实施物业管理2个，覆盖率66.7%" in told
    assert pdf.mimetype == "application/pdf"
    assert "%E6%B2%88%E6%B2%B3%E5%8C%BA" in pdf.headers["Content-Disposition"]
    assert docx.Document(BytesIO(word.data)).tables


def test_when_it_is_done_the_page_that_waits_is_led_on(sign_in: Open, month: str) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    desk.get(PAGE)
    sent = desk.post(PAGE).location
    desk.get(sent)
    address = re.search(r'data-progress="([^"]+)"', desk.page)
    assert address
    work()
    told = json.loads(desk.fetch(address[1].replace("&amp;", "&")).text)
    assert told["state"] == "done"
    assert "下载PDF" in desk.get(told["next"])


def test_asked_for_twice_it_is_made_once_for_everybody(sign_in: Open, month: str, session: Session) -> None:
    one, two = sign_in(Role.CITY_OFFICER, make.CITY), sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    address = f"{PAGE}?division={make.SHENHE}"
    for desk in (one, two):
        desk.get(address)
        desk.post(PAGE)
    assert session.scalar(select(func.count()).select_from(Job).where(Job.kind == "coverage.bulletin")) == 1
    work()
    assert session.scalar(select(func.count()).select_from(CoverageBulletin)) == 1
    for desk in (one, two):
        assert "下载PDF" in desk.get(address)
    assert "生成月报" in one.get(PAGE)  # the city's own is another


def test_in_english_it_is_another(sign_in: Open, month: str) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    page = desk.get(f"{PAGE}?lang=en")
    assert "Make the bulletin" in page
    action = re.search(r'method="post" action="([^"]+)"', page[page.index("Make the bulletin") - 900 :])
    assert action
    sent = desk.post(action[1].replace("&amp;", "&")).location
    work()
    assert "Download PDF" in desk.get(sent)
    answer = desk.fetch(f"{PAGE}.pdf?division={make.SHENHE}&month={month}&lang=en")
    told = re.sub(r"\s+", "", "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(answer.data)).pages))
    assert "3estatescountin沈河区" in told
    assert "生成月报" in desk.get(PAGE)  # the Chinese one is to be made yet


@pytest.mark.parametrize("division", [make.HEPING, make.HEPING_STREET, make.CITY, "999999", "x"])
def test_another_districts_is_not_there(sign_in: Open, month: str, division: str) -> None:
    city = sign_in(Role.CITY_OFFICER, make.CITY)
    if division.isdigit() and division != "999999":
        city.get(f"{PAGE}?division={division}")
        city.post(PAGE)
        work()
        assert city.fetch(f"{PAGE}.pdf?division={division}&month={month}").status_code == 200
    stranger = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    for path in (PAGE, f"{PAGE}.pdf", f"{PAGE}.docx", f"{PAGE}/progress.json"):
        assert stranger.fetch(f"{path}?division={division}&month={month}").status_code == 404
    stranger.get(PAGE)
    stranger.post(PAGE, 404, division=division, month=month)


def test_a_month_that_is_not_closed_says_so(sign_in: Open, month: str) -> None:
    desk = sign_in(Role.CITY_OFFICER, make.CITY)
    coming = month_after(month)
    page = desk.get(f"{PAGE}?month={coming}")
    assert f"{coming}尚未结算" in page
    assert "生成月报</button>" not in page
    desk.get(PAGE)
    answer = desk.post(PAGE, 400, month=coming)
    assert "尚未结算" in answer.text
    assert desk.fetch(f"{PAGE}.pdf?month={coming}").status_code == 400
    assert desk.fetch(f"{PAGE}.pdf").status_code == 404  # closed, but not made


def test_before_any_month_is_closed(sign_in: Open) -> None:
    desk = sign_in(Role.CITY_OFFICER, make.CITY)
    assert "尚无已结算月份" in desk.get(PAGE)
    assert desk.fetch(f"{PAGE}.pdf").status_code == 404


def test_a_community_worker_is_told_why_there_is_none(sign_in: Open, month: str) -> None:
    desk = sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY)
    assert "本辖区没有月报" in desk.get(PAGE)
    assert desk.fetch(f"{PAGE}/progress.json").status_code == 404


def test_a_failed_making_is_told_and_can_be_tried_again(
    sign_in: Open, month: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sign_in(Role.CITY_OFFICER, make.CITY)
    desk.get(PAGE)
    sent = desk.post(PAGE).location
    job = session.scalars(select(Job).where(Job.kind == "coverage.bulletin")).one()
    jobs._finish(job, jobs.JobState.FAILED, clock.now(), jobs.INTERNAL)
    session.commit()
    page = desk.get(sent)
    assert "月报未能生成" in page
    assert "生成月报</button>" in page
    told = json.loads(desk.fetch(sent.replace("/bulletin?", "/bulletin/progress.json?")).text)
    assert told["state"] == "failed"
    strange = sent.replace(f"division={make.CITY}", f"division={make.SHENHE}")
    assert "月报未能生成" not in desk.get(strange)  # another's job says nothing here


def test_looking_never_makes_one(sign_in: Open, month: str, session: Session) -> None:
    desk = sign_in(Role.CITY_OFFICER, make.CITY)
    for path in (PAGE, f"{PAGE}?month={month}", f"{PAGE}/progress.json", f"{PAGE}.pdf"):
        desk.fetch(path)
    assert session.scalar(select(func.count()).select_from(Job)) == 0
    assert date.fromisoformat(f"{month}-01") < clock.today()
