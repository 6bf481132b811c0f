"""`regulator geo`: a bureau's files in, a look at the register, out again, and back; on both databases."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from regulator.commands import cli
from regulator.commands.setup import ensure_built_in
from regulator.features.accounts.terms import Role
from regulator.features.audit.models import AuditEntry
from regulator.features.maps.geofiles import writing
from regulator.features.maps.geofiles.models import GeoBatch, GeoRow
from regulator.features.maps.geofiles.terms import GeoState
from regulator.features.maps.models import DivisionBoundary, EstateBoundary
from regulator.features.registry import signals
from regulator.features.registry.models import Estate, RecordChange
from regulator.features.zones.models import Barrier
from regulator.features.zones.queries.barriers import drawn_barriers, list_layers
from regulator.features.zones.terms import BarrierKind
from regulator.foundation.geo import BBox, Datum
from regulator.foundation.jobs import Job
from tests.factories import geofiles as files
from tests.factories import registry as make
from tests.factories.accounts import account_in

Run = Callable[..., Result]
HOME = shapely.Point(123.48, 41.80)
OUTLINE = shapely.box(123.479, 41.799, 123.481, 41.801)


@pytest.fixture
def run(app: Flask, session: Session) -> Run:
    """`regulator geo …` on the small world."""
    files.make_city()
    ensure_built_in()
    session.commit()

    def invoke(*words: str | Path) -> Result:
        session.rollback()  # what is read afterwards is what the command has left
        return app.test_cli_runner().invoke(cli, ["geo", *map(str, words)], obj=lambda: app, catch_exceptions=False)

    return invoke


def fresh(session: Session, code: str) -> Estate:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Estate).where(Estate.code == code)).one()


def test_barriers_come_in_are_replaced_by_their_source_and_taken_back(
    run: Run, session: Session, tmp_path: Path
) -> None:
    def layers() -> dict[str, int]:
        session.rollback()
        return {layer.file_name: layer.total for layer in list_layers()}

    ways = [shapely.LineString([(123.40, 41.80 + n / 100), (123.50, 41.80)]) for n in range(3)]
    first = files.shapefile(tmp_path / "路网.zip", [({"类型": "快速路", "name": "二环"}, way) for way in ways])
    report = tmp_path / "out.json"
    done = run("import", "barriers", first, "--datum", "cgcs2000", "--source", "规划院", "--report", report)
    assert done.exit_code == 0, done.output
    batch = json.loads(report.read_text("utf-8"))["batch"]
    assert layers() == {"路网.zip": 3}
    rows: list[tuple[Any, Any]] = [({"kind": "railway"}, ways[0]), ({"kind": "river"}, HOME)]
    second = files.geojson(tmp_path / "新路网.geojson", rows)
    dry = run("import", "barriers", second, "--datum", "wgs84", "--source", "规划院", "--dry-run")
    assert "replaces 3 barriers of 路网.zip" in dry.output
    assert layers() == {"路网.zip": 3}, "a dry run changes nothing"
    done = run("import", "barriers", second, "--datum", "gcj02", "--source", "规划院", "--report", report)
    assert done.exit_code == 1, "a point is no barrier"
    assert layers() == {"新路网.geojson": 1}
    (drawn,) = drawn_barriers(BBox(123.3, 41.7, 123.6, 41.9))
    assert drawn.kind is BarrierKind.RAILWAY
    assert drawn.geometry.hausdorff_distance(ways[0]) > 0.003, "GCJ-02 was undone"
    refused = run("undo", batch)
    assert refused.exit_code == 1
    assert "新路网.geojson: a later file of the same source" in refused.output
    assert run("undo", json.loads(report.read_text("utf-8"))["batch"]).exit_code == 0
    assert layers() == {"路网.zip": 3}
    assert run("undo", batch).exit_code == 0
    assert layers() == {}
    assert session.scalar(select(func.count()).select_from(Barrier)) == 0


def test_boundaries_of_a_bureau_come_in_are_replaced_and_go_out_again(
    run: Run, session: Session, tmp_path: Path
) -> None:
    rows = [
        ({"name": "和平区"}, files.moved(files.HEPING_BOX, Datum.GCJ02)),
        ({"code": make.SHENHE}, files.moved(files.SHENHE_BOX, Datum.GCJ02)),
    ]
    file, report = files.geojson(tmp_path / "区界.geojson", rows), tmp_path / "out.json"
    done = run("import", "boundaries", file, "--datum", "gcj02", "--level", "district", "--report", report)
    assert done.exit_code == 0, done.output
    said = json.loads(report.read_text("utf-8"))
    assert (said["read"], said["new"], said["rejected"]) == (2, 2, 0)
    assert said["tilings"][0]["gaps"]["count"] == said["tilings"][0]["overlaps"]["count"] == 0
    found = {row.division_code: row for row in session.scalars(select(DivisionBoundary))}
    assert set(found) == {make.HEPING, make.SHENHE}
    assert found[make.HEPING].geometry.bounds == pytest.approx(files.HEPING_BOX.bounds, abs=1e-7)
    assert (found[make.HEPING].schematic, found[make.HEPING].source) == (False, "区界.geojson")
    assert session.scalar(select(func.count()).select_from(Job).where(Job.kind == "maps.shell")) == 1

    again = run("import", "boundaries", file, "--datum", "gcj02")
    assert "read 2, accepted 2" in again.output
    assert session.scalars(select(GeoBatch).order_by(GeoBatch.id.desc())).first().rows_unchanged == 2

    smaller = files.geojson(tmp_path / "b.geojson", [({"code": make.SHENHE}, files.SHENHE_BOX.buffer(-0.01))])
    replaced = run("import", "boundaries", smaller, "--datum", "cgcs2000", "--report", report)
    assert replaced.exit_code == 0
    assert run("undo", said["batch"]).exit_code == 1  # the later file replaced one of its boundaries
    assert run("undo", json.loads(report.read_text("utf-8"))["batch"]).exit_code == 0
    session.rollback()
    assert session.get(DivisionBoundary, make.SHENHE).geometry.bounds == pytest.approx(
        files.SHENHE_BOX.bounds, abs=1e-7
    )
    acts = set(session.scalars(select(AuditEntry.act)))
    assert {"boundaries.loaded", "geodata.applied", "geodata.undone"} <= acts


def test_positions_are_corrected_as_by_hand_and_given_back(run: Run, session: Session, tmp_path: Path) -> None:
    placed = make.make_estate("翰林花园", lon=123.47, lat=41.79)
    fresh_one = make.make_estate("惠工花园")
    session.commit()
    codes = placed.code, fresh_one.code
    told: list[Any] = []
    file = files.shapefile(
        tmp_path / "小区.zip",
        [
            ({"编码": codes[0]}, HOME),
            ({"编码": codes[1]}, shapely.Point(123.49, 41.81)),
            ({"编码": "2101030019999999"}, HOME),
        ],
        encoding="GBK",
    )
    report = tmp_path / "out.json"
    with signals.estates_changed.connected_to(lambda _sender, **given: told.append(given["staged"])):
        done = run("import", "estates", file, "--datum", "cgcs2000", "--report", report)
    assert done.exit_code == 1, done.output
    said = json.loads(report.read_text("utf-8"))
    assert said["rejected_rows"] == {"3": "estate_unknown"}
    assert (said["new"], said["updated"]) == (1, 1)
    assert (fresh(session, codes[0]).lon, fresh(session, codes[0]).lat) == (123.48, 41.80)
    assert len(told) == 1  # a file is one act
    changes = session.execute(
        select(RecordChange.field, RecordChange.reason).where(RecordChange.subject_key == codes[0])
    ).all()
    assert {tuple(row) for row in changes} == {("lon", "小区.zip"), ("lat", "小区.zip")}
    assert fresh(session, codes[0]).version == 2

    undone = run("undo", said["batch"])
    assert undone.exit_code == 0, undone.output
    assert (fresh(session, codes[0]).lon, fresh(session, codes[1]).lon) == (123.47, None)
    assert run("undo", said["batch"]).exit_code == 2  # there is nothing left to take back


def test_undoing_is_refused_as_a_whole_when_somebody_corrected_a_position_since(
    run: Run, session: Session, tmp_path: Path
) -> None:
    one, other = make.make_estate("翰林花园"), make.make_estate("惠工花园")
    session.commit()
    codes = one.code, other.code
    rows = [({"code": codes[0]}, HOME), ({"code": codes[1]}, HOME), ({"code": codes[1]}, OUTLINE)]
    report = tmp_path / "out.json"
    run("import", "estates", files.geopackage(tmp_path / "a.gpkg", rows), "--datum", "cgcs2000", "--report", report)
    batch = json.loads(report.read_text("utf-8"))["batch"]
    fresh(session, codes[0]).lon = 123.5
    session.commit()
    refused = run("undo", batch)
    assert refused.exit_code == 1
    assert f"row 1 {codes[0]} 翰林花园" in refused.output
    assert fresh(session, codes[1]).lon == HOME.x  # nothing was taken back
    assert session.get(EstateBoundary, codes[1]) is not None
    fresh(session, codes[0]).lon = HOME.x
    session.commit()
    assert run("undo", batch).exit_code == 0
    session.rollback()
    assert session.get(EstateBoundary, codes[1]) is None


def test_a_dry_run_changes_nothing_and_says_all(run: Run, session: Session, tmp_path: Path) -> None:
    estate = make.make_estate("翰林花园")
    session.commit()
    report = tmp_path / "out.json"
    file = files.geojson(tmp_path / "a.geojson", [({"name": "翰林花园"}, HOME), ({"name": "无名"}, HOME)])
    done = run("import", "estates", file, "--datum", "wgs84", "--dry-run", "--report", report)
    assert done.exit_code == 1
    said = json.loads(report.read_text("utf-8"))
    assert (said["batch"], said["new"], said["rejected"]) == (None, 1, 1)
    assert fresh(session, estate.code).lon is None
    assert session.scalar(select(func.count()).select_from(GeoRow)) == 0
    assert session.scalars(select(GeoBatch.state)).all() == [GeoState.DISCARDED]


def test_what_cannot_be_used_is_said_with_exit_2(run: Run, tmp_path: Path) -> None:
    file = files.geojson(tmp_path / "a.geojson", [({"code": "990199"}, files.HEPING_BOX)])
    assert "Declare the datum" in run("import", "boundaries", file).output
    assert run("import", "boundaries", file).exit_code == 2
    assert run("import", "boundaries", file, "--datum", "mars").exit_code == 2
    unknown = run("import", "boundaries", file, "--datum", "wgs84")
    assert (unknown.exit_code, "division_unknown" in unknown.output) == (1, True)
    differs = run(
        "import", "estates", files.shapefile(tmp_path / "b.zip", [({"code": "1"}, HOME)], 4326), "--datum", "gcj02"
    )
    assert differs.exit_code in (0, 1)  # GCJ-02 claims to be WGS 84
    differs = run("import", "estates", tmp_path / "b.zip", "--datum", "cgcs2000")
    assert differs.exit_code == 2
    assert "EPSG:4326 (WGS 84)" in differs.output
    assert "cgcs2000" in differs.output
    assert run("undo", "nonsense").exit_code == 2


def test_an_officer_of_a_district_sends_estates_of_the_district_and_no_boundaries(
    run: Run, app: Flask, session: Session, tmp_path: Path
) -> None:
    theirs, others = make.make_estate("翰林花园", make.HEPING_COMMUNITY), make.make_estate("惠工花园")
    session.commit()
    codes = theirs.code, others.code
    account_in(app, "heping", (Role.DISTRICT_OFFICER, make.HEPING))
    account_in(app, "shenhe", (Role.DISTRICT_OFFICER, make.SHENHE))
    file = files.geojson(tmp_path / "a.geojson", [({"code": codes[0]}, HOME), ({"code": codes[1]}, HOME)])
    report = tmp_path / "out.json"
    done = run("import", "estates", file, "--datum", "wgs84", "--as", "heping", "--report", report)
    said = json.loads(report.read_text("utf-8"))
    assert (done.exit_code, said["rejected_rows"]) == (1, {"2": "estate_unknown"})
    assert fresh(session, codes[1]).lon is None
    refused = run("import", "boundaries", file, "--datum", "wgs84", "--as", "heping")
    assert refused.exit_code == 2
    assert run("undo", said["batch"], "--as", "shenhe").exit_code == 2
    out = tmp_path / "out.geojson"
    assert run("export", "estates", out, "--as", "shenhe").exit_code == 2  # theirs has no position
    assert run("export", "estates", out, "--as", "heping").exit_code == 0
    assert list(geopandas.read_file(out)["name"]) == ["翰林花园"]


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "zip"])
def test_a_layer_goes_out_with_chinese_values_and_comes_in_again(
    run: Run, session: Session, tmp_path: Path, suffix: str
) -> None:
    estate = make.make_estate("翰林花园", lon=HOME.x, lat=HOME.y)
    make.make_service(estate, make.make_company())
    make.make_estate("没有位置")
    make.make_estate("已注销", lon=HOME.x, lat=HOME.y, retired_on=make.TODAY)
    session.add(
        EstateBoundary(
            estate_code=estate.code,
            geometry=shapely.MultiPolygon([OUTLINE]),
            west=0,
            south=0,
            east=1,
            north=1,
            source="测绘院",
            version=1,
            updated_at=make.NOW,
            updated_by="x",
        )
    )
    files.put_boundary(make.SHENHE, files.SHENHE_BOX)
    session.commit()
    code = estate.code
    points, outlines, districts = (tmp_path / f"{name}.{suffix}" for name in ("points", "outlines", "districts"))
    assert run("export", "estates", points).exit_code == 0
    assert run("export", "estate_boundaries", outlines).exit_code == 0
    assert run("export", "districts", districts).exit_code == 0
    (row,) = geopandas.read_file(points).to_dict("records")
    assert (row["code"], row["name"], row["district"], row["mode"]) == (code, "翰林花园", "沈河区", "专业化")
    assert (row["floor_m2"], row["households"]) == (81600.0, 812)
    assert (row["geometry"].x, row["geometry"].y) == pytest.approx((HOME.x, HOME.y), abs=1e-9)
    frame = geopandas.read_file(outlines)
    assert frame.crs.to_epsg() == 4490
    assert frame["area_m2"][0] == pytest.approx(166.2 * 222.1, rel=0.002)
    if suffix == "zip":
        assert {Path(name).suffix for name in zipfile.ZipFile(points).namelist()} == {
            ".cpg",
            ".dbf",
            ".prj",
            ".shp",
            ".shx",
        }
    for kind, file in (("estates", points), ("estates", outlines), ("boundaries", districts)):
        back = run("import", kind, file, "--datum", "cgcs2000")
        assert back.exit_code == 0, back.output
    assert session.scalars(select(GeoBatch.rows_unchanged)).all() == [1, 1, 1]


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "zip"])
def test_a_layer_is_written_in_pieces_that_join_without_a_seam(
    run: Run, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """The first piece knows no address, no company and no year: what comes later has its fields all the same."""
    monkeypatch.setattr(writing, "AT_ONCE", 2)
    company = make.make_company()
    for number in range(5):
        known = {"address": '惠工街"9号"', "completion_year": 1999} if number > 2 else {"completion_year": None}
        estate = make.make_estate(f"{number}号楼", lon=HOME.x + number / 100, lat=HOME.y, **known)
        if number > 2:
            make.make_service(estate, company)
    session.commit()
    out = tmp_path / f"out.{suffix}"
    assert f"{out}: 5 features" in run("export", "estates", out).output
    found = geopandas.read_file(out)
    assert found.crs.to_epsg() == 4490
    assert list(found["name"]) == [f"{number}号楼" for number in range(5)]
    assert list(found.geometry.x) == pytest.approx([HOME.x + number / 100 for number in range(5)], abs=1e-9)
    assert found["address"].isna().tolist() == found["year"].isna().tolist() == [True] * 3 + [False] * 2
    assert found["address"].tolist()[3:] == ['惠工街"9号"'] * 2
    assert found["year"].tolist()[3:] == [1999] * 2
    assert found["company"].notna().tolist() == [False] * 3 + [True] * 2


def test_a_layer_without_rows_or_a_name_without_a_kind_is_refused(run: Run, tmp_path: Path) -> None:
    assert run("export", "streets", tmp_path / "a.gpkg").exit_code == 2
    assert "must end in" in run("export", "estates", tmp_path / "a.dwg").output
