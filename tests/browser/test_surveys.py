"""Custodians and the baseline survey in Chromium: answered on a telephone by finger, readable on a desk's screen."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.coverage.actions.surveys import open_survey
from regulator.features.coverage.models import SurveyEstate
from regulator.features.divisions.queries import get_division
from regulator.foundation import clock
from regulator.web.sessions import COOKIE
from tests.browser.test_public_pages import chromium, database_url, served, visit
from tests.browsing import NARROW, WIDE, violations
from tests.factories import registry as make
from tests.portals.conftest import Desk, sign_in
from tests.portals.public.conftest import World, world

__all__ = ["chromium", "database_url", "served", "sign_in", "world"]

pytestmark = pytest.mark.browser
SMALL = """[...document.querySelectorAll(".by-phone input:not([type=hidden]), .by-phone textarea, .by-phone button")]
  .map(field => field.closest("label.form-check") || field)
  .filter(field => field.getBoundingClientRect().height < 44)
  .map(field => field.outerHTML.slice(0, 120))"""


@pytest.fixture
def survey(world: World, session: Session) -> str:
    """The address of a round in the street where two estates stand of which nobody knows much."""
    clock.fix_today(date(2026, 11, 23))
    street = get_division(make.HEPING_STREET)
    current = open_survey(
        street, title="2026 年摸底调查", due_on=date(2026, 12, 31), actor=make.actor(), now=clock.now()
    )
    session.commit()
    return f"/office/surveys/{current.id}"


def telephone(
    served: str, chromium: Browser, sign_in: Callable[..., Desk], role: Role, scope: str, size: ViewportSize
) -> Page:
    """A browser of this size in which somebody is signed in."""
    cookie = sign_in(role, scope).browser.get_cookie(COOKIE)
    assert cookie
    page, _ = visit(chromium, served, viewport=size, has_touch=size is NARROW)
    page.context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": served}])
    return page


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_is_accessible_and_fits(
    served: str, survey: str, world: World, chromium: Browser, sign_in: Callable[..., Desk], size: ViewportSize
) -> None:
    page = telephone(served, chromium, sign_in, Role.DISTRICT_OFFICER, make.HEPING, size)
    unknown = world.unknown.code
    for address in (
        "/office/custodians", "/office/custodians?named=yes", "/office/custodians?lang=en",
        f"/office/estates/{unknown}/custodian", f"/office/estates/{unknown}/custodian?lang=en",
        "/office/surveys", "/office/surveys/new", survey, f"{survey}?lang=en", f"{survey}/estates/{unknown}",
        f"{survey}/estates/{unknown}?lang=en",
    ):  # fmt: skip
        answer = page.goto(served + address)
        assert answer
        assert answer.status == 200, address
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
    page.context.close()


def test_a_community_worker_answers_by_finger(
    served: str, survey: str, world: World, session: Session, chromium: Browser, sign_in: Callable[..., Desk]
) -> None:
    page = telephone(served, chromium, sign_in, Role.COMMUNITY_WORKER, make.HEPING_COMMUNITY, NARROW)
    page.goto(served + survey)
    page.get_by_role("link", name="填报下一个小区").tap()
    page.wait_for_url("**/estates/*")
    assert page.evaluate(SMALL) == [], "too small for a finger"
    page.get_by_label("社区托管").tap()
    page.get_by_label("姓名").fill("王秀兰")
    page.get_by_label("保洁").fill("2")
    page.get_by_role("button", name="保存并填下一个").tap()
    assert page.get_by_role("alert").inner_text().count("电话") >= 1, (
        "a custodian without phone is refused at its field"
    )
    assert page.get_by_label("姓名").input_value() == "王秀兰"
    page.locator("#f-phone").fill("13904010023")
    first = page.url
    page.get_by_role("button", name="保存并填下一个").tap()
    page.wait_for_url(lambda url: url != first)
    session.rollback()
    assert len(session.scalars(select(SurveyEstate).where(SurveyEstate.answered_at.is_not(None))).all()) == 1
    page.context.close()
