"""The public pages in Chromium: accessible, fitting, usable without scripts, in large type and in both languages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browsing import NARROW, WIDE, open_chromium, serving, violations
from tests.portals.public.conftest import World, world

__all__ = ["world"]  # the small world of the public pages

pytestmark = pytest.mark.browser


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> str:
    """One database is enough here: the pages are what is looked at."""
    path = tmp_path / "register.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def served(app: Flask, world: World) -> Iterator[str]:
    with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


def visit(browser: Browser, served: str, **options: Any) -> tuple[Page, list[str]]:
    """A page in a closed network (`FLAGS`), and what it tried to reach outside or complained of.

    Asked for is noted, not intercepted: that would do without the browser's cache, and fetch all fonts for each page.
    """
    context: BrowserContext = browser.new_context(**options)
    complaints: list[str] = []
    context.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(served) else None)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    return page, complaints


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_is_accessible_and_fits(served: str, world: World, chromium: Browser, size: ViewportSize) -> None:
    page, complaints = visit(chromium, served, viewport=size)
    for address in (
        "/",
        "/?lang=en",
        "/companies",
        "/estates?q=小区",
        "/estates?q=没有",
        f"/companies/{world.company.credit_code}",
        f"/companies/{world.other.credit_code}?as_of=2025-01-01&lang=en",
        f"/estates/{world.estate.code}",
        f"/estates/{world.unknown.code}",
        "/divisions",
        "/about",
        "/api/v1/docs",
    ):
        page.goto(served + address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
    assert complaints == []
    page.context.close()


def test_searching_works_without_scripts(served: str, world: World, chromium: Browser) -> None:
    page, complaints = visit(chromium, served, java_script_enabled=False, viewport=NARROW)
    page.goto(f"{served}/?lang=en")
    page.get_by_role("searchbox").fill("和智川")
    page.get_by_role("button", name="Find a company").click()
    page.get_by_role("link", name="沈阳和智川城市服务有限公司").click()
    assert page.url.endswith(f"/companies/{world.company.credit_code}?lang=en")
    page.get_by_role("link", name="翰林花园二期").click()
    page.get_by_label("Show as of the day").fill("2025-06-30")
    page.get_by_role("button", name="Show").click()
    assert "沈阳百分之百物业有限公司" in page.inner_text("main")
    assert page.context.cookies() == []
    assert complaints == []
    page.context.close()


def test_large_type_is_kept_in_the_browser_and_still_fits(served: str, world: World, chromium: Browser) -> None:
    page, complaints = visit(chromium, served, viewport=NARROW)
    page.goto(served)
    page.get_by_role("button", name="大字版").click()
    page.goto(f"{served}/companies/{world.company.credit_code}")
    assert page.evaluate("document.documentElement.classList.contains('large-type')")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.context.cookies() == []
    assert complaints == []
    page.context.close()
