"""The public map's layers: borders with figures, adopted zones, and what its page offers of both."""

from typing import Any

from flask import Response, current_app, request, url_for
from flask.typing import ResponseReturnValue

from regulator.features.divisions.terms import Scope
from regulator.features.maps.asked import read_box
from regulator.features.metrics.catalogue import list_metrics
from regulator.features.metrics.terms import Metric
from regulator.features.zones.queries.public import PublicZone, public_zones_in
from regulator.foundation import clock
from regulator.pieces import map_layers as pieces
from regulator.portals.public import blueprint as public
from regulator.web.access import open_to_public

GEOJSON = "application/geo+json"
KEPT_SECONDS = 60


@public.get("/map/divisions.json")
@open_to_public
def map_divisions() -> ResponseReturnValue:
    """Borders of a `level` as GeoJSON; `measure` shades them, `zoom` and `bbox` say how fine and where."""
    body, tag = pieces.divisions_asked(_offer())
    response = _kept(body)
    response.set_etag(tag)
    return response.make_conditional(request)


@public.get("/map/zones.json")
@open_to_public
def map_zones() -> ResponseReturnValue:
    """The zones that touch `bbox=west,south,east,north` as GeoJSON: outlines, sums and progress."""
    zones = public_zones_in(read_box(request.args.get("bbox", "")), on=clock.today())
    return _kept(pieces.collection([_zone(zone) for zone in zones]))


def _zone(zone: PublicZone) -> dict[str, Any]:
    words: dict[str, Any] = {"code": zone.code, "name": zone.name, "street": zone.street}
    return pieces.zone_feature(zone.geometry, zone.state, zone.totals, **words)


def _kept(body: str) -> Response:
    response = Response(body, mimetype=GEOJSON)
    response.cache_control.max_age = KEPT_SECONDS
    return response


def page_layers() -> dict[str, Any]:
    """What the template of the map page needs of its layers."""
    return pieces.page_layers(_offer())


def _offer() -> pieces.Offer:
    return pieces.Offer(
        list_metrics(),
        Scope.everything(),
        url_for("public.map_divisions"),
        _figure_page,
        url_for("public.map_zones"),
        url_for("public.map_print"),
    )


def _figure_page(metric: Metric, code: str | None) -> str:
    """The public page of a figure: the one named after its owner; empty when there is none yet."""
    endpoint = f"public.{metric.owner}"
    return url_for(endpoint, division=code) if endpoint in current_app.view_functions else ""
