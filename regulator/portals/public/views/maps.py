"""The public map: its page with the list beside it, the estates of a stretch of map, two days compared, drawn files."""

from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.config import Settings
from regulator.features.coverage.terms import ChangeReason
from regulator.features.divisions import queries as divisions
from regulator.features.maps import asked, shelf
from regulator.features.maps.geojson import SIGNS, changes_of, collection_of, outlines_of
from regulator.features.maps.queries.boundaries import any_schematic
from regulator.features.maps.queries.companies import public_company_on_map
from regulator.features.maps.queries.comparing import Compared, public_changes
from regulator.features.maps.queries.listing import public_estates_listed
from regulator.features.maps.queries.outlines import public_outlines_in
from regulator.features.maps.queries.seen import public_estates_in
from regulator.features.registry.queries import public as register
from regulator.features.registry.terms import Condition, Mode, Ownership
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
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
NEAREST = "18"
COMPANIES_FOUND = 5
NAMED_DIVISIONS = 60
"""At most so many names go with the page, for saying where a group of estates lies."""

navigation.add("public", MenuGroup.LOOK, "public.map_page", _l("Map"))


@public.get("/map")
@open_to_public
def map_page() -> ResponseReturnValue:
    """The map where it has been drawn, and always the same estates as a list."""
    return render_template("public/map.html", **page_context())


def page_context() -> dict[str, Any]:
    """What the map's template needs, on the screen and on paper."""
    settings: Settings = current_app.config["SETTINGS"]
    given, today = _given(), clock.today()
    wanted, q = asked.read_filter(given), request.args.get("q", "").strip()
    page, total = public_estates_listed(q, wanted, on=today, cursor=request.args.get("cursor"), limit=LISTED)
    shell = shelf.find_shell(current_locale())
    return {
        "q": q,
        "given": given,
        "page": page,
        "total": total,
        "companies": register.public_companies(q=q, limit=COMPANIES_FOUND, on=today).items if q else (),
        "company": public_company_on_map(wanted.company, today) if wanted.company else None,
        "estate": _estate_asked(today),
        "compared": _compared(given, today),
        "today": today,
        "signs": SIGNS,
        "shell": shell,
        "schematic": any_schematic(),
        "approval": settings.map_approval_number,
        "box": _city_box(),
        "division_names": _division_names(),
        "modes": _words_of(Mode),
        "ownerships": _words_of(Ownership),
        "conditions": {member.value: label(member) for member in Condition},
        "estate_url": estate_url,
        "drawn": partial(_drawn, shell.version) if shell else None,
        **page_layers(),
    }


def _given() -> dict[str, str]:
    """The words of the address; several of one name in one, with commas."""
    return {name: ",".join(filter(None, request.args.getlist(name))) for name in request.args}


def _drawn(version: str, name: str) -> str:
    return url_for("public.map_file", version=version, name=name, lang=None)


def _estate_asked(today: date) -> Any:
    code = request.args.get("estate", "")
    return register.public_estate(code, on=today).facts if code else None


@public.get("/map/estates.json")
@open_to_public
def map_estates() -> ResponseReturnValue:
    """Estates inside `bbox=west,south,east,north` as GeoJSON, in clusters below zoom 14; filters as `read_filter`."""
    given = _given()
    box, zoom = asked.read_box(given.get("bbox", "")), asked.read_zoom(given.get("zoom", NEAREST))
    return _geojson(collection_of(public_estates_in(box, zoom, asked.read_filter(given)), estate_url))


@public.get("/map/boundaries.json")
@open_to_public
def map_boundaries() -> ResponseReturnValue:
    """Outlines of estates in `bbox` from zoom 15 on as GeoJSON polygons; filters as `read_filter`."""
    given = _given()
    box, zoom = asked.read_box(given.get("bbox", "")), asked.read_zoom(given.get("zoom", NEAREST))
    return _geojson(outlines_of(public_outlines_in(box, zoom, asked.read_filter(given), on=clock.today())))


@public.get("/map/changes.json")
@open_to_public
def map_changes() -> ResponseReturnValue:
    """The estates that changed between the days `from` and `to` in `division` (or the first city), as GeoJSON."""
    compared = _compared(_given(), clock.today())
    if compared is None:
        raise BadInput("day_unreadable", {"given": ""}, about="from")
    return _geojson(changes_of(compared, estate_url, _words_of(ChangeReason)))


def _compared(given: dict[str, str], today: date) -> Compared | None:
    """Two days compared, where both are given."""
    if not (given.get("from") and given.get("to")):
        return None
    place = register.public_division(given.get("division")) or next(iter(divisions.list_cities()), None)
    days = (asked.read_day(given["from"], "from"), asked.read_day(given["to"], "to"))
    return public_changes(place.code, *days, today) if place else None


def _geojson(body: str) -> Response:
    response = Response(body, mimetype=GEOJSON)
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


def _city_box() -> str:
    """The city's box as `w,s,e,n` for a map without boundaries; empty when none is known."""
    cities = divisions.list_cities()
    box = divisions.find_box(cities[0].code) if cities else None
    return f"{box.west},{box.south},{box.east},{box.north}" if box else ""


def _division_names() -> dict[str, str]:
    """The districts of the first city by code."""
    return {row.code: row.name for row in register.public_districts()[:NAMED_DIVISIONS]}


def _words_of(kind: Any) -> dict[str, str]:
    """The words of a kind's codes, and of one that is not known."""
    return {member.value: label(member) for member in kind} | {"unknown": _("Not known")}
