"""What lies under and over the estates of the map: borders by level, shaded by a figure of the catalogue; its words."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask import Response, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from regulator.config import Settings
from regulator.features.divisions.terms import Level
from regulator.features.maps import shelf
from regulator.features.maps.asked import read_box
from regulator.features.maps.basemap.chosen import base_map
from regulator.features.maps.rules import FINEST, Shade, bucket_of
from regulator.features.maps.shading import Shaded, Shading, find_shading
from regulator.features.maps.terms import ShadeKind
from regulator.features.metrics.catalogue import find_metric, list_metrics
from regulator.features.metrics.terms import Metric, MetricDefinition
from regulator.features.zones.queries.public import PublicZone, geojson_of, public_zones_in
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.foundation.geo import BBox
from regulator.foundation.i18n import current_locale, label
from regulator.portals.public import blueprint as public
from regulator.web import filters
from regulator.web.access import open_to_public

GEOJSON = "application/geo+json"
KEPT_SECONDS = 60
MAX_ZOOM = 24
DECIMALS = 4
DIGITS = 2
"""Of a per cent, as on the page of the figure: a value just short of its target does not look like it."""
LETTERS = "ABCDEFGH"
GROUND = (Level.DISTRICT, Level.CITY, Level.STREET, Level.COMMUNITY)
"""Which level the map stands on: the first that has borders, as `maps.layers` draws it."""
COLOURS = {
    ShadeKind.REACHED: 0,
    ShadeKind.SHORT: 1,
    ShadeKind.FAR: 2,
    ShadeKind.TOO_FEW: 7,
    ShadeKind.UNMEASURED: 8,
    ShadeKind.WITHOUT_TARGET: 9,
}
LOWEST_BAND = 3
"""Colours 3 to 6 are bands from the lowest up."""


@dataclass(frozen=True, slots=True)
class ShadeLine:
    """A class as the legend says it; ``colour`` numbers a colour with its pattern."""

    letter: str
    label: str
    count: int
    colour: int
    low: Fraction | None
    high: Fraction | None


@dataclass(frozen=True, slots=True)
class Layers:
    """What the map page says of its layers: what can be chosen, what is, and how it is to be read."""

    measures: dict[str, str]
    levels: dict[str, str]
    level: Level | None
    metric: Metric | None
    shading: Shading | None
    lines: tuple[ShadeLine, ...]
    facts: dict[str, Any]
    sources: tuple[str, ...]

    @property
    def definition(self) -> str:
        """The figure's one definition."""
        return label(MetricDefinition(self.metric.name)) if self.metric else ""

    @property
    def figure_url(self) -> str:
        """The page of the figure, for all."""
        return figure_url(self.metric, None) if self.metric else ""

    def line_of(self, item: Shaded) -> ShadeLine:
        """The class of a division."""
        return self.lines[item.shade]

    def url_of(self, item: Shaded) -> str:
        """The page of the figure for a division."""
        return figure_url(self.metric, item.code) if self.metric else ""


@public.get("/map/divisions.json")
@open_to_public
def map_divisions() -> ResponseReturnValue:
    """Borders of a `level` as GeoJSON; `measure` shades them, `zoom` and `bbox` say how fine and where."""
    level, metric = _level(request.args.get("level", "")) or Level.DISTRICT, _metric(request.args.get("measure", ""))
    zoom, box = _zoom(request.args.get("zoom", "")), _box(request.args.get("bbox", ""))
    version, borders = shelf.find_borders(level.value, bucket_of(zoom))
    shading = find_shading(level, metric.name) if metric else None
    response = Response(_collection(borders, box, metric, shading), mimetype=GEOJSON)
    response.cache_control.max_age = KEPT_SECONDS
    response.set_etag(f"{version}-{shading.mark if shading else ''}-{metric.name if metric else ''}-{current_locale()}")
    return response.make_conditional(request)


@public.get("/map/zones.json")
@open_to_public
def map_zones() -> ResponseReturnValue:
    """The zones that touch `bbox=west,south,east,north` as GeoJSON: outlines, sums and progress."""
    zones = public_zones_in(read_box(request.args.get("bbox", "")), on=clock.today())
    body = {"type": "FeatureCollection", "features": [_zone(zone) for zone in zones]}
    response = Response(json.dumps(body, ensure_ascii=False, separators=(",", ":")), mimetype=GEOJSON)
    response.cache_control.max_age = KEPT_SECONDS
    return response


def _zone(zone: PublicZone) -> dict[str, Any]:
    said = _("%(managed)s of %(estates)s managed", managed=zone.totals.managed, estates=zone.totals.estates)
    properties = {"code": zone.code, "name": zone.name, "street": zone.street, "state": zone.state, "said": said}
    return {"type": "Feature", "geometry": geojson_of(zone), "properties": properties | {"word": label(zone.state)}}


def page_layers() -> dict[str, Any]:
    """What the template of the map page needs of its layers."""
    drawn = shelf.drawn_levels()
    levels = [level for level in Level if level.value in drawn]
    metric, level = _metric(request.args.get("measure", "")), _level(request.args.get("level", ""))
    ground = next((one for one in GROUND if one in levels), None)
    level = level if level in levels else ground
    shading = find_shading(level, metric.name) if metric and level else None
    sources = _sources()
    layers = Layers(
        {item.name.value: label(item.name) for item in list_metrics()},
        {item.value: label(item) for item in levels},
        level,
        metric,
        shading,
        tuple(_lines(shading)) if shading else (),
        {
            "divisions": url_for("public.map_divisions"),
            "ground": ground,
            "base": _base(),
            "sources": sources,
            "words": _words(),
        },
        sources,
    )
    return {"layers": layers, "kept_arguments": _kept_arguments}


def _kept_arguments(*changed: str) -> list[tuple[str, str]]:
    """What else the address of the page asks for, to be sent along by a form that changes some of it."""
    left_out = {*changed, "cursor"}
    return [(name, value) for name, value in request.args.items(multi=True) if name not in left_out]


def figure_url(metric: Metric, code: str | None) -> str:
    """The public page of a figure: the one named after its owner; empty when there is none yet."""
    endpoint = f"public.{metric.owner}"
    if endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, division=code)


# --- words of the classes -------------------------------------------------------------------------------------------


def _lines(shading: Shading) -> Iterator[ShadeLine]:
    bands = sum(shade.kind is ShadeKind.BAND for shade in shading.shades)
    for place, shade in enumerate(shading.shades):
        colour = LOWEST_BAND + bands - 1 - place if shade.kind is ShadeKind.BAND else COLOURS[shade.kind]
        yield ShadeLine(LETTERS[place], _said(shade), shading.count(place), colour, shade.low, shade.high)


def _said(shade: Shade) -> str:
    """A class in words: how it stands to the target, and between which figures where these are the same everywhere."""
    sides = _sides(shade)
    if shade.kind is ShadeKind.BAND:
        return sides or label(shade.kind)
    return f"{label(shade.kind)}{_(': ')}{sides}" if sides else label(shade.kind)


def _sides(shade: Shade) -> str:
    low, high = _per_cent(shade.low), _per_cent(shade.high)
    if shade.low == 1 and not shade.is_cap:
        return low  # there is nothing above all of it
    if shade.is_cap:  # there the figure itself still belongs below
        if low and high:
            return _("over %(low)s up to %(high)s", low=low, high=high)
        return _("over %(low)s", low=low) if low else _("at most %(high)s", high=high) if high else ""
    if low and high:
        return _("%(low)s to under %(high)s", low=low, high=high)
    return _("%(low)s or more", low=low) if low else _("under %(high)s", high=high) if high else ""


def _per_cent(value: Fraction | None) -> str:
    return "" if value is None else f"{float(value * 100):g}%"


def _words() -> dict[str, str]:
    """What the script says; {braces} are filled in by it."""
    return {
        "close": _("Close"),
        "empty": _("There are no borders of this level here."),
        "failed": _("The figures could not be loaded."),
        "figure": _("Figures and how they are counted"),
        "of": _("{counted}: {denominator}, of these {numerator}"),
    }


def _sources() -> tuple[str, ...]:
    """What has to be said on the face of the map: approval number, the base map's owner, the bureau's own sources."""
    settings: Settings = current_app.config["SETTINGS"]
    approval, chosen = settings.map_approval_number, base_map()
    said = [
        f"{_('Map approval number')}{_(': ')}{approval}" if approval else "",
        chosen.credit if chosen else "",
        settings.map_sources,
    ]
    return tuple(filter(None, said))


def _base() -> dict[str, Any] | None:
    chosen = base_map()
    if chosen is None:
        return None
    box = chosen.bounds
    return {
        "ground": "/map/base/{z}/{x}/{y}",
        "names": "/map/base/{z}/{x}/{y}/names" if chosen.has_names else None,
        "min": chosen.min_zoom,
        "max": chosen.max_zoom,
        "bounds": [[box.south, box.west], [box.north, box.east]],
    }


# --- the collection -------------------------------------------------------------------------------------------------


def _collection(
    borders: tuple[tuple[dict[str, Any], str], ...], box: BBox | None, metric: Metric | None, shading: Shading | None
) -> str:
    """The text of the collection; geometries are put in as they were drawn, unread."""
    seen = [(facts, geometry) for facts, geometry in borders if box is None or _meets(box, facts["box"])]
    by_code = {item.code: item for item in shading.divisions} if shading else {}
    lines = tuple(_lines(shading)) if shading else ()
    features = ",".join(
        f'{{"type":"Feature","geometry":{geometry},"properties":'
        f"{_json(_properties(facts, metric, by_code.get(facts['code'])))}}}"
        for facts, geometry in seen
    )
    others = {
        "total": len(borders),
        "schematic": any(facts["schematic"] for facts, _geometry in seen),
        "measure": _measure(metric, shading),
        "classes": [_class(line) for line in lines],
    }
    return f'{{"type":"FeatureCollection","features":[{features}],{_json(others)[1:]}'


def _properties(facts: Mapping[str, Any], metric: Metric | None, item: Shaded | None) -> dict[str, Any]:
    own = {name: facts[name] for name in ("code", "name", "schematic", "at")}
    if metric is None:
        return own
    value = item.value if item else None
    return own | {
        "value": None if value is None else round(float(value), DECIMALS),
        "text": filters.percent(value, current_locale(), DIGITS) if value is not None else "—",
        "numerator": _in_units(item.numerator, metric) if item else None,
        "denominator": _in_units(item.denominator, metric) if item else None,
        "class": item.shade if item else None,
        "url": figure_url(metric, facts["code"]),
    }


def _in_units(number: int, metric: Metric) -> float:
    """As the catalogue's figures are said: square metres of what is kept in hundredths of them."""
    return number / metric.divisor if metric.divisor > 1 else number


def _measure(metric: Metric | None, shading: Shading | None) -> dict[str, Any] | None:
    if metric is None:
        return None
    return {
        "name": metric.name,
        "label": label(metric.name),
        "definition": label(MetricDefinition(metric.name)),
        "unit": metric.unit,
        "denominator": label(metric.denominator),
        "as_of": shading.as_of.isoformat() if shading else None,
    }


def _class(line: ShadeLine) -> dict[str, Any]:
    low, high = ((None if side is None else round(float(side), DECIMALS)) for side in (line.low, line.high))
    return {
        "letter": line.letter,
        "from": low,
        "to": high,
        "label": line.label,
        "colour": line.colour,
        "count": line.count,
    }


def _meets(box: BBox, edges: list[float]) -> bool:
    west, south, east, north = edges
    return west <= box.east and box.west <= east and south <= box.north and box.south <= north


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# --- what is asked for ----------------------------------------------------------------------------------------------


def _level(given: str) -> Level | None:
    if not given:
        return None
    try:
        return Level(given)
    except ValueError as error:
        raise BadInput("level_unknown", {"given": given[:20]}, about="level") from error


def _metric(given: str) -> Metric | None:
    if not given:
        return None
    found = find_metric(given)
    if found is None:
        raise BadInput("metric_unknown", {"given": given[:60]}, about="measure")
    return found


def _zoom(given: str) -> int:
    """The zoom level asked for, 0 to 24; the finest when none is."""
    if not given:
        return FINEST
    if given.isascii() and given.isdigit() and len(given) <= 2 and int(given) <= MAX_ZOOM:
        return int(given)
    raise BadInput("zoom_unreadable", about="zoom")


def _box(given: str) -> BBox | None:
    if not given:
        return None
    try:
        west, south, east, north = (float(part) for part in given.split(","))
        return BBox(west, south, east, north)
    except ValueError as error:
        raise BadInput("bbox_unreadable", about="bbox") from error
