"""Tianditu's WMTS asked by this server, so that the key stays here and each tile is fetched once.

Leaflet's own grid is the web Mercator one, which Tianditu calls ``w`` (``vec_w``, ``cva_w``); the other, ``c``, is in
degrees. Both stand on CGCS2000 like the register, so that nothing has to be shifted.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import BoundedSemaphore, Lock
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import structlog

from regulator.features.maps.basemap.kept import Kept
from regulator.features.maps.basemap.tiles import GROUND, MAX_BYTES, NAMES, Box, NotNow, Place, Tile, as_tile

OFFICIAL = tuple(f"https://t{number}.tianditu.gov.cn" for number in range(8))
LAYERS = {GROUND: "vec", NAMES: "cva"}
CHINA = Box(73.0, 3.0, 136.0, 54.0)
MARGIN = 0.5
"""Of the register's territory on each side: somebody else's map is not fetched on this key."""
FAR_ZOOM = 7
"""Up to this level all of China may be looked at."""

AT_ONCE = 4
"""Questions to Tianditu at a time from one web worker, so that half of its threads stay free when nobody answers."""
WAIT_SECONDS = 2.0
CONNECT_SECONDS, WHOLE_SECONDS = 4.0, 8.0
PAUSE_SECONDS = 20
"""How long nobody asks after Tianditu has refused or not answered."""
ABSENT_SECONDS = 24 * 3600
FAULTY_SECONDS = 60
MOST_REMEMBERED = 10_000
TILES_A_SECOND, TILES_AT_ONCE = 10.0, 240
"""What one visitor may have fetched; a large screen shows about 60 tiles of two sheets."""

log = structlog.get_logger(__name__)


class _Answer(NamedTuple):
    """A tile, or why there is none: `absent` for good, `refused` by everybody's fault, else this one is faulty."""

    tile: Tile | None
    absent: bool = False
    refused: str = ""


class Tianditu:
    """The vector map of the national platform and its names."""

    min_zoom, max_zoom = 1, 18
    has_names = True
    credit = "天地图"
    bounds = CHINA

    def __init__(
        self, key: str, kept: Kept, territory: Callable[[], Box | None], addresses: tuple[str, ...] = OFFICIAL
    ) -> None:
        self._key, self._kept, self._territory, self._addresses = key, kept, territory, addresses
        self._gate = BoundedSemaphore(AT_ONCE)
        self._missing = _Until(MOST_REMEMBERED)
        self._pause = _Until(1)
        self._visitors = _Allowance(TILES_A_SECOND, TILES_AT_ONCE)

    def tile(self, place: Place, sheet: str, asker: str) -> Tile | None:
        """A kept tile, or a fetched one; an old one when nobody answers. Raises NotNow."""
        if sheet not in LAYERS or not self.min_zoom <= place.z <= self.max_zoom:
            return None
        found = self._kept.find(sheet, place)
        if found and found[1]:
            return found[0]
        if not self._is_ours(place):
            return None
        try:
            return self._fetch(place, sheet, asker)
        except NotNow:
            if found:
                return found[0]
            raise

    def _is_ours(self, place: Place) -> bool:
        if not place.box.meets(CHINA):
            return False
        territory = self._territory() if place.z > FAR_ZOOM else None
        return territory is None or place.box.meets(territory.grown(MARGIN))

    def _fetch(self, place: Place, sheet: str, asker: str) -> Tile | None:
        if (reason := self._missing.value((sheet, place))) is not None:
            if reason == "absent":
                return None
            raise NotNow(FAULTY_SECONDS)
        if self._pause.value("all") is not None:
            raise NotNow(PAUSE_SECONDS)
        if not self._visitors.grants(asker):
            raise NotNow(5, asked_too_much=True)
        if not self._gate.acquire(timeout=WAIT_SECONDS):
            raise NotNow(2)
        try:
            answer = self._ask(place, LAYERS[sheet])
        finally:
            self._gate.release()
        return self._note(place, sheet, answer)

    def _note(self, place: Place, sheet: str, answer: _Answer) -> Tile | None:
        if answer.tile is not None:
            self._kept.keep(sheet, place, answer.tile)
            return answer.tile
        if answer.absent:
            self._missing.put((sheet, place), "absent", ABSENT_SECONDS)
            return None
        if answer.refused:
            log.warning("basemap.refused", reason=answer.refused)
            self._pause.put("all", "refused", PAUSE_SECONDS)
            raise NotNow(PAUSE_SECONDS)
        self._missing.put((sheet, place), "faulty", FAULTY_SECONDS)
        raise NotNow(FAULTY_SECONDS)

    def _ask(self, place: Place, layer: str) -> _Answer:
        """One GET; a redirect is not followed and the address, which holds the key, is never logged."""
        address = urlsplit(self._addresses[(place.x + place.y) % len(self._addresses)])
        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        connection = kind(address.hostname or "", address.port, timeout=CONNECT_SECONDS)
        began = time.monotonic()
        try:
            connection.request(
                "GET", self._path(place, layer), headers={"User-Agent": "regulator", "Accept": "image/*"}
            )
            return _judge(connection.getresponse(), began)
        except (OSError, HTTPException, TimeoutError) as error:
            return _Answer(None, refused=type(error).__name__)
        finally:
            with suppress(OSError):
                connection.close()

    def _path(self, place: Place, layer: str) -> str:
        asked = {
            "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": layer, "STYLE": "default",
            "TILEMATRIXSET": "w", "FORMAT": "tiles", "TILEMATRIX": place.z, "TILEROW": place.y, "TILECOL": place.x,
            "tk": self._key,
        }  # fmt: skip
        return f"/{layer}_w/wmts?{urlencode(asked)}"

    def trim(self) -> None:
        """Keep the kept tiles within their limits; the worker calls it each minute."""
        self._kept.trim_in_time()


def _judge(answer: HTTPResponse, began: float) -> _Answer:
    if answer.status in {204, 404}:
        return _Answer(None, absent=True)
    if answer.status in {400, 500}:
        return _Answer(None)
    if answer.status != 200:
        return _Answer(None, refused=f"status {answer.status}")
    tile = as_tile(_body(answer, began))
    kind = answer.headers.get_content_type()
    return _Answer(tile if kind.startswith("image/") else None)


def _body(answer: HTTPResponse, began: float) -> bytes:
    """The body up to the limit; TimeoutError when it dribbles."""
    parts, length = [], 0
    while part := answer.read1(65_536):
        parts.append(part)
        length += len(part)
        if length > MAX_BYTES:
            return b""
        if time.monotonic() - began > WHOLE_SECONDS:
            raise TimeoutError
    return b"".join(parts)


class _Until:
    """What holds for a while, by key; the oldest go when there are too many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[str, float]] = OrderedDict()
        self._lock = Lock()

    def value(self, key: Hashable) -> str | None:
        with self._lock:
            found = self._kept.get(key)
            return found[0] if found and time.monotonic() < found[1] else None

    def put(self, key: Hashable, value: str, seconds: float) -> None:
        with self._lock:
            self._kept[key] = (value, time.monotonic() + seconds)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


class _Allowance:
    """So many tiles a second for each visitor, and a screenful at once."""

    def __init__(self, a_second: float, at_once: int) -> None:
        self._a_second, self._at_once = a_second, at_once
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def grants(self, asker: str) -> bool:
        now = time.monotonic()
        with self._lock:
            left, at = self._left.pop(asker, (float(self._at_once), now))
            left = min(float(self._at_once), left + (now - at) * self._a_second)
            self._left[asker] = (max(left - 1, 0.0), now)
            if len(self._left) > MOST_REMEMBERED:
                self._left.popitem(last=False)
        return left >= 1
