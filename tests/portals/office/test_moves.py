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
from regulator.features.registry.models import TermMove, TermMoveSeen
from tests.factories import registry as make
from tests.factories.calendar import seed
from tests.features.registry.test_moves import LONGER, make_notice, told
from tests.portals.conftest import Desk

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
    assert "1 件未届满期限随之变动，已告知当地工作人员" in desk.get("/admin/calendar?year=2027")
