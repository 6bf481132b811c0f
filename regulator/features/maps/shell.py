"""Draws the page shell of the map with folium and takes it apart for a strict content policy. Worker and commands only.

folium reaches for ten addresses of four hosts; here every one is either a file of ours, known to be needless, or an
error. No branca colour maps and no choropleths (they bring d3 from outside); legends stand in the page.
"""

# ruff: noqa: SLF001 -- folium's elements have no public way to be named or walked

import re
from collections.abc import Iterator, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Any, TypeVar

import folium
from branca.element import MacroElement
from folium.map import FitBounds
from folium.template import Template
from shapely.geometry import mapping

from regulator.features.maps.queries.boundaries import Boundary
from regulator.features.maps.shelf import Drawing
from regulator.features.maps.terms import MapNote
from regulator.foundation.i18n import label

MAX_ZOOM = 19
MAP_ID = "shell"
"""folium's name for the map: the element is #map_shell, the script's variable map_shell."""

LOCAL = {
    re.compile(r"/leaflet@1\.9\.\d+/dist/leaflet\.js$"): "vendor/leaflet/leaflet.js",
    re.compile(r"/leaflet@1\.9\.\d+/dist/leaflet\.css$"): "vendor/leaflet/leaflet.css",
}
NEEDLESS = re.compile(
    r"/(jquery-[\d.]+\.min\.js|bootstrap\.(bundle\.)?min\.(js|css)|bootstrap-glyphicons\.css|all\.min\.css"
    r"|leaflet\.awesome-markers\.(js|css)|leaflet\.awesome\.rotate\.min\.css)$"
)
"""What folium loads for its pop-ups and marker pictures, which this map has none of."""

_OUTSIDE = re.compile(r"(?:https?:)?//[\w.-]+\.\w+|@import|url\(")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


Drawn = TypeVar("Drawn", bound=Any)


class OutsideAddress(Exception):
    """The drawing reaches for something that is not served by this house."""


def draw(boundaries: Sequence[Boundary], locale: str) -> Drawing:
    """The map of the divisions in one language. Raises OutsideAddress rather than let one through."""
    root: Any = _figure(boundaries, locale).get_root()
    _localise(root)
    root.render()
    header = _Header()
    header.feed(root.header.render())
    drawing = Drawing(
        html=root.html.render().strip(),
        script="\n".join(_squeezed([*header.inline, root.script.render()])),
        style=_own_rules("\n".join(header.css)),
        scripts=tuple(header.scripts),
        styles=tuple(header.styles),
    )
    for part in (drawing.html, drawing.script, drawing.style, *drawing.scripts, *drawing.styles):
        if found := _OUTSIDE.search(part):
            raise OutsideAddress(found.group())
    return drawing


def _figure(boundaries: Sequence[Boundary], locale: str) -> folium.Map:
    """The divisions, their names and the note; without a base map the divisions are the ground."""
    figure = _named(
        folium.Map(tiles=None, zoom_control=False, attributionControl=False, maxZoom=MAX_ZOOM, zoomSnap=0.5), MAP_ID
    )
    if boundaries:
        layer = folium.GeoJson(_collection(boundaries), style_function=_style, smooth_factor=0, interactive=False)
        _named(layer, "divisions").add_to(figure)
        figure.fit_bounds(_bounds(boundaries))
    for item in sorted(boundaries, key=lambda item: -item.geometry.area):
        _label(item).add_to(figure)
    if any(item.schematic for item in boundaries):
        _named(_Note(label(MapNote.SCHEMATIC, locale)), "note").add_to(figure)
    for child in figure._children.values():
        if isinstance(child, FitBounds):
            _named(child, "all")
    return figure


class _Note(MacroElement):
    """Words in the corner of the map, without Leaflet's own prefix (a link to an outside address)."""

    _template = Template(
        """{% macro script(this, kwargs) %}
        L.control.attribution({prefix: false})
            .addAttribution({{ this.text|tojson }})
            .addTo({{ this._parent.get_name() }});
        {% endmacro %}"""
    )

    def __init__(self, text: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "Note"
        self.text = escape(text)


def _named(element: Drawn, name: str) -> Drawn:
    """The element under a name of ours instead of a random one, so that equal data give equal files."""
    element._id = name
    return element


def _style(_feature: Any) -> dict[str, Any]:
    return {"className": "map-division", "weight": 1.5}


def _collection(boundaries: Sequence[Boundary]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": item.division_code},
                "geometry": mapping(item.geometry),
            }
            for item in boundaries
        ],
    }


def _bounds(boundaries: Sequence[Boundary]) -> list[list[float]]:
    boxes = [item.geometry.bounds for item in boundaries]
    return [
        [min(box[1] for box in boxes), min(box[0] for box in boxes)],
        [max(box[3] for box in boxes), max(box[2] for box in boxes)],
    ]


def _label(item: Boundary) -> folium.Marker:
    """The division's name in its middle; larger divisions first, so that the page can hide what would cover them."""
    middle = item.geometry.representative_point()
    icon = _named(
        folium.DivIcon(html=f"<span>{escape(item.name)}</span>", icon_size=(0, 0), class_name="map-label"),
        f"name_{item.division_code}",
    )
    marker = folium.Marker([middle.y, middle.x], icon=icon, interactive=False, keyboard=False)
    return _named(marker, f"label_{item.division_code}")


def _localise(element: Any) -> None:
    """Rewrite the addresses an element and everything in it brings along; raise for one we do not serve."""
    for attribute in ("default_js", "default_css"):
        if hasattr(element, attribute):
            found = [(name, _local(url)) for name, url in getattr(element, attribute)]
            setattr(element, attribute, [(name, url) for name, url in found if url])
    for child in element._children.values():
        _localise(child)


def _local(url: str) -> str:
    """The static path of a file folium asks for, empty when the map does without it."""
    for pattern, path in LOCAL.items():
        if pattern.search(url):
            return path
    if NEEDLESS.search(url):
        return ""
    raise OutsideAddress(url)


class _Header(HTMLParser):
    """What stands in folium's header, by kind; its viewport tag (which forbids zooming) is left behind."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.inline: list[str] = []
        self.css: list[str] = []
        self._inside: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "script" and values.get("src"):
            self.scripts.append(str(values["src"]))
        elif tag == "link":
            self.styles.append(str(values["href"]))
        elif tag in ("script", "style"):
            self._inside = self.inline if tag == "script" else self.css

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 -- the parser's own signature
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside is not None and data.strip():
            self._inside.append(data)


def _own_rules(css: str) -> str:
    """The rules about the map itself; folium's rules for html, body and #map would reshape the page around it."""
    kept = [
        f"{selector.strip()} {{{' '.join(body.split())}}}"
        for selector, body in _RULE.findall(css)
        if selector.strip().startswith((f"#map_{MAP_ID}", ".leaflet"))
    ]
    return "\n".join(kept) + "\n"


def _squeezed(parts: list[str]) -> Iterator[str]:
    """Lines without the template's indentation."""
    for part in parts:
        yield from (line.strip() for line in part.splitlines() if line.strip())
