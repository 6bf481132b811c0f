"""The map in Chromium with every outside address failing: marks, cards, list, keyboard, address, phone, no script."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from regulator.app import create_app
from regulator.features.divisions.models import Division
from regulator.features.divisions.terms import Level
from regulator.features.registry.terms import Mode
from regulator.foundation.database import transaction
from regulator.foundation.extensions import db
from tests.browsing import open_chromium, serving, violations
from tests.conftest import migrate, settings_for
from tests.factories.maps import COMPANY, draw_map, estate, make_territory, register

pytestmark = pytest.mark.browser
WIDE: ViewportSize = {"width": 1366, "height": 820}
PHONE: ViewportSize = {"width": 390, "height": 844}
NEAR = "#15/41.80000/123.43000"
MODES = [*Mode, None]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """2,500 estates in the middle of the city: one of each mode near one another, the rest around."""
    directory = tmp_path_factory.mktemp("map")
    url = f"sqlite:///{directory / 'register.sqlite'}"
    migrate(url, directory)
    app = create_app(settings_for(url, directory))
    with app.app_context():
        make_territory()
        first = [
            (estate(n, 123.4265 + n / 1000, 41.80, name=f"一号{mode or 'unknown'}<img src=x>"), mode)
            for n, mode in enumerate(MODES)
        ]
        rest = [
            (estate(n, 123.30 + n % 50 / 200, 41.70 + n // 50 / 250, name=f"外围{n}"), MODES[n % len(MODES)])
            for n in range(100, 2592)
        ]
        register([*first, *rest])
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


Visit = Callable[..., Page]


@pytest.fixture
def visit(served: str, chromium: Browser) -> Iterator[Visit]:
    """Open an address; at the end no page may have complained, failed a request or asked anybody else."""
    complaints: list[str] = []
    contexts = []

    def go(address: str, size: ViewportSize = WIDE, *, slow: float = 0, **options: Any) -> Page:
        context = chromium.new_context(viewport=size, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(served) else None)
        if slow:
            page.route("**/estates.json*", lambda route: (time.sleep(slow), route.continue_())[1])  # type: ignore[func-returns-value]
        page.goto(served + address)
        return page

    yield go
    for context in contexts:
        assert context.cookies() == []
        context.close()
    assert complaints == []


def until(page: Page, expression: str) -> None:
    """Wait for an expression to hold; Playwright's own waiting needs eval, which the page's policy forbids."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never true: {expression}")


def settle(page: Page) -> None:
    """Wait until the map neither moves nor loads; it asks a little after it has come to rest."""
    for _ in range(2):
        page.wait_for_timeout(200)
        until(page, "!document.querySelector('[aria-busy], .leaflet-zoom-anim')")


def marks(page: Page) -> Any:
    return page.locator(".leaflet-marker-pane .estate-mark")


def test_a_click_shows_the_estate_and_leads_to_its_page(visit: Visit) -> None:
    page = visit(f"/map{NEAR}")
    page.locator('[data-code="2101030050010000"]').click()
    card = page.locator(".leaflet-popup .map-card")
    expect(card.locator("h2")).to_have_text("一号professional<img src=x>")
    expect(card).to_contain_text(COMPANY)
    assert page.locator(".leaflet-popup img").count() == 0
    link = card.locator(".map-card-end a")
    assert link.get_attribute("href") == "/estates/2101030050010000"


def test_every_mode_has_its_own_colour_and_shape_and_its_words(visit: Visit) -> None:
    page = visit(f"/map{NEAR}")
    expect(page.locator('[data-code="2101030050010007"]')).to_be_visible()
    looks = set()
    key = page.locator(".map-key li").all_inner_texts()
    assert len(set(key)) == len(MODES)
    for n, mode in enumerate(MODES):
        mark = page.locator(f'[data-code="210103005001{n:04d}"]')
        drawn = mark.evaluate(
            "e => { const s = getComputedStyle(e, '::before');"
            " return [s.borderRadius, s.clipPath, s.rotate, s.transform, s.borderStyle, s.backgroundImage].join(' ') }"
        )
        looks.add(drawn)
        label = mark.get_attribute("aria-label") or ""
        assert any(word and label.endswith(word) for word in key), (mode, label)
    assert len(looks) == len(MODES)


def test_from_afar_groups_count_everything_and_open_by_click_and_by_key(visit: Visit) -> None:
    page = visit("/map")
    expect(page.locator("#map-status")).to_contain_text("2,500")
    settle(page)
    groups = page.locator(".estate-cluster")
    counts = groups.evaluate_all("found => found.map(e => Number(e.querySelector('.count').textContent))")
    assert sum(counts) + marks(page).count() == 2500
    label = groups.first.get_attribute("aria-label") or ""
    assert "个小区：" in label
    assert "专业化" in label
    lines = page.locator("#map-list .cluster-line").all_inner_texts()
    assert sum(int("".join(filter(str.isdigit, line.split("：")[1].split("个")[0]))) for line in lines) == sum(counts)
    zoom = page.evaluate("map_shell.getZoom()")
    groups.first.click()
    until(page, f"map_shell.getZoom() === {zoom + 2}")
    settle(page)
    groups.first.focus()
    page.keyboard.press("Enter")
    until(page, f"map_shell.getZoom() > {zoom + 2}")
    until(page, "document.activeElement.matches('.estate-cluster, .estate-mark')")


def test_near_by_each_stands_by_itself(visit: Visit) -> None:
    page = visit(f"/map{NEAR}")
    expect(page.locator("#map-status")).to_contain_text("视野内")
    inside = page.evaluate(
        """() => { const box = map_shell.getBounds(); let n = 0;
        const estate = l => l.options.icon?.options.className?.startsWith("estate-mark");
        map_shell.eachLayer(l => { if (estate(l) && box.contains(l.getLatLng())) n++ });
        return n }"""
    )
    shown = int("".join(filter(str.isdigit, page.inner_text("#map-status"))))
    assert inside == shown
    assert 8 <= shown < 200


def test_a_filter_counts_at_once_and_stays_in_the_address(visit: Visit) -> None:
    page = visit("/map")
    expect(page.locator("#map-status")).to_contain_text("2,500")
    page.locator(".map-filters summary").click()
    page.get_by_label("弃管", exact=True).check()
    page.get_by_label("无物业", exact=True).check()
    expect(page.locator("#map-status")).to_contain_text("626 个")
    until(page, "location.search === '?mode=abandoned%2Cnone'")
    expect(page.locator("#map-filters-count")).to_have_text("已选 1 项")
    copy = visit("/map" + page.url.partition("/map")[2])
    expect(copy.locator("#map-status")).to_contain_text("626 个")
    copy.locator(".map-filters summary").click()
    copy.get_by_role("button", name="清除全部筛选").click()
    expect(copy.locator("#map-status")).to_contain_text("2,500")


def test_a_company_and_an_estate_are_opened_by_their_address(visit: Visit) -> None:
    page = visit("/map?company=91210103MA0000000A")
    expect(page.locator(".map-company h2")).to_have_text(COMPANY)
    expect(page.locator("#map-status")).to_contain_text("312")
    page = visit("/map?estate=2101030050010002")
    expect(page.locator(".map-card h2")).to_contain_text("一号community_custody")
    expect(page.locator(".map-card dl, .map-card .map-rest:empty")).to_have_count(1)


def test_the_list_shows_what_the_map_shows(visit: Visit) -> None:
    page = visit("/map#17/41.80000/123.42650")
    expect(page.locator("#map-status")).to_contain_text("视野内")
    on_map = sorted(marks(page).evaluate_all("found => found.map(e => e.title)"))
    listed = sorted(page.locator("#map-list .map-name").all_inner_texts())
    assert listed
    assert listed == on_map


def test_by_keyboard_from_mark_to_card_to_page_and_back(visit: Visit) -> None:
    page = visit(f"/map{NEAR}")
    mark = page.locator('[data-code="2101030050010003"]')
    mark.focus()
    page.keyboard.press("Enter")
    card = page.locator(".map-card")
    expect(card.locator(".map-card-end a")).to_be_focused()
    page.keyboard.press("Tab")
    expect(card.locator("button")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(mark).to_be_focused()
    assert mark.get_attribute("tabindex") == "0"
    assert mark.get_attribute("role") == "button"


def test_the_map_can_be_skipped(visit: Visit) -> None:
    page = visit("/map")
    skip = page.locator(".map-stage > .skip")
    above = "e => e.getBoundingClientRect().bottom < 0"
    assert skip.evaluate(above)
    skip.focus()
    assert not skip.evaluate(above)
    page.keyboard.press("Enter")
    expect(page.locator("#map-list-head")).to_be_focused()


def test_the_address_says_where_one_looks(visit: Visit) -> None:
    page = visit("/map#13/41.81/123.44")
    expect(page.locator("#map-status")).to_contain_text("个小区")
    page.locator(".leaflet-control-zoom-in").click()
    until(page, "location.hash.startsWith('#14/')")
    copy = visit("/map" + page.url.partition("/map")[2])
    expect(copy.locator("#map-status")).to_contain_text("个小区")
    where = "(c => [map_shell.getZoom(), c.lat.toFixed(3), c.lng.toFixed(3)])(map_shell.getCenter())"
    assert copy.evaluate(where) == page.evaluate(where) == [14, "41.810", "123.440"]


@pytest.mark.parametrize("address", ["#x", "#1/2", "#NaN/NaN/NaN", "#99/999/999", "#12/41.8/123.4/5", "#%00"])
def test_a_strange_address_shows_the_city(visit: Visit, address: str) -> None:
    page = visit(f"/map{address}")
    expect(page.locator("#map-status")).to_contain_text("2,500 个小区")


def test_a_newer_view_ends_the_older_question(visit: Visit) -> None:
    page = visit("/map")
    expect(page.locator("#map-status")).to_contain_text("2,500")
    page.evaluate(
        """async () => {
        globalThis.ended = 0; const plain = fetch; let asked = 0, answer; const held = new Promise(r => answer = r);
        globalThis.fetch = async (url, o) => {
            if (!String(url).includes("estates.json")) return plain(url, o);
            asked++; o.signal.addEventListener("abort", () => globalThis.ended++); await held; return plain(url, o) };
        for (const [view, lat] of [41.7, 41.75, 41.79].entries()) {
            map_shell.setView([lat, 123.43], 15, {animate: false});
            while (asked <= view) await new Promise(done => setTimeout(done, 20)); }
        globalThis.fetch = plain; answer(); }"""
    )
    until(page, "!document.querySelector('[aria-busy]')")
    assert page.evaluate("ended") == 2
    seen = marks(page).evaluate_all("found => found.map(e => e.title)")
    listed = page.locator("#map-list .map-name").all_inner_texts()
    assert set(listed) <= set(seen)
    status = page.inner_text("#map-status")
    page.evaluate("map_shell.fire('moveend')")
    until(page, "!document.querySelector('[aria-busy]')")
    assert page.inner_text("#map-status") == status


def test_a_failed_question_can_be_asked_again(served: str, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"{served}/map")
    expect(page.locator("#map-status")).to_contain_text("2,500")
    fail: Callable[[Route], None] = lambda route: route.fulfill(status=503)  # noqa: E731
    page.route("**/estates.json*", fail)
    page.evaluate("map_shell.setZoom(14, {animate: false})")
    expect(page.locator("#map-status")).to_contain_text("小区未能载入")
    page.unroute("**/estates.json*")
    page.get_by_role("button", name="重试").click()
    expect(page.locator("#map-status")).to_contain_text("个小区")
    page.context.close()


def test_a_found_estate_is_shown_on_the_map(visit: Visit) -> None:
    page = visit("/map?q=" + "一号professional", slow=0.7)  # asked for before the first estates have come
    expect(page.locator("#map-list .map-name")).to_have_count(1)
    page.locator("[data-show]").click()
    expect(page.locator(".map-card h2")).to_contain_text("一号professional")
    assert page.locator("#map-list .map-name").count() == 1  # the list keeps what was searched


def test_on_a_phone_everything_fits(visit: Visit) -> None:
    page = visit(f"/map{NEAR}", PHONE, has_touch=True, is_mobile=True)
    expect(page.locator("#map-status")).to_contain_text("个小区")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not page.locator("#map-key ul").is_visible()
    mark = page.locator('[data-code="2101030050010004"]').bounding_box()
    assert mark
    assert min(mark["width"], mark["height"]) >= 44
    page.mouse.click(mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2)
    expect(page.locator(".map-card h2")).to_contain_text("一号interim_custody")
    box = page.locator(".leaflet-popup").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    for control in page.locator(".map-card a, .map-card button").all():
        size = control.bounding_box()
        assert size
        assert size["height"] >= 36


def test_without_scripts_the_list_is_there(visit: Visit) -> None:
    page = visit("/map", java_script_enabled=False)
    assert page.locator("#map-list .map-name").count() == 30
    expect(page.locator("noscript p")).to_contain_text("地图需要启用 JavaScript")
    page.fill("input[name=q]", "一号abandoned")
    page.keyboard.press("Enter")
    expect(page.locator("#map-list .map-name")).to_have_count(1)


APART = """(() => {
    const boxes = [...document.querySelectorAll(".map-label span:not([hidden])")].map((e) => e.getBoundingClientRect());
    const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
    return boxes.length >= 6 && boxes.every((a, i) => boxes.slice(0, i).every((b) => apart(a, b)));
})()"""


def test_names_of_districts_never_cover_one_another(visit: Visit) -> None:
    page = visit("/map")
    settle(page)  # a move lays the names out anew
    until(page, APART)
    page.evaluate("document.querySelectorAll('.map-label span').forEach((e) => { e.style.letterSpacing = '2em'; })")
    assert not page.evaluate(APART)  # letters that arrive late and wide ...
    page.evaluate("document.fonts.dispatchEvent(new FontFaceSetLoadEvent('loadingdone'))")
    until(page, APART)  # ... are made room for
    page.evaluate("document.querySelectorAll('.map-label span').forEach((e) => { e.style.letterSpacing = ''; })")
    page.evaluate("location.hash = '#12/41.80/123.42'")
    expect(page.locator(".map-label").get_by_text("和平区", exact=True)).to_be_visible()


def test_it_opens_where_the_estates_are(visit: Visit) -> None:
    page = visit("/map")
    until(page, "map_shell.getZoom() > 9")
    assert page.evaluate("map_shell.getBounds().contains([[41.70, 123.30], [41.896, 123.545]])")
    assert page.evaluate("map_shell.getBounds().getNorth() < 42.3")


def test_a_step_aside_keeps_what_stays(visit: Visit) -> None:
    page = visit("/map#14/41.80000/123.42500")
    until(page, "document.querySelectorAll('.estate-mark[data-code]').length > 100")
    page.evaluate("document.querySelectorAll('.estate-mark').forEach(mark => { mark.kept = true })")
    before = marks(page).count()
    page.evaluate("for (let i = 0; i < 10; i++) map_shell.panBy([4, 2], {animate: false})")
    page.wait_for_timeout(800)  # longer than the map waits before it asks anew
    kept = page.evaluate("[...document.querySelectorAll('.estate-mark')].filter(mark => mark.kept).length")
    assert kept > before * 0.85  # it draws what came and removes what went, nothing else


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing(visit: Visit, size: ViewportSize) -> None:
    page = visit(f"/map{NEAR}", size)
    page.locator('[data-code="2101030050010004"]').click(force=True)  # another's target lies over it
    until(page, "getComputedStyle(document.querySelector('.leaflet-popup')).opacity === '1'")
    assert violations(page) == []


def test_without_divisions_and_box_the_estates_say_where_the_city_lies(tmp_path: Path, chromium: Browser) -> None:
    url = f"sqlite:///{tmp_path / 'register.sqlite'}"
    migrate(url, tmp_path)
    app = create_app(settings_for(url, tmp_path))
    with app.app_context():
        with transaction() as current:
            current.add(Division(code="370600", level=Level.CITY, name="烟台市"))
        register([(estate(n, 121.40 + n / 100, 37.50, division_code="370600"), Mode.NONE) for n in range(5)])
        draw_map()
        with serving(app) as address:
            page = chromium.new_page()
            page.goto(f"{address}/map")
            expect(page.locator("#map-status")).to_contain_text("5 个小区")
            until(page, "map_shell.getZoom() > 9")
            assert page.evaluate("map_shell.getBounds().contains([37.5, 121.42])")
            page.context.close()
        db.engine.dispose()
