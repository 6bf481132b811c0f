"""My desk, on both databases: what waits for me and those I stand in for, what I sent on, and reminders."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from regulator.features.accounts.models import Account, Deputy
from regulator.features.accounts.terms import Role
from regulator.features.papers.actions.matters import move_matters, remind_owner
from regulator.features.papers.models import Matter, Reminder
from regulator.features.papers.terms import PaperState, Tone
from regulator.foundation import clock
from regulator.foundation.clock import fix_today
from regulator.foundation.database import new_key
from tests.factories import registry as make
from tests.factories.matters import account_named, make_matter, make_paper

Open = Callable[..., Any]
FRIDAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def friday(app: Flask) -> Any:
    assert app, "which has set the clock"
    fix_today(FRIDAY)
    yield
    fix_today(None)


def main(page: str) -> str:
    return page[page.index("<main") :]


def test_the_most_pressing_stands_first_with_its_working_days_in_words(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="王承办")
    me = account_named("王承办").id
    make_matter("没有期限的事", me)
    make_matter("下周二到期的事", me, due_on=FRIDAY + timedelta(days=4))
    make_matter("下月到期的事", me, due_on=FRIDAY + timedelta(days=30))
    make_matter("今天到期的事", me, due_on=FRIDAY)
    late = make_matter("超期的事", me, due_on=FRIDAY - timedelta(days=3), now=clock.now() - timedelta(days=30))
    make_matter("别人的事", sender(session, me))
    session.commit()
    page = main(desk.get("/office/desk"))
    order = ["超期的事", "今天到期的事", "下周二到期的事", "下月到期的事", "没有期限的事"]
    assert [page.index(title) for title in order] == sorted(page.index(title) for title in order)
    assert "别人的事" not in page
    for words in ("已超 3 个工作日", "今天到期", "还剩 2 个工作日", "还剩 20 个工作日", "无期限"):
        assert words in page, words
    assert f"/office/matters/{late.number}" in page
    assert "待我办理 5 件" in main(desk.get("/office/"))
    overdue = main(desk.get("/office/desk?due=overdue"))
    assert "超期的事" in overdue
    assert "今天到期的事" not in overdue
    soon = main(desk.get("/office/desk?due=soon"))
    assert "下周二到期的事" in soon
    assert "超期的事" not in soon
    assert "下月到期的事" not in soon
    assert "没有待您办理的事项" in desk.get(f"/office/desk?division={make.SHENHE}")
    csv = desk.fetch("/office/desk?export=csv&due=overdue").text
    assert "超期的事" in csv
    assert "今天到期的事" not in csv


def test_pages_of_the_desk_join_without_gap(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="王承办")
    me = account_named("王承办").id
    for number in range(7):
        make_matter(f"事项{number}号", me, due_on=FRIDAY + timedelta(days=number % 3))
    session.commit()
    seen, path = [], "/office/desk?limit=3"
    while path:
        page = desk.get(path)
        seen += [number for number in range(7) if f"事项{number}号" in page]
        after = page.partition('<a rel="next" href="')[2].partition('"')[0]
        path = after.replace("&amp;", "&")
    assert sorted(seen) == list(range(7))


def test_those_i_stand_in_for_have_a_list_of_their_own(sign_in: Open, session: Session) -> None:
    sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="李主任")
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="王承办")
    principal, me = account_named("李主任"), account_named("王承办")
    make_matter("李主任的事", principal.id)
    session.commit()
    assert "李主任的事" not in main(desk.get("/office/desk?list=standing_in"))
    days = {"began_on": FRIDAY - timedelta(days=1), "ended_on": FRIDAY, "reason": "出差", "branch": me.branch}
    session.add(Deputy(id=new_key(), principal_id=principal.id, deputy_id=me.id, **days))
    session.commit()
    page = main(desk.get("/office/desk?list=standing_in"))
    assert "李主任的事" in page
    assert "代理 李主任" in page
    assert "李主任的事" not in main(desk.get("/office/desk"))
    session.query(Deputy).one().ended_on = FRIDAY - timedelta(days=1)
    session.commit()
    assert "李主任的事" not in main(desk.get("/office/desk?list=standing_in")), "the deputy's term has ended"


def test_what_was_sent_on_stays_until_it_is_closed_each_matter_once(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.DIRECTOR, make.HEPING, name="赵局长")
    sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="王承办")
    me, other = account_named("赵局长").id, account_named("王承办").id
    mine = replace(make.actor("赵局长"), account_id=me)
    handed, reminded = make_matter("转交的事", me), make_matter("提醒的事", other)
    make_matter("无关的事", other)
    move_matters([handed], to=other, authority=None, reason="分工", actor=mine, now=clock.now())
    remind_owner(reminded, tone=Tone.URGE, text="抓紧", by=me, actor=mine, now=clock.now())
    remind_owner(reminded, tone=Tone.SUPERVISE, text="督办", by=me, actor=mine, now=clock.now())
    session.commit()
    page = main(desk.get("/office/desk?list=sent_on"))
    assert page.count(f"{handed.number}</a>") == page.count(f"{reminded.number}</a>") == 1
    assert page.index("提醒的事") < page.index("转交的事"), "the last sent first"
    assert "无关的事" not in page
    assert "我转出的事项 2 件" in desk.get("/office/")
    move_matters([handed], to=me, authority=None, reason="退回", actor=mine, now=clock.now())
    session.commit()
    assert "转交的事" not in main(desk.get("/office/desk?list=sent_on")), "it is mine again"


def test_papers_wait_for_my_step_or_for_others(sign_in: Open, session: Session) -> None:
    handler = sign_in(Role.DISTRICT_OFFICER, make.HEPING, name="王承办")
    leader = sign_in(Role.DIRECTOR, make.HEPING, name="赵局长")
    drafter, director = account_named("王承办"), account_named("赵局长")
    matter = make_matter("发文", drafter.id)
    make_paper(matter, drafter, title="待完善的通报")
    make_paper(matter, drafter, PaperState.RETURNED, title="退回的通报")
    waiting = {"waits_for_id": director.id, "waits_since": clock.now()}
    make_paper(matter, drafter, PaperState.APPROVING, title="待签批的通报", **waiting)
    make_paper(matter, drafter, PaperState.DISCARDED, title="作废的通报")
    session.commit()
    mine = main(handler.get("/office/desk?what=papers"))
    assert "待完善的通报" in mine
    assert "退回的通报" in mine
    assert "待签批的通报" not in mine
    assert "待签批的通报" in main(handler.get("/office/desk?list=sent_on&what=papers"))
    assert "待签批的通报" in main(leader.get("/office/desk"))
    assert "作废的通报" not in main(leader.get("/office/desk")) + mine
    assert "待签批的通报" in leader.fetch("/office/desk?what=papers&export=csv").text
    assert "待完善的通报" not in main(leader.get("/office/desk"))
    move_matters([matter], to=director.id, authority=None, reason="调离", actor=make.actor(), now=clock.now())
    session.commit()
    assert "待完善的通报" in main(leader.get("/office/desk")), "an unfinished paper goes with its matter"


def test_a_reminder_is_answered_from_the_desk_once(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="王承办")
    stranger = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="孙同事")
    sign_in(Role.DIRECTOR, make.HEPING, name="赵局长")
    me, leader = account_named("王承办").id, account_named("赵局长").id
    matter = make_matter("拖着的事", me)
    remind_owner(matter, tone=Tone.URGE, text="请三日内办结", by=leader, actor=make.actor(), now=clock.now())
    session.commit()
    page = desk.get("/office/desk")
    assert "请三日内办结" in page
    path = page.partition(f'action="/office/matters/{matter.number}/reminders/')[2].partition('"')[0]
    path = f"/office/matters/{matter.number}/reminders/{path}"
    desk.post(path, 400, answer=" ")
    stranger.get("/office/desk")
    stranger.post(path, 403, answer="不是我的事")
    desk.get("/office/desk")
    assert desk.post(path, answer="已联系企业", came_from="desk").location == "/office/desk"
    session.expire_all()
    assert session.query(Reminder).one().answer == "已联系企业"
    assert "请三日内办结" not in main(desk.get("/office/desk"))
    desk.get(f"/office/matters/{matter.number}")
    desk.post(path, 409, answer="再答一次")


def test_an_unanswered_reminder_goes_with_its_matter(sign_in: Open, session: Session) -> None:
    first = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="王承办")
    second = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="孙同事")
    matter = make_matter("换人的事", account_named("王承办").id)
    sign_in(Role.DIRECTOR, make.HEPING, name="赵局长")
    to, given = account_named("孙同事").id, {"actor": make.actor(), "now": clock.now()}
    remind_owner(matter, tone=Tone.URGE, text="请抓紧", by=account_named("赵局长").id, **given)
    remind_owner(matter, tone=Tone.URGE, text="我催过", by=to, **given)
    move_matters([matter], to=to, authority=None, reason="", actor=make.actor(), now=clock.now())
    session.commit()
    assert "请抓紧" in second.get("/office/desk")
    assert "我催过" not in second.get("/office/desk"), "nobody answers what they asked themselves"
    assert "请抓紧" not in first.get("/office/desk")


def test_statements_do_not_grow_with_what_waits(sign_in: Open, session: Session, statements: Callable[[], Any]) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.HEPING, name="王承办")
    person = account_named("王承办")
    counts = []
    for size in (2, 9):
        for number in range(size):
            matter: Matter = make_matter(f"事项{size}-{number}", person.id, due_on=FRIDAY)
            make_paper(matter, person)
            remind_owner(
                matter, tone=Tone.URGE, text="x", by=sender(session, person.id), actor=make.actor(), now=clock.now()
            )
        session.commit()
        for path in ("/office/desk", "/office/desk?what=papers", "/office/desk?list=sent_on", "/office/"):
            desk.fetch(path)
            with statements() as seen:
                desk.get(path)
            counts.append((path, len(seen)))
    half = len(counts) // 2
    for (path, few), (_, many) in zip(counts[:half], counts[half:], strict=True):
        assert many <= few + 3, path  # whose register it is is asked anew every few seconds
    assert max(number for _, number in counts) <= 40


def sender(session: Session, me: Any) -> Any:
    """Somebody else, made once."""
    found = session.query(Account).filter(Account.id != me).first()
    if found is None:
        found = Account(
            id=new_key(), username="other", name="另一人", branch="business", must_change_password=False,
            created_at=clock.now(),
        )  # fmt: skip
        session.add(found)
        session.flush()
    return found.id
