"""An official looks at the territory on the map and says where an estate lies, on both databases."""

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.coverage.actions import tallies
from regulator.features.maps import following
from regulator.features.maps.actions import load_boundaries
from regulator.features.maps.models import EstateBoundary
from regulator.features.maps.shading import shade
from regulator.features.registry.models import Estate
from regulator.features.zones.actions import proposing
from regulator.features.zones.actions.recording import draw
from regulator.features.zones.models import Zone
from regulator.features.zones.rules.deciding import PRACTICE
from regulator.features.zones.shapes import shape_of
from regulator.foundation import clock
from regulator.foundation.database import transaction
from tests.factories import registry as make
from tests.factories.maps import DISTRICTS, draw_map
from tests.factories.outlines import outline, place, square
from tests.factories.zones import GRID, make_uncovered, make_zone, street

Open = Callable[..., Any]
VIEW = "bbox=123.42,41.79,123.45,41.82&zoom=16"


@pytest.fixture
def city(session: Session) -> Iterator[Session]:
    """翰林花园 in one district and 和平花园 100 m to its east in the next, each with its own company."""
    clock.fix_today(make.TODAY)
    make.make_tree()
    for name, where, x in (("翰林花园", make.SHENHE_COMMUNITY, 0), ("和平花园", make.HEPING_COMMUNITY, 100)):
        lon, lat = place(x + 50, 50)
        made = make.make_estate(name, where, lon=lon, lat=lat, site_area=810_000)
        make.make_service(made, make.make_company(f"{name}物业有限公司", where[:6]))
    outline(code_of(session, "和平花园"), 100, 0, 90)
    tallies.start_counting(clock.now())
    following.start_map(clock.now())
    session.commit()
    yield session
    clock.fix_today(None)


def code_of(session: Session, name: str = "翰林花园") -> str:
    return str(session.scalars(select(Estate.code).where(Estate.name == name)).one())


def drawn(session: Session) -> EstateBoundary | None:
    session.rollback()
    session.expire_all()
    return session.get(EstateBoundary, code_of(session))


def features(desk: Any, path: str) -> list[Any]:
    return list(json.loads(desk.get(f"/office/map/{path}"))["features"])


def test_the_map_shows_ones_own_territory(sign_in: Open, city: Session) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    page = desk.get("/office/map")
    assert "翰林花园" in page
    assert "和平花园" not in page
    (one,) = features(desk, f"estates.json?{VIEW}")
    assert (one["properties"]["name"], one["properties"]["url"]) == ("翰林花园", f"/office/estates/{code_of(city)}")
    (shape,) = features(desk, f"boundaries.json?{VIEW}")
    assert shape["properties"] == {"code": None, "name": None, "mode": "professional"}
    corners = [degrees for pair in shape["geometry"]["coordinates"][0][0] for degrees in pair]
    assert max(len(str(degrees).partition(".")[2]) for degrees in corners) <= 6
    assert features(desk, f"estates.json?{VIEW}&division={make.HEPING}") == []
    changed = features(desk, "changes.json?from=2019-01-01&to=2026-11-01")
    assert [item["properties"]["name"] for item in changed] == ["翰林花园"]
    desk.get(f"/office/map?from=2019-01-01&to=2026-11-01&division={make.HEPING}", 404)
    desk.get(f"/office/map?estate={code_of(city, '和平花园')}", 404)
    assert "翰林花园物业有限公司" in desk.get("/office/map?q=翰林")
    assert len(features(sign_in(), f"estates.json?{VIEW}")) == 2


def test_a_place_is_said_in_figures_without_scripts(sign_in: Open, city: Session) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    estate = f"/office/estates/{code_of(city)}"
    assert "未绘制边界" in desk.get(estate)
    desk.get(f"{estate}/position")
    lon, lat = place(40, 40)
    answer = desk.post(f"{estate}/position", lon=lon, lat=lat, boundary=square(0, 0, 90), reason="测绘成果")
    assert answer.location == f"{estate}#position"
    page = desk.get(estate)
    for words in ("8,099.86 ㎡", "4 个顶点", "绘制", "张晓敏", f"{lon:.6f}, {lat:.6f}"):
        assert words in page
    page = desk.get(f"{estate}/position")
    assert desk.hidden["outline_version"] == "1"
    assert unescape(page[page.index("<textarea", page.index("f-boundary")) :]).count("MultiPolygon") >= 1
    assert features(desk, f"boundaries.json?{VIEW}")[1]["properties"]["name"] == "翰林花园"
    assert "翰林花园" in desk.fetch(f"/map/boundaries.json?{VIEW}").text
    desk.get(f"{estate}/position")
    desk.post(f"{estate}/position", lon=lon, lat=lat, boundary="", reason="误绘")
    assert drawn(city) is None


def test_an_overlap_comes_back_and_is_recorded_once_confirmed(sign_in: Open, city: Session) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    path = f"/office/estates/{code_of(city)}/position"
    desk.get(path)
    lon, lat = place(40, 40)
    given = {"lon": lon, "lat": lat, "boundary": square(10, 0, 100, 90), "reason": "共用道路"}
    page = desk.post(path, 409, **given).text
    assert re.search(r"与“和平花园”的边界重叠9\d\d\.\d\d ㎡", page)
    assert "与登记占地面积8,100.00 ㎡相差超过 10%" in page
    assert drawn(city) is None
    (mark,) = re.findall(r'name="confirmed" value="(\w+)"', page)
    desk.post(path, 409, **given)
    desk.post(path, 409, confirmed=mark, **given | {"boundary": square(10, 0, 101, 90)})
    desk.post(path, confirmed=mark, **given)
    assert drawn(city)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"boundary": "x"}, "boundary"),
        ({"boundary": '{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}'}, "boundary"),
        ({"boundary": square(0, 0, 90), "lon": "", "lat": ""}, "lon"),
        ({"lon": "abc"}, "lon"),
        ({"lon": "123", "lat": ""}, "lon"),
        ({"reason": ""}, "reason"),
    ],
    ids=["text", "crossing", "no point", "letters", "half a point", "no reason"],
)
def test_what_cannot_be_taken_is_said_at_its_field(
    sign_in: Open, city: Session, given: dict[str, str], field: str
) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    path = f"/office/estates/{code_of(city)}/position"
    desk.get(path)
    usual = {"lon": "123.4306", "lat": "41.8004", "boundary": "", "reason": "核实"}
    answer = desk.browser.post(path, data=desk.hidden | {"csrf_token": token(desk)} | usual | given)
    assert answer.status_code in {400, 409}
    assert f'id="f-{field}-error"' in answer.text
    assert drawn(city) is None


def token(desk: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', desk.page)
    assert found
    return found[1]


def test_another_districts_official_finds_nothing(sign_in: Open, city: Session) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.HEPING)
    path = f"/office/estates/{code_of(city)}/position"
    desk.get(path, 404)
    desk.get(f"/office/estates/{code_of(city, '和平花园')}/position")
    desk.post(path, 404, lon="123.43", lat="41.8", boundary="", reason="x")


def test_the_second_official_is_told_and_what_was_drawn_is_kept(sign_in: Open, city: Session) -> None:
    path = f"/office/estates/{code_of(city)}/position"
    first, second, third = sign_in(name="甲"), sign_in(name="乙"), sign_in(name="丙")
    for desk in (first, second, third):
        desk.get(path)
    lon, lat = place(50, 50)
    usual = {"lon": lon, "lat": lat, "reason": "核实"}
    first.post(path, boundary=square(0, 0, 90), **usual)
    page = second.post(path, 409, boundary=square(0, 0, 88), **usual).text
    assert "您绘制的边界" in page
    assert "8,099.86 ㎡" in page
    page = third.post(path, 409, boundary="", lon=lon, lat="41.80046", reason="核实").text
    assert "您绘制的边界" not in page
    assert json.dumps({"type": "MultiPolygon"}, separators=(",", ":"))[1:-1] in unescape(page)
    kept = drawn(city)
    assert kept
    assert kept.version == 1
    second.post(path, boundary=square(0, 0, 88), **usual)
    again = drawn(city)
    assert again
    assert again.version == 2


def test_a_form_sent_twice_is_recorded_once(sign_in: Open, city: Session) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    path = f"/office/estates/{code_of(city)}/position"
    desk.get(path)
    lon, lat = place(40, 40)
    for _ in range(2):
        desk.post(path, lon=lon, lat=lat, boundary=square(0, 0, 90), reason="测绘成果")
    kept = drawn(city)
    assert kept
    assert kept.version == 1


def test_the_map_needs_few_statements(sign_in: Open, city: Session, statements: Any) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    desk.get("/office/map")
    with statements() as seen:
        desk.get("/office/map")
    assert len(seen) <= 16


# --- layers ---------------------------------------------------------------------------------------------------------

MEASURE = "coverage_full_estates"


@pytest.fixture
def shaded(city: Session) -> None:
    """Both districts with schematic borders and figures."""
    for code in (make.SHENHE, make.HEPING):
        shape = {"type": "Polygon", "coordinates": DISTRICTS[code]["geometry"]["coordinates"]}
        load_boundaries(
            [{"properties": {"code": code, "schematic": True}, "geometry": shape}],
            source="x", actor=make.actor(), now=make.NOW,
        )  # fmt: skip
    city.commit()
    draw_map()
    with transaction():
        list(shade({}))


def test_figures_shade_ones_own_territory_and_lead_to_the_desks_page(sign_in: Open, shaded: None) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    body = json.loads(desk.get(f"/office/map/divisions.json?level=district&measure={MEASURE}"))
    (own,) = body["features"]
    assert (own["properties"]["code"], own["properties"]["value"]) == (make.SHENHE, 1.0)
    assert own["properties"]["url"] == f"/office/coverage?division={make.SHENHE}"
    assert sum(line["count"] for line in body["classes"]) == 1
    ground = json.loads(desk.get("/office/map/divisions.json?level=district"))
    assert {one["properties"]["code"] for one in ground["features"]} == {make.SHENHE, make.HEPING}, "all to stand on"
    page = desk.get(f"/office/map?measure={MEASURE}")
    assert re.findall(r'<th scope="row"><a href="(/office/coverage[^"]+)">', page) == [own["properties"]["url"]]
    assert page.count('class="map-swatch"') == len(body["classes"])
    assert 'id="map-print"' not in page, "paper is the public map's"
    assert json.loads(sign_in().get(f"/office/map/divisions.json?measure={MEASURE}"))["total"] == 2
    desk.get("/office/map?measure=happiness", 400)


def test_a_street_without_borders_of_its_own_is_told_so(sign_in: Open, shaded: None) -> None:
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    assert "还没有可着色的边界" in desk.get(f"/office/map?measure={MEASURE}")
    assert json.loads(desk.get(f"/office/map/divisions.json?measure={MEASURE}"))["features"] == []


def test_zones_and_groups_on_the_table_of_ones_own_streets(sign_in: Open, shaded: None, session: Session) -> None:
    make_zone(make_uncovered("弃管楼", (0, 0)))
    make_zone(make_uncovered("和平弃管楼", (0, 50), division_code=make.HEPING_COMMUNITY), name="和平片区")
    make_uncovered("待编楼", (300, 0))
    session.commit()
    with transaction():
        proposing.propose_zones(street(), PRACTICE, version=0, actor=make.actor(), now=clock.now())
    for zone in session.scalars(select(Zone)):  # the adopted ones are drawn when something touches them
        draw(zone, shape_of([GRID.to_degrees(0, 0)]))
    session.commit()
    desk = sign_in(Role.STREET_OFFICER, make.SHENHE_STREET)
    assert 'data-zones="/office/map/zones.json"' in desk.get("/office/map")
    found = [one["properties"] for one in features(desk, "zones.json?bbox=123.42,41.79,123.45,41.82")]
    assert [(one["name"], one["state"], one["word"]) for one in found] == [
        ("惠工片区", "adopted", "已划定"), ("第1组", "proposed", "拟定"),
    ]  # fmt: skip
    assert desk.get(found[1]["url"])
    assert features(desk, "zones.json?bbox=120,40,121,41") == []
    assert len(features(sign_in(), "zones.json?bbox=123.42,41.79,123.45,41.82")) == 3
    worker = sign_in(Role.COMMUNITY_WORKER, make.SHENHE_COMMUNITY)
    assert "data-zones" not in worker.get("/office/map")
    worker.get("/office/map/zones.json?bbox=123.42,41.79,123.45,41.82", 403)
    public = worker.fetch("/map/zones.json?bbox=123.42,41.79,123.45,41.82").json["features"]
    assert {one["properties"]["state"] for one in public} == {"adopted"}, "drafts are the office's"
