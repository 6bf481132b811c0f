"""An official is told of terms the holidays moved, one by one or all shown, and takes note; another's are not there."""

from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.calendar.queries import working_days
from regulator.features.calendar.terms import CalendarChange
from regulator.features.papers.actions.moves import move_term
from regulator.features.papers.models import MatterMove
from regulator.features.papers.terms import MatterKind
from regulator.features.registry.models import TermMove, TermMoveSeen
from regulator.foundation import clock
from tests.factories import registry as make
from tests.factories.calendar import seed
from tests.factories.matters import account_named, make_matter
from tests.features.registry.test_moves import LONGER, make_notice, told
from tests.portals.conftest import Desk
from tests.portals.office.test_my_desk import main
from tests.portals.office.test_notices import MARK

__all__ = ["told"]
LIST = "/office/worklists/moves"


@pytest.fixture(autouse=True)
def after_the_notice() -> Iterator[None]:
    with time_machine.travel("2026-12-01T04:00:00+00:00"):
        yield


@pytest.mark.usefixtures("told")
def test_the_desk_tells_and_the_list_is_noted_one_by_one_or_whole(
    sign_in: Callable[..., Desk], session: Session
) -> None:
    desk = sign_in(Role.CITY_OFFICER, make.CITY)
    assert "期限因放假安排变动 2 件" in desk.get("/office/")
    page = desk.get(f"{LIST}?division={make.HEPING}")
    assert "第2花园" in page
    assert "第10花园" not in page
    assert "<s>2027年1月4日</s>" in page
    assert "2027年1月5日" in page
    moves = {move.due_after.day: move.id for move in session.scalars(select(TermMove))}
    session.rollback()
    answer = desk.post(f"{LIST}/{moves[5]}/seen", division=make.HEPING)
    assert answer.location == f"{LIST}?division={make.HEPING}"
    assert "已知悉 1 件期限变动" in desk.get(answer.location)
    assert "第10花园" in desk.get(LIST)
    desk.post(f"{LIST}/seen", moves=[str(moves[9])])
    assert "第10花园" not in desk.get(LIST)
    assert "期限因放假安排变动 " not in desk.get("/office/")
    page = desk.get(f"{LIST}?seen=1")
    assert page.count("2026年12月1日") >= 2
    text = desk.fetch(f"{LIST}?seen=1&export=csv").text
    assert "2027-01-09" in text
    assert len(session.scalars(select(TermMoveSeen)).all()) == 2


def test_another_districts_moves_are_not_there_to_note(sign_in: Callable[..., Desk], told: list[TermMove]) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    assert "第2花园" not in desk.get(LIST)
    desk.post(f"{LIST}/{told[0].id}/seen", 404)
    desk.get(LIST)
    desk.post(f"{LIST}/seen", 404, moves=[str(told[0].id), str(told[1].id)])
    desk.get(LIST)
    desk.post(f"{LIST}/seen", 404, moves=[str(uuid4())])
    desk.get(LIST)
    desk.post(f"{LIST}/seen", 400, moves=["x"])
    assert "第10花园" in desk.get(LIST)


def test_who_takes_the_notice_in_is_told_how_many_terms_moved(sign_in: Callable[..., Desk], session: Session) -> None:
    desk = sign_in(Role.SYSTEM_ADMINISTRATOR, make.CITY)
    seed()
    for received in (date(2026, 11, 2), date(2026, 11, 6)):
        make_notice(make.SHENHE_COMMUNITY, received)
    session.commit()
    desk.get("/admin/calendar?year=2027")
    desk.post("/admin/calendar/preview", 200, file=(BytesIO(LONGER.encode()), "2027.csv"))
    desk.post("/admin/calendar/notice")
    assert "1 件未届满期限随之变动，已告知有关工作人员" in desk.get("/admin/calendar?year=2027")


def test_whoever_has_a_matter_is_told_on_their_desk_until_they_take_note(
    sign_in: Callable[..., Desk], session: Session
) -> None:
    """The three places: the front page, my desk, the matter's own history; in the language asked for."""
    seed()
    desk = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="王承办")
    other = sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="李同事")
    me, actor = account_named("王承办").id, make.actor()
    matters = [make_matter(title, me, kind=MatterKind.APPLICATION) for title in ("甲公司申请", "乙公司申请")]
    change = CalendarChange(frozenset({2027}), working_days(), working_days(), 2027)
    for matter in matters:
        matter.due_on = matter.order_on = date(2027, 1, 4)
        move_term(matter, date(2027, 1, 5), change, actor=actor, now=clock.now())
    numbers = [matter.number for matter in matters]
    session.commit()
    assert "我的事项有 2 个期限因放假安排变动" in desk.get("/office/")
    page = desk.get("/office/desk")
    assert "<s>2027年1月4日</s>" in page
    assert f"<strong>2027年1月5日</strong> {MARK}" in page, "no notice of 2027 is in the calendar"
    assert "Term of the matter" in desk.get("/office/desk?lang=en")
    assert "办理期限改为 2027年1月5日（按 2027 年放假安排）" in desk.get(f"/office/matters/{numbers[0]}")
    assert "因放假安排变动" not in other.get("/office/desk")
    first, second = (str(move.id) for move in session.scalars(select(MatterMove).order_by(MatterMove.id)))
    session.rollback()
    other.post("/office/desk/moved", 404, moves=first)
    desk.get("/office/desk")
    desk.post("/office/desk/moved", 400, moves="x")
    desk.get("/office/desk")
    desk.post("/office/desk/moved", moves=first)
    assert "已知悉 1 件期限变动" in desk.get("/office/desk")
    assert "我的事项有 1 个期限因放假安排变动" in desk.get("/office/")
    desk.get("/office/desk")
    desk.post("/office/desk/moved", moves=second)
    assert "因放假安排变动" not in main(desk.get("/office/desk"))
    assert "因放假安排变动 " not in desk.get("/office/")


def test_a_reckoned_term_of_a_matter_is_marked_and_a_day_somebody_set_is_not(
    sign_in: Callable[..., Desk], session: Session
) -> None:
    seed()
    desk = sign_in(Role.CITY_OFFICER, make.CITY, name="王承办")
    me, due_on = account_named("王承办").id, date(2027, 1, 12)
    reckoned = make_matter("甲公司申请", me, due_on=due_on, kind=MatterKind.APPLICATION)
    typed = make_matter("自办事项", me, due_on=due_on)
    numbers = [reckoned.number, typed.number]
    session.commit()
    for path in ("/office/desk", "/office/matters"):
        page = desk.get(path)
        assert page.count("2027年1月12日") == 2
        assert page.count(MARK) == 1, path
        assert desk.fetch(f"{path}?export=csv").text.count("2027-01-12,暂定") == 1
    assert [MARK in desk.get(f"/office/matters/{number}") for number in numbers] == [True, False]
