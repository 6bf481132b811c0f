"""The public map's answers: GeoJSON by the box, problems as sentences, files, and a page that needs no script."""

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from regulator.features.maps import shelf
from regulator.features.registry.terms import Mode
from tests.factories.maps import COMPANY, draw_map, estate, make_territory, register

BOX = "123.40,41.75,123.50,41.85"


@pytest.fixture
def city(app: Flask) -> None:
    make_territory()
    register(
        [
            (estate(1, 123.45, 41.80, name="翰林花园", address="滨河一路180号"), Mode.PROFESSIONAL),
            (estate(2, 123.46, 41.81, name="枫林新村"), Mode.ABANDONED),
            (estate(3, 123.47, 41.82, name="和平里<b>"), None),
            (estate(4, None, None, name="无处小区"), Mode.NONE),
            (estate(5, 122.5, 42.9, name="远方小区"), Mode.NONE),
        ]
    )


def ask(client: FlaskClient, **query: Any) -> Any:
    return client.get("/map/estates.json", query_string=query)


def test_estates_of_a_box(city: None, client: FlaskClient) -> None:
    answer = ask(client, bbox=BOX, zoom=14)
    assert answer.status_code == 200
    assert answer.mimetype == "application/geo+json"
    body = json.loads(answer.data)
    assert body["type"] == "FeatureCollection"
    assert (body["total"], body["capped"], body["bbox"]) == (3, False, [123.4, 41.75, 123.5, 41.85])
    assert body["features"][0] == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [123.45, 41.8]},
        "properties": {
            "code": "2101030050010001",
            "name": "翰林花园",
            "mode": "professional",
            "company": {"credit_code": "91210103MA0000000A", "name": COMPANY},
            "ownership": "unknown",
            "condition": "occupied",
            "kind": "residential",
            "url": "/estates/2101030050010001",
        },
    }
    others = [(f["properties"]["mode"], f["properties"]["company"]) for f in body["features"][1:]]
    assert others == [("abandoned", None), (None, None)]


def test_estates_travel_compressed(city: None, client: FlaskClient) -> None:
    answer = client.get(f"/map/estates.json?bbox={BOX}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


def test_links_keep_the_language(city: None, client: FlaskClient) -> None:
    body = json.loads(ask(client, bbox=BOX, lang="en").data)
    assert body["features"][0]["properties"]["url"] == "/estates/2101030050010001?lang=en"


def test_an_empty_stretch_is_an_empty_collection(city: None, client: FlaskClient) -> None:
    body = json.loads(ask(client, bbox="0,0,1,1").data)
    assert (body["features"], body["total"], body["capped"]) == ([], 0, False)


def test_from_afar_estates_are_counted_in_clusters(city: None, client: FlaskClient) -> None:
    body = json.loads(ask(client, bbox="122,41,124,43", zoom=8).data)
    clusters = [feature["properties"] for feature in body["features"] if feature["properties"].get("cluster")]
    assert clusters == [{"cluster": True, "count": 3, "modes": {"abandoned": 1, "professional": 1, "unknown": 1}}]
    assert [f["properties"]["name"] for f in body["features"] if "code" in f["properties"]] == ["远方小区"]
    assert body["total"] == 4


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"mode": "none"}, {"远方小区"}),
        ({"mode": "abandoned,unknown"}, {"枫林新村", "和平里<b>"}),
        ({"company": "91210103MA0000000A"}, {"翰林花园"}),
        ({"division": "210103"}, {"翰林花园", "枫林新村", "和平里<b>", "远方小区"}),
        ({"division": "210102"}, set()),
        ({"ownership": "public"}, set()),
    ],
)
def test_filters_choose_for_map_and_list_alike(
    city: None, client: FlaskClient, asked: dict[str, str], found: set[str]
) -> None:
    body = json.loads(ask(client, bbox="122,41,124,43", zoom=18, **asked).data)
    assert body["total"] == len(found)
    listed = set(names(client.get("/map", query_string=asked).get_data(as_text=True)))
    assert {name.replace("&lt;", "<").replace("&gt;", ">") for name in listed} == found


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"mode": "x"}, "map_word_unknown"),
        ({"completed": "soon"}, "years_unreadable"),
        ({"completed": "1999-1990"}, "years_unreadable"),
        ({"division": "999999"}, "division_unknown"),
        ({"company": "1' OR 1"}, "map_word_unknown"),
    ],
)
def test_a_filter_that_is_none_is_told(city: None, client: FlaskClient, asked: dict[str, str], code: str) -> None:
    answer = ask(client, bbox=BOX, zoom=14, **asked)
    assert (answer.status_code, json.loads(answer.data)["code"]) == (400, code)
    assert client.get("/map", query_string=asked).status_code == 400


def test_a_company_shows_all_it_manages_and_is_found_by_name(city: None, client: FlaskClient) -> None:
    page = client.get("/map?company=91210103MA0000000A").get_data(as_text=True)
    assert "目前在管 1 个小区" in page
    assert "沈河区 1" in page
    assert client.get("/map?company=91210103MA0000000B").status_code == 404


def test_an_estate_is_opened_by_its_code(city: None, client: FlaskClient) -> None:
    draw_map()
    page = client.get("/map?estate=2101030050010002").get_data(as_text=True)
    assert 'data-at="123.46,41.81" data-estate="2101030050010002"' in page
    assert "尚未登记位置" in client.get("/map?estate=2101030050010004").get_data(as_text=True)
    assert client.get("/map?estate=2101030050019999").status_code == 404


def test_two_days_are_compared(city: None, client: FlaskClient) -> None:
    days = {"from": "2026-09-01", "to": "2026-11-01"}
    body = json.loads(client.get("/map/changes.json", query_string=days).data)
    found = {(f["properties"]["name"], f["properties"]["reason"]) for f in body["features"]}
    assert ("翰林花园", "became_known") in found
    assert len(body["features"]) == body["total"]
    page = client.get("/map", query_string=days).get_data(as_text=True)
    assert "2026-09-01 至 2026-11-01 的变化" in page
    assert names(page) == sorted(name.replace("<", "&lt;").replace(">", "&gt;") for name, _ in found)
    for wrong in ({"from": "2026-11-02", "to": "2026-11-01"}, {"from": "x", "to": "2026-11-01"}, {}):
        assert client.get("/map/changes.json", query_string=wrong).status_code == 400


@pytest.mark.parametrize(
    "bbox",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "nan,0,1,1",
        "0,0,inf,1",
        "124,41,123,42",
        "0,-91,1,1",
        "9" * 5000,
        "123；41；124；42",
    ],
)
def test_a_box_that_is_none_is_told_in_a_sentence(app: Flask, client: FlaskClient, bbox: str) -> None:
    answer = ask(client, bbox=bbox)
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    problem = json.loads(answer.data)
    assert problem["code"] == "bbox_unreadable"
    assert "西、南、东、北" in problem["detail"]


def test_the_sentence_comes_in_english_too(app: Flask, client: FlaskClient) -> None:
    assert "west, south, east, north" in json.loads(ask(client, bbox="x", lang="en").data)["detail"]


@pytest.mark.parametrize("zoom", ["x", "-1", "99", "１", "1.5"])
def test_a_zoom_that_is_none_is_told(app: Flask, client: FlaskClient, zoom: str) -> None:
    answer = ask(client, bbox=BOX, zoom=zoom)
    assert (answer.status_code, json.loads(answer.data)["code"]) == (400, "zoom_unreadable")


def test_before_the_map_is_drawn_the_list_stands_alone(city: None, client: FlaskClient) -> None:
    page = client.get("/map").get_data(as_text=True)
    assert "地图正在绘制" in page
    assert "map-frame" not in page
    assert names(page) == ["和平里&lt;b&gt;", "无处小区", "枫林新村", "翰林花园", "远方小区"]


def names(page: str) -> list[str]:
    return sorted(re.findall(r'class="map-name" href="/estates/\d+[^"]*">([^<]*)<', page))


@pytest.mark.parametrize(
    ("q", "found"), [("枫林", ["枫林新村"]), ("滨河一路180", ["翰林花园"]), ("flxc", ["枫林新村"]), ("没有", [])]
)
def test_the_list_is_searched_without_scripts(city: None, client: FlaskClient, q: str, found: list[str]) -> None:
    page = client.get("/map", query_string={"q": q}).get_data(as_text=True)
    assert names(page) == found
    assert ("没有查到小区" in page) is (not found)


def test_the_page_with_the_map_reaches_nothing_outside(city: None, client: FlaskClient) -> None:
    draw_map()
    answer = client.get("/map")
    page = answer.get_data(as_text=True)
    assert '<div class="folium-map" id="map_shell"' in page
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]
    assert "http" not in answer.headers["Content-Security-Policy"]
    assert "geolocation=(self)" in answer.headers["Permissions-Policy"]  # “where am I” is asked by this page alone
    assert page.count("viewport") == 1
    assert "user-scalable" not in page
    for source in re.findall(r'(?:src|href)="(/(?:static|map/drawn)/[^"]+)"', page):
        assert client.get(source, buffered=True).status_code == 200, source


@pytest.mark.parametrize("address", ["/map", "/map?q=x", "/map?lang=en", f"/map/estates.json?bbox={BOX}"])
def test_nothing_is_left_with_the_reader(city: None, client: FlaskClient, address: str) -> None:
    assert "Set-Cookie" not in client.get(address).headers


def test_drawn_files_may_be_kept_for_ever_and_nothing_else_is_served(city: None, client: FlaskClient) -> None:
    draw_map()
    version = shelf.current_version()
    answer = client.get(f"/map/drawn/{version}/en.js", buffered=True)
    assert answer.cache_control.max_age == 365 * 24 * 3600
    assert "javascript" in answer.mimetype
    for wrong in (f"{version}/en.json", "../current.json", f"{version}/..%2Fcurrent.json", "0/en.js"):
        assert client.get(f"/map/drawn/{wrong}").status_code == 404


def test_the_page_speaks_english(city: None, client: FlaskClient) -> None:
    draw_map()
    page = client.get("/map?lang=en").get_data(as_text=True)
    assert "Boundaries are schematic" in page
    assert "/en.js" in page
    assert "lang=en" in page
    assert not re.search(r'data-estates="/map/estates.json"', page)


def test_the_schematic_note_and_the_approval_number_stand_beside_the_map(city: None, client: FlaskClient) -> None:
    draw_map()
    page = client.get("/map").get_data(as_text=True)
    assert "边界为示意" in page
    assert "审图号：—" in page


def test_a_strange_cursor_is_refused(city: None, client: FlaskClient) -> None:
    assert client.get("/map?cursor=abc").status_code == 400
