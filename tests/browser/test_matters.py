"""Desk, matters and case files in Chromium: accessible and readable on both screens, in both languages; by keyboard."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, ViewportSize
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.audit.terms import Actor
from regulator.features.papers.actions.case_files import archive_file
from regulator.features.papers.actions.matters import close_matter, remind_owner
from regulator.features.papers.models import Matter
from regulator.features.papers.terms import AttachmentRole, Outcome, PaperState, Tone
from regulator.foundation import clock
from tests.browser.test_office_pages import CRUSHED, chromium, database_url, desk, served, sign_in, world
from tests.browsing import NARROW, WIDE, violations
from tests.factories import registry as make
from tests.factories.matters import account_named, make_matter, make_paper
from tests.portals.office.test_case_files import attach

__all__ = ["chromium", "database_url", "desk", "served", "sign_in", "world"]
pytestmark = pytest.mark.browser
TODAY = date(2026, 11, 23)
SHOTS = os.environ.get("REGULATOR_SHOTS", "")


def fill(session: Session) -> tuple[Matter, Matter]:
    """A desk with something in each of its lists; one open matter and one whose file is archived."""
    person = account_named("张晓敏")
    clerk, leader = account_named("刘洋"), account_named("赵立新")
    words = (
        ("翰林花园二期电梯停运两天未修，老人无法下楼", TODAY - timedelta(days=3)),
        ("金色家园消防通道堆物复查", TODAY + timedelta(days=2)),
        ("沈阳和智川城市服务有限公司名称待确认", TODAY + timedelta(days=20)),
        ("丰乐街道物业基础信息摸底", None),
    )
    opened = [make_matter(title, person.id, due_on=due, now=clock.now() - timedelta(days=9)) for title, due in words]
    given = {"actor": make.actor(), "now": clock.now()}
    remind_owner(opened[0], tone=Tone.URGE, text="请今天下班前报告维修进度。", by=leader.id, **given)
    sent = make_matter("转街道核实的事项", clerk.id)
    remind_owner(sent, tone=Tone.URGE, text="请抓紧核实", by=person.id, actor=actor_of(person.id), now=clock.now())
    make_paper(opened[0], person, title="关于电梯停运的情况通报")
    waiting = {"waits_for_id": leader.id, "waits_since": clock.now()}
    make_paper(opened[0], person, PaperState.APPROVING, title="责令限期整改通知书", **waiting)
    attach(session, opened[0], "电梯检验报告（2026年11月）.pdf", b"%PDF", "application/pdf", AttachmentRole.EVIDENCE)
    closed = make_matter("供热投诉已处理", person.id)
    close_matter(closed, outcome=Outcome.DONE, reason="已恢复供热", **given)
    archive_file(closed, version=closed.version, **given)
    to_archive = make_matter("待归档的事", person.id)
    close_matter(to_archive, outcome=Outcome.UNFOUNDED, reason="反映不实", **given)
    session.commit()
    return opened[0], closed


def actor_of(account_id: UUID) -> Actor:
    return replace(make.actor(), account_id=account_id)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_pages_of_matters_are_accessible_and_readable(
    served: str, session: Session, desk: Callable[..., Page], sign_in: Callable[..., object], size: ViewportSize
) -> None:
    clock.fix_today(TODAY)
    page = desk(Role.SECTION_HEAD, size)
    sign_in(Role.STREET_OFFICER, make.HEPING_STREET, name="刘洋")
    sign_in(Role.DIRECTOR, make.HEPING, name="赵立新")
    matter, archived = fill(session)
    one, file = f"/office/matters/{matter.number}", f"/office/files/{matter.number}"
    kept = f"/office/files/{archived.number}"
    addresses = [
        "/office/", "/office/desk", "/office/desk?lang=en", "/office/desk?what=papers", "/office/desk?list=sent_on",
        "/office/desk?list=standing_in", "/office/matters", "/office/matters/new", one, f"{one}?lang=en",
        f"{one}/attachments/new", "/office/files", "/office/files?shelf=to_archive", "/office/files?shelf=open",
        "/office/files?shelf=ended", file, kept, f"{kept}?lang=en",
    ]  # fmt: skip
    for number, address in enumerate(addresses):
        answer = page.goto(served + address)
        assert answer
        assert answer.status == 200, address
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{size['width']}-{number:02}.png", full_page=True)
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        assert page.evaluate(CRUSHED) == [], address
    page.goto(served + "/office/desk")
    page.locator(".reminders summary").first.focus()
    page.keyboard.press("Enter")
    page.locator("textarea[name=answer]").first.fill("已修复")
    page.locator("textarea[name=answer]").first.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "已答复" in page.locator("main").inner_text()
    page.context.close()
