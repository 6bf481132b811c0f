"""Drawing where an estate lies, in Chromium: dragging, arrow keys, undo, clinging to neighbours, drawing anew."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import select

from regulator.app import create_app
from regulator.features.accounts.terms import Role
from regulator.features.maps import following
from regulator.features.maps.models import EstateBoundary
from regulator.features.registry.models import Estate
from regulator.foundation.database import session, transaction
from regulator.foundation.extensions import db
from regulator.web.sessions import COOKIE
from tests.browsing import NARROW, WIDE, open_chromium, serving, violations
from tests.conftest import migrate, settings_for
from tests.factories import registry as make
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.maps import draw_map
from tests.factories.outlines import outline, place

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """翰林花园 with its outline of 100 m, 和平花园 20 m to its east, and 无界小区 without one."""
    directory = tmp_path_factory.mktemp("edit")
    url = f"sqlite:///{directory / 'register.sqlite'}"
    migrate(url, directory)
    app = create_app(settings_for(url, directory))
    with app.app_context():
        make_account("zhang", (Role.DISTRICT_OFFICER, make.SHENHE))
        with transaction():
            for name, where, x in (
                ("翰林花园", make.SHENHE_COMMUNITY, 0),
                ("和平花园", make.HEPING_COMMUNITY, 120),
                ("无界小区", make.SHENHE_COMMUNITY, 400),
            ):
                lon, lat = place(x + 50, 50)
                made = make.make_estate(name, where, lon=lon, lat=lat)
                if x < 400:
                    outline(made.code, x, 0, 100)
            following.start_map(make.NOW)
        draw_map()
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


@pytest.fixture(scope="module")
def cookie(city: Flask) -> str:
    client = city.test_client()
    client.post("/sign-in", data={"username": "zhang", "password": PASSWORD})
    found = client.get_cookie(COOKIE)
    assert found
    return found.value


Edit = Callable[..., Page]


@pytest.fixture
def edit(served: str, cookie: str, chromium: Browser) -> Iterator[Edit]:
    """Open an estate's position; at the end the page may not have complained."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def go(name: str = "翰林花园", size: ViewportSize = WIDE) -> Page:
        context = chromium.new_context(viewport=size)
        contexts.append(context)
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": served}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(served) else None)
        page.goto(f"{served}/office/estates/{code_of(name)}/position")
        expect(page.locator(".vertex.point")).to_be_visible()
        return page

    yield go
    for context in contexts:
        context.close()
    assert [said for said in complaints if "409" not in said] == []


def code_of(name: str) -> str:
    return str(session().scalars(select(Estate.code).where(Estate.name == name)).one())


def corners(page: Page) -> Any:
    return page.locator(".vertex.corner")


def pull(page: Page, element: Any, by: tuple[int, int]) -> None:
    """Drag something so many pixels."""
    box = element.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0], y + by[1], steps=4)
    page.mouse.up()


def drawn(page: Page) -> str:
    return page.locator("#f-boundary").input_value()


def size_of(page: Page) -> int:
    return int("".join(filter(str.isdigit, page.inner_text("#outline-area"))))


def test_corners_are_dragged_moved_by_keys_added_removed_and_taken_back(edit: Edit) -> None:
    page = edit()
    expect(corners(page)).to_have_count(4)
    first, size = drawn(page), size_of(page)
    assert size == pytest.approx(10_000, rel=1e-3)
    pull(page, corners(page).nth(0), (-60, 60))
    assert size_of(page) > size
    dragged = drawn(page)
    corners(page).nth(1).focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    assert drawn(page) != dragged
    expect(corners(page).nth(1)).to_be_focused()
    page.keyboard.press("Insert")
    expect(corners(page)).to_have_count(5)
    expect(corners(page).nth(2)).to_be_focused()
    page.keyboard.press("Delete")
    expect(corners(page)).to_have_count(4)
    pull(page, page.locator(".vertex.middle").nth(0), (0, 40))
    expect(corners(page)).to_have_count(5)
    for _ in range(3):
        page.keyboard.press("Control+z")
    page.get_by_role("button", name="撤销").click()  # three presses of an arrow key are one step
    assert drawn(page) == dragged
    page.keyboard.press("Control+z")
    assert drawn(page) == first
    expect(page.get_by_role("button", name="撤销")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    assert drawn(page) == dragged


def test_the_point_moves_by_keys_and_fields_move_the_map(edit: Edit) -> None:
    page = edit()
    before = page.input_value("#f-lat")
    page.locator(".vertex.point").focus()
    page.keyboard.press("ArrowUp")
    assert float(page.input_value("#f-lat")) > float(before)
    page.locator("summary", has_text="GeoJSON").click()
    page.fill("#f-boundary", "")
    page.locator("#f-lon").focus()
    expect(corners(page)).to_have_count(0)
    expect(page.locator("#outline-area")).to_have_text("未绘制边界")


def test_a_corner_clings_to_the_neighbour_and_an_overlap_is_shown_and_confirmed(edit: Edit) -> None:
    page = edit()
    expect(page.locator("path.neighbour-outline")).to_have_count(1)
    assert page.locator(".neighbour-name").count() == 0  # of another district
    edges = [corners(page).nth(n).bounding_box() for n in (0, 1)]
    east = round((edges[1]["x"] - edges[0]["x"]) / 5)  # 20 m in pixels
    pull(page, corners(page).nth(1), (east - 6, 4))
    lon, lat = place(120, 0)
    found = page.evaluate("JSON.parse(document.getElementById('f-boundary').value).coordinates[0][0][1]")
    assert found == pytest.approx([lon, lat], abs=2e-6)
    pull(page, corners(page).nth(2), (east + 40, 0))
    page.fill("#f-reason", "测绘成果")
    page.get_by_role("button", name="保存位置与边界").click()
    expect(page.locator(".summary")).to_contain_text("与“和平花园”的边界重叠")
    expect(page.locator("path.doubt")).to_have_count(1)
    expect(corners(page)).to_have_count(4)
    assert violations(page) == []
    page.get_by_label("已核对，仍要保存").check()
    page.get_by_role("button", name="保存位置与边界").click()
    expect(page.locator(".notice.ok")).to_be_visible()
    session().rollback()  # another has written since
    kept = session().get(EstateBoundary, code_of("翰林花园"))
    assert kept
    assert kept.version == 2


def test_an_outline_is_drawn_by_pointer_and_by_keys(edit: Edit) -> None:
    page = edit("无界小区")
    page.get_by_role("button", name="重新绘制边界").click()
    box = page.locator("#map_shell").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for dx, dy in ((-90, -70), (90, -70), (90, 70)):
        page.mouse.click(x + dx, y + dy)
        page.wait_for_timeout(350)  # slower than a double click
    page.mouse.dblclick(x - 90, y + 70)
    expect(corners(page)).to_have_count(4)
    page.get_by_role("button", name="加画一块").click()
    for key in (" ", "ArrowRight", " ", "ArrowDown", " "):
        page.keyboard.press(key)
        page.wait_for_timeout(350)  # the map glides
    page.keyboard.press("Enter")
    expect(corners(page)).to_have_count(7)
    assert drawn(page).count("]]]") == 2  # parts
    page.get_by_role("button", name="撤销").click()
    expect(corners(page)).to_have_count(4)
    page.get_by_role("button", name="重新绘制边界").click()
    page.keyboard.press("Escape")
    expect(corners(page)).to_have_count(4)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_pages_are_accessible_and_fit(edit: Edit, served: str, size: ViewportSize) -> None:
    page = edit(size=size)
    for address in ("", f"{served}/office/map?estate={code_of('翰林花园')}"):
        if address:
            page.goto(address)
            expect(page.get_by_role("link", name="修正位置")).to_be_visible()
            expect(page.locator("path.estate-boundary")).to_have_count(2)
            page.wait_for_timeout(400)  # the card fades in
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
