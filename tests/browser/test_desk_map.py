"""The desk's map in Chromium: shaded by keyboard inside one's territory, zones with their groups on the table."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect

from regulator.app import create_app
from regulator.features.accounts.terms import Role
from regulator.features.coverage.actions import tallies
from regulator.features.maps import following
from regulator.features.maps.actions import load_boundaries
from regulator.features.maps.shading import shade
from regulator.features.zones.actions import proposing
from regulator.features.zones.rules.deciding import PRACTICE
from regulator.foundation import clock
from regulator.foundation.database import transaction
from regulator.foundation.extensions import db
from tests.browsing import NARROW, WIDE, open_chromium, serving, violations
from tests.conftest import migrate, settings_for
from tests.factories import registry as make
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.maps import DISTRICTS, draw_map
from tests.factories.zones import make_managed, make_uncovered, street

pytestmark = pytest.mark.browser
MEASURE = "coverage_full_estates"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Two districts with borders; in one a street with two uncovered buildings on the table and a managed estate."""
    directory = tmp_path_factory.mktemp("desk")
    url = f"sqlite:///{directory / 'register.sqlite'}"
    migrate(url, directory)
    app = create_app(settings_for(url, directory))
    with app.app_context():
        make_account("zhang", (Role.DISTRICT_OFFICER, make.SHENHE))
        with transaction():
            make_uncovered("一号楼", (0, 0))
            make_uncovered("二号楼", (200, 0))
            make_managed("翰林花园", (100, 300), make.make_company())
            tallies.start_counting(clock.now())
            following.start_map(clock.now())
        with transaction():
            proposing.propose_zones(street(), PRACTICE, version=0, actor=make.actor(), now=clock.now())
        with transaction():
            features = [
                {"properties": {"code": code, "schematic": True}, "geometry": DISTRICTS[code]["geometry"]}
                for code in (make.SHENHE, make.HEPING)
            ]
            load_boundaries(features, source="x", actor=make.actor(), now=make.NOW)
        draw_map()
        with transaction():
            list(shade({}))
        yield app
        db.engine.dispose()


@pytest.fixture(scope="module")
def served(city: Flask) -> Iterator[str]:
    with serving(city) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def page(request: pytest.FixtureRequest, served: str, chromium: Browser) -> Iterator[Page]:
    """A district's officer signed in; the browser may complain of nothing and ask nobody else."""
    size: ViewportSize = request.param
    complaints: list[str] = []
    opened = chromium.new_context(viewport=size, base_url=served).new_page()
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(served) else None)
    opened.goto("/sign-in")
    opened.get_by_label("用户名").fill("zhang")
    opened.get_by_label("密码").fill(PASSWORD)
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/office/**")
    yield opened
    opened.context.close()
    assert complaints == []


def test_the_desks_map_is_shaded_by_keyboard_inside_ones_territory(page: Page) -> None:
    page.goto("/office/map#12/41.80000/123.43000")
    if page.locator("#map-layers").get_attribute("open") is None:
        page.locator("#map-layers summary").focus()
        page.keyboard.press("Enter")
    page.locator("#map-measure").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#map-shade-word")).to_have_text("物业管理覆盖率（小区数）")
    expect(page.locator("path.map-shaded")).to_have_count(1)
    assert f"measure={MEASURE}" in page.url
    expect(page.locator(".map-shades li").first).to_contain_text("A")
    page.locator("#map-figures summary").focus()
    page.keyboard.press("Enter")
    rows = page.locator("#map-figures tbody tr")
    expect(rows).to_have_count(1)
    assert rows.locator("a").get_attribute("href") == f"/office/coverage?division={make.SHENHE}"
    stage = page.locator(".map-stage").bounding_box()
    assert stage
    assert stage["height"] <= page.evaluate("innerHeight"), "the whole map is seen at once"
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    assert violations(page) == []


def test_groups_on_the_table_are_drawn_listed_and_lead_to_their_page(page: Page) -> None:
    page.goto(f"/office/map?measure={MEASURE}#15/41.80000/123.43100")
    if page.locator("#map-layers").get_attribute("open") is None:
        page.locator("#map-layers summary").click()
    page.locator("#map-zones").focus()
    page.keyboard.press("Space")
    expect(page.locator("path.zone-outline.proposed")).to_have_count(2)  # on the map, and beside its line
    over, under = (
        page.locator(path).evaluate("path => Number(getComputedStyle(path.closest('.leaflet-pane')).zIndex)")
        for path in (".leaflet-zones-pane path.zone-outline", "path.map-shaded")
    )
    assert over > under, "not hidden by the shading"
    line = page.locator("#map-zones-list li")
    expect(line).to_contain_text("第1组")
    expect(line).to_contain_text("拟定")
    expect(line).to_contain_text("2 个小区中 0 个")
    assert violations(page) == []
    line.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("第1组")
