"""The base map: files of tiles read as they are, Tianditu asked sparingly, and nothing but pictures handed on."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pmtiles.tile import TileType

from regulator.features.maps.basemap import tianditu as room
from regulator.features.maps.basemap.archives import MbTiles, PmTiles
from regulator.features.maps.basemap.chosen import base_map, configure
from regulator.features.maps.basemap.kept import FRESH, OLDEST, Kept
from regulator.features.maps.basemap.tianditu import Tianditu
from regulator.features.maps.basemap.tiles import (
    GROUND,
    MAX_BYTES,
    NAMES,
    BaseMap,
    Box,
    NotNow,
    Place,
    Unusable,
    as_tile,
)
from tests.factories.tiles import Answer, picture, tianditu, write_mbtiles, write_pmtiles

SHENYANG = Place(12, 3451, 1531)
FAR_OFF = Place(12, 3000, 1531)
TILES = {(0, 0, 0): picture(1), (12, 3451, 1531): picture(2), (12, 3451, 1532): picture(3)}
KEY = "a-secret-key"


@pytest.mark.parametrize(
    ("z", "x", "y", "sound"),
    [(0, 0, 0, True), (0, 1, 0, False), (3, 7, 7, True), (3, 8, 0, False), (3, 0, 8, False), (20, 0, 0, False)],
)
def test_a_place_is_in_the_grid_or_not(z: int, x: int, y: int, sound: bool) -> None:
    assert Place(z, x, y).is_sound is sound


def test_a_place_shows_its_ground() -> None:
    box = Place(12, 3452, 1523).box
    assert box.west < 123.43 < box.east
    assert box.south < 41.80 < box.north
    assert not FAR_OFF.box.meets(Box(122.4, 41.1, 123.9, 43.1))
    assert Place(0, 0, 0).box.north == pytest.approx(85.0511288, abs=1e-6)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (picture(), "image/png"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPrest", "image/webp"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"<html>", None),
        (b"GIF89a", None),
        (b"", None),
        (picture() + b"\0" * MAX_BYTES, None),
    ],
)
def test_only_pictures_that_cannot_carry_a_script(content: bytes, kind: str | None) -> None:
    tile = as_tile(content)
    assert (tile.kind if tile else None) == kind


@pytest.mark.parametrize("write", [write_mbtiles, write_pmtiles])
def test_a_file_gives_its_tiles(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(tmp_path / ("x.mbtiles" if write is write_mbtiles else "x.pmtiles"), TILES)
    found: BaseMap = MbTiles(path) if write is write_mbtiles else PmTiles(path)
    assert (found.min_zoom, found.max_zoom, found.has_names) == (0, 12, False)
    assert found.bounds == Box(122.4, 41.1, 123.9, 43.1)
    with ThreadPoolExecutor(4) as pool:
        tiles = list(pool.map(lambda place: found.tile(Place(*place), GROUND, ""), [*TILES] * 5))
    assert [tile.content for tile in tiles if tile] == [*TILES.values()] * 5
    assert found.tile(Place(12, 3451, 1533), GROUND, "") is None
    assert found.tile(SHENYANG, NAMES, "") is None


def test_a_file_of_many_tiles_has_leaf_directories(tmp_path: Path) -> None:
    many = {(8, x, y): picture((x * 7 + y) % 256) for x in range(256) for y in range(0, 256, 2)}
    found = PmTiles(write_pmtiles(tmp_path / "many.pmtiles", many))
    for place in ((8, 0, 0), (8, 255, 254), (8, 129, 66)):
        tile = found.tile(Place(*place), GROUND, "")
        assert tile is not None
        assert tile.content == many[place]
    assert found.tile(Place(8, 129, 67), GROUND, "") is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("no.mbtiles", None, "there is no file"),
        ("x.mbtiles", b"not a database at all, but long enough to look like one", "no MBTiles file"),
        ("x.pmtiles", b"PMTiles\x02" + b"\0" * 200, "version 3"),
        ("x.pmtiles", b"", "version 3"),
    ],
)
def test_a_file_that_is_none_is_refused_at_the_start(
    name: str, content: bytes | None, said: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Unusable, match=said):
        configure(str(tmp_path / name))


def test_vector_tiles_are_refused_with_a_sentence(tmp_path: Path) -> None:
    write_mbtiles(tmp_path / "v.mbtiles", TILES, form="pbf")
    write_pmtiles(tmp_path / "v.pmtiles", TILES, kind=TileType.MVT)
    write_mbtiles(tmp_path / "empty.mbtiles", {})
    for name in ("v.mbtiles", "v.pmtiles"):
        with pytest.raises(Unusable, match="holds vector tiles; this map shows pictures only"):
            configure(str(tmp_path / name))
    with pytest.raises(Unusable, match="holds no tiles"):
        configure(str(tmp_path / "empty.mbtiles"))
    configure("none")
    assert base_map() is None


@pytest.fixture
def national() -> Iterator[tuple[str, Answer]]:
    with tianditu() as found:
        yield found


@pytest.fixture
def base(national: tuple[str, Answer], tmp_path: Path) -> Tianditu:
    territory = Box(122.4, 41.1, 123.9, 43.1)
    return Tianditu(KEY, Kept(tmp_path / "tiles"), lambda: territory, (national[0],))


def test_tianditu_is_asked_once_in_its_own_words(base: Tianditu, national: tuple[str, Answer]) -> None:
    asked = national[1].asked
    for _ in range(3):
        tile = base.tile(SHENYANG, GROUND, "a")
        assert tile is not None
        assert (tile.content, tile.kind) == (picture(), "image/png")
    base.tile(SHENYANG, NAMES, "a")
    assert [path for path, _ in asked] == ["/vec_w/wmts", "/cva_w/wmts"]
    assert asked[0][1] == {
        "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": "vec", "STYLE": "default",
        "TILEMATRIXSET": "w", "FORMAT": "tiles", "TILEMATRIX": "12", "TILEROW": "1531", "TILECOL": "3451", "tk": KEY,
    }  # fmt: skip


@pytest.mark.parametrize("place", [FAR_OFF, Place(19, 441_792, 195_968), Place(0, 0, 0), Place(5, 0, 0)])
def test_what_is_nobodys_business_here_is_not_asked_for(
    base: Tianditu, national: tuple[str, Answer], place: Place
) -> None:
    assert base.tile(place, GROUND, "a") is None
    assert national[1].asked == []


@pytest.mark.parametrize(
    ("status", "kind", "content"),
    [
        (200, "text/html", b"<html>no</html>"),
        (200, "image/png", b"<svg onload='alert(1)'/>"),
        (200, "text/plain", picture()),
        (200, "image/png", picture() + b"\0" * MAX_BYTES),
        (500, "image/png", picture()),
    ],
    ids=["page", "disguised", "said-to-be-text", "too-large", "error"],
)
def test_a_faulty_answer_is_not_handed_on_nor_asked_for_again_at_once(
    base: Tianditu, national: tuple[str, Answer], status: int, kind: str, content: bytes
) -> None:
    answer = national[1]
    answer.status, answer.kind, answer.content = status, kind, content
    for _ in range(2):
        with pytest.raises(NotNow):
            base.tile(SHENYANG, GROUND, "a")
    assert len(answer.asked) == 1
    answer.status, answer.kind, answer.content = 200, "image/png", picture()
    assert base.tile(Place(12, 3451, 1532), GROUND, "a")  # the others are none the worse


@pytest.mark.parametrize("status", [302, 403, 418, 429, 503])
def test_after_a_refusal_nobody_asks_for_a_while_and_no_redirect_is_followed(
    base: Tianditu, national: tuple[str, Answer], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(room.log, "warning", lambda *words, **more: said.append(f"{words} {more}"), raising=False)
    national[1].status, national[1].headers = status, {"Location": f"{national[0]}/elsewhere"}
    for place in (SHENYANG, Place(12, 3451, 1532)):
        with pytest.raises(NotNow):
            base.tile(place, GROUND, "a")
    assert len(national[1].asked) == 1
    assert len(said) == 1
    assert "basemap.refused" in said[0]
    assert KEY not in said[0]


def test_what_is_missing_there_is_missing_here(base: Tianditu, national: tuple[str, Answer]) -> None:
    national[1].status = 404
    assert base.tile(SHENYANG, GROUND, "a") is None
    assert base.tile(SHENYANG, GROUND, "a") is None
    assert len(national[1].asked) == 1


def test_an_old_tile_is_asked_for_again_and_serves_when_nobody_answers(
    base: Tianditu, national: tuple[str, Answer], tmp_path: Path
) -> None:
    base.tile(SHENYANG, GROUND, "a")
    path = tmp_path / "tiles" / "ground" / "12" / "3451" / "1531"
    old = time.time() - FRESH.total_seconds() - 60
    os.utime(path, (old, old))
    national[1].content = picture(9)
    tile = base.tile(SHENYANG, GROUND, "a")
    assert tile
    assert tile.content == picture(9)
    os.utime(path, (old, old))
    national[1].status = 503
    tile = base.tile(SHENYANG, GROUND, "a")
    assert tile
    assert tile.content == picture(9)


def test_nobody_there_is_a_pause_not_a_page_that_hangs(tmp_path: Path) -> None:
    base = Tianditu(KEY, Kept(tmp_path), lambda: None, ("http://127.0.0.1:9",))
    began = time.monotonic()
    for _ in range(20):
        with pytest.raises(NotNow):
            base.tile(SHENYANG, GROUND, "a")
    assert time.monotonic() - began < 1


def test_one_visitor_has_a_screenful_and_the_others_theirs(base: Tianditu, monkeypatch: pytest.MonkeyPatch) -> None:
    base._visitors = room._Allowance(0.001, 3)
    places = [Place(12, 3451, 1531 + n) for n in range(5)]
    for place in places[:3]:
        assert base.tile(place, GROUND, "a")
    with pytest.raises(NotNow) as caught:
        base.tile(places[3], GROUND, "a")
    assert caught.value.asked_too_much
    assert base.tile(places[3], GROUND, "b")
    assert base.tile(places[0], GROUND, "a")  # what is kept costs nothing


def test_never_more_than_a_few_questions_at_a_time(
    base: Tianditu, national: tuple[str, Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "WAIT_SECONDS", 0.05)
    now, most = [0], [0]

    def count() -> None:
        now[0] += 1
        most[0] = max(most[0], now[0])
        time.sleep(0.3)
        now[0] -= 1

    national[1].before = count

    def ask(n: int) -> bool:
        try:
            return base.tile(Place(12, 3451, 1520 + n), GROUND, "a") is not None
        except NotNow:
            return False

    with ThreadPoolExecutor(10) as pool:
        had = list(pool.map(ask, range(10)))
    assert most[0] == sum(had) == room.AT_ONCE


def test_kept_tiles_stay_within_their_limits(tmp_path: Path) -> None:
    kept, now = Kept(tmp_path), time.time()
    places = [Place(12, 3451, 1531 + n) for n in range(10)]
    tile = as_tile(picture())
    assert tile
    for age, place in enumerate(places):
        kept.keep(GROUND, place, tile)
        at = now - age * 60 if age < 9 else now - OLDEST.total_seconds() - 60
        os.utime(tmp_path / GROUND / "12" / "3451" / str(place.y), (at, at))
    kept.trim_in_time()
    assert [bool(kept.find(GROUND, place)) for place in places] == [True] * 9 + [False]
    kept.trim(most_bytes=len(tile.content) * 5)
    assert [bool(kept.find(GROUND, place)) for place in places[:9]] == [True] * 4 + [False] * 5
    kept.keep(GROUND, places[9], tile)
    kept.trim_in_time()  # an hour has not passed
    assert kept.find(GROUND, places[9])
