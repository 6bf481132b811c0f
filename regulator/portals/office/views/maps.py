"""The map of one's own territory: its page with the list beside it, estates and outlines in view, two days compared."""

from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.config import Settings
from regulator.features.accounts.terms import Permission
from regulator.features.coverage.terms import ChangeReason
from regulator.features.divisions import queries as divisions
from regulator.features.divisions.terms import Level
from regulator.features.maps import asked, shelf
from regulator.features.maps.geojson import SIGNS, changes_of, collection_of, outlines_of
from regulator.features.maps.queries.boundaries import any_schematic
from regulator.features.maps.queries.companies import company_on_map
from regulator.features.maps.queries.comparing import Compared, changes_in
from regulator.features.maps.queries.listing import estates_listed
from regulator.features.maps.queries.outlines import outlines_in
from regulator.features.maps.queries.seen import estates_in
from regulator.features.registry.queries.companies import CompanyFilter, list_companies
from regulator.features.registry.queries.estates import get_estate
from regulator.features.registry.terms import Condition, Mode, Ownership
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.foundation.i18n import current_locale, label
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.views.map_layers import page_layers
from regulator.web import navigation
from regulator.web.access import allow, current_scope
from regulator.web.language import asked_language
from regulator.web.navigation import MenuGroup

GEOJSON = "application/geo+json"
LISTED = 30
NEAREST = "18"
COMPANIES_FOUND = 5

navigation.add(
    "office", MenuGroup.REGISTER, "office.map_page", _l("Map"), Permission.ESTATES_VIEW, active=("office.map_page",)
)


@office.get("/map")
@allow(Permission.ESTATES_VIEW)
def map_page() -> ResponseReturnValue:
    """The map where it has been drawn, and always the same estates as a list."""
    scope, given, today = current_scope(), given_words(), clock.today()
    wanted, q = asked.read_filter(given), request.args.get("q", "").strip()
    page, total = estates_listed(scope, q, wanted, on=today, cursor=request.args.get("cursor"), limit=LISTED)
    code = given.get("estate", "")
    return render_template(
        "office/map/page.html",
        q=q,
        given=given,
        page=page,
        total=total,
        companies=list_companies(scope, CompanyFilter(q=q), day=today, limit=COMPANIES_FOUND).items if q else (),
        company=company_on_map(scope, wanted.company, today) if wanted.company else None,
        estate=get_estate(scope, code, day=today) if code else None,
        compared=_compared(given, today),
        today=today,
        scope=scope,
        signs=SIGNS,
        choices=listing.division_choices(scope),
        ownerships=words_of(Ownership),
        conditions={member.value: label(member) for member in Condition},
        estate_url=estate_url,
        **ground(),
        **page_layers(),
    )


def ground() -> dict[str, Any]:
    """What every page with a map of estates needs to draw its ground."""
    settings: Settings = current_app.config["SETTINGS"]
    shell = shelf.find_shell(current_locale())
    drawn = partial(_drawn, shell.version) if shell else None
    return {
        "shell": shell,
        "drawn": drawn,
        "schematic": any_schematic(),
        "approval": settings.map_approval_number,
        "box": _city_box(),
        "division_names": _district_names(),
        "modes": words_of(Mode),
    }


def given_words() -> dict[str, str]:
    """The words of the address; several of one name in one, with commas."""
    return {name: ",".join(filter(None, request.args.getlist(name))) for name in request.args}


def _drawn(version: str, name: str) -> str:
    return url_for("public.map_file", version=version, name=name, lang=None)


def _city_box() -> str:
    """The city's box as `w,s,e,n` for a map without boundaries; empty when none is known."""
    cities = divisions.list_cities()
    box = divisions.find_box(cities[0].code) if cities else None
    return f"{box.west},{box.south},{box.east},{box.north}" if box else ""


def _district_names() -> dict[str, str]:
    """The districts of one's territory by code, for saying where a group of estates lies."""
    found = divisions.list_in(current_scope(), (Level.DISTRICT,), on=clock.today())
    return {row.code: row.name for row in found}


def words_of(kind: Any) -> dict[str, str]:
    """The words of a kind's codes, and of one that is not known."""
    return {member.value: label(member) for member in kind} | {"unknown": _("Not known")}


def estate_url(code: str) -> str:
    """The address of an estate's page at the desk, in the language of this one."""
    language = asked_language()
    return f"/office/estates/{quote(code)}" + (f"?lang={language}" if language else "")


@office.get("/map/estates.json")
@allow(Permission.ESTATES_VIEW)
def map_estates() -> ResponseReturnValue:
    """Estates of one's territory in `bbox` as GeoJSON, in clusters below zoom 14; filters as on the public map."""
    given = given_words()
    box, zoom = asked.read_box(given.get("bbox", "")), asked.read_zoom(given.get("zoom", NEAREST))
    found = estates_in(current_scope(), box, zoom, asked.read_filter(given))
    return _geojson(collection_of(found, estate_url))


@office.get("/map/boundaries.json")
@allow(Permission.ESTATES_VIEW)
def map_boundaries() -> ResponseReturnValue:
    """Outlines of estates in `bbox` from zoom 15 on; those beyond one's territory as shapes without a name."""
    given = given_words()
    box, zoom = asked.read_box(given.get("bbox", "")), asked.read_zoom(given.get("zoom", NEAREST))
    found = outlines_in(current_scope(), box, zoom, asked.read_filter(given), on=clock.today())
    return _geojson(outlines_of(found))


@office.get("/map/changes.json")
@allow(Permission.ESTATES_VIEW)
def map_changes() -> ResponseReturnValue:
    """The estates that changed between the days `from` and `to` in `division` or the whole territory, as GeoJSON."""
    compared = _compared(given_words(), clock.today())
    if compared is None:
        raise BadInput("day_unreadable", {"given": ""}, about="from")
    return _geojson(changes_of(compared, estate_url, words_of(ChangeReason)))


def _compared(given: dict[str, str], today: date) -> Compared | None:
    """Two days compared, where both are given."""
    if not (given.get("from") and given.get("to")):
        return None
    place = listing.asked_division()
    days = (asked.read_day(given["from"], "from"), asked.read_day(given["to"], "to"))
    return changes_in(current_scope(), place.code if place else None, *days, today)


def _geojson(body: str) -> Response:
    return Response(body, mimetype=GEOJSON)
