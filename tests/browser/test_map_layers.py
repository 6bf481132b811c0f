"""The shaded map in Chromium: chosen by keyboard, told apart without colour, over a base map, and on one sheet."""

import io
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from regulator.app import create_app
from regulator.features.audit.terms import Actor
from regulator.features.divisions.terms import Scope
from regulator.features.maps.shading import shade
from regulator.features.metrics.actions import set_target
from regulator.features.metrics.terms import MetricName
from regulator.features.registry.terms import Mode
from regulator.foundation import clock
from regulator.foundation.database import transaction
from regulator.foundation.extensions import db
from tests.browsing import NARROW, WIDE, open_chromium, serving, violations
from tests.conftest import migrate, settings_for
from tests.factories.maps import draw_map, estate, make_territory, register
from tests.factories.tiles import picture, write_mbtiles

pytestmark = pytest.mark.browser
MILLIMETRES = 25.4 / 72


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A district that has reached its target and one that has not, over a base map of grey squares."""
    directory = tmp_path_factory.mktemp("layers")
    url = f"sqlite:///{directory / 'register.sqlite'}"
    migrate(url, directory)
    squares = {(z, x, y): picture(9) for z, x, y in _around(range(8, 12))}
    base = write_mbtiles(directory / "base.mbtiles", squares)
    app = create_app(settings_for(url, directory, base_map=str(base), map_approval_number="辽S(2026)001号<img src=x>"))
    with app.app_context():
        make_territory()
        modes = [Mode.PROFESSIONAL] * 9 + [Mode.ABANDONED]
        south = [(estate(n, 123.44, 41.80), mode) for n, mode in enumerate(modes)]
        north = [
            (estate(n, 123.41, 41.88, code=f"210105001001{n:04d}", division_code="210105"), mode)
            for n, mode in enumerate([Mode.PROFESSIONAL] * 5 + [Mode.NONE] * 5)
        ]
        register([*south, *north])
        with transaction():
            year = clock.today().year
            metric, actor = MetricName.COVERAGE_FULL_ESTATES, Actor.system()
            set_target(Scope.everything(), metric, "210100", year, 9000, actor=actor, now=clock.now())
        draw_map()
        with transaction():
            list(shade({}))
        yield app
        db.engine.dispose()


def _around(zooms: range) -> Iterator[tuple[int, int, int]]:
    for zoom in zooms:
        x, y = 3452 >> (12 - zoom), 1523 >> (12 - zoom)
        yield from ((zoom, x + east, y + south) for east in range(-6, 7) for south in range(-6, 7))


@pytest.fixture(scope="module")
def page(city: Flask) -> Iterator[Page]:
    """One visitor, whose browser may complain of nothing and ask nobody else."""
    complaints: list[str] = []
    with serving(city) as address, open_chromium() as browser:
        opened = _open(browser, address, complaints)
        yield opened
        opened.context.close()
    assert complaints == []


def _open(browser: Browser, address: str, complaints: list[str]) -> Page:
    opened = browser.new_context(viewport=WIDE, base_url=address).new_page()
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(address) else None)
    return opened


def test_a_figure_is_chosen_by_keyboard_and_read_without_colours(page: Page) -> None:
    page.goto("/map#11/41.83000/123.43000")
    expect(page.locator("#map-shade-word")).to_have_text("无")
    expect(page.locator(".leaflet-tile-loaded").first).to_be_visible()
    page.locator("#map-layers summary").focus()
    page.keyboard.press("Enter")
    page.locator("#map-measure").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#map-shade-word")).to_have_text("物业管理覆盖率（小区数）")
    expect(page.locator("path.map-shaded")).to_have_count(13)
    looks = page.locator("path.map-shaded").evaluate_all("found => found.map((e) => e.getAttribute('fill'))")
    assert set(looks) == {"url(#map-shade-0)", "url(#map-shade-2)", "url(#map-shade-8)"}
    patterns = page.locator(".map-hatches pattern").evaluate_all("found => found.map((e) => e.innerHTML)")
    for together in ((0, 1, 2, 7, 8, 9), (3, 4, 5, 6, 7, 8, 9)):  # a target's classes, or bands; and what is not judged
        assert len({patterns[colour] for colour in together}) == len(together)
    expect(page.locator(".map-shades li").first).to_contain_text("A")
    expect(page.locator(".map-letter span", has_text="A 90.00%")).to_be_visible()
    assert "measure=coverage_full_estates" in page.url
    assert "#11/41.83" in page.url
    page.locator("#map-figures summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map-figures tbody tr")).to_have_count(13)
    expect(page.locator("#map-figures tbody tr", has_text="皇姑区")).to_contain_text("50.00%")
    assert violations(page) == []


def test_a_click_says_what_the_colour_means(page: Page) -> None:
    page.goto("/map?measure=coverage_full_estates#12/41.86000/123.42000")
    expect(page.locator("path.map-shaded")).to_have_count(13)
    point = page.evaluate("map_shell.latLngToContainerPoint([41.865, 123.40])")
    page.locator("#map_shell").click(position={"x": point["x"], "y": point["y"]})
    card = page.locator(".leaflet-popup .map-card")
    expect(card.locator("h2")).to_have_text("皇姑区")
    expect(card).to_contain_text("计入的小区数：10，其中 5")
    assert card.locator("a").get_attribute("href") == "/coverage?division=210105"
    assert page.locator(".leaflet-control-attribution img").count() == 0
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("辽S(2026)001号<img src=x>")


def test_on_a_phone_it_is_out_of_the_way_until_it_is_wanted(page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.goto("/map?measure=coverage_full_estates")
    expect(page.locator("path.map-shaded")).to_have_count(13)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    expect(page.locator("#map-measure")).to_be_hidden()
    page.locator("#map-layers summary").click()
    expect(page.locator("#map-measure")).to_be_visible()
    page.select_option("#map-measure", "")
    expect(page.locator("path.map-shaded")).to_have_count(0)
    expect(page.locator("#map-shade-word")).to_have_text("无")  # the map may have moved, and cleared itself, before
    assert "measure=" not in page.url
    page.set_viewport_size(WIDE)


@pytest.mark.parametrize(("address", "sides"), [("", (297, 210)), ("&size=a3&orientation=portrait", (297, 420))])
def test_the_map_goes_on_one_sheet(page: Page, address: str, sides: tuple[int, int]) -> None:
    page.set_viewport_size(WIDE)
    page.goto("/map?measure=coverage_full_estates#12/41.83000/123.43000")
    page.locator("#map-print").click()
    expect(page.locator("#map-print-now")).to_be_visible()
    assert page.evaluate("location.hash").startswith("#12/41.83")
    if address:
        page.locator(".print-bar").get_by_text("A3", exact=True).click()
        page.locator(".print-bar").get_by_text("纵向").click()
    assert page.evaluate("location.hash").startswith("#12/41.83")
    expect(page.locator("path.map-shaded")).to_have_count(13)
    expect(page.locator(".leaflet-control-scale-line")).to_contain_text("km")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(printed.pages) == 1
    width, height = (round(float(side) * MILLIMETRES) for side in printed.pages[0].mediabox[2:])
    assert (width, height) == sides
    words = "".join(printed.pages[0].extract_text().split())
    for said in ("达到目标", "辽S(2026)001号"):
        assert said in words
