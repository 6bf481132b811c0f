"""Errand l: the map in Chromium with all outside addresses failing: click on an estate, arrive on its page."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import open_chromium
from tests.errands.installation import Installation, wait_for

SHOWN = "SELECT code, name, lon, lat FROM estate WHERE lon IS NOT NULL AND retired_on IS NULL ORDER BY code"


@contextmanager
def chromium(own: str) -> Iterator[tuple[Page, list[str]]]:
    """A browser that finds nobody but this machine, and the list of what it complained of or asked of others."""
    with open_chromium() as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 820})
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(own) else None)
        yield page, complaints


def test_from_the_map_to_the_page_of_an_estate(place: Installation) -> None:
    estates = place.select(SHOWN)
    assert len(estates) > 500
    with place.serve():
        visitor = place.browser()
        assert "小区" in visitor.get("/map").ok().words  # before the map is drawn the list is there
        wait_for(lambda: "map_shell" in visitor.get("/map").ok().text, 60, lambda: f"never drawn: {place.log}")
        afar = json.loads(visitor.get("/map/estates.json?bbox=122.4,41.1,123.9,43.1&zoom=8").ok().body)
        assert (afar["total"], afar["capped"]) == (len(estates), False)
        counted = [feature["properties"].get("count", 1) for feature in afar["features"]]
        assert sum(counted) == len(estates) > len(counted)
        found: dict[str, Any] = {}
        for west, south in product((122.4, 122.8, 123.2, 123.6), (41.1, 41.5, 41.9, 42.3, 42.7)):
            box = f"{west},{south},{west + 0.4},{south + 0.4}"
            answer = json.loads(visitor.get(f"/map/estates.json?bbox={box}&zoom=14").ok().body)
            assert answer["capped"] is False
            found |= {feature["properties"]["code"]: feature for feature in answer["features"]}
        assert found.keys() == {row["code"] for row in estates}
        for row in estates:
            assert found[row["code"]]["geometry"]["coordinates"] == pytest.approx([row["lon"], row["lat"]], abs=1e-9)
        chosen = next(f["properties"] for f in found.values() if f["properties"]["company"])
        with chromium(place.address) as (page, complaints):
            look_at(page, place.address, chosen["code"], found[chosen["code"]]["geometry"]["coordinates"])
            arrive(page, chosen)
            assert complaints == []
            assert page.context.cookies() == []


def look_at(page: Page, address: str, code: str, place: list[float]) -> None:
    """Open the map, see how many there are and where the borders come from, and go closer to one estate."""
    page.goto(f"{address}/map")
    expect(page.locator("#map-status")).to_have_text(re.compile(r"视野内 [\d,]+ 个小区"))
    expect(page.locator(".leaflet-control-attribution")).to_have_text("边界为示意")
    expect(page.locator("path.map-division")).to_have_count(13)
    page.evaluate(f"location.hash = '#17/{place[1]}/{place[0]}'")
    expect(page.locator(f'[data-code="{code}"]')).to_be_visible()


def arrive(page: Page, chosen: dict[str, str | dict[str, str]]) -> None:
    """Click on the estate, read its card, follow it to its page."""
    company = chosen["company"]
    assert isinstance(company, dict)
    page.locator(f'[data-code="{chosen["code"]}"]').click(force=True)  # the nearest is meant, whatever lies over it
    card = page.locator(".map-card")
    expect(card.get_by_role("heading")).to_have_text(str(chosen["name"]))
    expect(card).to_contain_text(company["name"])
    card.locator(".map-card-end").get_by_role("link").click()
    page.wait_for_url(f"**/estates/{chosen['code']}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(str(chosen["name"]))
    expect(page.locator("main")).to_contain_text(company["name"])
