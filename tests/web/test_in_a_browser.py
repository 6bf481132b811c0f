"""The kitchen in Chromium: nothing for axe to find, nothing scrolls sideways, nothing is refused by the policy."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Page, ViewportSize

from regulator.web.headers import CONTENT_SECURITY_POLICY
from tests.browsing import NARROW, WIDE, open_chromium, serving, violations

ADDRESSES = ("/desk", "/desk?lang=en", "/form", "/public", "/public?lang=en", "/print", "/fail/refused")

pytestmark = pytest.mark.browser


@pytest.fixture
def served(kitchen: Flask) -> Iterator[str]:
    """The kitchen's address, with the policy of the product on every answer."""

    @kitchen.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    with serving(kitchen) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


LEFT = "net::ERR_ABORTED"
"""A question under way when the next page is opened."""


def open_page(browser: Browser, size: ViewportSize, **options: Any) -> tuple[Page, list[str]]:
    """A page and the list that its console's complaints go to."""
    page = browser.new_context(viewport=size, **options).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("requestfailed", lambda request: complaints.append(request.url) if request.failure != LEFT else None)
    return page, complaints


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_pages_are_accessible_and_fit(served: str, chromium: Browser, size: ViewportSize) -> None:
    page, complaints = open_page(chromium, size)
    for address in ADDRESSES:
        page.goto(served + address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
    assert [complaint for complaint in complaints if "409" not in complaint] == []
    page.context.close()


def test_a_form_sent_back_shows_where_it_is_wrong(served: str, chromium: Browser) -> None:
    page, _complaints = open_page(chromium, WIDE)
    page.goto(f"{served}/form")
    page.fill("#f-floor_area", "abc")
    with page.expect_navigation():
        page.click("form.typed >> nth=0 >> button[type=submit]")
    assert violations(page) == []
    page.click(".summary a[href='#f-floor_area']")
    assert page.url.endswith("#f-floor_area")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") in {"f-floor_area", "f-capital"}
    page.context.close()


def test_the_menu_opens_by_keyboard_and_without_scripts(served: str, chromium: Browser) -> None:
    page, _complaints = open_page(chromium, NARROW)
    page.goto(f"{served}/desk")
    assert not page.is_visible("#side")
    page.focus("[data-menu-toggle]")
    page.keyboard.press("Enter")
    assert page.is_visible("#side")
    page.keyboard.press("Escape")
    assert not page.is_visible("#side")
    page.context.close()
    plain, _none = open_page(chromium, NARROW, java_script_enabled=False)
    plain.goto(f"{served}/desk")
    plain.click("[data-menu-toggle]")
    assert plain.is_visible("#side")
    plain.context.close()


def test_large_type_is_kept_without_a_cookie(served: str, chromium: Browser) -> None:
    page, _complaints = open_page(chromium, WIDE)
    page.goto(f"{served}/public")
    before = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    page.click("[data-large-type]")
    page.goto(f"{served}/public?lang=en")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == pytest.approx(before * 1.25)
    assert page.context.cookies() == []
    page.context.close()


def test_progress_is_followed(served: str, chromium: Browser) -> None:
    page, _complaints = open_page(chromium, WIDE)
    page.goto(f"{served}/desk")
    page.get_by_text("正在写入").wait_for(timeout=8000)
    assert page.text_content("[data-progress-count]") == "3,600 / 6,000"
    page.context.close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_charts_are_drawn_under_the_policy_and_leave_the_table(
    served: str, chromium: Browser, size: ViewportSize
) -> None:
    page, complaints = open_page(chromium, size)
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(f"{served}/desk")
    for which in range(2):
        page.locator("figure[data-chart]").nth(which).locator("xpath=self::*[@data-drawn]").wait_for()
    drawings = page.locator("[data-chart-place]")
    assert "沈河区" in (drawings.nth(0).text_content() or "")
    assert "<img src=x" in (drawings.nth(0).text_content() or ""), "a name is text"
    assert "2026年10月" in (drawings.nth(1).text_content() or "")
    assert drawings.nth(1).get_attribute("aria-label") == "逐月覆盖率"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(
        "getComputedStyle(document.querySelector('[data-chart-place] svg text')).fontFamily"
    ).startswith('"Noto Sans SC"')
    page.hover("[data-chart-place] .mark-rect path >> nth=0")
    page.get_by_text("沈河区 91.0%").wait_for()
    assert violations(page) == []
    assert not page.locator("[data-chart-table] table").first.is_visible()
    page.click("[data-chart-table] summary >> nth=0")
    assert page.locator("[data-chart-table] table").first.is_visible()
    assert complaints == []
    page.context.close()


def test_without_scripts_the_table_stands_for_the_chart(served: str, chromium: Browser) -> None:
    page, complaints = open_page(chromium, WIDE, java_script_enabled=False)
    page.goto(f"{served}/desk")
    assert page.locator("[data-chart-table] table").first.is_visible()
    assert not page.locator("[data-chart-place]").first.is_visible()
    assert complaints == []
    page.context.close()
