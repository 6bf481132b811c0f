"""Small base maps: pictures of one pixel, files of them, and a server standing for Tianditu."""

import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

Places = Mapping[tuple[int, int, int], bytes]


def picture(number: int = 0) -> bytes:
    """A PNG of one grey pixel; each number another one."""

    def part(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + check

    head = (1).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + part(b"IDAT", zlib.compress(bytes([0, number])))
        + part(b"IEND", b"")
    )


def write_mbtiles(path: Path, tiles: Places, form: str = "png", bounds: str = "122.4,41.1,123.9,43.1") -> Path:
    """An MBTiles file of tiles by (z, x, y), y from the north as everywhere but in the file."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        connection.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        connection.executemany("INSERT INTO metadata VALUES (?, ?)", [("format", form), ("bounds", bounds)])
        rows = [(z, x, (1 << z) - 1 - y, content) for (z, x, y), content in tiles.items()]
        connection.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    return path


def write_pmtiles(path: Path, tiles: Places, kind: TileType = TileType.PNG) -> Path:
    """A PMTiles file of tiles by (z, x, y)."""
    with path.open("wb") as file:
        writer = Writer(file)
        for place, content in sorted(tiles.items(), key=lambda item: zxy_to_tileid(*item[0])):
            writer.write_tile(zxy_to_tileid(*place), content)
        header = {
            "tile_type": kind, "tile_compression": Compression.NONE, "center_zoom": 0, "center_lon_e7": 0,
            "center_lat_e7": 0, "min_lon_e7": 1_224_000_000, "min_lat_e7": 411_000_000,
            "max_lon_e7": 1_239_000_000, "max_lat_e7": 431_000_000,
        }  # fmt: skip
        writer.finalize(header, {})
    return path


class Answer:
    """What the server standing for Tianditu says next, and what it was asked."""

    def __init__(self) -> None:
        self.status, self.kind, self.content = 200, "image/png", picture()
        self.headers: dict[str, str] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.before: Callable[[], None] = lambda: None


@contextmanager
def tianditu() -> Iterator[tuple[str, Answer]]:
    """The address of a server on this machine that answers like Tianditu, or as it is told."""
    answer = Answer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            answer.asked.append((parts.path, {name: value[0] for name, value in parse_qs(parts.query).items()}))
            answer.before()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Nothing: the test reads what was asked."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", answer
        server.shutdown()
        thread.join()
