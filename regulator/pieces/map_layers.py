"""What lies under and over the estates of a map: borders by level, shaded by a figure of the catalogue; its words."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _

from regulator.config import Settings
from regulator.features.divisions.terms import Level, Scope
from regulator.features.maps import shelf
from regulator.features.maps.basemap.chosen import base_map
from regulator.features.maps.rules import FINEST, Shade, bucket_of
from regulator.features.maps.shading import Shaded, Shading, find_shading
from regulator.features.maps.terms import ShadeKind
from regulator.features.metrics.terms import Metric, MetricDefinition
from regulator.features.zones.queries.public import geojson_of
from regulator.features.zones.terms import Totals, ZoneState
from regulator.foundation.errors import BadInput
from regulator.foundation.geo import BBox
from regulator.foundation.i18n import current_locale, label
from regulator.web import filters

FigurePage = Callable[[Metric, str | None], str]
"""The address of a figure's page for a division (None: of the whole territory); empty where there is none."""
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
class Offer:
    """What a portal offers on its map: figures, of which territory, and where its answers and pages are."""

    metrics: Sequence[Metric]
    scope: Scope
    divisions_url: str
    figure_page: FigurePage
    zones_url: str = ""
    print_url: str = ""

    def find(self, name: str) -> Metric | None:
        """The offered figure of this name, None for no name. Raises BadInput."""
        if not name:
            return None
        found = next((metric for metric in self.metrics if metric.name == name), None)
        if found is None:
            raise BadInput("metric_unknown", {"given": name[:60]}, about="measure")
        return found

    def shading(self, level: Level, metric: Metric) -> Shading | None:
        """A figure over the territory's divisions of a level; the classes are those of the whole city."""
        found = find_shading(level, metric.name)
        if found is None:
            return None
        return replace(found, divisions=tuple(item for item in found.divisions if self.scope.covers(item.code)))

    def levels(self) -> list[Level]:
        """The levels on which the territory has divisions with borders."""
        return [level for level in Level if level.value in shelf.drawn_levels() and self._has_borders(level)]

    def _has_borders(self, level: Level) -> bool:
        return self.scope.is_everything or any(
            self.scope.covers(facts["code"]) for facts, _geometry in shelf.find_borders(level.value, FINEST)[1]
        )


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
    offer: Offer

    @property
    def definition(self) -> str:
        """The figure's one definition."""
        return label(MetricDefinition(self.metric.name)) if self.metric else ""

    @property
    def figure_url(self) -> str:
        """The page of the figure, for all."""
        return self.offer.figure_page(self.metric, None) if self.metric else ""

    def line_of(self, item: Shaded) -> ShadeLine:
        """The class of a division."""
        return self.lines[item.shade]

    def url_of(self, item: Shaded) -> str:
        """The page of the figure for a division."""
        return self.offer.figure_page(self.metric, item.code) if self.metric else ""


def divisions_asked(offer: Offer) -> tuple[str, str]:
    """Borders of the `level` asked for as GeoJSON text, and a tag that is another once they differ.

    `measure` shades them, `zoom` and `bbox` say how fine and where. Raises BadInput.
    """
    level = _level(request.args.get("level", "")) or Level.DISTRICT
    metric = offer.find(request.args.get("measure", ""))
    zoom, box = _zoom(request.args.get("zoom", "")), _box(request.args.get("bbox", ""))
    version, borders = shelf.find_borders(level.value, bucket_of(zoom))
    shading = offer.shading(level, metric) if metric else None
    if metric:
        borders = tuple(item for item in borders if offer.scope.covers(item[0]["code"]))
    tag = f"{version}-{shading.mark if shading else ''}-{metric.name if metric else ''}-{current_locale()}"
    return _collection(borders, box, _Figure(metric, shading, offer.figure_page) if metric else None), tag


def zone_feature(
    geometry: Any, state: ZoneState, totals: Totals, *, code: str, name: str, street: str, url: str = ""
) -> dict[str, Any]:
    """A zone as the map draws and lists it: outline, sums and progress."""
    said = _("%(managed)s of %(estates)s managed", managed=totals.managed, estates=totals.estates)
    facts = {"code": code, "name": name, "street": street, "state": state, "said": said, "word": label(state)}
    return {"type": "Feature", "geometry": geojson_of(geometry), "properties": facts | ({"url": url} if url else {})}


def collection(features: Sequence[Mapping[str, Any]]) -> str:
    """Features as the text of a collection."""
    return _json({"type": "FeatureCollection", "features": features})


def page_layers(offer: Offer) -> dict[str, Any]:
    """What the template of a map page needs of its layers."""
    drawn = shelf.drawn_levels()
    ground = next((one for one in GROUND if one.value in drawn), None)
    levels = offer.levels()
    metric, level = offer.find(request.args.get("measure", "")), _level(request.args.get("level", ""))
    level = level if level in levels else ground if ground in levels else next(iter(levels), None)
    shading = offer.shading(level, metric) if metric and level else None
    sources = _sources()
    layers = Layers(
        {item.name.value: label(item.name) for item in offer.metrics},
        {item.value: label(item) for item in levels},
        level,
        metric,
        shading,
        tuple(_lines(shading)) if shading else (),
        {
            "divisions": offer.divisions_url,
            "ground": ground,
            "level": level,
            "base": _base(),
            "sources": sources,
            "words": _words(),
        },
        sources,
        offer,
    )
    return {"layers": layers, "kept_arguments": _kept_arguments}


def _kept_arguments(*changed: str) -> list[tuple[str, str]]:
    """What else the address of the page asks for, to be sent along by a form that changes some of it."""
    left_out = {*changed, "cursor"}
    return [(name, value) for name, value in request.args.items(multi=True) if name not in left_out]


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


@dataclass(frozen=True, slots=True)
class _Figure:
    """What the borders are shaded by; the shading is None while the worker reckons it."""

    metric: Metric
    shading: Shading | None
    page: FigurePage


def _collection(borders: Sequence[tuple[dict[str, Any], str]], box: BBox | None, figure: _Figure | None) -> str:
    """The text of the collection; geometries are put in as they were drawn, unread."""
    seen = [(facts, geometry) for facts, geometry in borders if box is None or _meets(box, facts["box"])]
    shading = figure.shading if figure else None
    by_code = {item.code: item for item in shading.divisions} if shading else {}
    lines = tuple(_lines(shading)) if shading else ()
    features = ",".join(
        f'{{"type":"Feature","geometry":{geometry},"properties":'
        f"{_json(_properties(facts, figure, by_code.get(facts['code'])))}}}"
        for facts, geometry in seen
    )
    others = {
        "total": len(borders),
        "schematic": any(facts["schematic"] for facts, _geometry in seen),
        "measure": _measure(figure) if figure else None,
        "classes": [_class(line) for line in lines],
    }
    return f'{{"type":"FeatureCollection","features":[{features}],{_json(others)[1:]}'


def _properties(facts: Mapping[str, Any], figure: _Figure | None, item: Shaded | None) -> dict[str, Any]:
    own = {name: facts[name] for name in ("code", "name", "schematic", "at")}
    if figure is None:
        return own
    value = item.value if item else None
    return own | {
        "value": None if value is None else round(float(value), DECIMALS),
        "text": filters.percent(value, current_locale(), DIGITS) if value is not None else "—",
        "numerator": _in_units(item.numerator, figure.metric) if item else None,
        "denominator": _in_units(item.denominator, figure.metric) if item else None,
        "class": item.shade if item else None,
        "url": figure.page(figure.metric, facts["code"]),
    }


def _in_units(number: int, metric: Metric) -> float:
    """As the catalogue's figures are said: square metres of what is kept in hundredths of them."""
    return number / metric.divisor if metric.divisor > 1 else number


def _measure(figure: _Figure) -> dict[str, Any]:
    metric, shading = figure.metric, figure.shading
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
