"""A round of data verification from desk to desk, on both databases."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from tests.factories import registry as make

Open = Callable[..., Any]
RECORD = re.compile(r'name="record" value="([^"]+)"')


def test_a_round_is_opened_confirmed_declared_done_and_closed(sign_in: Open, session: Session) -> None:
    make.make_tree()
    names = ["翰林花园", "凤凰城"]
    for name in names:
        make.make_estate(name)
    make.make_estate("别处的小区", make.HEPING_COMMUNITY)
    session.commit()
    city, district = sign_in(), sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    city.get("/office/verification")
    city.post("/office/verification", name="2099 年核对", due_on="2099-12-31")
    city.get("/office/verification")
    city.post("/office/verification", 409, name="又一轮", due_on="2099-12-31")
    district.get("/office/verification")
    district.post("/office/verification", 403, name="区里的", due_on="2099-12-31")
    page = district.get("/office/verification/1/records")
    assert "别处的小区" not in page
    shown = RECORD.findall(page)
    assert len(shown) == 2
    district.post("/office/verification/1/records", record=shown[0])
    district.get("/office/verification/1/done/210103")
    district.post("/office/verification/1/done/210103", 409)
    assert district.fetch("/office/verification/1/done/210102").status_code == 404
    district.get("/office/verification/1/records")
    district.post("/office/verification/1/records", all="1")
    district.get("/office/verification/1/done/210103")
    district.post("/office/verification/1/done/210103", remark="已核")
    assert "已核" in city.get("/office/verification/1")
    city.post("/office/verification/1/close")
    assert "已结束" in city.get("/office/verification")
    page = district.get("/office/verification/1/records")
    district.post("/office/verification/1/records", record="x:1")
    assert district.fetch("/office/verification/9").status_code == 404


def test_work_lists_count_what_waits(sign_in: Open, session: Session) -> None:
    make.make_tree()
    make.make_estate("待落小区", make.SHENHE_STREET)
    session.commit()
    desk = sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY)
    assert "待落小区" not in desk.get("/office/worklists/placing")
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    page = desk.get("/office/worklists")
    assert page.count('<td class="num">1</td>') == 2, "to be placed, mode not known"
    for name in ("placing", "mode"):
        assert "待落小区" in desk.get(f"/office/worklists/{name}")
        assert "待落小区" in desk.fetch(f"/office/worklists/{name}?export=csv").data.decode("utf-8-sig")
    for name in ("links", "disputes", "continued", "stale"):
        assert "待落小区" not in desk.get(f"/office/worklists/{name}")
    assert desk.fetch("/office/worklists/nothing").status_code == 404
