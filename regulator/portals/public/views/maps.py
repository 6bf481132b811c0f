"""The public map: its page with the list beside it, the estates of a stretch of map, the drawn files."""

from functools import partial
from urllib.parse import quote

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.config import Settings
from regulator.features.divisions import queries as divisions
from regulator.features.maps import asked, shelf
from regulator.features.maps.geojson import collection_of
from regulator.features.maps.queries.boundaries import any_schematic
from regulator.features.maps.queries.listing import public_estates_listed
from regulator.features.maps.queries.seen import public_estates_in
from regulator.features.registry.terms import Mode
from regulator.foundation import clock
from regulator.foundation.i18n import current_locale, label
from regulator.portals.public import blueprint as public
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
    settings: Settings = current_app.config["SETTINGS"]
    q = request.args.get("q", "").strip()
    page, total = public_estates_listed(q, on=clock.today(), cursor=request.args.get("cursor"), limit=LISTED)
    shell = shelf.find_shell(current_locale())
    return render_template(
        "public/map.html",
        q=q,
        page=page,
        total=total.number,
        shell=shell,
        schematic=any_schematic(),
        approval=settings.map_approval,
        box=_city_box(),
        words=_words(),
        modes=_modes(),
        estate_url=estate_url,
        drawn=partial(_drawn, shell.version) if shell else None,
    )


def _drawn(version: str, name: str) -> str:
    return url_for("public.map_file", version=version, name=name, lang=None)


@public.get("/map/estates.json")
@open_to_public
def map_estates() -> ResponseReturnValue:
    """Estates inside `bbox=west,south,east,north` as GeoJSON, in clusters below zoom 14; filters as `read_filter`."""
    given = request.args
    box, zoom = asked.read_box(given.get("bbox", "")), asked.read_zoom(given.get("zoom", ""))
    found = public_estates_in(box, zoom, asked.read_filter(given))
    response = Response(collection_of(found, estate_url), mimetype=GEOJSON)
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
