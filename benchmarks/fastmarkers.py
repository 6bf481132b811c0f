"""The rival of the map: a page that folium's FastMarkerCluster makes, served from here with its scripts beside it.

folium loads from outside; here its addresses lead to the packages of package.json, so that only the work is measured.
"""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import folium
from folium.plugins import FastMarkerCluster

PACKAGES = Path(__file__).parents[1] / "node_modules"
OUTSIDE = re.compile(r'(?:src|href)="(https?://[^"]+)"')
MARKER = "function (row) { return L.marker(new L.LatLng(row[0], row[1])); }"
"""Plain markers: the plugin's own callback wants one more package for their pictures."""
LOCAL = {
    "leaflet.js": PACKAGES / "leaflet" / "dist" / "leaflet.js",
    "leaflet.css": PACKAGES / "leaflet" / "dist" / "leaflet.css",
    "leaflet.markercluster.js": PACKAGES / "leaflet.markercluster" / "dist" / "leaflet.markercluster.js",
    "MarkerCluster.css": PACKAGES / "leaflet.markercluster" / "dist" / "MarkerCluster.css",
    "MarkerCluster.Default.css": PACKAGES / "leaflet.markercluster" / "dist" / "MarkerCluster.Default.css",
}


@contextmanager
def served(points: Sequence[Any]) -> Iterator[tuple[str, float]]:
    """The address of the page of these points (latitude, longitude), and its kilobytes."""
    page: Any = folium.Map(location=points[0], zoom_start=9, tiles=None, maxZoom=18)
    cluster: Any = FastMarkerCluster
    cluster([list(point) for point in points], callback=MARKER).add_to(page)
    html = OUTSIDE.sub(_local, page.get_root().render())
    with TemporaryDirectory() as directory:
        Path(directory, "index.html").write_text(html, encoding="utf-8")
        for name, source in LOCAL.items():
            Path(directory, name).write_bytes(source.read_bytes())
        Path(directory, "nothing").write_text("")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=directory))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", len(html.encode()) / 1024
        finally:
            server.shutdown()
            server.server_close()


def _local(found: re.Match[str]) -> str:
    """What it needs lies beside the page; jQuery, Bootstrap and marker pictures it loads and does not use."""
    name = found[1].rpartition("/")[2]
    return found[0].replace(found[1], name if name in LOCAL else "nothing")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Nothing."""
