"""Geodata on the desk: an official sends a file, looks, confirms, takes it back, fetches a layer; others do not."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from regulator.features.accounts.terms import Role
from regulator.features.maps.geofiles.models import GeoBatch
from regulator.features.maps.geofiles.terms import GeoState
from regulator.features.registry.models import Estate
from regulator.features.zones.models import BarrierLayer
from regulator.foundation import jobs
from regulator.foundation.files import file_room
from regulator.foundation.geo import Datum
from tests.factories import geofiles as files
from tests.factories import registry as make

Open = Callable[..., Any]
HOME = shapely.Point(123.48, 41.80)


@pytest.fixture
def codes(sign_in: Open, session: Session) -> list[str]:
    """Five estates of Shenhe with positions, and one of Heping without."""
    files.make_city()
    found = [make.make_estate(f"花园{n}", lon=123.46 + n / 100, lat=41.80) for n in range(5)]
    found.append(make.make_estate("和平花园", make.HEPING_COMMUNITY))
    session.commit()
    return [estate.code for estate in found]


def sent(tmp_path: Path, rows: list[tuple[Any, Any]], name: str = "小区.geojson") -> tuple[BytesIO, str]:
    return BytesIO(files.geojson(tmp_path / "a.geojson", rows).read_bytes()), name


def work(session: Session) -> None:
    """What the worker does until nothing is left."""
    session.rollback()
    while jobs.run_next("test:1:1"):
        pass
    session.rollback()
    session.expire_all()


def test_a_file_is_sent_looked_at_confirmed_and_taken_back(
    sign_in: Open, codes: list[str], session: Session, tmp_path: Path
) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    page = desk.get("/office/geodata")
    assert "区划边界" not in page  # boundaries are the city's
    assert "阻隔" not in page.replace("同一来源的阻隔要素以新文件替换旧文件", "")  # and so are barriers
    rows = [
        ({"code": codes[0]}, HOME),
        ({"code": codes[5]}, HOME),
        ({"code": codes[1]}, shapely.box(123.40, 41.70, 123.41, 41.71)),
    ]
    answer = desk.post("/office/geodata", kind="estates", datum="wgs84", file=sent(tmp_path, rows))
    assert "核对中" in desk.get(answer.location)
    assert desk.fetch(f"{answer.location}/progress.json").json["state"] == "running"
    work(session)
    page = desk.get(answer.location)
    assert "确认写入" in page
    assert "辖区内没有此编码或名称的小区" in page  # Heping's estate is unknown here
    assert "该小区登记的位置不在此范围内" in desk.get(f"{answer.location}?show=flagged")
    preview = desk.fetch(f"{answer.location}/preview.json").json
    assert {one["properties"]["state"] for one in preview["features"]} == {"changed", "rejected", "flagged"}
    desk.get(answer.location)
    desk.post(f"{answer.location}/confirm")
    desk.post(f"{answer.location}/confirm")  # once more is not twice
    work(session)
    assert "已写入" in desk.get(answer.location)
    assert session.scalars(select(Estate.lon).where(Estate.code == codes[0])).one() == 123.48
    desk.get(f"{answer.location}/undo")
    desk.post(f"{answer.location}/undo")
    work(session)
    assert "已撤销" in desk.get(answer.location)
    assert session.scalars(select(Estate.lon).where(Estate.code == codes[0])).one() == 123.46


def test_the_city_sends_barriers_looks_at_them_and_takes_them_back(
    sign_in: Open, codes: list[str], session: Session, tmp_path: Path
) -> None:
    desk = sign_in(Role.CITY_OFFICER, make.CITY)
    desk.get("/office/geodata?kind=barriers")
    way = shapely.LineString([(123.40, 41.80), (123.50, 41.80)])
    rows: list[tuple[Any, Any]] = [({"name": "青年大街"}, way), ({"name": "点"}, HOME)]
    locations: list[str] = []
    for number in range(2):
        answer = desk.post(
            "/office/geodata",
            kind="barriers",
            barrier="road",
            datum="cgcs2000",
            file=sent(tmp_path, rows, "路.geojson"),
        )
        work(session)
        page = desk.get(f"{answer.location}?show=new")
        assert ("将替换同一来源" in page) is bool(number)
        assert '道路<div class="muted">青年大街</div>' in page
        assert "阻隔要素须为线或面" in desk.get(answer.location)
        lines = desk.fetch(f"{answer.location}/preview.json").json["features"]
        assert [one["geometry"]["type"] for one in lines] == ["Point", "LineString"]
        desk.get(answer.location)
        desk.post(f"{answer.location}/confirm")
        work(session)
        locations.append(answer.location)
        desk.get("/office/geodata?kind=barriers")
    assert "请先撤销新文件" in desk.get(f"{locations[0]}/undo")
    for location in reversed(locations):
        desk.get(f"{location}/undo")
        desk.post(f"{location}/undo")
        work(session)
        assert "一切恢复原状" in desk.get(location)
    assert session.scalars(select(BarrierLayer)).all() == []


def test_the_wrong_datum_is_said_before_anything_is_written(
    sign_in: Open, codes: list[str], session: Session, tmp_path: Path
) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    desk.get("/office/geodata")
    rows = [
        ({"code": code}, files.moved(shapely.Point(123.46 + n / 100, 41.80), Datum.GCJ02))
        for n, code in enumerate(codes[:5])
    ]
    answer = desk.post("/office/geodata", kind="estates", datum="wgs84", file=sent(tmp_path, rows))
    work(session)
    page = desk.get(answer.location)
    assert "图形与登记库中的位置相差约" in page
    assert "GCJ-02（高德、腾讯）" in page
    desk.post(f"{answer.location}/discard")
    assert session.scalars(select(GeoBatch.state)).all() == [GeoState.DISCARDED]
    assert list(file_room().list_names()) == []


def test_undoing_names_what_somebody_changed_since(
    sign_in: Open, codes: list[str], session: Session, tmp_path: Path
) -> None:
    desk = sign_in(Role.CITY_OFFICER, make.CITY)
    desk.get("/office/geodata")
    answer = desk.post(
        "/office/geodata", kind="estates", datum="wgs84", file=sent(tmp_path, [({"code": codes[0]}, HOME)])
    )
    work(session)
    desk.get(answer.location)
    desk.post(f"{answer.location}/confirm")
    work(session)
    session.scalars(select(Estate).where(Estate.code == codes[0])).one().lat = 41.81
    session.commit()
    assert "位置此后又有更正" in desk.get(f"{answer.location}/undo")
    assert codes[0] in desk.post(f"{answer.location}/undo", 409).text


def test_a_layer_is_made_and_fetched_by_whoever_asked(sign_in: Open, codes: list[str], session: Session) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    desk.get("/office/geodata")
    answer = desk.post("/office/geodata/exports", layer="estates", file_type="geojson")
    assert desk.fetch(f"{answer.location}/file").status_code == 409
    work(session)
    assert "文件已生成" in desk.get(answer.location)
    fetched = desk.fetch(f"{answer.location}/file")
    assert [one["properties"]["code"] for one in fetched.json["features"]] == codes[:5]
    other = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    assert other.fetch(answer.location).status_code == 404  # another's, though of the same district
    desk.get("/office/geodata")
    empty = desk.post("/office/geodata/exports", layer="districts", file_type="gpkg")
    work(session)
    assert "辖区内没有此图层的数据" in desk.get(empty.location)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_missing_or_cannot_be_used_is_said_at_its_field(
    sign_in: Open, codes: list[str], session: Session, tmp_path: Path
) -> None:
    desk = sign_in(Role.DISTRICT_OFFICER, make.SHENHE)
    rows: list[tuple[Any, Any]] = [({"code": codes[0]}, HOME)]
    for given, says in (
        ({"kind": "estates", "datum": ""}, "请申报坐标系"),
        ({"kind": "estates", "datum": "epsg", "epsg": ""}, "请申报坐标系"),
        ({"kind": "estates", "datum": "epsg", "epsg": "mars"}, "没有坐标系“mars”"),
        ({"kind": "barriers", "datum": "wgs84"}, "区划边界和阻隔要素由市级统一维护"),
        ({"kind": "boundaries", "datum": "wgs84"}, "区划边界和阻隔要素由市级统一维护"),
        ({"kind": "", "datum": "wgs84"}, "请选择"),
    ):
        desk.get("/office/geodata")
        assert says in desk.post("/office/geodata", 400, file=sent(tmp_path, rows), **given).text
    desk.get("/office/geodata")
    assert "请选择文件" in desk.post("/office/geodata", 400, kind="estates", datum="wgs84").text
    desk.get("/office/geodata")
    assert (
        "文件是空的"
        in desk.post("/office/geodata", 400, kind="estates", datum="wgs84", file=(BytesIO(b""), "a.geojson")).text
    )
    assert list(file_room().list_names()) == []
    desk.get("/office/geodata")
    answer = desk.post("/office/geodata", kind="estates", datum="wgs84", file=(BytesIO(b"{"), "a.geojson"))
    work(session)
    assert "无法读取图形" in desk.get(answer.location)
