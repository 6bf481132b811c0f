"""What must be true of a file before GDAL is let near it: kind by content, size, number of vertices. Reads no shapes.

GDAL opens whatever it recognises, some of which points to other files of the machine; so the kind is settled here, and
only bytes of that kind reach it, under a name of ours in a directory of ours.
"""

import mmap
import re
import sqlite3
import struct
import zipfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from regulator.features.maps.geofiles.terms import GeoFormat
from regulator.foundation.errors import BadInput

MAX_BYTES = 100 * 1024 * 1024
MAX_UNPACKED = 256 * 1024 * 1024
MAX_ENTRIES = 1_000
MAX_VERTICES = 2_000_000
CHUNK = 1 << 20

_ZIP, _SQLITE, _SHP = b"PK\x03\x04", b"SQLite format 3\x00", b"\x00\x00\x27\x0a"
_KML_ROOT = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:\w+:)?kml[\s>]", re.DOTALL)
_UNSAFE = re.compile(rb"gdal_streamed_alg|<OGRVRT|<VRTDataset|<!DOCTYPE|<!ENTITY", re.IGNORECASE)
_JSON_POSITION = re.compile(rb"\[\s*-?\d")
_KML_POSITION = re.compile(rb"[-+\d.eE]+,\s*[-+\d.eE]+(?:,[-+\d.eE]+)?")
_SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_POINT_COUNTS = {3: 40, 5: 40, 8: 36, 13: 40, 15: 40, 18: 36, 23: 40, 25: 40, 28: 36, 31: 40}
"""Where a shapefile's record of a type says how many points it has (ESRI Shapefile Technical Description, 1998)."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may be read: its kind, where it lies, how its attributes are written, and what it lacks."""

    format: GeoFormat
    path: Path
    encoding: str | None = None
    lacks_prj: bool = False


def inspect(path: Path, room: Path) -> Source:
    """Settle what a file is; what is packed is unpacked into ``room``. Raises BadInput saying what is wrong."""
    if path.stat().st_size == 0:
        raise BadInput("file_empty", about="file")
    if path.stat().st_size > MAX_BYTES:
        raise BadInput("geo_file_too_large", {"megabytes": MAX_BYTES >> 20}, about="file")
    source = _of_content(path, room)
    _refuse_too_many(source)
    return source


def _of_content(path: Path, room: Path) -> Source:
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if head.startswith(_ZIP):
        return _of_archive(path, room)
    if head.startswith(_SQLITE):
        return Source(GeoFormat.GEOPACKAGE, _as(path, room, "data.gpkg"))
    if head.startswith(_SHP):
        raise BadInput("geo_shapefile_unzipped", about="file")
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if plain.startswith((b"{", b"[")):
        return Source(GeoFormat.GEOJSON, _as(path, room, "data.geojson"))
    if _KML_ROOT.match(plain):
        return Source(GeoFormat.KML, _as(path, room, "data.kml"))
    if plain.startswith(b"<") or b"\x00" in head[:4096].removeprefix(b"\xff\xfe"):
        raise BadInput("geo_format_unknown", about="file")
    return Source(GeoFormat.CSV, path)


def _as(path: Path, room: Path, name: str) -> Path:
    """The file under a name whose ending says its kind."""
    target = room / name
    if target != path:
        target.symlink_to(path.absolute())
    return target


# --- archives -------------------------------------------------------------------------------------------------------


def _of_archive(path: Path, room: Path) -> Source:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise BadInput("geo_archive_too_large", {"megabytes": MAX_UNPACKED >> 20}, about="file")
            return _of_entries(archive, entries, room)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
        raise BadInput("file_damaged", about="file") from error
    except RuntimeError as error:  # zipfile's word for an encrypted entry
        raise BadInput("password_protected", about="file") from error


def _of_entries(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], room: Path) -> Source:
    shapes = [entry for entry in entries if _suffix(entry) == ".shp"]
    if shapes:
        return _of_shapefile(archive, entries, _only(shapes), room)
    if any(_suffix(entry) == ".dbf" for entry in entries):
        raise BadInput("geo_shapefile_lacks", {"part": ".shp"}, about="file")
    others = [entry for entry in entries if _suffix(entry) in (".kml", ".geojson", ".json", ".gpkg")]
    if not others:
        raise BadInput("geo_archive_without_shapes", about="file")
    main = next((entry for entry in others if PurePosixPath(entry.filename).name == "doc.kml"), None)
    inner = _unpack(archive, main or _only(others), room / "inner")
    source = _of_content(inner, room)
    if source.format is GeoFormat.CSV:
        raise BadInput("geo_format_unknown", about="file")
    return source


def _suffix(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).suffix.lower()


def _only(entries: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    if len(entries) > 1:
        names = "、".join(PurePosixPath(entry.filename).name for entry in entries[:5])
        raise BadInput("geo_several_layers", {"names": names}, about="file")
    return entries[0]


def _of_shapefile(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], main: zipfile.ZipInfo, room: Path
) -> Source:
    """The parts that bear the name of the .shp, whatever else lies beside them."""
    stem = main.filename[:-4]
    parts = {_suffix(entry): entry for entry in entries if entry.filename[:-4] == stem}
    for needed in (".dbf", ".shx"):
        if needed not in parts:
            raise BadInput("geo_shapefile_lacks", {"part": needed}, about="file")
    for suffix in _SHAPE_PARTS:
        if suffix in parts:
            _unpack(archive, parts[suffix], room / f"data{suffix}")
    encoding = _encoding(room)
    (room / "data.cpg").unlink(missing_ok=True)  # said to the reader by us: GDAL knows few Chinese names for it
    source = Source(GeoFormat.SHAPEFILE, room / "data.shp", encoding)
    return replace(source, lacks_prj=".prj" not in parts)


def _encoding(room: Path) -> str:
    """How a shapefile's attributes are written: as its .cpg says, else UTF-8 where that reads, else GB18030."""
    stated = room / "data.cpg"
    name = stated.read_bytes()[:40].decode("ascii", "ignore").strip().lower() if stated.is_file() else ""
    if "utf" in name or name == "65001":
        return "UTF-8"
    if name.startswith(("gb", "cp936", "936", "ansi 936", "oem 936")):
        return "GB18030"
    try:
        (room / "data.dbf").read_bytes()[32:].decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> Path:
    """Write an entry out, counting what really comes: the directory of a bomb may lie."""
    left = MAX_UNPACKED
    with archive.open(entry) as packed, target.open("wb") as file:
        while piece := packed.read(CHUNK):
            left -= len(piece)
            if left < 0:
                raise BadInput("geo_archive_too_large", {"megabytes": MAX_UNPACKED >> 20}, about="file")
            file.write(piece)
    return target


# --- how much there is ----------------------------------------------------------------------------------------------


def _refuse_too_many(source: Source) -> None:
    """Count vertices by the form of the file, before any of them is made into a shape."""
    match source.format:
        case GeoFormat.GEOJSON:
            counted = _count_in(source.path, _JSON_POSITION)
        case GeoFormat.KML:
            counted = _count_in(source.path, _KML_POSITION)
        case GeoFormat.GEOPACKAGE:
            counted = _count_in_geopackage(source.path)
        case GeoFormat.SHAPEFILE:
            counted = _count_in_shapefile(source.path)
        case GeoFormat.CSV:
            return  # the reader of tables has limits of its own
    if counted > MAX_VERTICES:
        raise BadInput("geo_too_many_vertices", {"maximum": MAX_VERTICES}, about="file")


def _count_in(path: Path, position: re.Pattern[bytes]) -> int:
    """Positions in a text, counted until there are too many."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if _UNSAFE.search(content):
            raise BadInput("geo_format_unknown", about="file")
        counted = 0
        for _found in position.finditer(content):
            counted += 1
            if counted > MAX_VERTICES:
                break
        return counted


def _count_in_geopackage(path: Path) -> int:
    """At most so many vertices as the stored shapes have room for: 16 bytes each."""
    try:
        with closing(sqlite3.connect(f"file:{path.resolve()}?mode=ro&immutable=1", uri=True)) as database:
            layers = database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall()
            quoted = [(table.replace('"', '""'), column.replace('"', '""')) for table, column in layers]
            sums = [
                database.execute(f'SELECT sum(length("{column}")) FROM "{table}"').fetchone()[0]  # noqa: S608  # quoted above
                for table, column in quoted
            ]
    except sqlite3.Error as error:
        raise BadInput("geo_file_unreadable", about="file") from error
    return sum(found or 0 for found in sums) // 16


def _count_in_shapefile(path: Path) -> int:
    """What the records themselves say, whose content is not read."""
    counted, end = 0, path.stat().st_size
    with path.open("rb") as file:
        file.seek(100)
        while len(head := file.read(8)) == 8 and counted <= MAX_VERTICES:
            length = struct.unpack(">i", head[4:])[0] * 2
            start = file.tell()
            if length < 4 or start + 4 > end:
                break
            counted += _points_of(file.read(44))
            file.seek(start + length)
    return counted


def _points_of(record: bytes) -> int:
    kind = struct.unpack("<i", record[:4])[0] if len(record) >= 4 else 0
    at = _POINT_COUNTS.get(kind)
    if at is None or len(record) < at + 4:
        return 1
    return max(int(struct.unpack("<i", record[at : at + 4])[0]), 0)
