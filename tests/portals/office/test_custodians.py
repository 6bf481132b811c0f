"""Custodians from desk to desk, on both databases: the list, the page, who may do what where."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.audit.models import AuditEntry
from regulator.features.coverage.models import Custodian
from regulator.features.registry.models import Estate
from regulator.features.registry.terms import Mode
from regulator.foundation import clock
from tests.factories import registry as make

Open = Callable[..., Any]
PHONE = "13904010023"
GIVEN = {"name": "王秀兰", "phone": PHONE, "unit": "惠工社区居委会", "people_cleaning": "2", "since": "2026-03-01"}


@pytest.fixture
def lost(session: Session) -> Estate:
    """An abandoned estate in one district, one without any statement beside it, and one in the other district."""
    make.make_tree()
    estate = make.make_estate("弃管楼")
    make.make_service(estate, None, Mode.ABANDONED)
    make.make_estate("不明楼")
    make.make_estate("和平楼", make.HEPING_COMMUNITY)
    session.commit()
    return estate


def look_again(session: Session) -> list[Custodian]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Custodian).order_by(Custodian.began_on)))


def test_a_street_officer_names_changes_and_ends(sign_in: Open, session: Session, lost: Estate) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    page, path = desk.get("/office/custodians"), f"/office/estates/{lost.code}/custodian"
    assert "弃管楼" in page
    assert "不明楼" in page
    assert "和平楼" not in page
    assert path in page
    desk.get(path)
    assert desk.post(path, **GIVEN).location == path
    assert PHONE in desk.get(path)
    assert "弃管楼" not in main(desk.get("/office/custodians"))
    desk.get(path)
    desk.post(path, name="李建国", phone="024-22790018", since="2026-09-01")
    assert [(one.name, one.ended_on) for one in look_again(session)] == [
        ("王秀兰", date(2026, 8, 31)), ("李建国", None),
    ]  # fmt: skip
    page = desk.get(path)
    assert "024-22790018" in page
    assert PHONE not in page, "a former custodian's phone is masked"
    desk.post(f"{path}/end", ended_on="2026-10-31", reason="调离")
    assert look_again(session)[-1].ended_reason == "调离"
    assert "弃管楼" in desk.get("/office/custodians")


def main(page: str) -> str:
    return page[page.index("<main") :]


def test_what_cannot_be_taken_is_said_at_its_field(sign_in: Open, session: Session, lost: Estate) -> None:
    desk = sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY)
    path = f"/office/estates/{lost.code}/custodian"
    for status, change, field in (
        (400, {"phone": ""}, "phone"),
        (400, {"name": ""}, "name"),
        (409, {"phone": "12345"}, "phone"),
        (409, {"since": "2099-01-01"}, "since"),
    ):
        desk.get(path)
        assert f'id="f-{field}-error"' in desk.post(path, status, **{**GIVEN, **change}).text
    assert look_again(session) == []


def test_the_second_of_two_officials_overwrites_nothing(sign_in: Open, session: Session, lost: Estate) -> None:
    first, second = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET), sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    path = f"/office/estates/{lost.code}/custodian"
    first.get(path)
    second.get(path)
    first.post(path, **GIVEN)
    page = second.post(path, 409, **{**GIVEN, "name": "李建国"}).text
    assert "王秀兰" in page
    assert [one.name for one in look_again(session)] == ["王秀兰"]


def test_a_correction_changes_the_entry_in_place(sign_in: Open, session: Session, lost: Estate) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    path = f"/office/estates/{lost.code}/custodian"
    desk.get(path)
    desk.post(path, **GIVEN)
    assert f'value="{PHONE}"' in desk.get(f"{path}?correct=1")
    desk.post(path, **{**GIVEN, "phone": "13904010024"})
    (only,) = look_again(session)
    assert only.phone == "13904010024"


def test_phones_are_masked_in_lists_files_and_the_trail(sign_in: Open, session: Session, lost: Estate) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    path = f"/office/estates/{lost.code}/custodian"
    desk.get(path)
    desk.post(path, **GIVEN)
    page = desk.get("/office/custodians?named=yes")
    assert "王秀兰" in page
    assert "139******23" in page
    book = openpyxl.load_workbook(BytesIO(desk.fetch("/office/custodians?named=yes&export=xlsx").data))
    cells = [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row if cell is not None]
    assert {"王秀兰", "139******23", "弃管楼", "弃管"} <= set(cells)
    file = desk.fetch("/office/custodians?named=yes&export=csv").data.decode("utf-8-sig")
    look_again(session)
    trail = "".join(session.scalars(select(AuditEntry.facts)))
    assert "王秀兰" in trail
    for text in (page, "".join(cells), file, trail, desk.get(f"/office/estates/{lost.code}")):
        assert PHONE not in text


def test_the_list_filters_and_counts_by_street(sign_in: Open, session: Session, lost: Estate) -> None:
    desk = sign_in()
    page = main(desk.get("/office/custodians"))
    assert re.findall(r'division=(\d{9})"', page)
    assert "朱剪炉街道" in page
    assert "浑河湾街道" in page
    for query, seen, unseen in (
        ("mode=abandoned", "弃管楼", "不明楼"),
        ("mode=not_known", "不明楼", "弃管楼"),
        (f"division={make.HEPING}", "和平楼", "弃管楼"),
        ("named=yes", "没有符合条件的小区", "弃管楼"),
    ):
        page = main(desk.get(f"/office/custodians?{query}"))
        assert seen in page, query
        assert unseen not in page, query
    assert desk.fetch("/office/custodians?mode=nothing").status_code == 400
    assert "和平楼" not in desk.get("/office/custodians?as_of=2019-12-31&mode=abandoned")


@pytest.mark.parametrize(
    ("role", "scope", "look", "act"),
    [
        (Role.CITY_OFFICER, make.CITY, 200, 403),
        (Role.DIRECTOR, make.SHENHE, 200, 403),
        (Role.DISTRICT_OFFICER, make.SHENHE, 200, 303),
        (Role.DISTRICT_OFFICER, make.HEPING, 404, 404),
        (Role.STREET_OFFICER, make.HEPING_STREET, 404, 404),
        (Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY, 200, 303),
        (Role.COMMUNITY_WORKER, make.HEPING_COMMUNITY, 404, 404),
        (Role.POLICY_EDITOR, make.CITY, 403, 403),
        (Role.HALL_CLERK, make.CITY, 403, 403),
    ],
)
def test_who_looks_and_who_acts_where(
    sign_in: Open, session: Session, lost: Estate, role: Role, scope: str, look: int, act: int
) -> None:
    desk = sign_in(role, scope)
    path = f"/office/estates/{lost.code}/custodian"
    assert desk.fetch(path).status_code == look
    desk.get("/office/" if role is not Role.HALL_CLERK else "/window/")
    desk.post(path, act, **GIVEN, version="0")
    assert [one.name for one in look_again(session)] == ["王秀兰"] * (act == 303)
    if look == 200:
        assert (f'action="{path}"' in desk.get(path)) is (act == 303), "the form is offered to those who may send it"


def test_the_estates_page_names_the_custodian_of_the_day(sign_in: Open, session: Session, lost: Estate) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    path = f"/office/estates/{lost.code}"
    assert f"{path}/custodian" in desk.get(path)
    assert "未落实" in desk.page
    desk.get(f"{path}/custodian")
    desk.post(f"{path}/custodian", **GIVEN)
    assert "王秀兰" in desk.get(path)
    assert "王秀兰" not in main(desk.get(f"{path}?as_of=2026-02-28"))
    assert clock.today() >= date(2026, 3, 1)
