"""Zones in Chromium: estates ticked and a group chosen on the map, and the pages readable on a desk and a telephone."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.zones.actions import proposing
from regulator.features.zones.models import Zone, ZoneEstate
from regulator.features.zones.rules.deciding import PRACTICE
from regulator.foundation import clock
from regulator.foundation.database import transaction
from regulator.web.sessions import COOKIE
from tests.browser.test_public_pages import chromium, database_url, visit
from tests.browsing import NARROW, WIDE, serving, violations
from tests.factories import registry as make
from tests.factories.zones import make_managed, make_uncovered, street
from tests.portals.conftest import Desk, sign_in

__all__ = ["chromium", "database_url", "sign_in"]

pytestmark = pytest.mark.browser


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """Where the application answers."""
    with serving(app) as address:
        yield address


@pytest.fixture
def groups(session: Session) -> list[Zone]:
    """Two groups side by side and a managed neighbour."""
    make.make_tree()
    company = make.make_company()
    for number, place in enumerate(((0, 0), (300, 0), (0, 300), (900, 0), (1100, 100))):
        make_uncovered(f"{number}号楼", place)
    make_managed("翰林花园", (300, 500), company)
    session.commit()
    with transaction():
        proposing.propose_zones(street(), PRACTICE, version=0, actor=make.actor(), now=clock.now())
    return list(session.scalars(select(Zone).order_by(Zone.ordinal)))


def desk(served: str, chromium: Browser, sign_in: Callable[..., Desk], size: ViewportSize) -> Page:
    """A browser of this size in which the street's officer is signed in."""
    cookie = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET).browser.get_cookie(COOKIE)
    assert cookie
    page, _ = visit(chromium, served, viewport=size, has_touch=size is NARROW)
    page.context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": served}])
    return page


def test_every_page_is_accessible_and_fits_a_telephone(
    served: str, groups: list[Zone], chromium: Browser, sign_in: Callable[..., Desk]
) -> None:
    page = desk(served, chromium, sign_in, NARROW)
    for address in (
        "/office/zones?lang=en", "/office/zones/new", f"/office/zones/street?street={make.SHENHE_STREET}",
        f"/office/zones/{groups[0].id}?lang=en",
    ):  # fmt: skip
        page.goto(served + address)
        if "street" in address:
            page.locator(".zone-neighbour").wait_for()
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
    page.context.close()


def test_estates_are_moved_by_clicking_on_the_map(
    served: str, groups: list[Zone], session: Session, chromium: Browser, sign_in: Callable[..., Desk]
) -> None:
    first, second = groups
    code = session.scalars(select(ZoneEstate.estate_code).where(ZoneEstate.zone_id == first.id)).first()
    session.rollback()
    page = desk(served, chromium, sign_in, WIDE)
    page.goto(f"{served}/office/zones/{first.id}")
    mark = page.locator(f'.estate-mark[data-code="{code}"]')
    mark.focus()
    page.keyboard.press("Enter")
    assert page.locator(f'input[value="{code}"]').is_checked(), "a key ticks as a click does"
    mark.click()
    assert not page.locator(f'input[value="{code}"]').is_checked()
    mark.click()
    page.locator("path.zone-shape:not(.own)").click()
    page.get_by_role("button", name="将勾选的小区移到这里").click()
    assert page.locator("#f-target").input_value() == str(second.id)
    page.get_by_role("button", name="移动勾选的小区").last.click()
    page.get_by_text("小区已移动。").wait_for()
    assert violations(page) == []
    session.rollback()
    assert code in session.scalars(select(ZoneEstate.estate_code).where(ZoneEstate.zone_id == second.id)).all()
    page.context.close()
