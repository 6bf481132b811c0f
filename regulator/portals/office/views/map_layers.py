"""The desk's map layers: figures over one's own territory, its zones and its groups on the table."""

from typing import Any

from flask import Response, current_app, request, url_for
from flask.typing import ResponseReturnValue

from regulator.features.accounts.terms import Permission
from regulator.features.maps.asked import read_box
from regulator.features.metrics.catalogue import list_metrics
from regulator.features.metrics.terms import Metric
from regulator.features.zones.queries.zones import ZoneRow, zones_in
from regulator.foundation import clock
from regulator.pieces import map_layers as pieces
from regulator.portals.office import blueprint as office
from regulator.portals.office.zone_map import title_of
from regulator.web.access import allow, current_permissions, current_scope

GEOJSON = "application/geo+json"


@office.get("/map/divisions.json")
@allow(Permission.ESTATES_VIEW)
def map_divisions() -> ResponseReturnValue:
    """Borders of a `level`; `measure` shades those of one's territory, `zoom` and `bbox` say how fine and where."""
    body, _tag = pieces.divisions_asked(_offer())
    return Response(body, mimetype=GEOJSON)


@office.get("/map/zones.json")
@allow(Permission.ZONES_VIEW)
def map_zones() -> ResponseReturnValue:
    """One's streets' zones and groups on the table that touch `bbox`: outlines, sums and progress."""
    rows = zones_in(current_scope(), read_box(request.args.get("bbox", "")), day=clock.today())
    return Response(pieces.collection([_zone(row) for row in rows]), mimetype=GEOJSON)


def _zone(row: ZoneRow) -> dict[str, Any]:
    zone = row.zone
    words: dict[str, Any] = {"code": zone.code or "", "name": title_of(zone), "street": row.place.street or ""}
    address = url_for("office.zone", zone_id=zone.id)
    return pieces.zone_feature(zone.geometry, zone.state, row.totals, **words, url=address)


def page_layers() -> dict[str, Any]:
    """What the template of the map page needs of its layers."""
    return pieces.page_layers(_offer())


def _offer() -> pieces.Offer:
    """Figures for whoever may look at coverage, zones for whoever may look at zones."""
    mine = current_permissions()
    return pieces.Offer(
        list_metrics() if Permission.COVERAGE_VIEW in mine else (),
        current_scope(),
        url_for("office.map_divisions"),
        _figure_page,
        url_for("office.map_zones") if Permission.ZONES_VIEW in mine else "",
    )


def _figure_page(metric: Metric, code: str | None) -> str:
    """The desk's page of a figure: the one named after its owner; empty when there is none yet."""
    endpoint = f"office.{metric.owner}"
    return url_for(endpoint, division=code) if endpoint in current_app.view_functions else ""
