"""The office's pages in Chromium: accessible and readable on a desk's screen and on a telephone, in both languages."""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from regulator.features.accounts.terms import Role
from regulator.foundation import clock
from regulator.web.sessions import COOKIE
from tests.browser.test_public_pages import chromium, database_url, served, visit
from tests.browsing import NARROW, WIDE, violations
from tests.portals.conftest import Desk, sign_in
from tests.portals.public.conftest import World, world

__all__ = ["chromium", "database_url", "served", "sign_in", "world"]

pytestmark = pytest.mark.browser
LISTS = ("companies", "estates", "people", "services", "contracts", "committees", "notices", "imports", "verification")
WORK = ("placing", "links", "disputes", "continued", "mode", "stale")
CRUSHED = """[...document.querySelectorAll("table.rows tbody td")]
  .filter(cell => cell.innerText.trim().length > 3 && cell.clientWidth < 48 && cell.clientHeight > 96)
  .map(cell => cell.innerText.slice(0, 40))"""


@pytest.fixture
def desk(served: str, world: World, chromium: Browser, sign_in: Callable[..., Desk]) -> Callable[..., Page]:
    """A page that is signed in, in a browser of the given size."""

    def open_page(role: Role, size: ViewportSize) -> Page:
        cookie = sign_in(role).browser.get_cookie(COOKIE)
        assert cookie
        page, _ = visit(chromium, served, viewport=size)
        page.context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": served}])
        return page

    return open_page


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_of_the_office_is_accessible_and_readable(
    served: str, world: World, desk: Callable[..., Page], size: ViewportSize
) -> None:
    clock.fix_today(date(2026, 11, 23))
    page = desk(Role.CITY_OFFICER, size)
    estate, company = f"/office/estates/{world.estate.code}", f"/office/companies/{world.company.credit_code}"
    addresses = [
        "/office/", "/office/?lang=en", "/office/worklists", "/account", estate, f"{estate}?as_of=2025-01-01", company,
        f"{estate}/correct", f"{estate}/services/change", f"{estate}/contracts/new", f"{estate}/notices/new",
        f"{company}/correct", f"{company}/names", *(f"/office/{name}" for name in LISTS),
        *(f"/office/worklists/{name}" for name in WORK), "/office/estates?area_from=abc",
    ]  # fmt: skip
    page.goto(served + estate)
    addresses += [
        urlsplit(link).path for link in page.eval_on_selector_all("td a, th a", "all => all.map(a => a.href)")
    ]
    for address in dict.fromkeys(addresses):
        answer = page.goto(served + address)
        assert answer
        assert answer.status == (400 if "abc" in address else 200), address
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        assert page.evaluate(CRUSHED) == [], address
    page.context.close()
