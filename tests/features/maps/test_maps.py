"""Boundaries on both databases, estates of a view, and the page shell: drawn by a job, all local, taken apart."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import folium
import pytest
import shapely
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from regulator.features.audit.models import AuditEntry
from regulator.features.audit.terms import Actor
from regulator.features.divisions.models import Division
from regulator.features.divisions.terms import Level
from regulator.features.maps import actions, following, shelf, shell
from regulator.features.maps.models import DivisionBoundary
from regulator.features.maps.queries import boundaries
from regulator.features.maps.queries.seen import public_estates_in
from regulator.features.maps.terms import MapFilter
from regulator.features.registry.models import Company, Estate, Service
from regulator.features.registry.terms import CompanyStatus, Condition, EstateKind, Mode, RecordSource
from regulator.foundation.database import is_postgres, transaction
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.geo import BBox, Geometry
from regulator.foundation.i18n import LOCALES
from regulator.foundation.jobs import Job

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
ALL = MapFilter()
VIEW = BBox(122.9, 41.45, 123.2, 41.65)
CITY = BBox(122.4, 41.1, 123.9, 43.1)
DISTRICTS = {
    f["properties"]["code"]: f for f in json.loads((ROOT / "geodata/boundaries.geojson").read_text("utf-8"))["features"]
}


@pytest.fixture
def territory(session: Session) -> None:
    with transaction():
        session.add(Division(code="210100", level=Level.CITY, name="沈阳市"))
        session.flush()
        for code, feature in DISTRICTS.items():
            name = feature["properties"]["name"]
            session.add(Division(code=code, level=Level.DISTRICT, name=name, parent_code="210100"))


def estate(number: int, lon: float | None, lat: float | None, **others: Any) -> Estate:
    given: dict[str, Any] = {
        "code": f"210103005001{number:04d}",
        "name": f"小区{number}",
        "kind": EstateKind.RESIDENTIAL,
        "condition": Condition.OCCUPIED,
        "division_code": "210103",
        "lon": lon,
        "lat": lat,
        "source": RecordSource.TYPED,
        "registered_at": NOW,
        "updated_at": NOW,
    }
    return Estate(**(given | others))


def service(of: Estate, mode: Mode, **others: Any) -> Service:
    given: dict[str, Any] = {"source": RecordSource.TYPED, "registered_at": NOW, "updated_at": NOW}
    return Service(estate_id=of.id, mode=mode, **(given | others))


def load_all() -> None:
    with transaction():
        actions.load_schematic(NOW)


def test_boundaries_come_back_as_they_went_in(territory: None, session: Session) -> None:
    load_all()
    session.expire_all()
    found = {item.division_code: item for item in boundaries.list_boundaries()}
    assert found.keys() == DISTRICTS.keys()
    for code, item in found.items():
        drawn = shapely.MultiPolygon([shapely.geometry.shape(DISTRICTS[code]["geometry"])])
        assert item.schematic
        assert item.name == DISTRICTS[code]["properties"]["name"]
        assert shapely.equals_exact(item.geometry, drawn, tolerance=0)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "boundaries.loaded")).one()
    assert entry.subject_kind == "division_boundary"


def test_postgis_knows_the_datum_and_measures_with_it(territory: None, session: Session) -> None:
    if not is_postgres():
        column = DivisionBoundary.__table__.c.geometry.type
        assert isinstance(column, Geometry)
        return
    load_all()
    query = text("SELECT ST_SRID(geometry), ST_GeometryType(geometry) FROM division_boundary")
    assert {tuple(row) for row in session.execute(query)} == {(4490, "ST_MultiPolygon")}
    covered = session.scalar(text("SELECT ST_Area(ST_Union(geometry)) FROM division_boundary"))
    assert covered == pytest.approx(1.5 * 2.0, rel=1e-9)


def test_loading_again_replaces_and_leaves_the_others(territory: None, session: Session) -> None:
    load_all()
    real = {"type": "Polygon", "coordinates": [[[123.4, 41.7], [123.5, 41.7], [123.5, 41.8], [123.4, 41.7]]]}
    feature = {"properties": {"code": "210103"}, "geometry": real}
    before = boundaries.wanted_version()
    with transaction():
        actions.load_boundaries([feature], source="bureau.geojson", actor=Actor.system(), now=NOW.replace(hour=9))
    found = {item.division_code: item for item in boundaries.list_boundaries()}
    assert len(found) == 13
    assert not found["210103"].schematic
    assert found["210102"].schematic
    assert boundaries.wanted_version() != before


@pytest.mark.parametrize(
    ("feature", "code"),
    [
        pytest.param(
            {"code": "990199", "geometry": DISTRICTS["210103"]["geometry"]}, "boundary_division_unknown", id="stranger"
        ),
        pytest.param(
            {"code": "210103", "geometry": {"type": "Point", "coordinates": [1, 2]}},
            "boundary_shape_broken",
            id="point",
        ),
        pytest.param(
            {
                "code": "210103",
                "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
            },
            "boundary_shape_broken",
            id="bow-tie",
        ),
    ],
)
def test_a_boundary_that_cannot_be_is_refused(territory: None, feature: Mapping[str, Any], code: str) -> None:
    given = {"properties": {"code": feature["code"]}, "geometry": feature["geometry"]}
    with pytest.raises(BadInput) as caught, transaction():
        actions.load_boundaries([given], source="x", actor=Actor.system(), now=NOW)
    assert caught.value.code == code
    assert boundaries.count_boundaries() == 0


def test_estates_of_a_view_with_mode_and_company_of_the_day(territory: None, session: Session) -> None:
    inside, edge, outside, nowhere, gone, early = (
        estate(1, 123.45, 41.80),
        estate(2, 123.40, 41.75),
        estate(3, 123.60, 41.80),
        estate(4, None, None),
        estate(5, 123.46, 41.80, retired_on=DAY, retired_reason="重复"),
        estate(6, 123.47, 41.80),
    )
    company = Company(
        credit_code="91210103MA0000000A",
        name="沈阳甲物业",
        status=CompanyStatus.OPERATING,
        source=RecordSource.TYPED,
        registered_at=NOW,
        updated_at=NOW,
        division_code="210103",
    )
    with transaction():
        session.add_all([inside, edge, outside, nowhere, gone, early, company])
        session.flush()
        session.add_all(
            [
                service(inside, Mode.ABANDONED, began_on=date(2020, 1, 1), ended_on=date(2026, 11, 22)),
                service(inside, Mode.PROFESSIONAL, began_on=DAY, company_id=company.id),
                service(edge, Mode.NONE, stated_for=date(2026, 9, 30)),
                service(early, Mode.OWNERS_SELF, stated_for=date(2026, 12, 1)),
            ]
        )
        session.flush()
        following.start_map(NOW)
    found = public_estates_in(BBox(123.40, 41.75, 123.50, 41.85), 18, ALL)
    shown = {item.name: (item.mode, item.company_name) for item in found.items}
    assert shown == {"小区1": (Mode.PROFESSIONAL, "沈阳甲物业"), "小区2": (Mode.NONE, None), "小区6": (None, None)}
    assert (found.total, found.capped) == (3, False)
    with transaction():
        following.map_all(NOW - timedelta(days=1))
    day_before = public_estates_in(BBox(123.45, 41.80, 123.45, 41.80), 18, ALL)
    assert [(item.name, item.mode, item.company_name) for item in day_before.items] == [("小区1", Mode.ABANDONED, None)]


def test_more_than_the_cap_is_an_even_sample_and_the_total(territory: None, session: Session) -> None:
    with transaction():
        session.add_all(estate(n, 123.0 + n / 1000, 41.5 + n / 1000) for n in range(1, 101))
        session.flush()
        following.start_map(NOW)
    found = public_estates_in(VIEW, 14, ALL, cap=40)
    assert (len(found.items), found.total, found.capped) == (40, 100, True)
    lats = sorted(item.lat or 0 for item in found.items)
    assert max(b - a for a, b in pairwise(lats)) < 0.0035  # nowhere more than two in a row left out
    assert found == public_estates_in(VIEW, 14, ALL, cap=40)


def test_exactly_the_cap_is_not_capped(territory: None, session: Session) -> None:
    with transaction():
        session.add_all(estate(n, 123.0, 41.5) for n in range(1, 11))
        session.flush()
        following.start_map(NOW)
    found = public_estates_in(VIEW, 14, ALL, cap=10)
    assert (len(found.items), found.total, found.capped) == (10, 10, False)


def test_the_worker_draws_the_shell_once_and_again_after_a_change(territory: None, session: Session) -> None:
    with transaction():
        actions.keep_shell_fresh(NOW)
    assert boundaries.count_boundaries() == 13
    assert waiting_jobs(session) == 1
    assert shelf.find_shell("en") is None
    draw()
    version = shelf.current_version()
    assert version == boundaries.wanted_version()
    for locale in LOCALES:
        found = shelf.find_shell(locale)
        assert found is not None
        assert found.html.startswith('<div class="folium-map" id="map_shell"')
        assert shelf.get_file(found.version, found.script).read_text("utf-8").startswith("L_NO_TOUCH")
    session.execute(Job.__table__.delete())  # type: ignore[attr-defined]
    session.commit()
    with transaction():
        actions.keep_shell_fresh(NOW)
    assert waiting_jobs(session) == 0
    with transaction():
        session.get_one(Division, "210103").name = "沈河新区"
        session.flush()
        actions.keep_shell_fresh(NOW)
    assert waiting_jobs(session) == 1
    draw()
    assert shelf.current_version() != version
    assert version is not None
    assert shelf.get_file(version, "en.js").is_file()  # pages opened before still load from it


def test_a_city_without_boundaries_has_a_map_too(session: Session) -> None:
    with transaction():
        session.add(Division(code="370600", level=Level.CITY, name="烟台市"))
        session.flush()
        actions.keep_shell_fresh(NOW)
    draw()
    found = shelf.find_shell("zh_Hans_CN")
    assert found is not None
    script = shelf.get_file(found.version, found.script).read_text("utf-8")
    assert "L.map(" in script
    assert "geo_json_divisions" not in script
    assert "addAttribution" not in script


def draw() -> None:
    with transaction():
        list(actions.draw_shell({}))


def waiting_jobs(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Job).where(Job.kind == actions.SHELL_JOB)) or 0


@pytest.mark.parametrize("name", ["../current.json", "en.json", "zh_Hans_CN.js.bak", "..js", "xx.js"])
def test_nothing_else_is_handed_out(name: str, tmp_path: Path) -> None:
    shelf.configure(tmp_path)
    shelf.put("abc1", {"en": shelf.Drawing("<div></div>", "1;", "", (), ())})
    with pytest.raises(NotFound):
        shelf.get_file("abc1", name)
    with pytest.raises(NotFound):
        shelf.get_file("..", "en.js")
    assert shelf.get_file("abc1", "en.js").read_text("utf-8") == "1;"


def boundary(code: str = "210103") -> boundaries.Boundary:
    drawn = DISTRICTS[code]
    return boundaries.Boundary(code, drawn["properties"]["name"], True, shapely.geometry.shape(drawn["geometry"]))


def test_a_drawing_reaches_nothing_outside_and_carries_no_markup_of_its_own() -> None:
    drawing = shell.draw([boundary()], "zh_Hans_CN")
    whole = "".join([drawing.html, drawing.script, drawing.style, *drawing.scripts, *drawing.styles])
    assert "://" not in whole
    assert drawing.scripts == ("vendor/leaflet/leaflet.js",)
    assert drawing.styles == ("vendor/leaflet/leaflet.css",)
    assert "<" not in re.sub(r'<div class="folium-map" id="map_shell"\s*></div>', "", drawing.html)
    assert "style=" not in whole
    assert "viewport" not in whole
    assert "html, body" not in drawing.style
    note = re.search(r"addAttribution[(](.*?)[)]", drawing.script)
    assert note
    assert json.loads(note[1]) == "边界为示意"
    for left_out in ("jquery", "bootstrap", "awesome", "d3."):
        assert left_out not in whole


def test_equal_boundaries_give_equal_files_in_each_language() -> None:
    assert shell.draw([boundary()], "en") == shell.draw([boundary()], "en")
    assert shell.draw([boundary()], "en").script != shell.draw([boundary()], "zh_Hans_CN").script


def test_the_note_stands_only_on_schematic_boundaries() -> None:
    real = boundaries.Boundary("210103", "沈河区", False, boundary().geometry)
    assert "addAttribution" in shell.draw([boundary(), real], "en").script
    assert "addAttribution" not in shell.draw([real], "en").script


def test_a_name_is_text_even_when_it_looks_like_markup() -> None:
    odd = boundaries.Boundary("210103", "<img src=x onerror=alert(1)>", True, boundary().geometry)
    assert "<img" not in shell.draw([odd], "en").script.replace("\\u003c", "<").replace("&lt;img", "")


def test_what_is_not_served_here_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = [("tracker", "https://cdn.example.org/tracker.js")]
    monkeypatch.setattr(folium.Map, "default_js", [*folium.Map.default_js, *bad])
    with pytest.raises(shell.OutsideAddress, match="tracker"):
        shell.draw([boundary()], "en")


def test_an_address_inside_the_drawing_raises_too() -> None:
    odd = boundaries.Boundary("210103", "url(//evil.example.org/x)", True, boundary().geometry)
    with pytest.raises(shell.OutsideAddress):
        shell.draw([odd], "en")


def test_asking_the_map_loads_no_gis_library() -> None:
    code = (
        "import sys; from regulator.features.maps import actions, following, shelf;"
        "from regulator.features.maps.queries import listing, seen;"
        "print(sorted({'numpy', 'shapely', 'geopandas', 'folium', 'branca', 'pyproj'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
