"""What lies under and over the map's estates: borders with figures, the page that says them, tiles, and the sheet."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from regulator.config import Settings
from regulator.features.audit.terms import Actor
from regulator.features.divisions.terms import Scope
from regulator.features.maps.basemap import chosen
from regulator.features.maps.shading import shade
from regulator.features.metrics.actions import set_target
from regulator.features.metrics.terms import MetricName
from regulator.features.registry.terms import Mode
from regulator.foundation import clock
from regulator.foundation.database import transaction
from tests.factories.maps import DAY, DISTRICTS, NOW, draw_map, estate, make_territory, register
from tests.factories.tiles import picture, tianditu, write_pmtiles

MEASURE = "coverage_full_estates"


@pytest.fixture
def city(app: Flask) -> Iterator[None]:
    """Eight estates in a district, seven managed; a target of 95 %."""
    clock.fix_today(DAY)
    make_territory()
    modes = [Mode.PROFESSIONAL] * 7 + [Mode.ABANDONED]
    register([(estate(n, 123.44, 41.80), mode) for n, mode in enumerate(modes)])
    with transaction():
        set_target(Scope.everything(), MetricName(MEASURE), "210100", DAY.year, 9500, actor=Actor.system(), now=NOW)
    yield
    clock.fix_today(None)


def draw() -> None:
    draw_map()
    with transaction():
        list(shade({}))


def ask(client: FlaskClient, **query: Any) -> Any:
    return json.loads(client.get("/map/divisions.json", query_string=query).data)


def test_divisions_with_a_figure(city: None, client: FlaskClient) -> None:
    draw()
    body = ask(client, level="district", measure=MEASURE)
    assert (len(body["features"]), body["total"], body["schematic"]) == (len(DISTRICTS), len(DISTRICTS), True)
    by_code = {item["properties"]["code"]: item for item in body["features"]}
    own = by_code["210103"]
    assert own["geometry"]["type"] == "MultiPolygon"
    assert {name: value for name, value in own["properties"].items() if name != "at"} == {
        "code": "210103", "name": "沈河区", "schematic": True, "value": 0.875, "text": "87.50%", "numerator": 7,
        "denominator": 8, "class": 1, "url": "/coverage?division=210103",
    }  # fmt: skip
    assert (by_code["210104"]["properties"]["value"], by_code["210104"]["properties"]["text"]) == (None, "—")
    assert {name: body["measure"][name] for name in ("name", "unit", "as_of")} == {
        "name": MEASURE,
        "unit": "share",
        "as_of": "2026-11-23",
    }
    assert "÷" in body["measure"]["definition"]
    assert [(item["letter"], item["from"], item["to"], item["label"], item["count"]) for item in body["classes"]] == [
        ("A", 0.95, None, "达到目标：95%及以上", 0),
        ("B", 0.85, 0.95, "差 10 个百分点以内：85%（含）至95%", 1),
        ("C", None, 0.85, "差 10 个百分点以上：低于85%", 0),
        ("D", None, None, "没有数据", 12),
    ]
    assert len({item["colour"] for item in body["classes"]}) == 4
    assert client.get(own["properties"]["url"]).status_code == 200


def test_borders_alone_and_a_stretch_of_them(city: None, client: FlaskClient) -> None:
    draw()
    body = ask(client, level="district", zoom=9)
    assert (body["measure"], body["classes"]) == (None, [])
    assert set(body["features"][0]["properties"]) == {"code", "name", "schematic", "at"}
    part = ask(client, level="district", bbox="123.43,41.79,123.44,41.80")
    assert 0 < len(part["features"]) < part["total"] == len(DISTRICTS)


def test_the_classes_are_said_in_english_too(city: None, client: FlaskClient) -> None:
    draw()
    english = ask(client, level="district", measure=MEASURE, lang="en")
    assert english["classes"][1]["label"] == "Up to 10 points short of the target: 85% to under 95%"
    assert english["features"][0]["properties"]["url"].endswith("lang=en")


def test_an_answer_is_kept_until_the_figures_change(city: None, client: FlaskClient) -> None:
    draw()
    address = f"/map/divisions.json?level=district&measure={MEASURE}"
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    with transaction():
        set_target(Scope.everything(), MetricName(MEASURE), "210100", DAY.year, 8000, actor=Actor.system(), now=NOW)
        list(shade({}))
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_before_anything_is_drawn_or_reckoned_it_says_so(city: None, client: FlaskClient) -> None:
    assert ask(client, level="district", measure=MEASURE)["features"] == []
    assert client.get(f"/map?measure={MEASURE}").status_code == 200
    draw_map()
    body = ask(client, level="district", measure=MEASURE)
    assert (body["measure"]["as_of"], body["features"][0]["properties"]["class"]) == (None, None)
    assert "指标正在计算" in client.get(f"/map?measure={MEASURE}").text
    assert ask(client, level="community", measure=MEASURE)["total"] == 0


def test_a_city_without_borders_is_told_what_would_fill_the_map(app: Flask, client: FlaskClient) -> None:
    draw()
    assert "还没有可着色的边界" in client.get(f"/map?measure={MEASURE}").text
    assert client.get("/map/print").status_code == 200


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"level": "planet"}, "level_unknown"),
        ({"measure": "happiness"}, "metric_unknown"),
        ({"zoom": "near"}, "zoom_unreadable"),
        ({"bbox": "1,2,3"}, "bbox_unreadable"),
    ],
)
def test_what_is_not_offered_is_told(app: Flask, client: FlaskClient, query: dict[str, str], code: str) -> None:
    answer = client.get("/map/divisions.json", query_string=query)
    assert (answer.status_code, json.loads(answer.data)["code"]) == (400, code)


def test_the_page_says_the_same_without_scripts(city: None, client: FlaskClient) -> None:
    draw()
    plain = client.get("/map?q=小区").text
    assert "map-swatch" not in plain
    assert '<input type="hidden" name="q" value="小区">' in plain
    page = client.get(f"/map?measure={MEASURE}").text
    rows = re.findall(
        r'<tr><th scope="row"><a href="([^"]+)">([^<]+)</a></th><td class="num">(.+?)</td><td>([^<]+)<', page
    )
    assert len(rows) == len(DISTRICTS)
    assert ("/coverage?division=210103", "沈河区", "87.50%", "B 差 10 个百分点以内：85%（含）至95%") in rows
    assert page.count('class="map-swatch"') == 4
    assert "截至 2026年11月23日" in page
    assert "÷" in page
    assert client.get(f"/map?measure={MEASURE}&level=planet").status_code == 400


@pytest.fixture
def tiles(tmp_path: Path) -> Iterator[None]:
    chosen.configure(str(write_pmtiles(tmp_path / "x.pmtiles", {(12, 3452, 1523): picture(5)})))
    yield
    chosen.configure("none")


def test_tiles_come_from_this_address(app: Flask, tiles: None, client: FlaskClient) -> None:
    answer = client.get("/map/base/12/3452/1523")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", picture(5))
    assert answer.cache_control.max_age
    assert answer.headers["Content-Security-Policy"].count("http") == 0
    for wrong in ("12/3452/1524", "12/5000/1", "40/1/1", "12/3452/1523/names", "12/-1/0", "12/x/0"):
        assert client.get(f"/map/base/{wrong}").status_code == 404, wrong


def test_without_a_base_map_there_are_no_tiles(app: Flask, client: FlaskClient) -> None:
    assert client.get("/map/base/12/3452/1523").status_code == 404


def test_tianditus_key_never_reaches_a_browser(city: None, client: FlaskClient) -> None:
    draw()
    with tianditu() as (address, national):
        chosen.configure("tianditu", key="very-secret", address=address)
        answer = client.get("/map/base/12/3452/1523")
        assert answer.data == picture()
        national.status = 403
        refused = client.get("/map/base/12/3452/1524")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "20")
        page = client.get("/map").text
        assert "天地图" in page
        assert "/map/base/{z}/{x}/{y}/names" in page
        for text in (page, str(answer.headers), str(refused.headers)):
            assert "very-secret" not in text
            assert address not in text
        assert national.asked[0][1]["tk"] == "very-secret"
    chosen.configure("none")


@pytest.mark.parametrize(
    "given",
    [
        {"base_map": "tianditu"},
        {"base_map": "https://tile.example.org/{z}/{x}/{y}.png"},
        {"base_map": "osm"},
        {"tianditu_address": "ftp://x"},
    ],
)
def test_a_setting_that_cannot_hold_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="REGULATOR_"):
        Settings(**given)


def test_the_sheet_says_what_a_map_must_say(city: None, app: Flask, client: FlaskClient) -> None:
    settings: Settings = app.config["SETTINGS"]
    told = {"map_approval_number": "辽S(2026)001号<i>", "map_sources": "沈阳市自然资源局"}
    app.config["SETTINGS"] = settings.model_copy(update=told)
    draw()
    page = client.get(f"/map/print?measure={MEASURE}&size=a3&orientation=portrait&division=210103&q=小区").text
    assert "<h1>沈河区物业管理覆盖率（小区数）</h1>" in page
    assert "map-print a3 portrait" in page
    assert "审图号：辽S(2026)001号&lt;i&gt;" in page
    assert "<i>" not in page
    for said in ("沈阳市自然资源局", "截至 2026年11月23日", "边界为示意", "达到目标：95%及以上", "专业化"):
        assert said in page, said
    assert page.count('class="map-swatch"') == 8  # in the panel and on the sheet
    back = re.search(r'href="(/map\?[^"]+)">返回地图', page)
    assert back
    assert all(f"{name}=" in back[1] for name in ("measure", "division", "q"))
    assert "size=" not in back[1]
    assert "沈阳市物业管理小区分布图" in client.get("/map/print").text


@pytest.mark.parametrize("query", ["size=a0", "orientation=round", "division=99"])
def test_a_sheet_that_is_not_offered(city: None, client: FlaskClient, query: str) -> None:
    assert client.get(f"/map/print?{query}").status_code == 400
