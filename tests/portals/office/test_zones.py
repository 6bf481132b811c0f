"""A street's officer groups, edits, adopts and follows zones, on both databases, with plain forms."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from shapely.geometry import LineString
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.registry.actions.services import change_service
from regulator.features.registry.models import Estate
from regulator.features.registry.terms import EstateKind, Mode
from regulator.features.zones.models import BarrierLayer, Zone
from regulator.features.zones.terms import BarrierKind, ZoneState
from regulator.foundation import clock, jobs
from regulator.foundation.database import transaction
from tests.factories import registry as make
from tests.factories.zones import make_barriers, make_managed, make_uncovered

Open = Callable[..., Any]
LIMITS = {"diameter": "500", "households": "3000", "floor_area": "300000", "neighbour": "500"}
STREET = f"/office/zones/street?street={make.SHENHE_STREET}"


@pytest.fixture
def codes(session: Session) -> dict[str, str]:
    """Codes of a street's buildings: two near each other, one far, one without a position; a managed neighbour."""
    make.make_tree()
    company = make.make_company("沈阳和智物业服务有限公司")
    made = [
        make_uncovered("一号楼", (0, 0), kind=EstateKind.SCATTERED_BUILDING, households=96, floor_area=480_000),
        make_uncovered("二号楼", (300, 0), households=None, floor_area=None),
        make_uncovered("三号楼", (3000, 0)),
        make_uncovered("无位置楼"),
        make_managed("翰林花园", (300, 200), company),
    ]
    session.commit()
    return {estate.name: estate.code for estate in made}


def proposed(sign_in: Open) -> Any:
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    desk.get("/office/zones/new")
    assert desk.post("/office/zones/new", **LIMITS).location == STREET
    return desk


def zone_of(session: Session, ordinal: int) -> Zone:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Zone).where(Zone.ordinal == ordinal)).one()


def address(zone: Zone) -> str:
    return f"/office/zones/{zone.id}"


def test_a_street_proposes_edits_adopts_and_sees_it_managed(
    sign_in: Open, session: Session, codes: dict[str, str]
) -> None:
    desk = proposed(sign_in)
    page = desk.get(STREET)
    for words in ("第1组", "第2组", "另有1个不详", "300米", "翰林花园", "相距200米", "未登记位置"):
        assert words in page, words
    without = codes["无位置楼"]
    assert f'value="{without}"' in page
    first = zone_of(session, 1)
    desk.post("/office/zones/move", target=str(first.id), estates=without)
    page = desk.get(address(first))
    assert "无位置楼" in page
    assert "不含1个无位置的小区" in page
    moved = desk.post("/office/zones/move", target="new", estates=codes["二号楼"]).location
    assert moved == address(first)
    desk.get(address(zone_of(session, 3)))
    moved = desk.post("/office/zones/move", target=str(first.id), estates=None, whole="1").location
    assert moved == address(first), "a merged group is gone, its estates are there"
    page = desk.get(address(first))
    assert 'value="一号楼片区"' not in page, "after the member most people live in"
    desk.post(f"{address(first)}/adopt", name="惠工片区")
    page = desk.get(address(first))
    for words in ("210103001-001", "已划定", "惠工片区", "划定片区", "编入小区", "0 <small>"):
        assert words in page, words
    session.rollback()
    company = make.make_company("沈阳恒信物业服务有限公司")
    session.commit()
    for name in ("一号楼", "二号楼", "无位置楼"):
        with transaction():
            estate = session.scalars(select(Estate).where(Estate.code == codes[name])).one()
            change_service(
                estate, mode=Mode.PROFESSIONAL, company=company, began_on=clock.today(), version=estate.version,
                reason="x", actor=make.actor(), now=clock.now(),
            )  # fmt: skip
    page = desk.get("/office/zones?state=managed")
    assert "惠工片区" in page
    assert "3 / 3" in page
    assert "全部小区已接管" in desk.get(address(first))
    assert "惠工片区" in desk.fetch("/office/zones?export=csv").text


def test_the_map_draws_outlines_estates_and_neighbours(sign_in: Open, codes: dict[str, str]) -> None:
    answer = proposed(sign_in).fetch(f"/office/zones/map.json?street={make.SHENHE_STREET}")
    assert answer.mimetype == "application/geo+json"
    found = json.loads(answer.text)
    said = [(one["properties"]["what"], one["properties"].get("name")) for one in found["features"]]
    assert said == [
        ("zone", None), ("zone", None), ("estate", "一号楼"), ("estate", "二号楼"), ("estate", "三号楼"),
        ("neighbour", "翰林花园"),
    ]  # fmt: skip
    assert (found["total"], found["capped"]) == (6, False)


def test_the_pages_say_which_barriers_part_estates_and_the_choice_stays(
    sign_in: Open, session: Session, codes: dict[str, str]
) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    page = desk.get("/office/zones/new")
    assert "尚未载入阻隔要素" in page
    assert "载入阻隔要素</a>" not in page, "the city loads them"
    assert re.search(r'name="barriers" value="1" checked', page)
    desk.post("/office/zones/new", barriers=None, **LIMITS)
    assert "不考虑阻隔要素" in desk.get(STREET)
    assert not re.search(r'name="barriers" value="1" checked', desk.get("/office/zones/new")), "as it was chosen last"
    session.rollback()
    make_barriers(LineString([(150, -1000), (150, 1000)]), kind=BarrierKind.RIVER)
    session.commit()
    page = desk.get("/office/zones/new")
    assert '河流 <span class="num">1</span> · 路网，文件路网.geojson，2026年11月1日载入' in page
    desk.post("/office/zones/new", barriers="1", **LIMITS)
    page = desk.get(STREET)
    assert "第3组" in page
    assert "考虑阻隔要素" in page
    assert "不考虑阻隔要素" not in page
    assert "重新编组后才会考虑" not in page, "loaded before"
    drawn = json.loads(desk.fetch(f"/office/zones/map.json?street={make.SHENHE_STREET}").text)["features"][0]
    assert drawn["properties"] == {"what": "barrier", "kind": "river", "name": None}
    assert drawn["geometry"]["type"] == "LineString"
    session.rollback()
    session.scalars(select(BarrierLayer)).one().loaded_at = clock.now() + timedelta(days=1)
    session.commit()
    assert "重新编组后才会考虑" in desk.get(STREET)
    city = sign_in(Role.CITY_OFFICER, make.CITY)
    assert 'name="kind" value="barriers"' in city.get("/office/geodata?kind=barriers").replace("id=", "")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"diameter": "0"}, "50至5000米", id="zero"),
        pytest.param({"diameter": "-3"}, "-3", id="negative"),
        pytest.param({"households": "1000000"}, "100000户", id="absurd"),
        pytest.param({"floor_area": "0"}, "1至20000000㎡", id="no-area"),
        pytest.param({"neighbour": "weit"}, "weit", id="no-number"),
        pytest.param({"version": "7"}, "他人", id="another-proposed-meanwhile"),
    ],
)
def test_limits_that_cannot_be_meant_are_told(
    sign_in: Open, session: Session, codes: dict[str, str], given: dict[str, str], words: str
) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    desk.get("/office/zones/new")
    answer = desk.browser.post("/office/zones/new", data=desk.hidden | LIMITS | given | _token(desk))
    assert answer.status_code in (400, 409)
    assert words in answer.text
    assert 'class="notice bad summary"' in answer.text
    assert session.scalars(select(Zone)).all() == []


def _token(desk: Any) -> dict[str, str]:
    return {"csrf_token": desk.page.split('name="csrf_token" value="')[1].split('"')[0]}


def test_a_street_without_uncovered_estates_is_told_so(sign_in: Open, session: Session) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    assert "没有需要编组的小区" in desk.get(STREET)
    desk.get("/office/zones/new")
    assert "没有需要编组的小区" in desk.post("/office/zones/new", 409, **LIMITS).text
    assert "尚无片区" in desk.get("/office/zones")


def test_two_officers_at_once_and_a_double_click(sign_in: Open, session: Session, codes: dict[str, str]) -> None:
    one, other = proposed(sign_in), sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    first, second = zone_of(session, 1), zone_of(session, 2)
    for desk in (one, other):
        desk.get(address(first))
    one.post("/office/zones/move", target=str(second.id), estates=codes["二号楼"])
    answer = other.post("/office/zones/move", 409, target="out", estates=codes["一号楼"])
    assert "他人" in answer.text
    assert f'value="{codes["一号楼"]}" aria-label="勾选一号楼" checked' in answer.text, "what was ticked stays ticked"
    one.get(address(second))
    for _ in range(2):
        assert one.post(f"{address(second)}/adopt", name="远片区").location == address(second)
    other.post(f"{address(second)}/adopt", 409, name="又一名", version="1")
    assert "已划定为片区" in other.page
    assert zone_of(session, 2).number == 1
    other.get(address(first))
    one.get(STREET)
    one.post("/office/zones/discard")
    answer = other.post(f"{address(first)}/adopt", name="惠工片区")
    assert answer.location == STREET, "the group is gone: told on the street's page"
    assert "已不存在" in other.get(STREET)


def test_members_managed_meanwhile_are_told_at_adoption(sign_in: Open, session: Session, codes: dict[str, str]) -> None:
    desk = proposed(sign_in)
    first = zone_of(session, 1)
    with transaction():
        estate = session.scalars(select(Estate).where(Estate.code == codes["二号楼"])).one()
        company = make.make_company("沈阳恒信物业服务有限公司")
        change_service(
            estate, mode=Mode.PROFESSIONAL, company=company, began_on=clock.today(), version=1, reason="x",
            actor=make.actor(), now=clock.now(),
        )  # fmt: skip
    assert "拟定之后登记有变化" in desk.get(address(first))
    page = desk.post(f"{address(first)}/adopt", 409, name="惠工片区").text
    assert "二号楼。请先移出再划定" in page
    desk.post("/office/zones/move", target="out", estates=codes["二号楼"])
    desk.get(address(first))
    desk.post(f"{address(first)}/adopt", name="惠工片区")
    desk.get(address(first))
    assert "请填写" in desk.post(f"{address(first)}/rename", 400, name=" ").text
    assert "与原名相同" in desk.post(f"{address(first)}/rename", 409, name="惠工片区").text
    desk.post(f"{address(first)}/rename", name="惠工北片区")
    assert "<del>惠工片区</del>" in desk.get(address(first))
    desk.post(f"{address(first)}/dissolve", 400)
    desk.post(f"{address(first)}/dissolve", reason="街道调整")
    assert "街道调整" in desk.get(address(first))
    assert zone_of(session, 1).state is ZoneState.DISSOLVED


def test_another_district_finds_nothing_and_a_community_has_no_zones(
    sign_in: Open, session: Session, codes: dict[str, str]
) -> None:
    proposed(sign_in)
    first = zone_of(session, 1)
    stranger = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    for path in (STREET, address(first), f"/office/zones/map.json?street={make.SHENHE_STREET}"):
        stranger.get(path, 404)
    stranger.get(f"/office/zones/new?division={make.SHENHE}", 404)
    stranger.get("/office/zones/new?division=" + make.HEPING_STREET)
    stranger.post("/office/zones/new", 404, division_code=make.SHENHE_STREET, **LIMITS)
    acts = (f"{address(first)}/adopt", f"{address(first)}/rename")
    for path in ("/office/zones/move", "/office/zones/discard", *acts):
        stranger.get("/office/zones/new")
        stranger.post(path, 404, street=make.SHENHE_STREET, target="out", estates=codes["一号楼"], name="x")
    assert "朱剪炉" not in stranger.get("/office/zones")
    sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY).get("/office/zones", 403)
    city = sign_in(Role.CITY_OFFICER, make.CITY)
    assert 'name="estates"' not in city.get(address(first)), "the city looks on"


def test_a_district_is_grouped_in_the_background(
    app: Flask, sign_in: Open, session: Session, codes: dict[str, str]
) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    desk.get(f"/office/zones/new?division={make.SHENHE}")
    going = desk.post("/office/zones/new", **LIMITS).location
    assert "正在为沈河区各街道编组" in desk.get(going)
    progress = f"/office/zones/progress.json?division={make.SHENHE}&{going.partition('?')[2].partition('&')[2]}"
    assert json.loads(desk.fetch(progress).text)["state"] == "running"
    session.rollback()
    assert jobs.run_next("w")
    told = json.loads(desk.fetch(progress).text)
    assert (told["state"], told["done"], told["total"]) == ("done", 1, 1)
    assert "朱剪炉街道" in desk.get(told["next"])
    del app
