"""Local files of tiles: MBTiles (SQLite) and PMTiles, pictures only. Read-only; safe for threads and forks."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from pmtiles.tile import (
    Compression,
    Entry,
    HeaderDict,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from regulator.features.maps.basemap.tiles import GROUND, MAX_BYTES, MAX_ZOOM, Box, Place, Tile, Unusable, as_tile

WORLD = Box(-180, -85.06, 180, 85.06)
_HEADER_BYTES = 127
_PICTURES = {TileType.PNG, TileType.JPEG, TileType.WEBP}
_FORMATS = {"png", "jpg", "jpeg", "webp"}
MAX_DEPTH = 4
DIRECTORY_BYTES = 1 << 24
_ONLY_PICTURES = "REGULATOR_BASE_MAP: {name} holds {what}; this map shows pictures only (PNG, JPEG or WebP)"


class _Archive:
    """What both kinds have in common."""

    has_names = False
    credit = ""
    min_zoom: int
    max_zoom: int
    bounds: Box


class MbTiles(_Archive):
    """A file after the MBTiles specification 1.3; its rows count from the south (TMS)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = threading.local()
        try:
            with closing(self._open()) as connection:
                facts = dict(connection.execute("SELECT name, value FROM metadata"))
                levels = connection.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        except sqlite3.Error as error:
            raise Unusable(f"REGULATOR_BASE_MAP: {path.name} is no MBTiles file that can be read ({error})") from error
        form = str(facts.get("format", "")).lower()
        if form not in _FORMATS:
            what = "vector tiles" if form in {"pbf", "mvt"} else f"tiles of the format “{form[:20]}”"
            raise Unusable(_ONLY_PICTURES.format(name=path.name, what=what))
        if levels[0] is None:
            raise Unusable(f"REGULATOR_BASE_MAP: {path.name} holds no tiles")
        self.min_zoom, self.max_zoom = levels[0], min(levels[1], MAX_ZOOM)
        self.bounds = _box(facts.get("bounds"))

    def _open(self) -> sqlite3.Connection:
        address = f"file:{quote(str(self._path.resolve()))}?mode=ro&immutable=1"
        return sqlite3.connect(address, uri=True, check_same_thread=False)

    def _connection(self) -> sqlite3.Connection:
        """One for each thread of each process: SQLite's must not be carried over a fork."""
        if getattr(self._own, "process", None) != os.getpid():
            self._own.connection, self._own.process = self._open(), os.getpid()
        found: sqlite3.Connection = self._own.connection
        return found

    def tile(self, place: Place, sheet: str, _asker: str) -> Tile | None:
        """The tile of a sound place; None where there is none."""
        row = (1 << place.z) - 1 - place.y
        query = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        found = self._connection().execute(query, (place.z, place.x, row)).fetchone() if sheet == GROUND else None
        return as_tile(bytes(found[0])) if found and found[0] else None


def _box(text: object) -> Box:
    """The bounds an MBTiles file states; the world when it states none that can be read."""
    try:
        west, south, east, north = (float(part) for part in str(text).split(","))
    except ValueError:
        return WORLD
    return Box(west, south, east, north)


class PmTiles(_Archive):
    """A file after the PMTiles specification 3."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._header = _header(os.pread(self._file, _HEADER_BYTES, 0), path.name)
            self._directory(self._header["root_offset"], self._header["root_length"])
        except Unusable:
            os.close(self._file)
            raise
        except Exception as error:
            os.close(self._file)
            raise Unusable(f"REGULATOR_BASE_MAP: {path.name} is no PMTiles file of version 3") from error
        header = self._header
        self.min_zoom, self.max_zoom = header["min_zoom"], min(header["max_zoom"], MAX_ZOOM)
        sides = (header["min_lon_e7"], header["min_lat_e7"], header["max_lon_e7"], header["max_lat_e7"])
        self.bounds = Box(*(side / 1e7 for side in sides))
        self._kept = lru_cache(maxsize=64)(self._directory)

    def __del__(self) -> None:
        """Give the file back with the reader; there is one for the life of a process."""
        if getattr(self, "_kept", None) is not None:
            os.close(self._file)

    def _directory(self, offset: int, length: int) -> list[Entry]:
        if not 0 < length <= DIRECTORY_BYTES:
            raise ValueError(f"a directory of {length} bytes")
        return deserialize_directory(os.pread(self._file, length, offset))

    def tile(self, place: Place, sheet: str, _asker: str) -> Tile | None:
        """The tile of a sound place; None where there is none."""
        if sheet != GROUND:
            return None
        wanted = zxy_to_tileid(place.z, place.x, place.y)
        offset, length = self._header["root_offset"], self._header["root_length"]
        for _ in range(MAX_DEPTH):
            entry = find_tile(self._kept(offset, length), wanted)
            if entry is None:
                return None
            if entry.run_length:
                return self._picture(entry)
            offset, length = self._header["leaf_directory_offset"] + entry.offset, entry.length
        return None

    def _picture(self, entry: Entry) -> Tile | None:
        if entry.length > MAX_BYTES:
            return None
        return as_tile(os.pread(self._file, entry.length, self._header["tile_data_offset"] + entry.offset))


def _header(content: bytes, name: str) -> HeaderDict:
    header = deserialize_header(content)
    if header["tile_type"] not in _PICTURES:
        what = "vector tiles" if header["tile_type"] in {TileType.MVT, TileType.MLT} else "tiles of an unknown kind"
        raise Unusable(_ONLY_PICTURES.format(name=name, what=what))
    if header["internal_compression"] is not Compression.GZIP:
        raise Unusable(f"REGULATOR_BASE_MAP: the directories of {name} must be compressed with gzip")
    if header["tile_compression"] not in {Compression.NONE, Compression.UNKNOWN}:
        raise Unusable(f"REGULATOR_BASE_MAP: the pictures of {name} are compressed once more; write them as they are")
    return header
