"""OGC API – Features, Part 1 (17-069r4) as its readers meet it: links, formats, pages, days, and what is refused."""

from contextvars import Context
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from regulator.features.maps import features
from tests.factories import registry as make
from tests.portals.conftest import statements
from tests.portals.public.conftest import Fetch, World

__all__ = ["statements"]

ITEMS = "/ogc/collections/estates/items"
PROBLEM = "application/problem+json"


def ask(app: Flask, path: str, accept: str | None = None, **headers: str) -> TestResponse:
    given = headers | ({"Accept": accept} if accept else {})
    answer: TestResponse = Context().run(app.test_client().get, path, headers=given)
    answer.get_data()
    answer.close()
    return answer


def linked(body: dict[str, Any], rel: str, media: str | None = None) -> str:
    found = [link for link in body["links"] if link["rel"] == rel and media in (None, link["type"])]
    assert found, f"no {rel}"
    parts = urlsplit(found[0]["href"])
    assert parts.netloc
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def test_everything_is_found_from_the_landing_page(land: World, fetch: Fetch) -> None:
    for root in ("/ogc", "/ogc/"):
        landing = fetch(root).json
        assert landing["title"]
        assert fetch(linked(landing, "service-desc")).mimetype == "application/vnd.oai.openapi+json"
        assert fetch(linked(landing, "service-doc")).mimetype == "text/html"
        assert {name.rpartition("/")[2] for name in fetch(linked(landing, "conformance")).json["conformsTo"]} == {
            *("core", "oas30", "html", "geojson")
        }
        found = fetch(linked(landing, "data")).json["collections"]
        assert [one["id"] for one in found] == ["estates", "divisions", "zones"]
        for one in found:
            whole = fetch(linked(one, "self")).json
            assert (whole["extent"], whole["itemType"]) == (one["extent"], "feature")
            items = fetch(linked(one, "items", "application/geo+json"))
            assert items.mimetype == "application/geo+json"
            first = items.json["features"][0]["id"]
            assert fetch(f"/ogc/collections/{one['id']}/items/{first}").json["id"] == first


def test_extents_come_from_the_register(land: World, fetch: Fetch) -> None:
    estates, divisions, zones = (one["extent"] for one in fetch("/ogc/collections").json["collections"])
    assert estates["spatial"]["bbox"] == [[123.4, 41.8, 123.4, 41.8]]
    assert estates["temporal"]["interval"] == [["2018-01-01T00:00:00+08:00", None]]
    assert divisions["spatial"]["bbox"] == [[123.0, 41.0, 124.0, 42.0]]
    assert zones["spatial"]["bbox"] == [[123.4, 41.7, 123.5, 41.8]]


def test_an_estate_as_a_feature(land: World, fetch: Fetch) -> None:
    body = fetch(f"{ITEMS}/{land.estate.code}").json
    assert body["geometry"] == {"type": "Point", "coordinates": [123.4, 41.8]}
    expected = {
        "name": "翰林花园二期",
        "mode": "professional",
        "company": land.company.credit_code,
        "since": "2025-07-01",
        "division": make.SHENHE_COMMUNITY,
        "division_name": "惠工社区",
        "floor_area_m2": 81600.0,
        "as_of": "2026-11-23",
    }
    assert {name: body["properties"][name] for name in expected} == expected
    nowhere = fetch(f"{ITEMS}/{land.unknown.code}").json
    assert nowhere["geometry"] is None
    assert (nowhere["properties"]["mode"], nowhere["properties"]["floor_area_m2"]) == (None, None)


def test_a_division_as_a_feature(land: World, fetch: Fetch) -> None:
    body = fetch(f"/ogc/collections/divisions/items/{make.SHENHE}").json
    assert body["geometry"]["type"] == "MultiPolygon"
    assert (body["properties"]["schematic"], body["properties"]["source"]) == (True, "示意")
    assert fetch(f"/ogc/collections/divisions/items/{make.HEPING}").json["geometry"] is None


DAYS = {
    "2025-06-30": ("other", "2025-06-30"),
    "2025-06-30T15:59:59Z": ("other", "2025-06-30"),  # a second before midnight in China
    "2025-06-30T16:00:00Z": ("company", "2025-07-01"),
    "2020-01-01/2025-06-30": ("other", "2025-06-30"),
    "2025-06-30T23:00:00%2B08:00/..": ("company", "2026-11-23"),
    "/2025-06-30": ("other", "2025-06-30"),
    "2030-01-01": ("company", "2026-11-23"),  # the register knows no day after today
}


def test_datetime(land: World, fetch: Fetch) -> None:
    seen = {}
    managers = {land.other.credit_code: "other", land.company.credit_code: "company"}
    for given in DAYS:
        body = fetch(f"{ITEMS}?name=翰林花园二期&datetime={given}").json
        (only,) = (item["properties"] for item in body["features"])
        assert fetch(f"{ITEMS}/{land.estate.code}?datetime={given}").json["properties"] == only
        seen[given] = (managers[only["company"]], only["as_of"])
    assert seen == DAYS


def test_pages_link_to_the_next(land: World, fetch: Fetch) -> None:
    path, seen = f"{ITEMS}?limit=1&division=2101&lang=en", []
    while True:
        answer = fetch(path)
        body = answer.json
        assert (body["numberReturned"], body["numberMatched"]) == (1, 3)
        assert body["timeStamp"].endswith("Z")
        assert body["features"][0]["id"] not in seen, "the pages go round"
        seen += [item["id"] for item in body["features"]]
        assert 'rel="self"' in answer.headers["Link"]
        following = [link for link in body["links"] if link["rel"] == "next"]
        if not following:
            break
        assert following[0]["href"] in ",".join(answer.headers.getlist("Link"))
        path = linked(body, "next", "application/geo+json")
        assert "lang=en" in path
    assert sorted(seen) == sorted(set(seen))
    assert len(seen) == 3


def test_a_greater_limit_than_the_most_is_the_most(land: World, fetch: Fetch) -> None:
    assert fetch(f"{ITEMS}?limit=100000").json["numberReturned"] == 3


def test_numbers_of_heights_and_the_date_line(land: World, fetch: Fetch) -> None:
    for bbox, found in (("123,41,-9,124,42,9000", 1), ("170,-90,-170,90", 0), ("123,41,124,42", 1)):
        assert fetch(f"{ITEMS}?bbox={bbox}").json["numberMatched"] == found


def test_too_many_matches_are_not_counted(land: World, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "EXAMINED_AT_MOST", 1)
    assert "numberMatched" not in fetch(ITEMS).json
    assert "符合的太多" in fetch(f"{ITEMS}?f=html").text


REFUSED = {
    "parameter_unknown": ("foo=1", "offset=1", "BBOX=1,2,3,4", "schematic=true"),
    "parameter_repeated": ("limit=1&limit=2", "mode=none&mode=none"),
    "box_unreadable": (
        *("bbox=", "bbox=1,2,3", "bbox=1,2,3,4,5", "bbox=a,b,c,d", "bbox=nan,0,1,1", "bbox=0,0,inf,1"),
        *(
            "bbox=0,2,1,1",
            "bbox=0,-91,1,1",
            "bbox=0,0,181,1",
            "bbox=0,0,9,1,1,1",
            "bbox=1_0,0,11,1",
            "bbox=0,0,1,1e999",
        ),
    ),
    "crs_not_offered": ("bbox=0,0,1,1&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4490",),
    "datetime_unreadable": (
        *("datetime=", "datetime=gestern", "datetime=2026-13-01", "datetime=2026-01-01T00:00:00", "datetime=2026"),
        *(
            "datetime=2026-01-01/2026-02-01/2026-03-01",
            "datetime=0001-01-01T00:00:00%2B14:00",
            "datetime=２０２６-01-01",
        ),
    ),
    "datetime_reversed": ("datetime=2026-02-01/2026-01-01",),
    "limit_out_of_range": ("limit=", "limit=0", "limit=-1", "limit=1.5", "limit=x", "limit=１"),
    "format_not_offered": ("f=xml", "f="),
    "value_not_offered": ("mode=", "mode=x", "kind=unknown", "ownership=Commodity"),
    "value_unreadable": ("division=21", "division=2101x", "company=123", "name=", "name=%00", "name=a%0Ab"),
    "cursor_unusable": ("cursor=", "cursor=x", "cursor=WyJvZ2MuZXN0YXRlcyIsImNvZGVzIixbWyJpIiwxXV1d"),
}


def test_what_cannot_be_used_is_refused_with_a_sentence(land: World, fetch: Fetch) -> None:
    for code, queries in REFUSED.items():
        for query in queries:
            answer = fetch(f"{ITEMS}?{query}")
            assert (answer.status_code, answer.mimetype) == (400, PROBLEM), query
            assert (answer.json["code"], answer.json["status"]) == (code, 400), query
            assert answer.json["parameter"] in query, query
            assert answer.json["detail"] not in ("", code), query
    for path in ("/ogc/", "/ogc/conformance", "/ogc/collections", "/ogc/collections/estates", "/ogc/api"):
        assert fetch(f"{path}?limit=1").status_code == 400, path
        assert fetch(f"{path}?lang=en&f=json").status_code == 200, path


def test_what_is_not_there_is_404(land: World, fetch: Fetch) -> None:
    for path in (
        *("/ogc/x", "/ogc/collections/x", "/ogc/collections/x/items", "/ogc/collections/x/items/1"),
        *(f"{ITEMS}/x", f"{ITEMS}/%00", f"{ITEMS}/{make.SHENHE}", "/ogc/collections/divisions/items/999999"),
    ):
        answer = fetch(path)
        assert (answer.status_code, answer.mimetype) == (404, PROBLEM), path


GEOJSON, HTML = "application/geo+json", "text/html"
FORMATS = {
    (None, ""): GEOJSON,
    ("*/*", ""): GEOJSON,
    ("application/json", ""): GEOJSON,
    ("application/geo+json;q=0.5,text/html;q=0.9", ""): HTML,
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ""): HTML,
    ("text/html", "?f=json"): GEOJSON,
    ("application/json", "?f=html"): HTML,
    ("application/gml+xml", ""): PROBLEM,
}


def test_formats_by_accept_and_by_parameter(land: World, app: Flask) -> None:
    for (accept, query), media in FORMATS.items():
        answer = ask(app, ITEMS + query, accept)
        assert answer.mimetype == media, (accept, query)
        assert answer.status_code == (406 if media == PROBLEM else 200), (accept, query)
        assert "Accept" in answer.headers["Vary"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        wrong = ask(app, f"{ITEMS}{query or '?'}&limit=0", accept)
        assert wrong.mimetype == (HTML if media == HTML else PROBLEM), (accept, query)


def test_an_answer_is_sent_once_until_the_register_changes(land: World, app: Flask) -> None:
    first = ask(app, ITEMS)
    assert first.headers["Cache-Control"] == "public, no-cache"
    tag = first.headers["ETag"]
    assert ask(app, ITEMS, None, **{"If-None-Match": tag}).status_code == 304
    make.make_estate("新来的小区")
    make.session().commit()
    assert ask(app, ITEMS, None, **{"If-None-Match": tag}).status_code == 200


def test_statements_do_not_grow_with_the_features(land: World, fetch: Fetch, statements: Any) -> None:
    seen = {}
    for path in (
        ITEMS,
        f"{ITEMS}?bbox=123,41,124,42",
        f"{ITEMS}?company={land.company.credit_code}",
        ITEMS + "?f=html",
    ):
        for limit in (1, 3):
            fetch(path)  # whose register it is is asked every few seconds
            with statements() as sent:
                fetch(f"{path}{'&' if '?' in path else '?'}limit={limit}")
            seen[path, limit] = len(sent)
    assert set(seen.values()) == {2}


def test_pages_for_people(land: World, fetch: Fetch) -> None:
    for path, words in {
        "/ogc/": "ogrinfo OAPIF:http://localhost/ogc",
        "/ogc/conformance": "conf/geojson",
        "/ogc/collections": "123.4, 41.8, 123.4, 41.8",
        "/ogc/collections/estates": "专业化",
        "/ogc/api": "/collections/divisions/items",
        ITEMS: "翰林花园二期",
        f"{ITEMS}/{land.estate.code}": land.company.name,
        f"/ogc/collections/divisions/items/{make.SHENHE}": "示意",
    }.items():
        page = fetch(f"{path}?f=html")
        assert page.status_code == 200, path
        assert words in page.text, path
        assert 'lang="zh-CN"' in page.text, path
        assert 'lang="en"' in fetch(f"{path}?f=html&lang=en").text, path
    assert "没有符合的要素" in fetch(f"{ITEMS}?f=html&name=x").text
    assert "南不大于北" in fetch(f"{ITEMS}?f=html&bbox=1").text


def test_pages_keep_the_day_and_lead_on(land: World, fetch: Fetch) -> None:
    page = fetch(f"{ITEMS}?f=html&datetime=2025-06-30&limit=1").text
    assert f"{ITEMS}/{land.unknown.code}?datetime=2025-06-30" in page.replace("&amp;", "&")
    assert 'rel="next"' in page
    assert "2025年6月30日" in page


def test_zones_are_features_with_their_progress(land: World, fetch: Fetch) -> None:
    items = "/ogc/collections/zones/items"
    body = fetch(items).json
    (zone,) = body["features"]
    assert (zone["id"], body["numberMatched"], zone["geometry"]["type"]) == ("210103001-001", 1, "Polygon")
    assert zone["properties"]["name"] == "惠工片区"
    assert (zone["properties"]["estates"], zone["properties"]["managed"]) == (1, 1)
    for asked, number in {
        "bbox=123.45,41.75,123.46,41.76": 1, "bbox=120,40,121,41": 0, "state=managed": 0, "state=adopted": 1,
        "division=210103": 1, "division=210102": 0, "datetime=2020-01-01": 0, "name=惠工片区": 1,
    }.items():  # fmt: skip
        assert fetch(f"{items}?{asked}").json["numberMatched"] == number, asked
    adopted = zone["properties"]["adopted_on"]
    before = (date.fromisoformat(adopted) - timedelta(days=1)).isoformat()
    for asked, status in ((before, 404), (adopted, 200), (f"{before}/..", 200), (f"../{before}", 404)):
        assert fetch(f"{items}/210103001-001?datetime={asked}").status_code == status, asked
    for wrong in ("210103001-002", "x", "210103001-1", "210103001"):
        assert fetch(f"{items}/{wrong}").status_code == 404
    layer = fetch("/map/zones.json?bbox=123,41,124,42").json["features"]
    assert [(one["properties"]["code"], one["geometry"]["type"]) for one in layer] == [("210103001-001", "Polygon")]
    assert fetch("/map/zones.json?bbox=x").status_code == 400
