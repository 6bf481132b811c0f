"""The duty roster at the desk, on both databases: looked at, set one by one and by pattern, cancelled, exported."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.models import Account, Authority
from regulator.features.accounts.terms import Role
from regulator.features.papers.models import DutyShift
from regulator.foundation import clock
from tests.factories import registry as make
from tests.factories.calendar import seed
from tests.factories.duty import make_authority, make_official

Open = Callable[..., Any]
MONDAY = date(2026, 12, 28)
PHONE = "024-22790018"


@pytest.fixture(autouse=True)
def monday(app: Flask) -> Iterator[None]:
    assert app  # which lets time run when it begins
    clock.fix_today(MONDAY)
    yield
    clock.fix_today(None)


@pytest.fixture
def authority(session: Session) -> Authority:
    """The district's authority with two officials of its own; another district's beside it."""
    make.make_tree()
    found = make_authority("沈河区房产局")
    make_authority("和平区房产局", make.HEPING)
    for name in ("李强", "王芳"):
        make_official(name, authority=found)
    session.commit()
    return found


def shifts(session: Session) -> list[DutyShift]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(DutyShift).order_by(DutyShift.began_at)))


def test_a_shift_is_set_seen_and_cancelled(sign_in: Open, session: Session, authority: Authority) -> None:
    head = sign_in(Role.SECTION_HEAD, make.SHENHE)
    page = head.get("/office/duty")
    assert "工作时间无人值班" in page
    new = f"/office/duty/new?authority={authority.id}"
    assert new in page.replace("&amp;", "&")
    page = head.get(new)
    assert 'value="08:30"' in page
    typed = {
        "person": "王芳",
        "kind": "round_the_clock",
        "day": "2026-12-31",
        "begin_time": "17:00",
        "end_time": "8:30",
    }
    back = head.post(new, **typed, phone=PHONE).location
    page = head.get(back)
    assert "17:00–次日 08:30" in page
    assert PHONE in page
    (shift,) = shifts(session)
    assert (shift.ended_at - shift.began_at).total_seconds() == 15.5 * 3600
    officer = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    page = officer.get(f"/office/duty/{shift.id}")
    assert 'name="reason"' not in page
    officer.post(f"/office/duty/{shift.id}/cancel", 403, reason="x")
    head.get(f"/office/duty/{shift.id}")
    page = head.post(f"/office/duty/{shift.id}/cancel", 409, reason=" ").text
    assert "请说明取消的原因" in page
    sent = dict(head.hidden)
    head.post(f"/office/duty/{shift.id}/cancel", reason="换班")
    page = head.post(f"/office/duty/{shift.id}/cancel", 409, reason="x", **(sent | {"idempotency_key": "other"})).text
    assert "本次值班已取消" in page
    page = head.get(back)
    assert 'class="cancelled"' in page
    assert "换班" in head.get(f"/office/duty/{shift.id}")


@pytest.mark.parametrize(
    ("typed", "status", "at"),
    [
        pytest.param({"person": "无此人"}, 400, "f-person-error", id="nobody"),
        pytest.param({"begin_time": "25:00"}, 400, "f-begin_time-error", id="no-time-of-day"),
        pytest.param({"day": "2026-12-25"}, 409, "f-day-error", id="past"),
        pytest.param({"day": "2027-01-02", "kind": "normal"}, 409, "f-kind-error", id="normal-on-a-Saturday"),
        pytest.param({"end_day": "2026-12-31"}, 409, "f-end_time-error", id="too-long"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    sign_in: Open, session: Session, authority: Authority, typed: dict[str, str], status: int, at: str
) -> None:
    head = sign_in(Role.SECTION_HEAD, make.SHENHE)
    new = f"/office/duty/new?authority={authority.id}"
    head.get(new)
    fine = {
        "person": "王芳",
        "kind": "round_the_clock",
        "day": "2026-12-29",
        "begin_time": "08:30",
        "end_time": "17:00",
    }
    page = head.post(new, status, **(fine | typed)).text
    assert f'id="{at}"' in page
    assert shifts(session) == []


def people_of(session: Session, *names: str) -> list[str]:
    return [str(session.scalars(select(Account.id).where(Account.name == name)).one()) for name in names]


def test_a_pattern_is_looked_at_then_set(sign_in: Open, session: Session, authority: Authority) -> None:
    head, officials = sign_in(Role.SECTION_HEAD, make.SHENHE), people_of(session, "李强", "王芳")
    head.get(f"/office/duty/plan?authority={authority.id}")
    typed = (
        f"authority={authority.id}&show=1&people={officials[0]}&people={officials[1]}&begins_with={officials[1]}"
        f"&turn=daily&kind=normal&first=2026-12-28&last=2027-01-05&begin_time=08:30&end_time=17:00&phone={PHONE}"
    )
    page = head.get(f"/office/duty/plan?{typed}")
    assert page.count('<tr><th scope="row"') == 6, "28 to 31 December, and 4 and 5 January; none on the days off"
    assert "安排 6 个班次" in page
    assert shifts(session) == [], "looking sets nothing"
    head.post(f"/office/duty/plan?authority={authority.id}")
    made = shifts(session)
    names = dict(zip(officials, ("李强", "王芳"), strict=True))
    assert [names[str(one.account_id)] for one in made] == ["王芳", "李强"] * 3
    assert {one.phone for one in made} == {PHONE}
    page = head.get(f"/office/duty/plan?{typed}")
    assert "都不能安排" in page
    assert page.count("不安排") == 6


def test_a_plan_that_changed_meanwhile_is_looked_at_again(
    sign_in: Open, session: Session, authority: Authority
) -> None:
    head, (official, _) = sign_in(Role.SECTION_HEAD, make.SHENHE), people_of(session, "李强", "王芳")
    head.get(
        f"/office/duty/plan?authority={authority.id}&show=1&people={official}&turn=daily&kind=round_the_clock"
        "&first=2026-12-28&last=2026-12-30&begin_time=08:30&end_time=08:30"
    )
    other = sign_in(Role.DIRECTOR, make.SHENHE)
    other.get(f"/office/duty/new?authority={authority.id}")
    other.post(
        f"/office/duty/new?authority={authority.id}", person="李强", kind="round_the_clock", day="2026-12-29",
        begin_time="08:30", end_time="17:00",
    )  # fmt: skip
    page = head.post(f"/office/duty/plan?authority={authority.id}", 409).text
    assert 'role="alert"' in page
    assert len(shifts(session)) == 1
    assert "安排 2 个班次" in page
    head.post(f"/office/duty/plan?authority={authority.id}")
    assert [f"{one.began_at:%d}" for one in shifts(session)] == ["28", "29", "30"]


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        pytest.param("first=2026-12-28&last=2026-12-27", "f-last-error", id="reversed"),
        pytest.param("first=2026-12-28&last=2028-12-27", "f-last-error", id="two-years"),
        pytest.param("first=x&last=2026-12-28", "f-first-error", id="no-day"),
        pytest.param("first=2026-12-28&last=2026-12-28&people=", "f-people-error", id="nobody"),
        pytest.param("first=2026-12-28&last=2026-12-28&people=x", "f-people-error", id="no-key"),
        pytest.param(
            "first=2026-12-28&last=2026-12-28&people=00000000-0000-7000-8000-000000000001", "f-people-error",
            id="unknown-key",
        ),
    ],
)  # fmt: skip
def test_a_pattern_that_cannot_be_is_said_at_its_field(
    sign_in: Open, session: Session, authority: Authority, typed: str, at: str
) -> None:
    head, (official, _) = sign_in(Role.SECTION_HEAD, make.SHENHE), people_of(session, "李强", "王芳")
    usual = "" if "people=" in typed else f"&people={official}"
    page = head.get(
        f"/office/duty/plan?authority={authority.id}&show=1&turn=daily&kind=round_the_clock&begin_time=08:30"
        f"&end_time=08:30&{typed}{usual}"
    )
    assert f'id="{at}"' in page
    assert "将安排" not in page


def test_last_week_again(sign_in: Open, session: Session, authority: Authority) -> None:
    head = sign_in(Role.SECTION_HEAD, make.SHENHE)
    copy = f"/office/duty/copy?authority={authority.id}&day=2027-01-06"
    assert "上一周没有值班安排" in head.get(copy)
    new = f"/office/duty/new?authority={authority.id}"
    head.get(new)
    head.post(new, person="王芳", kind="round_the_clock", day="2027-01-03", begin_time="08:30", end_time="08:30")
    assert "2027年1月10日" in head.get(copy)
    head.post(copy)
    assert [f"{one.began_at:%m-%d}" for one in shifts(session)] == ["01-03", "01-10"]


def test_a_month_and_its_export(sign_in: Open, session: Session, authority: Authority) -> None:
    head = sign_in(Role.SECTION_HEAD, make.SHENHE)
    new = f"/office/duty/new?authority={authority.id}"
    head.get(new)
    head.post(new, person="王芳", kind="round_the_clock", day="2026-12-31", begin_time="20:00", end_time="20:00")
    page = head.get(f"/office/duty?authority={authority.id}&by=month&day=2026-12-01")
    assert page.count('<th scope="row" class="keep">') == 31
    answer = head.fetch(f"/office/duty?authority={authority.id}&by=month&day=2026-12-01&export=csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[-1][0] == "2026-12-31"
    assert rows[-1][4] == "王芳"
    january = head.get(f"/office/duty?authority={authority.id}&by=month&day=2027-01-15")
    assert "2026年12月31日 20:00–20:00" in january, "what runs on over the year's end stands on its first day"
    assert session


def test_days_of_a_year_whose_holidays_are_awaited_are_said_to_be_provisional(
    sign_in: Open, session: Session, authority: Authority
) -> None:
    seed()  # through 2026
    session.rollback()
    head, words = sign_in(Role.SECTION_HEAD, make.SHENHE), "2027 年放假安排尚未公布"
    assert words in head.get("/office/duty"), "the week ends in the new year"
    assert words not in head.get("/office/duty?day=2026-12-21")
    plan = f"/office/duty/plan?authority={authority.id}&show=1&people={{}}&begins_with=&turn=daily&kind=normal"
    people = session.scalars(select(Account.id).where(Account.name == "王芳")).one()
    session.rollback()
    page = head.get(f"{plan.format(people)}&first=2026-12-30&last=2027-01-06&begin_time=8:30&end_time=17:00&phone=")
    assert words in page


def test_whose_rosters_one_sees(sign_in: Open, session: Session, authority: Authority) -> None:
    head = sign_in(Role.SECTION_HEAD, make.SHENHE)
    page = head.get("/office/duty")
    assert "沈河区房产局" in page
    assert "和平区房产局" not in page
    other = session.scalars(select(Authority.id).where(Authority.name == "和平区房产局")).one()
    for path in ("duty", "duty/new", "duty/plan", "duty/copy"):
        head.get(f"/office/{path}?authority={other}", 404)
        head.get(f"/office/{path}?authority=x", 404)
    stranger = sign_in(Role.SECTION_HEAD, make.HEPING)
    stranger.get(f"/office/duty?authority={authority.id}", 404)
    officer = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    assert "/office/duty/new" not in officer.get("/office/duty")
    officer.get(f"/office/duty/new?authority={authority.id}", 403)
    nowhere = sign_in(Role.COMMUNITY_WORKER, make.HEPING_COMMUNITY)
    assert "没有机构" in nowhere.get("/office/duty")


def test_ones_own_authority_comes_first_and_wherever_it_lies(
    sign_in: Open, session: Session, authority: Authority
) -> None:
    worker = sign_in(Role.COMMUNITY_WORKER, make.HEPING_COMMUNITY, name="孙丽")
    account = session.scalars(select(Account).where(Account.name == "孙丽")).one()
    account.authority_id = authority.id
    session.commit()
    page = worker.get("/office/duty")
    assert "沈河区房产局" in page.partition('class="subheading">')[2].partition("</div>")[0]
