"""Estates on the office's desk: the list and the page of a day. Acts are in `estates_work`."""

from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from regulator.features.accounts.terms import Permission
from regulator.features.coverage.queries import custody
from regulator.features.divisions.queries import path_of, paths_of
from regulator.features.maps.queries.outlines import find_outline
from regulator.features.registry.queries import committees, contracts, notices, services
from regulator.features.registry.queries import estates as queries
from regulator.features.registry.queries import links as link_queries
from regulator.features.registry.queries.estates import EstateFilter, EstateRow
from regulator.features.registry.queries.history import as_of, list_history, name_on
from regulator.features.registry.terms import Condition, EstateKind, Mode, Ownership, SubjectKind
from regulator.foundation import clock
from regulator.foundation.errors import BadInput
from regulator.foundation.paging import parse_limit
from regulator.portals.office import blueprint as office
from regulator.portals.office import listing
from regulator.portals.office.history import in_words
from regulator.portals.office.matter_links import matter_of_correction
from regulator.web import navigation
from regulator.web.access import allow, current_permissions, current_scope
from regulator.web.navigation import MenuGroup

SHOWN_HISTORY = 8
NOT_KNOWN = "not_known"
"""The filter value for estates of which no mode is known on the day."""

navigation.add(
    "office",
    MenuGroup.REGISTER,
    "office.estates",
    _l("Estates"),
    Permission.ESTATES_VIEW,
    active=("office.estate", "office.estates"),
)


@office.get("/estates")
@allow(Permission.ESTATES_VIEW)
def estates() -> ResponseReturnValue:
    """The list, or the same list as a file."""
    scope, day, wanted = current_scope(), listing.asked_day(), asked_estates()
    if listing.asked_export():
        rows = listing.all_pages(lambda c, n: queries.list_estates(scope, wanted, day=day, cursor=c, limit=n))
        return listing.export(_("Estates"), _columns(), rows, day=day, territory=scope.label)
    limit = parse_limit(request.args.get("limit"))
    page = queries.list_estates(scope, wanted, day=day, cursor=request.args.get("cursor"), limit=limit)
    return render_template(
        "office/estates/list.html",
        page=page,
        total=queries.count_estates(scope, wanted, day=day),
        wanted=wanted,
        scope=scope,
        day=day,
        divisions=listing.division_choices(scope),
    )


def asked_estates() -> EstateFilter:
    """The filters in the address. Raises BadInput for what cannot be one."""
    mode = request.args.get("mode", "")
    company = request.args.get("company", "").strip().upper()
    return EstateFilter(
        q=listing.asked_text(),
        division=listing.asked_division(),
        mode=None if mode == NOT_KNOWN else listing.asked_code(Mode, "mode"),
        mode_not_known=mode == NOT_KNOWN,
        kind=listing.asked_code(EstateKind, "kind"),
        condition=listing.asked_code(Condition, "condition"),
        ownership=listing.asked_code(Ownership, "ownership"),
        credit_code=company[:18] or None,
        area_from=_hundredths("area_from"),
        area_to=_hundredths("area_to"),
        year_from=_number("year_from"),
        year_to=_number("year_to"),
        retired=request.args.get("retired") == "1",
        sort=listing.asked_sort(queries.SORTS),
    )


def _number(name: str) -> int | None:
    raw = request.args.get(name, "").replace(",", "").strip()
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 12):
        raise BadInput("number_unreadable", {"given": raw[:20]}, about=name)
    return int(raw)


def _hundredths(name: str) -> int | None:
    """Whole ㎡ as typed in a filter, in 0.01 ㎡."""
    found = _number(name)
    return None if found is None else found * 100


def _columns() -> list[listing.Column[EstateRow]]:
    column = listing.Column[EstateRow]
    return [
        column(_("Code"), lambda row: row.code),
        column(_("Name"), lambda row: row.name),
        column(_("District"), lambda row: row.place.district),
        column(_("Street"), lambda row: row.place.street),
        column(_("Community"), lambda row: row.place.community),
        column(_("Road and house number"), lambda row: row.address),
        column(_("Kind"), lambda row: row.kind),
        column(_("Condition"), lambda row: row.condition),
        column(_("Mode"), lambda row: row.mode or _("Not known")),
        column(_("Manager"), lambda row: row.manager),
        column(_("Credit code"), lambda row: row.credit_code),
        column(_("Floor area (㎡)"), lambda row: listing.square_metres(row.floor_area)),
        column(_("Households"), lambda row: row.households),
        column(_("Completion year"), lambda row: row.completion_year),
        column(_("Ownership"), lambda row: row.ownership),
        column(_("Last change"), lambda row: row.updated_at.astimezone(clock.CHINA)),
    ]


@office.get("/estates/<code>")
@allow(Permission.ESTATES_VIEW)
def estate(code: str) -> ResponseReturnValue:
    """One estate: what the record states and who serves it, today or as of a day."""
    scope, day = current_scope(), listing.asked_day()
    found = queries.get_estate(scope, code, day=day if request.args.get("as_of") else clock.today())
    names = queries.list_names(found.id)
    then = as_of(SubjectKind.ESTATE, found, day)
    history = list_history(SubjectKind.ESTATE, found.id) if _may(Permission.HISTORY_VIEW) else []
    facts = services.list_contract_facts([found.id]).get(found.id, [])
    periods = services.list_periods(found.id, day=day, contracts=facts)
    return render_template(
        "office/estates/page.html",
        estate=found,
        then=then,
        name=name_on(found.name, names, day),
        names=names,
        places=paths_of([found.division_code, then.values["division_code"]]),
        place=path_of(then.values["division_code"]),
        periods=periods,
        current=next((row for row in periods if row.retired_on is None and row.facts.covers(day)), None),
        managers=queries.list_project_managers(found.id, day=day),
        history=in_words(SubjectKind.ESTATE, history[:SHOWN_HISTORY]),
        acts_recorded=len(history),
        correction=matter_of_correction(SubjectKind.ESTATE, found.code),
        scope=scope,
        day=day,
        **_beside(found, day),
    )


def _beside(found: Any, day: date) -> dict[str, Any]:
    """What hangs on the estate: contracts, disputes, names that wait, committees, notices, outline, custodian."""
    return {
        "contracts": contracts.list_contracts_of(found.id) if _may(Permission.CONTRACTS_VIEW) else [],
        "disputes": contracts.list_disputes_of(found.id),
        "links": link_queries.list_links_of(found.id),
        "committees": committees.list_committees_of(found.id) if _may(Permission.COMMITTEES_VIEW) else [],
        "notices": notices.list_notices_of(found.id),
        "outline": find_outline(found),
        "custodian": custody.find_custodian(found, day) if _may(Permission.CUSTODIANS_VIEW) else None,
    }


def _may(permission: Permission) -> bool:
    return permission in current_permissions()
