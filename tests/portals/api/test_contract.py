"""The interface keeps its contract: keys, limits, cursors, places at every level, null for what is not known."""

from typing import Any

import pytest
from flask import Flask

from tests.factories import registry as make
from tests.portals.public.conftest import Fetch, World

COMPANY = ["credit_code", "name", "status", "division", "estate_count", "floor_area_m2", "url"]
ESTATE = ["code", "name", "kind", "condition", "division", "mode", "company", "households"]
ESTATE += ["floor_area_m2", "lon", "lat", "url"]


def listed(fetch: Fetch, path: str) -> list[dict[str, Any]]:
    answer = fetch(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/json"
    assert list(answer.json) == ["items", "next"]
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def test_companies(world: World, fetch: Fetch) -> None:
    items = {item["credit_code"]: item for item in listed(fetch, "/companies")}
    assert items[world.company.credit_code] == {
        "credit_code": world.company.credit_code,
        "name": "沈阳和智川城市服务有限公司",
        "status": "operating",
        "division": {"code": "210103", "name": "沈河区"},
        "estate_count": 1,
        "floor_area_m2": 81600.0,
        "url": f"/companies/{world.company.credit_code}",
    }
    assert list(items[world.company.credit_code]) == COMPANY
    other = items[world.other.credit_code]
    assert (other["estate_count"], other["floor_area_m2"]) == (0, None), "its service of today: none"


def test_estates(world: World, fetch: Fetch) -> None:
    items = {item["code"]: item for item in listed(fetch, "/estates")}
    assert items[world.estate.code] == {
        "code": world.estate.code,
        "name": "翰林花园二期",
        "kind": "residential",
        "condition": "occupied",
        "division": {"code": "210103001001", "name": "惠工社区"},
        "mode": "professional",
        "company": {"credit_code": world.company.credit_code, "name": world.company.name},
        "households": 812,
        "floor_area_m2": 81600.0,
        "lon": 123.4,
        "lat": 41.8,
        "url": f"/estates/{world.estate.code}",
    }
    unknown = items[world.unknown.code]
    assert list(unknown) == ESTATE
    for key in ("mode", "company", "households", "floor_area_m2", "lon", "lat"):
        assert unknown[key] is None, key


def test_single_objects_are_the_item_and_more(world: World, fetch: Fetch) -> None:
    company = fetch(f"/api/v1/companies/{world.company.credit_code}").json
    assert list(company)[: len(COMPANY)] == COMPANY
    assert company["legal_representative"] == "陈伟艳"
    assert company["registered_capital"] == 5_000_000.0
    assert company["former_names"] == [{"name": "沈阳老字号物业管理有限公司", "until": "2019-03-01"}]
    assert [(item["code"], item["basis"], item["fee"]) for item in company["estates"]] == [
        (world.estate.code, "continued", 1.8)
    ]
    estate = fetch(f"/api/v1/estates/{world.estate.code}").json
    assert list(estate)[: len(ESTATE)] == ESTATE
    assert (estate["project_manager"], estate["duty_phone"]) == ("赵项目", "024-11112222")
    assert estate["service"]["began_on"] == "2025-07-01"
    assert [item["company"]["name"] for item in estate["history"]] == [world.other.name]
    assert estate["contracts"][0]["ended_on"] == "2026-06-30"


def test_single_objects_as_of_a_day(world: World, fetch: Fetch) -> None:
    before = fetch(f"/api/v1/estates/{world.estate.code}?as_of=2025-06-30").json
    after = fetch(f"/api/v1/estates/{world.estate.code}?as_of=2025-07-01").json
    assert (before["company"]["name"], after["company"]["name"]) == (world.other.name, world.company.name)
    assert fetch(f"/api/v1/estates/{world.estate.code}?as_of=2017-12-31").json["mode"] is None
    assert fetch(f"/api/v1/companies/{world.other.credit_code}?as_of=2025-06-30").json["estate_count"] == 1


@pytest.mark.parametrize("division", [make.CITY, make.SHENHE, make.SHENHE_STREET, make.SHENHE_COMMUNITY])
@pytest.mark.parametrize("q", ["", "&q=翰林", "&q=210103", "&mode=professional"])
def test_a_division_of_any_level_means_everything_below(world: World, fetch: Fetch, division: str, q: str) -> None:
    codes = {item["code"] for item in listed(fetch, f"/estates?division={division}{q}")}
    assert world.estate.code in codes
    assert (world.unknown.code in codes) is (division == make.CITY and not q)


def test_mode(world: World, fetch: Fetch) -> None:
    assert {item["code"] for item in listed(fetch, "/estates?mode=professional")} == {world.estate.code}
    assert {item["mode"] for item in listed(fetch, "/estates?mode=abandoned")} == {"abandoned"}
    assert listed(fetch, "/estates?mode=none") == []
    assert {item["code"] for item in listed(fetch, "/estates?mode=unknown")} == {world.unknown.code}
    assert fetch("/api/v1/estates?mode=null").status_code == 400


def test_divisions(world: World, fetch: Fetch) -> None:
    assert [item["code"] for item in listed(fetch, "/divisions")] == [make.CITY, make.OTHER_CITY]
    assert listed(fetch, f"/divisions?parent={make.CITY}") == [
        {"code": "210102", "name": "和平区", "level": "district"},
        {"code": "210103", "name": "沈河区", "level": "district"},
    ]
    first = fetch(f"/api/v1/divisions?parent={make.CITY}&limit=1").json
    assert [item["code"] for item in first["items"]] == ["210102"]
    assert [item["code"] for item in listed(fetch, f"/divisions?parent={make.CITY}&cursor={first['next']}")] == [
        "210103"
    ]
    assert listed(fetch, f"/divisions?parent={make.SHENHE_COMMUNITY}") == []


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.5", "x", "９", "1" * 400])
@pytest.mark.parametrize("path", ["/companies", "/estates", "/divisions"])
def test_a_wrong_limit_is_a_problem(world: World, fetch: Fetch, path: str, limit: str) -> None:
    answer = fetch(f"/api/v1{path}?limit={limit}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.json["code"] == "limit_out_of_range"
    assert answer.json["parameter"] == "limit"
    assert answer.json["status"] == 400


def test_limits_and_the_default(world: World, fetch: Fetch, session: Any) -> None:
    for number in range(210):
        make.make_company(f"沈阳多家第{number}物业有限公司")
    session.commit()
    for limit, expected in (("", 50), ("?limit=1", 1), ("?limit=200", 200)):
        assert len(listed(fetch, f"/companies{limit}")) == expected


def test_a_cursor_of_another_list_is_a_problem(world: World, fetch: Fetch) -> None:
    cursor = fetch("/api/v1/companies?limit=1").json["next"]
    for path in ("/estates", "/divisions", "/companies?q=物业"):
        answer = fetch(f"/api/v1{path}{'&' if '?' in path else '?'}cursor={cursor}")
        assert (answer.status_code, answer.json["code"]) == (400, "cursor_unusable")


def test_errors_are_problems(world: World, fetch: Fetch, app: Flask) -> None:
    for path, status in (("/nothing", 404), ("/companies/x", 404), ("/companies?division=1", 400)):
        answer = fetch(f"/api/v1{path}")
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        assert answer.json["type"] == "about:blank"
        assert answer.json["title"]
    refused = app.test_client().post("/api/v1/companies")
    assert (refused.status_code, refused.mimetype) == (405, "application/problem+json")
    assert "GET" in refused.headers["Allow"]


def test_what_others_may_do_with_an_answer(world: World, fetch: Fetch, app: Flask) -> None:
    answer = fetch("/api/v1/companies")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert fetch("/api/v1/nothing").headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in fetch("/companies").headers
    assert answer.headers["Cache-Control"] == "public, no-cache"
    again = app.test_client().get("/api/v1/companies", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_what_is_wrong_is_said_of_the_parameter_that_was_given(world: World, fetch: Fetch) -> None:
    for path, parameter in (("/divisions?parent=9", "parent"), ("/companies?division=9", "division")):
        answer = fetch(f"/api/v1{path}")
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
        assert (answer.json["code"], answer.json["parameter"]) == ("division_unknown", parameter)
