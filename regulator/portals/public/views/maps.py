"""The public map: its page with the list beside it, the estates of a stretch of map, the drawn files."""

import json
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.config import Settings
from regulator.features.divisions import queries as divisions
from regulator.features.maps import queries as maps
from regulator.features.maps import shelf
from regulator.features.maps.queries import EstatePoint
from regulator.features.registry.terms import Mode
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.foundation.geo import BBox
from regulator.foundation.i18n import current_locale, label
from regulator.portals.public import blueprint as public
from regulator.portals.public.views.map_layers import page_layers
from regulator.web import navigation
from regulator.web.access import open_to_public
from regulator.web.language import asked_language
from regulator.web.navigation import MenuGroup

GEOJSON = "application/geo+json"
DRAWN_TYPES = {".css": "text/css", ".js": "text/javascript"}
FOR_EVER = 365 * 24 * 3600
LISTED = 30

navigation.add("public", MenuGroup.LOOK, "public.map_page", _l("Map"))


@public.get("/map")
@open_to_public
def map_page() -> ResponseReturnValue:
    """The map where it has been drawn, and always the same estates as a list."""
    return render_template("public/map.html", **page_context())


def page_context() -> dict[str, Any]:
    """What the map's template needs, on the screen and on paper."""
    settings: Settings = current_app.config["SETTINGS"]
    q = request.args.get("q", "").strip()
    page, total = maps.public_estates_listed(q, on=clock.today(), cursor=request.args.get("cursor"), limit=LISTED)
    shell = shelf.find_shell(current_locale())
    return {
        "q": q,
        "page": page,
        "total": total.number,
        "shell": shell,
        "schematic": maps.any_schematic(),
        "approval": settings.map_approval_number,
        "box": _city_box(),
        "words": _words(),
        "modes": _modes(),
        "estate_url": estate_url,
        "drawn": partial(_drawn, shell.version) if shell else None,
        **page_layers(),
    }


def _drawn(version: str, name: str) -> str:
    return url_for("public.map_file", version=version, name=name, lang=None)


@public.get("/map/estates.json")
@open_to_public
def map_estates() -> ResponseReturnValue:
    """Estates inside `bbox=west,south,east,north` as GeoJSON; `zoom` is taken for later use (clusters)."""
    found = maps.public_estates_in(_bbox(request.args.get("bbox", "")), on=clock.today())
    _zoom(request.args.get("zoom", "0"))
    body = {
        "type": "FeatureCollection",
        "features": [_feature(item) for item in found.items],
        "total": found.total,
        "capped": found.capped,
    }
    response = Response(json.dumps(body, ensure_ascii=False, separators=(",", ":")), mimetype=GEOJSON)
    response.cache_control.max_age = 30
    return response


@public.get("/map/drawn/<version>/<name>")
@open_to_public
def map_file(version: str, name: str) -> ResponseReturnValue:
    """A drawn script or style sheet; a version never changes."""
    path = shelf.get_file(version, name)
    response = Response(path.read_bytes(), mimetype=DRAWN_TYPES[path.suffix])
    response.cache_control.max_age = FOR_EVER
    response.cache_control.immutable = True
    return response


def estate_url(code: str) -> str:
    """The address of an estate's page, in the language of this one."""
    language = asked_language()
    return f"/estates/{quote(code)}" + (f"?lang={language}" if language else "")


def _bbox(given: str) -> BBox:
    """The box asked for. Raises BadInput, which answers 400 with a sentence."""
    parts = given.split(",")
    try:
        west, south, east, north = (float(part) for part in parts)
        return BBox(west, south, east, north)
    except ValueError as error:
        raise BadInput("bbox_unreadable", about="bbox") from error


def _zoom(given: str) -> int:
    """The zoom level asked for, 0 to 24. Raises BadInput."""
    if given.isascii() and given.isdigit() and len(given) <= 2 and int(given) <= 24:
        return int(given)
    raise BadInput("zoom_unreadable", about="zoom")


def _feature(item: EstatePoint) -> dict[str, object]:
    company = {"credit_code": item.credit_code, "name": item.company_name} if item.credit_code else None
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [item.lon, item.lat]},
        "properties": {
            "code": item.code,
            "name": item.name,
            "mode": item.mode,
            "company": company,
            "url": estate_url(item.code),
        },
    }


def _city_box() -> str:
    """The city's box as `w,s,e,n` for a map without boundaries; empty when none is known."""
    cities = divisions.list_cities()
    box = divisions.find_box(cities[0].code) if cities else None
    return f"{box.west},{box.south},{box.east},{box.north}" if box else ""


def _modes() -> dict[str, str]:
    """Words of the modes by code, and of a mode that is not known."""
    return {mode.value: label(mode) for mode in Mode} | {"unknown": _("Not known")}


def _words() -> dict[str, str]:
    """What the script says; {braces} are filled in by it."""
    return {
        "again": _("Try again"),
        "all": _("Estates in view: {total}"),
        "capped": _("Showing {shown} of {total} estates: zoom in to see all"),
        "close": _("Close"),
        "empty": _("No estate with a position lies in this view."),
        "failed": _("The estates could not be loaded."),
        "inView": _("In view: {total}, by name"),
        "map": _("Map of estates"),
        "mark": _("{name}, {mode}"),
        "more": _("and {more} more: zoom in to list them"),
        "nobody": _("No company recorded"),
        "open": _("Open its page"),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
    }
