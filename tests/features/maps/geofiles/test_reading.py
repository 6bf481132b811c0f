"""Files of shapes: every format arrives at the same place; what cannot be used is refused with a sentence."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from pyproj import Transformer

from regulator.features.maps.geofiles import guards
from regulator.features.maps.geofiles.declaring import Declared, Wishes
from regulator.features.maps.geofiles.guards import MAX_VERTICES
from regulator.features.maps.geofiles.reading import read_file
from regulator.features.maps.geofiles.terms import GeoKind
from regulator.foundation.errors import BadInput
from regulator.foundation.geo import Datum
from regulator.foundation.i18n import sentence
from tests.factories import geofiles as make

PLACE = shapely.Point(123.43, 41.80)
ROWS = [({"名称": "翰林花园", "code": "2101030010010001"}, PLACE)]
ASCII_ROWS = [({"name": "翰林花园", "code": "2101030010010001"}, PLACE)]


def wishes(datum: str = "cgcs2000", **more: Any) -> Wishes:
    return Wishes(GeoKind.ESTATES, Declared.read(datum), **more)


def zoned(shape: Any, epsg: int) -> Any:
    to_zone = Transformer.from_crs(4490, epsg, always_xy=True)
    return shapely.transform(shape, lambda xy: shapely.get_coordinates(shapely.points(*to_zone.transform(*xy.T))))


def csv(path: Path, encoding: str = "utf-8", lon: str = "123.43") -> Path:
    path.write_bytes(f"小区名称,编码,经度,纬度\n翰林花园,2101030010010001,{lon},41.80\n".encode(encoding))
    return path


@pytest.mark.parametrize(
    ("name", "write", "datum"),
    [
        pytest.param("a.geojson", lambda path: make.geojson(path, ROWS), "cgcs2000", id="geojson"),
        pytest.param("a.gpkg", lambda path: make.geopackage(path, ROWS), "cgcs2000", id="geopackage"),
        pytest.param("a.gpkg", lambda path: make.geopackage(path, ROWS, 4326), "wgs84", id="geopackage-wgs84"),
        pytest.param("a.zip", lambda path: make.shapefile(path, ASCII_ROWS), "cgcs2000", id="shapefile-utf8"),
        pytest.param("a.zip", lambda path: make.shapefile(path, ROWS, encoding="GBK"), "cgcs2000", id="shapefile-gbk"),
        pytest.param(
            "a.zip",
            lambda path: make.shapefile(path, ROWS, encoding="GBK", without=[".cpg"]),
            "cgcs2000",
            id="shapefile-gbk-without-cpg",
        ),
        pytest.param(
            "a.zip", lambda path: make.shapefile(path, ASCII_ROWS, without=[".prj"]), "cgcs2000", id="shapefile-no-prj"
        ),
        pytest.param("a.csv", csv, "cgcs2000", id="csv"),
        pytest.param("a.csv", lambda path: csv(path, "gb18030"), "cgcs2000", id="csv-gb18030"),
        pytest.param("a.kml", lambda path: make.kml(path, [("翰林花园", 123.43, 41.80)]), "wgs84", id="kml"),
        pytest.param(
            "a.kmz",
            lambda path: make.kmz(path, make.kml(path.with_suffix(".kml"), [("翰林花园", 123.43, 41.80)])),
            "wgs84",
            id="kmz",
        ),
        pytest.param(
            "a.zip",
            lambda path: make.shapefile(path, [(ROWS[0][0], zoned(PLACE, 4529))], 4529),
            "EPSG:4529",
            id="zone-with-number",
        ),
        pytest.param(
            "a.geojson",
            lambda path: make.geojson(path, [(ROWS[0][0], zoned(PLACE, 4550))]),
            "epsg:4550",
            id="zone-by-meridian",
        ),
        *(
            pytest.param(
                "a.geojson",
                lambda path, d=datum: make.geojson(path, [(ROWS[0][0], make.moved(PLACE, d))]),
                datum.value,
                id=datum,
            )
            for datum in (Datum.GCJ02, Datum.BD09)
        ),
    ],
)
def test_every_format_and_datum_arrives_at_the_same_place(
    tmp_path: Path, name: str, write: Callable[[Path], Path], datum: str
) -> None:
    (feature,) = read_file(write(tmp_path / name), wishes(datum)).features
    assert shapely.get_coordinates(feature.shape)[0] == pytest.approx((123.43, 41.80), abs=1e-7)
    assert feature.name == "翰林花园"
    assert feature.code in ("2101030010010001", "")  # a KML has names only


# --- what is refused ------------------------------------------------------------------------------------------------


def bytes_of(content: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


def bomb(path: Path) -> Path:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("doc.kml", "w", force_zip64=True) as file,
    ):
        for _ in range(300):
            file.write(b" " * (1 << 20))
    return path


def ten_million_in_a_shapefile(path: Path) -> Path:
    """One record that says it has ten million points; that they are missing must not be found out by reading them."""
    make.shapefile(path, ASCII_ROWS)
    points = 10_000_000
    content = struct.pack("<i4dii", 5, 123.0, 41.0, 124.0, 42.0, 1, points)
    shape = b"\x00\x00\x27\x0a" + bytes(96) + struct.pack(">ii", 1, (44 + 16 * points) // 2) + content
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, given in parts.items():
            archive.writestr(name, shape if name.endswith(".shp") else given)
    return path


def many_in_a_geojson(path: Path) -> Path:
    path.write_bytes(b'{"type": "FeatureCollection", "x": [' + b"[1,2]," * (MAX_VERTICES + 1) + b"]}")
    return path


XML = b'<?xml version="1.0"?>'


@pytest.mark.parametrize(
    ("name", "write", "datum", "code"),
    [
        pytest.param(
            "a.zip", lambda p: make.shapefile(p, ROWS, without=[".dbf"]), "cgcs2000", "geo_shapefile_lacks", id="no-dbf"
        ),
        pytest.param(
            "a.zip", lambda p: make.shapefile(p, ROWS, without=[".shx"]), "cgcs2000", "geo_shapefile_lacks", id="no-shx"
        ),
        pytest.param(
            "a.shp", bytes_of(b"\x00\x00\x27\x0a" + bytes(96)), "cgcs2000", "geo_shapefile_unzipped", id="bare-shp"
        ),
        pytest.param(
            "a.zip", lambda p: make.shapefile(p, ROWS, 4326), "cgcs2000", "geo_system_differs", id="prj-differs"
        ),
        pytest.param(
            "a.gpkg", lambda p: make.geopackage(p, ROWS, 4490), "wgs84", "geo_system_differs", id="gpkg-differs"
        ),
        pytest.param(
            "a.gpkg", lambda p: make.geopackage(p, ROWS, 4490), "EPSG:4529", "geo_system_differs", id="gpkg-not-zoned"
        ),
        pytest.param(
            "a.zip",
            lambda p: make.shapefile(p, [(ROWS[0][0], zoned(PLACE, 4529))], 4529),
            "gcj02",
            "geo_system_differs",
            id="gcj02-in-metres",
        ),
        pytest.param(
            "a.geojson", lambda p: make.geojson(p, ROWS), "EPSG:99999", "geo_datum_unknown", id="no-such-epsg"
        ),
        pytest.param(
            "a.geojson", lambda p: make.geojson(p, ROWS), "EPSG:4610", "geo_datum_unconvertible", id="xian-80"
        ),
        pytest.param(
            "a.geojson", lambda p: make.geojson(p, ROWS), "EPSG:2436", "geo_datum_unconvertible", id="beijing-54-zone"
        ),
        pytest.param("a.kmz", bomb, "wgs84", "geo_archive_too_large", id="kmz-bomb"),
        pytest.param(
            "a.zip", ten_million_in_a_shapefile, "cgcs2000", "geo_too_many_vertices", id="shapefile-10-million"
        ),
        pytest.param("a.geojson", many_in_a_geojson, "cgcs2000", "geo_too_many_vertices", id="geojson-too-many"),
        pytest.param(
            "a.kml",
            bytes_of(XML + b'<!DOCTYPE x [<!ENTITY a "b">]><kml></kml>'),
            "wgs84",
            "geo_format_unknown",
            id="entities",
        ),
        pytest.param(
            "a.kml", bytes_of(b"<kml><!--<OGRVRTDataSource/>--></kml>"), "wgs84", "geo_format_unknown", id="vrt-in-kml"
        ),
        pytest.param(
            "a.geojson", bytes_of(b"<OGRVRTDataSource></OGRVRTDataSource>"), "wgs84", "geo_format_unknown", id="vrt"
        ),
        pytest.param(
            "a.geojson", bytes_of(b'{"type": "gdal_streamed_alg"}'), "wgs84", "geo_format_unknown", id="gdalg"
        ),
        pytest.param("a.geojson", bytes_of(b""), "wgs84", "file_empty", id="empty"),
        pytest.param("a.geojson", bytes_of(b"{"), "wgs84", "geo_file_unreadable", id="cut-off"),
        pytest.param(
            "a.geojson",
            bytes_of(b'{"type": "FeatureCollection", "features": []}'),
            "wgs84",
            "geo_without_rows",
            id="no-features",
        ),
        pytest.param(
            "a.gpkg", bytes_of(b"SQLite format 3\x00" + bytes(100)), "wgs84", "geo_file_unreadable", id="broken-gpkg"
        ),
        pytest.param("a.zip", bytes_of(b"PK\x03\x04xxxx"), "wgs84", "file_damaged", id="broken-zip"),
        pytest.param("a.png", bytes_of(b"\x89PNG\r\n\x1a\n\x00\x00"), "wgs84", "geo_format_unknown", id="picture"),
        pytest.param(
            "a.csv",
            bytes_of("名称,地址\n甲,乙\n".encode()),
            "wgs84",
            "geo_coordinates_missing",
            id="csv-without-coordinates",
        ),
        pytest.param(
            "a.geojson",
            lambda p: make.geojson(p, [({"地址": "x"}, PLACE)]),
            "wgs84",
            "geo_key_field_missing",
            id="no-name-no-code",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(
    tmp_path: Path, name: str, write: Callable[[Path], Path], datum: str, code: str
) -> None:
    file = write(tmp_path / name)
    with pytest.raises(BadInput) as caught:
        read_file(file, wishes(datum))
    assert caught.value.code == code
    for language in ("zh_Hans_CN", "en"):
        said = sentence(code, caught.value.params, language)
        assert said != code
        assert "%(" not in said


def test_a_contradiction_names_both_systems(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_file(make.shapefile(tmp_path / "a.zip", ROWS, 4326), wishes("cgcs2000"))
    assert caught.value.params == {"stated": "EPSG:4326 (WGS 84)", "declared": "cgcs2000"}


def test_a_column_that_is_not_there_is_named_beside_those_that_are(tmp_path: Path) -> None:
    file = make.geojson(tmp_path / "a.geojson", ROWS)
    with pytest.raises(BadInput) as caught:
        read_file(file, wishes(code_field="XQBM"))
    assert caught.value.code == "geo_field_missing"
    assert caught.value.about == "code_field"
    assert "名称" in sentence(caught.value.code, caught.value.params)
    (feature,) = read_file(file, wishes(name_field="code")).features
    assert feature.name == "2101030010010001"


@pytest.mark.parametrize("given", [None, "", " "])
def test_no_datum_is_refused(given: str | None) -> None:
    with pytest.raises(BadInput) as caught:
        Declared.read(given)
    assert caught.value.code == "geo_datum_missing"


def test_numbers_in_columns_of_words_keep_their_digits(tmp_path: Path) -> None:
    file = make.geojson(tmp_path / "a.geojson", [({"code": 2101030010010001, "name": 12.0}, PLACE)])
    (feature,) = read_file(file, wishes()).features
    assert (feature.code, feature.name) == ("2101030010010001", "12")


@pytest.mark.parametrize(
    "geometry",
    [
        pytest.param(None, id="null"),
        pytest.param({"type": "Polygon", "coordinates": []}, id="empty"),
        pytest.param({"type": "Polygon", "coordinates": [[[1, 2], [2, 3]]]}, id="two-points"),
    ],
)
def test_a_shape_that_cannot_be_read_is_left_out_not_the_file(tmp_path: Path, geometry: Any) -> None:
    file = make.geojson(tmp_path / "a.geojson", [(ROWS[0][0], geometry), ROWS[0]])
    assert [one.shape is None for one in read_file(file, wishes()).features] == [True, False]


def test_a_bomb_is_noticed_even_if_its_directory_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "MAX_UNPACKED", 1000)
    packed = make.kmz(tmp_path / "a.kmz", make.kml(tmp_path / "a.kml", [("x" * 5000, 1, 2)]))
    real = zipfile.ZipFile.infolist
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda self: [_lying(entry) for entry in real(self)])
    with pytest.raises(BadInput) as caught:
        read_file(packed, wishes("wgs84"))
    assert caught.value.code in ("geo_archive_too_large", "file_damaged")


def _lying(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    entry.file_size = 10
    return entry
