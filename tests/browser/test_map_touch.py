"""What a pointer hits on the map in Chromium: 44 px for everything, 60 px in a hall; the nearest mark is meant."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_map import NEAR, WIDE, Visit, chromium, city, served, settle, visit
from tests.browsing import violations

__all__ = ["chromium", "city", "served", "visit"]

pytestmark = pytest.mark.browser
HALL = {"width": 1080, "height": 1920}
CODE = "210103005001{:04d}"
TOO_SMALL = """([least, chosen]) => [...document.querySelectorAll(chosen)]
  .filter((e) => e.checkVisibility({visibilityProperty: true}) && !e.closest(".visually-hidden"))
  .map((e) => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => box.width > 0 && box.bottom > 0 && (box.height < least - 0.5 || box.width < least - 0.5))
  .map(([e, box]) => `${e.outerHTML.slice(0, 120)} ${Math.round(box.width)} x ${Math.round(box.height)}`)"""
MARKS = ".leaflet-marker-pane .leaflet-marker-icon:not(.map-label):not(.map-letter)"
CONTROLS = (
    "button, summary, .leaflet-control-zoom a, .map-find .btn, .map-find .form-control, .map-find .form-select,"
    " .map-layers .btn, .map-layers .form-select, .map-card .btn, label.map-check"
)


def middle(page: Page, number: int) -> tuple[float, float]:
    box = page.locator(f'[data-code="{CODE.format(number)}"]').bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_targets_lie_over_one_another_and_the_nearest_mark_is_meant(visit: Visit) -> None:
    page = visit(f"/map{NEAR}")
    settle(page)
    card = page.locator(".leaflet-popup .map-card h2")
    names = {n: page.locator(f'[data-code="{CODE.format(n)}"]').get_attribute("title") or "" for n in range(8)}
    places = {n: middle(page, n) for n in range(8)}
    apart = places[1][0] - places[0][0]
    assert 20 < apart < 26, "marks whose targets overlap by half"
    for aim, east, south, meant in ((1, 0, 0, 1), (2, 0, 0, 2), (1, 8, 3, 1), (1, apart - 8, 3, 2), (2, 0, -21, 2)):
        at = (places[aim][0] + east, places[aim][1] + south)
        page.mouse.move(*at)
        expect(page.locator(".leaflet-marker-icon.meant")).to_have_attribute("data-code", CODE.format(meant))
        page.mouse.click(*at)
        expect(card).to_have_text(names[meant])
        page.locator(".map-card-end button").click()
        expect(card).to_have_count(0)
        settle(page)
        places = {n: middle(page, n) for n in range(8)}  # the map moves where a card needs room
    page.mouse.click(places[1][0], places[1][1] - 24)
    page.wait_for_timeout(200)
    assert card.count() == 0, "beside every target"
    for number in (2, 3):
        page.locator(f'[data-code="{CODE.format(number)}"]').focus()
        page.keyboard.press("Enter")
        expect(card).to_have_text(names[number])
        page.keyboard.press("Escape")


def test_with_a_mouse_too_nothing_is_smaller_than_44_pixels(visit: Visit) -> None:
    page = visit(f"/map?q=外围{NEAR}")
    settle(page)
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    page.locator(".map-side [data-show]").first.click()
    expect(page.locator(".leaflet-popup .map-card")).to_be_visible()
    settle(page)
    assert page.evaluate(TOO_SMALL, [44, MARKS]) == []
    inside = ", ".join(f"main {each}" for each in CONTROLS.split(", "))
    assert page.evaluate(TOO_SMALL, [44, inside]) == []
    assert page.locator(MARKS).count() > 0


@pytest.mark.parametrize("query", ["", "&q=外围", "&from=2026-01-01&to=2026-11-01"], ids=["map", "search", "compared"])
def test_in_a_hall_everything_is_60_pixels_and_larger(visit: Visit, query: str) -> None:
    page = visit(f"/map?display=kiosk{query}{NEAR}", HALL)
    settle(page)
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    if "from" not in query:
        page.locator(MARKS).first.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".leaflet-popup .map-card .btn").first).to_be_visible()
        assert page.evaluate(TOO_SMALL, [60, MARKS]) == []
        assert page.locator(MARKS).count() > 0
    anything = f"a[href]:not(.skip), input:not([type=hidden]):not([type=checkbox]), select, {CONTROLS}"
    assert page.evaluate(TOO_SMALL, [60, anything]) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= HALL["width"]
    assert (
        page.evaluate(
            "parseFloat(getComputedStyle(document.querySelector('.map-side .map-name, .map-side h2')).fontSize)"
        )
        > 16
    )
    assert violations(page) == []


def test_a_hall_stays_one_when_something_else_is_asked(visit: Visit) -> None:
    page = visit(f"/map?display=kiosk{NEAR}", HALL)
    settle(page)
    page.locator(".map-filters summary").click()
    page.locator('.map-check input[value="abandoned"]').check()
    assert "display=kiosk" in page.url
    assert "mode=abandoned" in page.url
    page.locator('input[name="q"]').fill("外围")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    assert page.locator("body.kiosk").count() == 1
    ordinary = visit(f"/map?display=billboard{NEAR}", WIDE)
    assert ordinary.locator("body.kiosk").count() == 0
