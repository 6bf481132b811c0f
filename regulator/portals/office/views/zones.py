"""Zones on the office's desk: the list, a street's groups on the table, one zone with its map and history."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.audit import queries as trail
from regulator.features.divisions.queries import DivisionRow, get_division, path_of
from regulator.features.maps import shelf
from regulator.features.zones.actions.recording import ZONE
from regulator.features.zones.queries import estates as estate_queries
from regulator.features.zones.queries import zones as queries
from regulator.features.zones.queries.barriers import DrawnBarrier, drawn_barriers, list_layers
from regulator.features.zones.queries.zones import ZoneFilter, ZoneRow
from regulator.features.zones.shapes import box_around
from regulator.features.zones.terms import FOLLOWED, NUMBERED, BarrierKind, ZoneAct, ZoneState
from regulator.foundation import clock
from regulator.foundation.i18n import current_locale, label
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.forms.zones import AdoptForm, DissolveForm, MoveForm, RenameForm
from regulator.portals.office.zone_map import barrier_features, features_of, map_words, title_of
from regulator.web import forms, navigation
from regulator.web.access import allow, current_permissions, current_scope
from regulator.web.navigation import MenuGroup

LOOSE_SHOWN = 200
MAP_CAP = 4000
BARRIERS_AROUND = 500.0
"""Metres around a street's estates in which barriers are drawn."""
navigation.add(
    "office", MenuGroup.OVERSIGHT, "office.zones", _l("Zones"), Permission.ZONES_VIEW, active=("office.zone",)
)


# --- the list -------------------------------------------------------------------------------------------------------


@office.get("/zones")
@allow(Permission.ZONES_VIEW)
def zones() -> ResponseReturnValue:
    """The zones of the territory's streets, and which streets have groups on the table."""
    scope, day, wanted = current_scope(), clock.today(), _asked()
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_zones(scope, wanted, day=day, cursor=c, limit=n))
        return listing.export(_("Zones"), _columns(), rows, day=day, territory=scope.label)
    limit = parse_limit(request.args.get("limit"))
    return render_template(
        "office/zones/list.html",
        page=queries.list_zones(scope, wanted, day=day, cursor=request.args.get("cursor"), limit=limit),
        total=queries.count_zones(scope, wanted),
        drafts=queries.list_drafts_by_street(scope, wanted.division),
        divisions=listing.division_choices(scope),
        states=[(state.value, label(state)) for state in NUMBERED],
        wanted=wanted,
        scope=scope,
        day=day,
    )


def _asked() -> ZoneFilter:
    return ZoneFilter(listing.asked_division(), listing.asked_code(ZoneState, "state"))


def _columns() -> list[listing.Column[ZoneRow]]:
    column = listing.Column[ZoneRow]
    return [
        column(_("Number"), lambda row: row.zone.code),
        column(_("Zone"), lambda row: row.zone.name),
        column(_("District"), lambda row: row.place.district),
        column(_("Street"), lambda row: row.place.street),
        column(_("State"), lambda row: row.zone.state),
        column(_("Estates"), lambda row: row.totals.estates),
        column(_("Served by a company"), lambda row: row.totals.managed),
        column(_("Households"), lambda row: row.totals.households),
        column(_("Households not known of"), lambda row: row.totals.households_unknown),
        column(_("Floor area (㎡)"), lambda row: listing.square_metres(row.totals.floor_area)),
        column(_("Floor area not known of"), lambda row: row.totals.floor_area_unknown),
        column(_("Across (m)"), lambda row: row.zone.diameter),
        column(_("Adopted"), lambda row: row.zone.adopted_at and row.zone.adopted_at.astimezone(clock.CHINA)),
        column(_("Reason for dissolving"), lambda row: row.zone.dissolved_reason),
    ]


# --- a street -------------------------------------------------------------------------------------------------------


@office.get("/zones/street")
@allow(Permission.ZONES_VIEW)
def zone_street() -> ResponseReturnValue:
    """A street's groups on the table, its zones, and the estates that stand in none."""
    return street_page(queries.get_street(current_scope(), request.args.get("street", "")))


def street_page(street: DivisionRow, move: forms.Filled[MoveForm] | None = None) -> str:
    """The page of a street, with what is wrong with a move."""
    scope, day, limit = current_scope(Permission.ZONES_VIEW), clock.today(), parse_limit(request.args.get("limit"))
    uncovered = estate_queries.list_uncovered(street, day=day)
    loose = sorted(
        (one for one in uncovered if one.zone_id is None), key=lambda one: (one.position is not None, one.code)
    )
    living = queries.list_living(street)
    return render_template(
        "office/zones/street.html",
        street=street,
        place=path_of(street.code),
        proposal=queries.find_proposal(street),
        page=queries.list_drafts(street, day=day, cursor=request.args.get("cursor"), limit=limit),
        adopted=queries.list_rows([zone for zone in living if zone.state in FOLLOWED], day=day),
        groups=sum(zone.state is ZoneState.PROPOSED for zone in living),
        loose=loose[:LOOSE_SHOWN],
        loose_total=len(loose),
        without_position=sum(one.position is None for one in loose),
        uncovered=len(uncovered),
        form=move or forms.fill(MoveForm),
        **_around(street, living),
        scope=scope,
        day=day,
    )


def _around(street: DivisionRow, living: list[Any]) -> dict[str, Any]:
    """What a page with a map and a form for moving needs of the other zones of the street."""
    return {
        "shell": shelf.find_shell(current_locale()),
        "words": map_words(),
        "barrier_layers": list_layers(),
        "barrier_kinds": tuple(BarrierKind),
        "targets": [(str(zone.id), title_of(zone)) for zone in living],
        "seen": " ".join(f"{zone.id}.{zone.version}" for zone in living),
        "may_edit": Permission.ZONES_EDIT in current_permissions()
        and current_scope(Permission.ZONES_EDIT).covers(street.code),
        "title_of": title_of,
    }


@office.get("/zones/map.json")
@allow(Permission.ZONES_VIEW)
def zone_map() -> ResponseReturnValue:
    """A street's zones as GeoJSON: outlines, estates to be grouped as points, managed neighbours."""
    street = queries.get_street(current_scope(), request.args.get("street", ""))
    day = clock.today()
    rows = queries.list_rows(queries.list_living(street), day=day)
    loose = [one for one in estate_queries.list_uncovered(street, day=day) if one.zone_id is None]
    features = list(features_of(rows, loose, title_of, current_scope()))
    shown = [*barrier_features(_barriers_around(rows, loose)), *features[:MAP_CAP]]
    answer = jsonify(type="FeatureCollection", features=shown, total=len(features), capped=len(features) > MAP_CAP)
    answer.mimetype = "application/geo+json"
    return answer


def _barriers_around(rows: Iterable[ZoneRow], loose: Iterable[Any]) -> list[DrawnBarrier]:
    """The barriers among a street's estates and a little beyond."""
    positions = estate_queries.positions_of([*loose, *(one for row in rows for one in row.members)])
    return drawn_barriers(box_around(positions, BARRIERS_AROUND)) if positions else []


# --- one zone -------------------------------------------------------------------------------------------------------


@office.get("/zones/<uuid:zone_id>")
@allow(Permission.ZONES_VIEW)
def zone(zone_id: UUID) -> ResponseReturnValue:
    """A zone, or a group on the table: members, sums, neighbour, history, map."""
    return zone_page(queries.get_zone(current_scope(), zone_id))


def zone_page(
    current: Any,
    *,
    move: forms.Filled[MoveForm] | None = None,
    adopting: forms.Filled[AdoptForm] | None = None,
    renaming: forms.Filled[RenameForm] | None = None,
    dissolving: forms.Filled[DissolveForm] | None = None,
) -> str:
    """The page of a zone, with what is wrong with an act."""
    street, day = get_division(current.division_code), clock.today()
    (row,) = queries.list_rows([current], day=day)
    return render_template(
        "office/zones/zone.html",
        zone=current,
        row=row,
        street=street,
        place=path_of(street.code),
        meanwhile=[one for one in row.members if one.is_managed or one.gone],
        form=move or forms.fill(MoveForm),
        adopting=adopting or forms.fill(AdoptForm, {"name": _suggested(row)}),
        renaming=renaming or forms.fill(RenameForm, {"name": current.name or ""}),
        dissolving=dissolving or forms.fill(DissolveForm),
        history=list(_history(current)),
        **_around(street, queries.list_living(street)),
        scope=current_scope(Permission.ZONES_VIEW),
        day=day,
    )


def _suggested(row: ZoneRow) -> str:
    """A name to begin with: after the member most people live in."""
    largest = max(row.members, key=lambda one: (one.households or 0, one.floor_area or 0), default=None)
    return _("%(estate)s zone", estate=largest.name)[:100] if largest else ""


def _history(current: Any) -> Iterator[dict[str, Any]]:
    """The acts on a zone in words, newest first."""
    entries = trail.list_history(ZONE, str(current.id)).items
    names = estate_queries.name_estates(code for entry in entries for code in entry.facts.get("estates", ()))
    for entry in entries:
        codes = entry.facts.get("estates")
        said = "、".join(str(names.get(code, code)) for code in codes) if isinstance(codes, list) else None
        yield {
            "at": entry.at,
            "who": entry.name if entry.username != "system" else _("the register"),
            "role": "",
            "act": ZoneAct(entry.act),
            "changes": list(_changes(entry.facts, said)),
            "reason": entry.facts.get("reason"),
        }
    begun = {"at": current.proposed_at, "who": current.proposed_by, "act": ZoneAct.PROPOSED}
    yield begun | {"role": "", "changes": [], "reason": None}


def _changes(facts: Any, estates: str | None) -> Iterator[tuple[str, Any, Any]]:
    """What an act changed: the estates it moved, the name it gave."""
    if estates:
        yield _("Estates (%(number)s)", number=facts.get("number")), None, estates
    if "before" in facts:
        yield _("Name of the zone"), facts["before"], facts["name"]


def address_of_street(street: DivisionRow) -> str:
    """Where the groups of a street lie."""
    return url_for("office.zone_street", street=street.code)
