"""The office sees when a notice takes effect, and the mark 暂定 wherever the day may still move: list, estate, file."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import PERMISSIONS, Role
from regulator.features.registry.actions.notices import record_notice
from regulator.features.registry.terms import NoticeKind, Party
from regulator.foundation.database import transaction
from tests.factories import registry as make
from tests.factories.calendar import announce, seed
from tests.portals.conftest import Desk, sign_in

__all__ = ["sign_in"]
MARK = '<span class="stamp warn" title="该年的节假日安排通知尚未导入，日期可能变动。">暂定</span>'
VALUES = {
    "kind": NoticeKind.CONTINUED_SERVICE_ENDED, "given_by": Party.COMPANY, "dated_on": date(2026, 11, 1),
    "received_on": date(2026, 11, 1), "document_number": None, "remark": None,
}  # fmt: skip


@pytest.fixture
def estate_code(session: Session) -> str:
    make.make_tree()
    estate, company = make.make_estate(), make.make_company()
    session.commit()
    with transaction():
        record_notice(estate, company, VALUES, actor=make.actor(), now=make.NOW)
    return str(estate.code)


def test_a_day_that_may_move_is_marked_everywhere(estate_code: str, sign_in: Callable[..., Desk]) -> None:
    desk = sign_in(Role.CITY_OFFICER, make.CITY)
    for path in ("/office/notices", f"/office/estates/{estate_code}"):
        page = desk.get(path)
        assert "2026年12月31日" in page
        assert MARK in page
    assert "2026-12-31,暂定" in desk.fetch("/office/notices?export=csv").text


def test_a_day_in_announced_years_bears_no_mark(estate_code: str, sign_in: Callable[..., Desk]) -> None:
    seed()
    announce()
    desk = sign_in(Role.CITY_OFFICER, make.CITY)
    for path in ("/office/notices", f"/office/estates/{estate_code}"):
        page = desk.get(path)
        assert "2026年12月31日" in page
        assert MARK not in page
    assert "2026-12-31,暂定" not in desk.fetch("/office/notices?export=csv").text


def test_without_a_day_of_receipt_the_page_says_what_is_missing_and_leads_to_it(
    session: Session, sign_in: Callable[..., Desk]
) -> None:
    """A notice works from its receipt (民法典 137); an empty cell would explain nothing."""
    make.make_tree()
    estate, company = make.make_estate(), make.make_company()
    session.commit()
    for kind, party in (
        (NoticeKind.CONTINUED_SERVICE_ENDED, Party.COMPANY),
        (NoticeKind.RENEWAL_REFUSED, Party.COMPANY),
    ):
        with transaction():
            values = VALUES | {"kind": kind, "given_by": party, "received_on": None}
            record_notice(estate, company, values, actor=make.actor(), now=make.NOW)
    code = estate.code
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    for path in ("/office/notices", f"/office/estates/{code}"):
        page = desk.get(path)
        assert page.count("缺收到日期</span>") == 1, "a refused renewal has no term of its own"
        link = re.search(r'href="(/office/notices/[^"]+/correct)#f-received_on"', page)
        assert link is not None
        assert 'id="f-received_on"' in desk.get(link[1])
    assert ",缺收到日期," in desk.fetch("/office/notices?export=csv").text
    director = sign_in(Role.DIRECTOR, make.CITY)
    page = director.get("/office/notices")
    assert ("补录收到日期" in page) == ("notices_record" in PERMISSIONS[Role.DIRECTOR])
    assert "缺收到日期" in page
    desk.get(link[1])
    typed = {"kind": VALUES["kind"], "given_by": "company", "dated_on": "2026-11-01", "received_on": "2026-11-05"}
    desk.post(link[1], reason="邮政回执", **typed)
    page = desk.get(f"/office/estates/{code}")
    assert "缺收到日期" not in page
    assert "2027年1月4日" in page
